// What this browser saw last time. A log may only grow: a checkpoint that does not begin with the one remembered shows that the school
// has shown two histories, to this family if to nobody else (RFC 9162, section 2.1.4; docs/proof.md).
//
// Pure: where the memory is kept is the page's affair. What is kept is the signed checkpoint as it came, since it is the evidence.

import { type Bytes, equal } from "./bytes.js";
import { openCheckpoint, type SignedCheckpoint } from "./checkpoint.js";
import { type SignatureCheck, verifyEd25519 } from "./ed25519.js";
import { verifyConsistency } from "./merkle.js";
import { type VerifierKey } from "./note.js";
import { refuse, Refusal } from "./refusal.js";

export interface Comparison {
  // The one to remember from now on: the larger. Never replaced by a smaller one, or a school could lead a browser back.
  readonly keep: Bytes;
  readonly opened: SignedCheckpoint;
  // "first": nothing was remembered; "same"; "grown"; "older": the new one is a true beginning of what is remembered.
  readonly relation: "first" | "same" | "grown" | "older";
}

// Which consistency proof compare() needs, to ask the school for: from one size to the other. Undefined: none.
export function proofNeeded(remembered: bigint, now: bigint): { from: bigint; to: bigint } | undefined {
  if (remembered === now) return undefined;
  return remembered < now ? { from: remembered, to: now } : { from: now, to: remembered };
}

// Compares a checkpoint just received with the remembered one. Refusals: openCheckpoint's, for the new one; "memory_damaged" where
// what was remembered is not this log's signed word; "inconsistent": two roots of one size, both signed by the log, which proves to
// anybody that it has two histories, so keep both notes; and verifyConsistency's, where sizes differ: the answer did not prove that
// one begins the other. A log that keeps to one history can always prove it, so after asking again that is an alarm as well.
export function compare(
  remembered: Bytes | undefined,
  received: Bytes,
  proof: readonly Bytes[],
  log: VerifierKey,
  verify: SignatureCheck = verifyEd25519,
): Comparison {
  const now = openCheckpoint(received, log, verify);
  if (remembered === undefined) return { keep: received, opened: now, relation: "first" };
  const before = openRemembered(remembered, log, verify);
  const [a, b] = [before.checkpoint, now.checkpoint];
  if (a.size === b.size && !equal(a.root, b.root)) refuse("inconsistent", `two roots of size ${a.size}`);
  if (b.size < a.size) {
    verifyConsistency(b, a, proof);
    return { keep: remembered, opened: before, relation: "older" };
  }
  verifyConsistency(a, b, proof);
  return { keep: received, opened: now, relation: a.size === b.size ? "same" : "grown" };
}

function openRemembered(note: Bytes, log: VerifierKey, verify: SignatureCheck): SignedCheckpoint {
  try {
    return openCheckpoint(note, log, verify);
  } catch (error) {
    if (error instanceof Refusal) refuse("memory_damaged", error.message);
    throw error;
  }
}

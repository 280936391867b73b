// When an entry was recorded, by witnesses that whoever checks it trusts (docs/proof.md, "For auditors"):
//   not later    the receipt's checkpoint holds the entry, and a quorum had cosigned it by then;
//   not earlier  an anchor before the entry, proved under the same checkpoint, holds cosignatures that nobody could have had before
//                their time: the root that fixes the entry's place commits to it.
//
// Time-stamp tokens (RFC 3161) are not checked here, for want of a certificate verifier that would agree with OpenSSL's. A token
// that the policy would have counted is evidence nobody looked at, and it might even contradict the rest: where there is one, no
// verdict on time is given but "unwitnessed", and `tokensUnchecked` says how many there are.

import { concat, utf8 } from "./bytes.js";
import { openCheckpoint, type SignedCheckpoint } from "./checkpoint.js";
import { type SignatureCheck } from "./ed25519.js";
import { isRefused } from "./keychain.js";
import { leafHash, verifyInclusion } from "./merkle.js";
import { type Note, type VerifierKey, verifyNote } from "./note.js";
import { type Bracket, type TrustPolicy } from "./policy.js";
import { Refusal, refuse } from "./refusal.js";
import {
  type AnchorAdded,
  bodyAs,
  decodeEntry,
  type Entry,
  type Event,
  type Evidence,
  type ProvedEntry,
  type Receipt,
} from "./statement.js";

// A clock that agrees with its witnesses may be so far off.
const CLOCK_TOLERANCE_MICROS = 60_000_000n;
const CLOCK_AGREES = "agrees"; // ClockFault.kind; every other puts the clock in doubt
const COSIGNATURE = "cosignature"; // kinds of evidence
const TIMESTAMP = "rfc3161";

export type TimeVerdict =
  | "timely_proved" // recorded by its deadline, whatever the operator's clock said
  | "late_proved" // recorded after it
  | "claimed" // the deadline lies inside the bracket: it rests on the operator's clock
  | "bracketed" // the entry has no deadline
  | "unwitnessed"; // the policy's quorum has not seen it in this receipt

export interface Times {
  readonly verdict: TimeVerdict;
  readonly witnesses: number; // of the policy, whose evidence over the checkpoint holds
  readonly tokensUnchecked: number;
  readonly earliest: bigint | undefined; // microseconds since 1970-01-01 UTC
  readonly latest: bigint | undefined;
  readonly clockDoubted: boolean; // on record in the log before the entry: the bracket alone counts
}

export interface TimeQuestion {
  readonly opened: SignedCheckpoint; // the log's signature verified, the entry proved in it
  readonly receipt: Receipt;
  readonly event: Event;
  readonly log: VerifierKey;
  readonly policy: TrustPolicy;
  readonly verify: SignatureCheck;
}

// Which witnesses of the policy saw a checkpoint, and when. A known key's line that fails is no absence but a forgery.
function sightings(note: Note, policy: TrustPolicy, verify: SignatureCheck): Map<number, Bracket> {
  const seen = new Map<number, Bracket>();
  try {
    for (const [witness, seconds] of verifyNote(note, policy.witnesses, verify))
      seen.set(witness, policy.bracketOf(seconds));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === "bad_signature") refuse("bad_cosignature", error.detail);
  }
  return seen;
}

function misplaced(code: "bad_anchor" | "bad_clock_fault", attempt: string, error: unknown): never {
  if (error instanceof Refusal) refuse(code, `${attempt}: ${error.message}`);
  throw error;
}

// An entry that the receipt brings along, proved to stand where it says, before the receipt's own.
function brought(proved: ProvedEntry, { opened: { checkpoint }, event }: TimeQuestion): Entry {
  if (proved.index >= event.index) refuse("misplaced", "it does not come before the entry");
  verifyInclusion(leafHash(proved.event), proved.index, checkpoint.size, proved.proof, checkpoint.root);
  return decodeEntry(proved.event);
}

// The anchor that a proved entry is, or "bad_anchor".
function anchorOf(proved: ProvedEntry, question: TimeQuestion): AnchorAdded {
  try {
    return bodyAs(brought(proved, question), "AnchorAdded") ?? refuse("malformed", "another kind of entry");
  } catch (error) {
    return misplaced("bad_anchor", "the anchor", error);
  }
}

// That a proved entry puts the clock in doubt, or "bad_clock_fault". What anybody says and the school refuses is in the log as well.
function checkClockFault(proved: ProvedEntry, question: TimeQuestion): void {
  try {
    const entry = brought(proved, question);
    const fault = bodyAs(entry, "ClockFault");
    if (fault === undefined || fault.kind === CLOCK_AGREES) refuse("malformed", "another kind of entry");
    if (isRefused(entry)) refuse("malformed", "the school refused it");
  } catch (error) {
    misplaced("bad_clock_fault", "the clock fault", error);
  }
}

// The checkpoint an anchor is over: its note, with the cosignature lines that the anchor keeps beside it put back.
function openAnchored(anchor: AnchorAdded, log: VerifierKey, verify: SignatureCheck): SignedCheckpoint {
  const lines = anchor.evidence.filter(({ kind }) => kind === COSIGNATURE).map(({ bytes }) => bytes);
  const lineFeed = utf8("\n");
  const note = concat(utf8(anchor.checkpoint), ...lines.flatMap((line) => [line, lineFeed]));
  try {
    return openCheckpoint(note, log, verify);
  } catch (error) {
    return misplaced("bad_anchor", "the anchored checkpoint", error);
  }
}

// Tokens that the policy would have counted. Without tsa-quorum they date nothing there either.
function uncheckedAmong(evidence: readonly Evidence[], policy: TrustPolicy): number {
  return policy.authoritiesQuorum === 0 ? 0 : evidence.filter(({ kind }) => kind === TIMESTAMP).length;
}

function against(deadline: bigint, earliest: bigint | undefined, latest: bigint): TimeVerdict {
  if (deadline === 0n) return "bracketed";
  if (latest <= deadline) return "timely_proved";
  if (earliest !== undefined && earliest > deadline) return "late_proved";
  return "claimed";
}

function later(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}

// Refusals: "bad_cosignature" (a known witness's line does not verify), "bad_anchor" (one that does not stand where the receipt says,
// or speaks of another log), "bad_clock_fault" (likewise of the entry that puts the clock in doubt), "outside_bracket" (the moment the
// operator recorded lies more than a minute outside what the evidence leaves, and no such entry is brought).
export function timeOf(question: TimeQuestion): Times {
  const { opened, receipt, event, log, policy, verify } = question;
  const seen = sightings(opened.note, policy, verify);
  let earliest: bigint | undefined;
  let tokensUnchecked = uncheckedAmong(receipt.tokens, policy);
  // Of several anchors the one that says most counts, not the nearest.
  for (const proved of receipt.anchors) {
    const anchor = anchorOf(proved, question);
    const over = openAnchored(anchor, log, verify);
    tokensUnchecked += uncheckedAmong(anchor.evidence, policy);
    earliest = later(earliest, policy.bracket(sightings(over.note, policy, verify))?.earliest);
  }
  receipt.clock_faults.forEach((fault) => checkClockFault(fault, question));
  const clockDoubted = receipt.clock_faults.length > 0;
  const at = event.recorded_at;
  if (!clockDoubted && earliest !== undefined && at < earliest - CLOCK_TOLERANCE_MICROS)
    refuse("outside_bracket", "it says it was recorded before evidence that it follows");
  const latest = policy.bracket(seen)?.latest;
  if (!clockDoubted && latest !== undefined && at > latest + CLOCK_TOLERANCE_MICROS)
    refuse("outside_bracket", "it says it was recorded after a quorum had seen it");
  const witnesses = seen.size;
  if (latest === undefined || tokensUnchecked > 0)
    return { verdict: "unwitnessed", witnesses, tokensUnchecked, earliest, latest: undefined, clockDoubted };
  const verdict = against(event.deadline, earliest, latest);
  return { verdict, witnesses, tokensUnchecked, earliest, latest, clockDoubted };
}

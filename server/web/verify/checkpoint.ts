// Checkpoints (C2SP tlog-checkpoint v1.0.0) and proof files (C2SP tlog-proof v1). docs/formats/proof.md.

import { type Bytes, fromBase64, HASH_BYTES, textOf } from "./bytes.js";
import { type SignatureCheck } from "./ed25519.js";
import { after, LineReader, parseDecimal } from "./lines.js";
import { type Note, parseNote, type VerifierKey, verifyNote } from "./note.js";
import { refuse } from "./refusal.js";

export const PROOF_FILE_MAX_BYTES = 2 * 1024 * 1024;
const CHECKPOINT_MAX_BYTES = 128 * 1024;
const INCLUSION_PROOF_MAX = 64; // a tree of 64-bit size is no deeper

export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Bytes;
}

export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly note: Note;
}

export interface ProofFile {
  readonly extra: Bytes | undefined; // authenticated by nothing in this format
  readonly index: bigint;
  readonly proof: readonly Bytes[]; // leaf upwards
  readonly checkpoint: Bytes; // the signed note, whole
}

export function parseHash(line: Bytes): Bytes {
  const hash = fromBase64(line);
  if (hash.length !== HASH_BYTES) refuse("malformed", `a hash of ${hash.length} bytes`);
  return hash;
}

// tlog-checkpoint, "Format": origin, size, root. Extension lines are allowed there and refused here: nothing would audit them.
// Refusals: "malformed", "out_of_range", "too_large".
export function parseCheckpoint(text: Bytes): Checkpoint {
  if (text.length > CHECKPOINT_MAX_BYTES) refuse("too_large", "longer than a note may be");
  const lines = new LineReader(text);
  const origin = textOf(lines.line());
  if (origin === undefined || origin === "" || /[\u0000-\u001f]/.test(origin)) refuse("malformed", "not an origin");
  const size = parseDecimal(lines.line());
  const root = parseHash(lines.line());
  if (!lines.atEnd()) refuse("malformed", "a checkpoint with extension lines");
  return { origin, size, root };
}

// The log's own word. The origin is asked before the signature ("other_origin"), so that a stranger's checkpoint is told from a
// forged one. Lines of others stay in the note, for a policy to judge.
export function openCheckpoint(bytes: Bytes, log: VerifierKey, verify: SignatureCheck): SignedCheckpoint {
  const note = parseNote(bytes);
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== log.name) refuse("other_origin", "the checkpoint of another log");
  verifyNote(note, [log], verify);
  return { checkpoint, note };
}

function parseProofLines(lines: LineReader): Bytes[] {
  const proof: Bytes[] = [];
  for (;;) {
    const line = lines.line();
    if (line.length === 0) return proof;
    if (proof.length === INCLUSION_PROOF_MAX) refuse("malformed", "more hashes than any proof has");
    proof.push(parseHash(line));
  }
}

// tlog-proof, "Format". The checkpoint is a well-formed note over a well-formed checkpoint; nothing is verified yet.
// Refusals: "malformed", "out_of_range", "too_large".
export function parseProofFile(bytes: Bytes): ProofFile {
  if (bytes.length > PROOF_FILE_MAX_BYTES) refuse("too_large", "longer than a proof file may be");
  const lines = new LineReader(bytes);
  if (after("c2sp.org/tlog-proof@v1", lines.line())?.length !== 0) refuse("malformed", "not a proof file of version 1");
  let line = lines.line();
  const spelled = after("extra ", line);
  const extra = spelled && fromBase64(spelled);
  if (spelled) line = lines.line();
  const number = after("index ", line);
  if (!number) refuse("malformed", "a proof file without an index");
  const index = parseDecimal(number);
  const proof = parseProofLines(lines);
  const checkpoint = lines.rest();
  parseCheckpoint(parseNote(checkpoint).text);
  return { extra, index, proof, checkpoint };
}

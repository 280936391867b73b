// State proofs: whether a key is in the sparse Merkle tree whose root the log committed to (docs/formats/state.md). With one, a
// week of a diary is shown to be complete: nothing that the log says of this student and week was left out.

import { bigEndian, type Bytes, equal, HASH_BYTES, isZero, sha256, tagged, ZERO_HASH } from "./bytes.js";
import { refuse } from "./refusal.js";

const DEPTH = 8 * HASH_BYTES;

export interface SparseProof {
  readonly siblings: readonly Bytes[]; // from the root downwards
  readonly otherLeaf?: { readonly key: Bytes; readonly value: Bytes } | undefined;
}

function leaf(key: Bytes, value: Bytes): Bytes {
  return sha256(tagged("letopis/state-leaf/v1", key, value));
}
function inner(left: Bytes, right: Bytes): Bytes {
  return sha256(tagged("letopis/state-node/v1", left, right));
}

// The most significant bit of the first byte comes first.
function bitOf(key: Bytes, position: number): number {
  return (key[position >> 3]! >> (7 - (position & 7))) & 1;
}

function firstDifference(a: Bytes, b: Bytes): number {
  let position = 0;
  while (position < DEPTH && bitOf(a, position) === bitOf(b, position)) ++position;
  return position;
}

// The hash of what the proof says stands at the end of the key's path, or why it cannot stand there.
function endOfPath(key: Bytes, value: Bytes | undefined, proof: SparseProof): Bytes {
  if (value !== undefined) {
    if (isZero(value)) refuse("malformed", "a zero value is never present");
    if (proof.otherLeaf) refuse("malformed", "a proof of presence names another leaf");
    return leaf(key, value);
  }
  if (!proof.otherLeaf) return ZERO_HASH;
  const { key: otherKey, value: otherValue } = proof.otherLeaf;
  if (isZero(otherValue)) refuse("malformed", "a zero value is never present");
  const parting = firstDifference(key, otherKey);
  if (parting === DEPTH) refuse("malformed", "a proof of absence names the key itself");
  if (parting < proof.siblings.length) refuse("malformed", "the other leaf does not lie on the key's path");
  return leaf(otherKey, otherValue);
}

// `value` undefined: that the key is absent. Refusals: "proof_length", "malformed", "root_mismatch".
export function verifySparse(root: Bytes, key: Bytes, value: Bytes | undefined, proof: SparseProof): void {
  const { siblings, otherLeaf } = proof;
  const hashes = [root, key, ...(value ? [value] : []), ...(otherLeaf ? [otherLeaf.key, otherLeaf.value] : [])];
  if (siblings.length > DEPTH) refuse("proof_length", `${siblings.length} siblings`);
  if (![...hashes, ...siblings].every((hash) => hash.length === HASH_BYTES)) refuse("malformed", "a hash has 32 bytes");
  // A path ends where one leaf or none is left: a node above the end with nothing beside it would itself be the end.
  const last = siblings[siblings.length - 1];
  if (last && isZero(last)) refuse("malformed", "the path goes on past its end");
  let hash = endOfPath(key, value, proof);
  for (let position = siblings.length - 1; position >= 0; --position) {
    const sibling = siblings[position]!;
    hash = bitOf(key, position) === 1 ? inner(sibling, hash) : inner(hash, sibling);
  }
  if (!equal(hash, root)) refuse("root_mismatch", "the proof leads to another root");
}

export enum View {
  school = 1,
  journal = 2,
  diary = 3,
  refusals = 4,
}

// `subject`: 16 bytes; `week`: its Monday, in days since 1970-01-01.
export function shardKey(view: View, subject: Bytes, week: number): Bytes {
  const place = [Uint8Array.of(view), subject, bigEndian(BigInt(week), 4)];
  return sha256(tagged("letopis/shard-key/v1", ...place));
}

// The value under that key, rebuilt from the shard's entries in the order of the log.
export function shardDigest(entries: Iterable<{ readonly index: bigint; readonly leaf: Bytes }>): Bytes {
  let digest: Bytes = ZERO_HASH;
  for (const entry of entries)
    digest = sha256(tagged("letopis/shard/v1", digest, bigEndian(entry.index, 8), entry.leaf));
  return digest;
}

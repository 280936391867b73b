// The Merkle tree of RFC 6962, section 2.1 (RFC 9162, section 2.1, hashes alike): inclusion and consistency proofs. Sizes and
// indices are BigInts: 64 bits, as in the formats. docs/formats/merkle.md.

import { type Bytes, EMPTY, equal, HASH_BYTES, sha256 } from "./bytes.js";
import { refuse } from "./refusal.js";

const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = 0x01;

export function emptyRoot(): Bytes {
  return sha256(EMPTY);
}

export function leafHash(entry: Bytes): Bytes {
  return sha256(LEAF_PREFIX, entry);
}

export function nodeHash(left: Bytes, right: Bytes): Bytes {
  const message = new Uint8Array(1 + 2 * HASH_BYTES);
  message[0] = NODE_PREFIX;
  message.set(left, 1);
  message.set(right, 1 + HASH_BYTES);
  return sha256(message);
}

function bitWidth(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

function onesIn(value: bigint): number {
  let ones = 0;
  for (let rest = value; rest !== 0n; rest &= rest - 1n) ++ones;
  return ones;
}

// The path from a leaf to the root: `inner` siblings below the point where it meets the right edge of the tree, and `border`
// ones above it, which all stand on the left. Both follow from index and size alone (RFC 9162, section 2.1.3.2, says the same
// as a loop), so a proof's length is known before anything is hashed.
function pathShape(index: bigint, size: bigint): { inner: number; border: number } {
  const inner = bitWidth(index ^ (size - 1n));
  return { inner, border: onesIn(index >> BigInt(inner)) };
}

function requireLength(proof: readonly Bytes[], due: number): void {
  if (proof.length !== due) refuse("proof_length", `${proof.length} hashes where ${due} are due`);
}

// What the readers of files hand on is of that size already; a page that brings hashes of its own is held to it. Two hashes of no
// bytes would be equal.
function requireHashes(...hashes: readonly Bytes[]): void {
  if (!hashes.every((hash) => hash.length === HASH_BYTES)) refuse("malformed", "a hash has 32 bytes");
}

// Bit i of `position` says whether the i-th sibling stands on the left.
function climb(start: Bytes, siblings: readonly Bytes[], position: bigint, leftOnly = false): Bytes {
  let hash = start;
  let bits = position;
  for (const sibling of siblings) {
    if ((bits & 1n) === 1n) hash = nodeHash(sibling, hash);
    else if (!leftOnly) hash = nodeHash(hash, sibling);
    bits >>= 1n;
  }
  return hash;
}

function climbBorder(start: Bytes, siblings: readonly Bytes[]): Bytes {
  return siblings.reduce((hash, sibling) => nodeHash(sibling, hash), start);
}

// RFC 6962, section 2.1.1. Refusals: "out_of_range", "proof_length", "root_mismatch".
export function verifyInclusion(leaf: Bytes, index: bigint, size: bigint, proof: readonly Bytes[], root: Bytes): void {
  requireHashes(leaf, root, ...proof);
  if (index < 0n || index >= size) refuse("out_of_range", `leaf ${index}, tree size ${size}`);
  const { inner, border } = pathShape(index, size);
  requireLength(proof, inner + border);
  const atEdge = climb(leaf, proof.slice(0, inner), index);
  if (!equal(climbBorder(atEdge, proof.slice(inner)), root))
    refuse("root_mismatch", "inclusion proof leads to another root");
}

export interface TreeHead {
  readonly size: bigint;
  readonly root: Bytes;
}

// Two sizes that need no hashes: equal ones, and growth from nothing, for which RFC 6962 defines no proof and C2SP tlog-witness
// sends an empty one.
function verifyTrivialGrowth(before: TreeHead, now: TreeHead, proof: readonly Bytes[]): void {
  requireLength(proof, 0);
  if (before.size === 0n && !equal(before.root, emptyRoot()))
    refuse("root_mismatch", "the empty tree has another root");
  if (before.size === now.size && !equal(before.root, now.root)) refuse("root_mismatch", "two roots of one size");
}

// RFC 6962, section 2.1.2: the tree of `now` begins with all of the tree of `before`. Refusals as above.
export function verifyConsistency(before: TreeHead, now: TreeHead, proof: readonly Bytes[]): void {
  requireHashes(before.root, now.root, ...proof);
  if (before.size < 0n || before.size > now.size)
    refuse("out_of_range", `old size ${before.size}, new size ${now.size}`);
  if (before.size === now.size || before.size === 0n) return verifyTrivialGrowth(before, now, proof);
  // The last perfect subtree of the old tree is where the two begin to differ. Its root opens the proof, unless it is the whole
  // old tree, whose root is known.
  const level = bitWidth(before.size & -before.size) - 1;
  const oldIsPerfect = (before.size & (before.size - 1n)) === 0n;
  const shape = pathShape(before.size - 1n, now.size);
  const inner = shape.inner - level;
  const seeds = oldIsPerfect ? 0 : 1;
  requireLength(proof, seeds + inner + shape.border);
  const seed = oldIsPerfect ? before.root : proof[0]!;
  const lower = proof.slice(seeds, seeds + inner);
  const upper = proof.slice(seeds + inner);
  const position = (before.size - 1n) >> BigInt(level);
  if (!equal(climbBorder(climb(seed, lower, position, true), upper), before.root))
    refuse("root_mismatch", "consistency proof leads to another old root");
  if (!equal(climbBorder(climb(seed, lower, position), upper), now.root))
    refuse("root_mismatch", "consistency proof leads to another new root");
}

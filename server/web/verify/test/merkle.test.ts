import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, fromBase64, sha256, toHex, utf8 } from "../bytes.js";
import { emptyRoot, leafHash, nodeHash, verifyConsistency, verifyInclusion } from "../merkle.js";
import { refusalOf } from "../refusal.js";
import { repositoryText } from "./files.js";
import { naiveConsistency, naiveInclusion, naiveRoot } from "./forge.js";
import { refused } from "./refused.js";

const LEAVES = Array.from({ length: 40 }, (_, i) => leafHash(utf8(`entry ${i}`)));
const ROOTS = LEAVES.map((_, i) => naiveRoot(LEAVES.slice(0, i + 1)));
const rootOf = (size: number) => (size === 0 ? emptyRoot() : ROOTS[size - 1]!);
const head = (size: number, root = rootOf(size)) => ({ size: BigInt(size), root });
const flipped = (hash: Bytes) => hash.map((byte, i) => (i === 7 ? byte ^ 1 : byte));
const changed = (proof: readonly Bytes[], at: number, by: Bytes) => proof.map((hash, i) => (i === at ? by : hash));

test("the empty tree", () => {
  assert.equal(toHex(emptyRoot()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("every leaf of every small tree is included, and at no other place", () => {
  for (let size = 1; size <= LEAVES.length; ++size) {
    for (let index = 0; index < size; ++index) {
      const proof = naiveInclusion(index, LEAVES.slice(0, size));
      verifyInclusion(LEAVES[index]!, BigInt(index), BigInt(size), proof, rootOf(size));
      for (let other = 0; other < size; ++other) {
        if (other === index) continue;
        const refusal = refusalOf(() =>
          verifyInclusion(LEAVES[index]!, BigInt(other), BigInt(size), proof, rootOf(size)),
        );
        assert.match(refusal!.code, /^(root_mismatch|proof_length)$/);
      }
    }
  }
});

test("an inclusion proof that is damaged proves nothing", () => {
  for (const [index, size] of [
    [0, 1],
    [0, 2],
    [6, 7],
    [13, 37],
    [36, 37],
    [31, 32],
  ] as const) {
    const proof = naiveInclusion(index, LEAVES.slice(0, size));
    const verify = (given: readonly Bytes[]) => () =>
      verifyInclusion(LEAVES[index]!, BigInt(index), BigInt(size), given, rootOf(size));
    proof.forEach((hash, i) => refused("root_mismatch", verify(changed(proof, i, flipped(hash)))));
    refused("proof_length", verify([...proof, proof[0] ?? emptyRoot()]));
    if (proof.length > 0) refused("proof_length", verify(proof.slice(1)));
    if (proof.length > 0) refused("malformed", verify([proof[0]!.slice(1), ...proof.slice(1)]));
    refused("out_of_range", () => verifyInclusion(LEAVES[index]!, BigInt(size), BigInt(size), proof, rootOf(size)));
  }
});

test("every small tree begins every later one, and no other", () => {
  for (let n = 0; n <= LEAVES.length; ++n) {
    for (let m = 0; m <= n; ++m) {
      const proof = naiveConsistency(m, LEAVES.slice(0, n));
      verifyConsistency(head(m), head(n), proof);
      refused("root_mismatch", () => verifyConsistency(head(m, flipped(rootOf(m))), head(n), proof));
      if (m > 0) refused("root_mismatch", () => verifyConsistency(head(m), head(n, flipped(rootOf(n))), proof));
      proof.forEach((hash, i) =>
        refused("root_mismatch", () => verifyConsistency(head(m), head(n), changed(proof, i, flipped(hash)))),
      );
      refused("proof_length", () => verifyConsistency(head(m), head(n), [...proof, emptyRoot()]));
    }
  }
  refused("out_of_range", () => verifyConsistency(head(3), head(2), []));
});

test("sizes beyond 2^53 are exact", () => {
  // A tree of 2^53 + 1 leaves is a perfect one and a leaf: the last leaf's proof is the perfect one's root.
  const [perfect, last] = [sha256(utf8("perfect")), LEAVES[0]!];
  const size = (1n << 53n) + 1n;
  verifyInclusion(last, size - 1n, size, [perfect], nodeHash(perfect, last));
  refused("proof_length", () => verifyInclusion(last, size - 2n, size, [perfect], nodeHash(perfect, last)));
  verifyConsistency({ size: size - 1n, root: perfect }, { size, root: nodeHash(perfect, last) }, [last]);
  refused("proof_length", () => verifyInclusion(last, (1n << 64n) - 2n, (1n << 64n) - 1n, [], last));
});

const unpacked = (text: string) => fromBase64(utf8(text));
// Some roots of the consistency vectors are words, where only their being equal matters: hashed, they have the length of roots.
const asRoot = (text: string) => (unpacked(text).length === 32 ? unpacked(text) : sha256(unpacked(text)));
// RFC 6962 defines no proof from the empty tree; C2SP tlog-witness has an empty one.
const ACCEPTED_BY_US_ALONE = "additional/size1-is-zero-and-size2-is-not-zero";

test("the vectors of transparency-dev/merkle", () => {
  interface Inclusion {
    leafIdx: number;
    treeSize: number;
    root: string;
    leafHash: string;
    proof: string[] | null;
    wantErr: boolean;
    desc: string;
  }
  interface Consistency {
    size1: number;
    size2: number;
    root1: string;
    root2: string;
    proof: string[] | null;
    wantErr: boolean;
    case: string;
  }
  const folder = "tests/data/vectors/merkle-rfc6962/";
  const outcome = (attempt: () => void) => refusalOf(attempt) !== undefined;
  for (const v of JSON.parse(repositoryText(folder + "inclusion.json")) as Inclusion[]) {
    const proof = (v.proof ?? []).map(unpacked);
    const refusedHere = outcome(() =>
      verifyInclusion(unpacked(v.leafHash), BigInt(v.leafIdx), BigInt(v.treeSize), proof, unpacked(v.root)),
    );
    assert.equal(refusedHere, v.wantErr, v.desc);
  }
  for (const v of JSON.parse(repositoryText(folder + "consistency.json")) as Consistency[]) {
    const [before, now] = [
      { size: BigInt(v.size1), root: asRoot(v.root1) },
      { size: BigInt(v.size2), root: asRoot(v.root2) },
    ];
    const refusedHere = outcome(() => verifyConsistency(before, now, (v.proof ?? []).map(unpacked)));
    assert.equal(refusedHere, v.wantErr && v.case !== ACCEPTED_BY_US_ALONE, v.case);
  }
});

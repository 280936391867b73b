// The tree as docs/formats/state.md defines it in a dozen lines, the roots that page lists, and proofs out of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bigEndian, type Bytes, equal, fromHex, sha256, tagged, toHex, utf8, ZERO_HASH } from "../bytes.js";
import { shardDigest, shardKey, type SparseProof, verifySparse, View } from "../sparse.js";
import { refused } from "./refused.js";

interface Leaf {
  readonly key: Bytes;
  readonly value: Bytes;
}

const k = (text: string) => sha256(utf8(text));
const bit = (key: Bytes, depth: number) => (key[depth >> 3]! >> (7 - (depth & 7))) & 1;
const side = (leaves: readonly Leaf[], depth: number, b: number) => leaves.filter(({ key }) => bit(key, depth) === b);
const leafOf = ({ key, value }: Leaf) => sha256(tagged("letopis/state-leaf/v1", key, value));

function subtree(leaves: readonly Leaf[], depth = 0): Bytes {
  if (leaves.length === 0) return ZERO_HASH;
  if (leaves.length === 1) return leafOf(leaves[0]!);
  const children = [0, 1].map((b) => subtree(side(leaves, depth, b), depth + 1));
  return sha256(tagged("letopis/state-node/v1", ...children));
}

function prove(all: readonly Leaf[], key: Bytes): SparseProof {
  const siblings: Bytes[] = [];
  let leaves = all;
  for (let depth = 0; leaves.length > 1; ++depth) {
    siblings.push(subtree(side(leaves, depth, 1 - bit(key, depth)), depth + 1));
    leaves = side(leaves, depth, bit(key, depth));
  }
  const last = leaves[0];
  return { siblings, otherLeaf: last && !equal(last.key, key) ? last : undefined };
}

const PAIRS: Leaf[] = Array.from({ length: 1000 }, (_, i) => ({ key: k(`key ${i}`), value: k(`value ${i}`) }));
const [FIRST, LAST] = [new Uint8Array(32), Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 1 : 0))];

test("the roots of the page", () => {
  const roots: [Leaf[], string][] = [
    [[], "00".repeat(32)],
    [[{ key: k("a"), value: k("1") }], "1e77fb63ec324419cf947494e0473e9432f81b93aeb31b32591d6cc0d5216487"],
    [
      [
        { key: k("a"), value: k("1") },
        { key: k("b"), value: k("2") },
      ],
      "4ad95ac13c05ba2b010d167290369ae4c0012bf4d2092f12a399ed15ca8c41a3",
    ],
    [PAIRS, "819e7bd804d2cfa4eec8905f7170daf8cceb6571e192d810a0f134d6b57474dd"],
    [
      [
        { key: FIRST, value: k("1") },
        { key: LAST, value: k("2") },
      ],
      "67c537a683e1f24e45fb982e95eeed097983e6cbacc2dba6609f0be29cee9896",
    ],
  ];
  for (const [leaves, root] of roots) assert.equal(toHex(subtree(leaves)), root);
});

test("what is there is proved there, what is not is proved away", () => {
  const root = subtree(PAIRS);
  for (let i = 0; i < 1000; i += 37) {
    const { key, value } = PAIRS[i]!;
    const proof = prove(PAIRS, key);
    verifySparse(root, key, value, proof);
    refused("root_mismatch", () => verifySparse(root, key, k("another"), proof));
    refused("root_mismatch", () => verifySparse(root, key, undefined, proof));
    refused("root_mismatch", () => verifySparse(sha256(root), key, value, proof));
    const absent = k(`no key ${i}`);
    verifySparse(root, absent, undefined, prove(PAIRS, absent));
    refused("root_mismatch", () => verifySparse(root, absent, value, { siblings: prove(PAIRS, absent).siblings }));
  }
});

test("the empty tree, and keys that part in the last bit", () => {
  verifySparse(ZERO_HASH, k("a"), undefined, { siblings: [] });
  const two = [
    { key: FIRST, value: k("1") },
    { key: LAST, value: k("2") },
  ];
  verifySparse(subtree(two), LAST, k("2"), prove(two, LAST));
  assert.equal(prove(two, LAST).siblings.length, 256);
  refused("proof_length", () =>
    verifySparse(subtree(two), LAST, k("2"), { siblings: [...prove(two, LAST).siblings, k("x")] }),
  );
});

test("proofs that contradict themselves are refused before their hashes are asked", () => {
  const root = subtree(PAIRS);
  const { key, value } = PAIRS[5]!;
  const { siblings } = prove(PAIRS, key);
  refused("malformed", () => verifySparse(root, key, ZERO_HASH, { siblings }));
  refused("malformed", () => verifySparse(root, key, value, { siblings, otherLeaf: PAIRS[6]! }));
  refused("malformed", () => verifySparse(root, key, undefined, { siblings, otherLeaf: PAIRS[5]! }));
  refused("malformed", () =>
    verifySparse(root, key, undefined, { siblings, otherLeaf: { key: PAIRS[6]!.key, value: ZERO_HASH } }),
  );
  const elsewhere = PAIRS.find((other) => bit(other.key, 0) !== bit(key, 0))!;
  refused("malformed", () => verifySparse(root, key, undefined, { siblings, otherLeaf: elsewhere }));
  refused("malformed", () => verifySparse(root, key, value, { siblings: [...siblings, ZERO_HASH] }));
  refused("malformed", () =>
    verifySparse(root, key, value, { siblings: [siblings[0]!.slice(1), ...siblings.slice(1)] }),
  );
});

test("a week's shard is rebuilt from its entries", () => {
  const subject = fromHex("00112233445566778899aabbccddeeff");
  const expected = sha256(utf8("letopis/shard-key/v1"), Uint8Array.of(0, 3), subject, bigEndian(20_773n, 4));
  assert.deepEqual(shardKey(View.diary, subject, 20_773), expected);
  const entries = [
    { index: 7n, leaf: k("seven") },
    { index: 1n << 53n, leaf: k("many") },
  ];
  const once = sha256(tagged("letopis/shard/v1", ZERO_HASH, bigEndian(7n, 8), k("seven")));
  const twice = sha256(tagged("letopis/shard/v1", once, bigEndian(1n << 53n, 8), k("many")));
  assert.deepEqual(shardDigest(entries), twice);
  assert.deepEqual(shardDigest([]), ZERO_HASH);
});

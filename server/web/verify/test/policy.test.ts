import assert from "node:assert/strict";
import { test } from "node:test";
import { toBase64, utf8 } from "../bytes.js";
import { type Bracket, parsePolicy, TrustPolicy } from "../policy.js";
import { vkeyText } from "../note.js";
import { policyOf } from "./cases.js";
import { Random } from "./random.js";
import { refused } from "./refused.js";
import { WITNESSES } from "./story.js";

const NAMES = ["north", "south", "town", "west", "hill"];
const policy = (text: string, companion = "") => TrustPolicy.parse(policyOf(text, 5), utf8(companion));
const seen = (...times: (number | undefined)[]) =>
  new Map(
    times.flatMap((at, i) => (at === undefined ? [] : [[i, { earliest: BigInt(at), latest: BigInt(at + 10) }]])) as [
      number,
      Bracket,
    ][],
  );

test("k of n flat needs 2k - n > f", () => {
  const flat = (k: number, n: number, f: number) => () =>
    policy(`group g ${k} ${NAMES.slice(0, n).join(" ")}\nquorum g\n`, `dishonest ${f}\n`);
  for (let n = 1; n <= 5; ++n)
    for (let k = 1; k <= n; ++k)
      for (let f = 0; f < 4; ++f) 2 * k - n > f ? flat(k, n, f)() : refused("disjoint_quorums", flat(k, n, f));
});

test("what is wrong with a line is malformed, with its number", () => {
  const key = vkeyText(WITNESSES[0]!.vkey);
  for (const text of [
    "",
    "quorum none",
    "quorum\n",
    "quorum nobody\n",
    "quorum none\r\n",
    "nonsense\nquorum none\n",
    `witness a ${key}\nwitness a ${key}\nquorum a\n`,
    `witness none ${key}\nquorum none\n`,
    `log ${key}\nquorum none\n`,
    `witness a ${key}\ngroup g 2 a\nquorum g\n`,
    `witness a ${key}\ngroup g 1 a a\nquorum g\n`,
    "quorum none\nquorum none\n",
  ])
    refused("malformed", () => parsePolicy(text));
  assert.throws(() => parsePolicy(`# well\nnonsense\n`), /policy line 2/);
});

test("authorities are read as the other verifier reads them", () => {
  refused("malformed", () => parsePolicy("quorum none\n", "tsa-quorum 1\n"));
  refused("too_few_authorities", () => parsePolicy("quorum none\n", "tsa a AAAA\ndishonest 1\ntsa-quorum 1\n"));
  refused("malformed", () => parsePolicy("quorum none\n", "tsa a AAAA\ntsa b AAAA\n"));
  refused("malformed", () => parsePolicy("quorum none\n", `tsa a ${toBase64(new Uint8Array(16 * 1024 + 1))}\n`));
  assert.equal(parsePolicy("quorum none\n", "tsa a AAAA\ntsa-quorum 1\n").authoritiesQuorum, 1);
});

test("the bracket is the k-th from either side", () => {
  const two = policy("group g 2 north south town\nquorum g\n");
  assert.deepEqual(two.bracket(seen(5, 3, 9)), { earliest: 5n, latest: 15n });
  assert.deepEqual(two.bracket(seen(5, undefined, 9)), { earliest: 5n, latest: 19n });
  assert.equal(two.bracket(seen(5)), undefined);
  assert.equal(parsePolicy("quorum none\n").bracket(seen(1, 2, 3)), undefined, "asks nobody, dates nothing");
});

// All quorums of a tree, one by one: the bracket is the best over them, as docs/formats/witness.md has it.
type Tree = number | { readonly k: number; readonly members: readonly Tree[] };
function quorumsOf(tree: Tree): number[][] {
  if (typeof tree === "number") return [[tree]];
  const choose = (k: number, from: readonly Tree[]): number[][] => {
    if (k === 0) return [[]];
    return from.flatMap((member, i) =>
      choose(k - 1, from.slice(i + 1)).flatMap((rest) => quorumsOf(member).map((own) => [...own, ...rest])),
    );
  };
  return choose(tree.k, tree.members);
}
function textOfTree(tree: Tree, lines: string[]): string {
  if (typeof tree === "number") return NAMES[tree]!;
  const members = tree.members.map((member) => textOfTree(member, lines));
  const name = `g${lines.length}`;
  lines.push(`group ${name} ${tree.k} ${members.join(" ")}\n`);
  return name;
}

test("brackets and overlaps of trees are those of all their quorums", () => {
  const random = new Random(3);
  for (let n = 0; n < 400; ++n) {
    const [a, b, c, d, e] = random.shuffled([0, 1, 2, 3, 4]) as [number, number, number, number, number];
    const inner = { k: 1 + random.below(2), members: [a, b] };
    const tree = random.pick<Tree>([
      { k: 1 + random.below(3), members: [inner, c, d] },
      { k: 1 + random.below(5), members: [a, b, c, d, e] },
      { k: 1 + random.below(2), members: [inner, { k: 2, members: [c, d] }] },
    ]);
    const lines: string[] = [];
    const top = textOfTree(tree, lines);
    const quorums = quorumsOf(tree);
    const overlap = Math.min(...quorums.flatMap((q) => quorums.map((r) => q.filter((w) => r.includes(w)).length)));
    const parse = () => policy(`${lines.join("")}quorum ${top}\n`);
    if (overlap === 0) {
      refused("disjoint_quorums", parse);
      continue;
    }
    refused("disjoint_quorums", () => policy(`${lines.join("")}quorum ${top}\n`, `dishonest ${overlap}\n`));
    const times = NAMES.map(() => (random.chance(30) ? undefined : random.below(50)));
    const met = quorums.filter((q) => q.every((w) => times[w] !== undefined));
    const latest = met.map((q) => Math.max(...q.map((w) => times[w]!)) + 10);
    const earliest = met.map((q) => Math.min(...q.map((w) => times[w]!)));
    const expected =
      met.length === 0 ? undefined : { earliest: BigInt(Math.max(...earliest)), latest: BigInt(Math.min(...latest)) };
    assert.deepEqual(parse().bracket(seen(...times)), expected);
  }
});

test("a second stands for its whole second and the accuracy, and for no more than 64 bits hold", () => {
  const exact = parsePolicy("quorum none\n", "accuracy 2\n");
  assert.deepEqual(exact.bracketOf(100n), { earliest: 98_000_000n, latest: 103_000_000n });
  const far = parsePolicy("quorum none\n", "accuracy 86400\n").bracketOf((1n << 63n) - 1n);
  assert.equal(far.latest < 1n << 63n, true);
});

// Receipts of a simulated school, and of one made up to lie in every place. What each lie comes to is what letopis-verify said of it:
// test/data/lies.tsv.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { equal, utf8 } from "../bytes.js";
import { rememberingCheck } from "../ed25519.js";
import { parsePolicy, TrustPolicy } from "../policy.js";
import { checkReceipt } from "../receipt.js";
import { exitCode, jsonReport, reasonOf, type Report } from "../verdict.js";
import { readFixtures, TWO_OF_THREE } from "./cases.js";
import { DATA } from "./files.js";
import * as mutate from "./mutations.js";
import { Random } from "./random.js";
import { BASE_SECOND, honest, type Knobs, LIES, tell } from "./story.js";

const FIXTURES = readFixtures(DATA.slice(0, -1));
const POLICY = TrustPolicy.parse(TWO_OF_THREE);
const verify = rememberingCheck();

function summary(report: Report): string {
  const failed = report.steps.find(({ reason }) => reason !== undefined);
  return failed ? `${failed.name} ${failed.reason}` : `${report.times?.verdict}`;
}

function judge(knobs: Knobs, policy = POLICY): Report {
  const { proof, vkey } = tell(knobs);
  return checkReceipt(proof, vkey, { policy, verify });
}

test("receipts of a school are good, and the cosigned ones are witnessed", () => {
  const policy = TrustPolicy.parse(FIXTURES.policy);
  for (const { name, bytes } of FIXTURES.receipts) {
    const plain = checkReceipt(bytes, FIXTURES.vkey, { verify });
    assert.equal(exitCode(plain), 0, name);
    assert.equal(plain.simulated, true);
    assert.equal(plain.times, undefined, "without a policy nothing is said of the time");
    const timed = checkReceipt(bytes, FIXTURES.vkey, { policy, verify });
    assert.equal(timed.times!.verdict, name.includes("cosigned") ? "bracketed" : "unwitnessed", name);
    assert.equal(exitCode(timed), name.includes("cosigned") ? 0 : 3, name);
  }
});

test("a bracket has both sides, and holds the moment of recording", () => {
  const policy = TrustPolicy.parse(FIXTURES.policy);
  const cosigned = FIXTURES.receipts.filter(({ name }) => name.includes("again-cosigned"));
  const { times, entry } = checkReceipt(cosigned[0]!.bytes, FIXTURES.vkey, { policy, verify });
  assert.equal(times!.witnesses, 3);
  assert.equal(times!.earliest! < entry!.event.recorded_at && entry!.event.recorded_at < times!.latest!, true);
});

const EXPECTED = readFileSync(DATA + "lies.tsv", "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split("\t"));

test("every lie is named as letopis-verify names it", () => {
  assert.deepEqual(
    EXPECTED.map(([name]) => name),
    ["the truth", ...LIES.map(([name]) => name)],
  );
  for (const [name, exit, outcome] of EXPECTED) {
    const knobs = honest();
    LIES.find(([known]) => known === name)?.[1](knobs);
    const report = judge(knobs);
    assert.deepEqual([exitCode(report), summary(report)], [Number(exit), outcome], name);
  }
});

test("the key of another log, of a witness, and no key at all", () => {
  const { bytes } = FIXTURES.receipts[0]!;
  assert.equal(summary(checkReceipt(bytes, tell(honest()).vkey)), "log_signature other_origin");
  assert.equal(summary(checkReceipt(bytes, "nonsense")), "vkey malformed");
  assert.equal(exitCode(checkReceipt(bytes, "nonsense")), 2);
  const renamed = FIXTURES.vkey.replace("+", "x+");
  assert.equal(reasonOf(checkReceipt(bytes, renamed)), "malformed");
});

test("the entry's own bytes, when they are given", () => {
  const { proof, vkey, log } = tell(honest());
  assert.equal(checkReceipt(proof, vkey, { entry: log.events[5], verify }).verdict, "good");
  assert.equal(reasonOf(checkReceipt(proof, vkey, { entry: log.events[6], verify })), "entry_differs");
});

test("no single damaged bit of a receipt is good unless nothing was said by it", () => {
  const { proof, vkey } = tell(honest());
  const random = new Random(11);
  for (let n = 0; n < 1500; ++n) {
    const at = random.below(proof.length);
    const damaged = Uint8Array.from(proof);
    damaged[at]! ^= 1 << random.below(8);
    const report = checkReceipt(damaged, vkey, { policy: POLICY, verify });
    // Strangers' and witnesses' lines, and anchors, may be spoilt without the entry being less genuine: then no less time is claimed.
    if (report.verdict === "good") assert.match(summary(report), /^(timely_proved|claimed|unwitnessed)$/);
    else assert.notEqual(reasonOf(report), undefined);
  }
});

// Over checkpoints at 100 and 110 seconds, of two of three witnesses, one second of accuracy: [100 - 1, …] and […, 111 + 2].
const MICROS = 1_000_000n;
function recorded(at: bigint, deadline: bigint): Knobs {
  const knobs = honest();
  knobs.anchor.times = [100n, 100n, undefined];
  knobs.times = [110n, undefined, 111n];
  knobs.entry.event = { recorded_at: BASE_SECOND * MICROS + at, deadline: deadline && BASE_SECOND * MICROS + deadline };
  return knobs;
}

test("a deadline is met, missed or lies within, to the microsecond", () => {
  const [at, earliest, latest] = [105n * MICROS, 99n * MICROS, 113n * MICROS];
  for (const [deadline, verdict] of [
    [latest, "timely_proved"],
    [latest - 1n, "claimed"],
    [earliest, "claimed"],
    [earliest - 1n, "late_proved"],
    [0n, "bracketed"],
  ] as const)
    assert.equal(summary(judge(recorded(at, deadline))), verdict, `${deadline}`);
});

test("the operator's clock may be a minute off, and no more", () => {
  const [earliest, latest] = [(99n - 60n) * MICROS, (113n + 60n) * MICROS];
  for (const at of [earliest, latest]) assert.equal(summary(judge(recorded(at, 0n))), "bracketed");
  for (const at of [earliest - 1n, latest + 1n]) assert.equal(summary(judge(recorded(at, 0n))), "time outside_bracket");
});

test("one witness of three is no quorum; a policy that asks nobody is met by nothing", () => {
  const knobs = honest();
  knobs.times = [110n, undefined, undefined];
  assert.deepEqual([summary(judge(knobs)), exitCode(judge(knobs))], ["unwitnessed", 3]);
  assert.equal(summary(judge(honest(), parsePolicy("quorum none\n"))), "unwitnessed");
});

test("where a policy counts time-stamps, nobody having checked them, no time is called proved", () => {
  const companion = utf8("tsa one AAAA\ntsa-quorum 1\n");
  const asked = TrustPolicy.parse(TWO_OF_THREE, companion);
  for (const name of ["a token in the anchor", "a token in the receipt"]) {
    const knobs = honest();
    LIES.find(([known]) => known === name)![1](knobs);
    const report = judge(knobs, asked);
    assert.deepEqual([exitCode(report), report.times!.verdict, report.times!.tokensUnchecked], [3, "unwitnessed", 1]);
    assert.equal(jsonReport(report).includes('"tokens_unchecked":1'), true);
  }
  assert.equal(exitCode(judge(honest(), asked)), 0, "no token, nothing unchecked");
});

test("reports are JSON, with 64-bit numbers whole", () => {
  const knobs = honest();
  knobs.entry.envelope = { number: (1n << 63n) + 1n };
  const line = jsonReport(judge(knobs));
  assert.equal(line.includes('"number":9223372036854775809'), true);
  assert.equal((JSON.parse(line) as { verdict: string }).verdict, "good");
  assert.equal(line.includes("\n"), false);
});

test("damage of every kind ends in a verdict", () => {
  const { bytes } = FIXTURES.receipts.find(({ name }) => name === "mark_given.tlog-proof")!;
  const random = new Random(5);
  const mutants = [
    ...mutate.wholeMutants(bytes),
    ...mutate.lineMutants(bytes),
    ...mutate.indexMutants(bytes),
    ...mutate.checkpointMutants(bytes),
    ...mutate.base64Mutants(bytes, random, 5),
  ];
  const changed = mutants.filter((mutant) => !equal(mutant.bytes, bytes));
  assert.equal(changed.length > 500, true);
  const good = changed.filter((mutant) => checkReceipt(mutant.bytes, FIXTURES.vkey, { verify }).verdict === "good");
  // Lines of strangers say nothing to anybody, and the log's own line may stand there twice.
  for (const { how } of good) assert.match(how, /stranger|doubled|signature 0 twice/);
  assert.equal(good.length, 6);
});

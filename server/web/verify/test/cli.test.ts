import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { toBase64, utf8 } from "../bytes.js";
import { studentOf } from "./cases.js";
import { bytesOf, DATA, PACKAGE } from "./files.js";

const VKEY = readFileSync(DATA + "vkey", "utf8").trim();
const MARK = DATA + "mark_given.tlog-proof";
const COSIGNED = DATA + "announcement_published-cosigned.tlog-proof";
const FOLDER = mkdtempSync(join(tmpdir(), "letopis-cli-"));
after(() => rmSync(FOLDER, { recursive: true }));

function run(words: readonly string[], input = "") {
  const ran = spawnSync(process.execPath, [PACKAGE + "dist/cli.js", ...words], { input, encoding: "utf8" });
  return { exit: ran.status, out: ran.stdout, err: ran.stderr };
}

test("exit codes are letopis-verify's", () => {
  const policy = ["--policy", DATA + "policy"];
  assert.equal(run([MARK, "--vkey", VKEY]).exit, 0);
  assert.equal(run([COSIGNED, "--vkey", VKEY, ...policy]).exit, 0);
  assert.equal(run([MARK, "--vkey", VKEY, ...policy]).exit, 3);
  const refuted = join(FOLDER, "refuted");
  writeFileSync(refuted, readFileSync(MARK, "utf8").replace(/^index .*/m, "index 1"));
  assert.equal(run([refuted, "--vkey", VKEY]).exit, 1);
  assert.equal(run([DATA + "policy", "--vkey", VKEY]).exit, 2);
});

test("wrong use is told, and exits with 2", () => {
  const broken = join(FOLDER, "broken");
  writeFileSync(broken, "nonsense\n");
  for (const words of [
    [],
    [MARK],
    ["--vkey", VKEY],
    [MARK, MARK, "--vkey", VKEY],
    [MARK, "--vkey"],
    [MARK, "--vkey", VKEY, "--nonsense"],
    [MARK, "--vkey", VKEY, "--companion", broken],
    [join(FOLDER, "none"), "--vkey", VKEY],
    [FOLDER, "--vkey", VKEY],
    [MARK, "--vkey", VKEY, "--policy", broken],
  ]) {
    const { exit, out, err } = run(words);
    assert.deepEqual([exit, out], [2, ""], words.join(" "));
    assert.match(err, /^letopis-verify: (arguments|io_error|malformed)/);
  }
  writeFileSync(broken, new Uint8Array(2 * 1024 * 1024 + 1));
  assert.match(run([broken, "--vkey", VKEY]).err, /too_large/);
  assert.match(run(["--help"]).out, /Exit: 0/);
});

test("a week is the student's and the week that were asked for", () => {
  const vkey = readFileSync(DATA + "weeks/vkey", "utf8").trim();
  const student = studentOf(readFileSync(DATA + "weeks/full.week-proof", "utf8"));
  const failed = (...words: string[]) => {
    const { exit, out } = run([DATA + "weeks/full.week-proof", "--vkey", vkey, ...words, "--json"]);
    const { steps } = JSON.parse(out) as { steps: { reason?: string }[] };
    return [exit, steps.at(-1)!.reason];
  };
  const notOver = 3;
  assert.deepEqual(failed("--student", student, "--week", "2026-W36"), [notOver, undefined]);
  const text = run([DATA + "weeks/full.week-proof", "--vkey", vkey]).out;
  assert.match(text, /complete as of 2026-\S+, before the week was over: what came later is not in the file/);
  assert.deepEqual(failed("--student", "00".repeat(16)), [1, "other_student"]);
  assert.deepEqual(failed("--week", "2026-W37"), [1, "other_week"]);
});

test("what was asked for has one spelling, and goes with a week", () => {
  const vkey = readFileSync(DATA + "weeks/vkey", "utf8").trim();
  const refusal = (...words: string[]) => {
    const { exit, out, err } = run(words);
    assert.deepEqual([exit, out], [2, ""], words.join(" "));
    return /^letopis-verify: (\w+)/.exec(err)?.[1];
  };
  const week = [DATA + "weeks/full.week-proof", "--vkey", vkey];
  for (const student of ["2c97", "2C97B71003D28A22ED4892FB3F430633", "zz".repeat(16)])
    assert.equal(refusal(...week, "--student", student), "malformed");
  assert.equal(refusal(...week, "--week", "2026-08-31"), "malformed");
  assert.equal(refusal(MARK, "--vkey", VKEY, "--week", "2026-W36"), "arguments");
  assert.equal(refusal(MARK, "--vkey", VKEY, "--student", "00".repeat(16)), "arguments");
  assert.match(run([MARK, "--vkey", VKEY, "--token", "x"]).err, /arguments: time-stamps are not checked here/);
});

test("a report for people and one for programs", () => {
  assert.match(run([MARK, "--vkey", VKEY]).out, /^GOOD \(the school is simulated\)\n\n {2}\+ proof_file/);
  const report = JSON.parse(run([MARK, "--vkey", VKEY, "--json"]).out) as {
    verdict: string;
    entry: { statement: { type: string } };
  };
  assert.deepEqual([report.verdict, report.entry.statement.type], ["good", "mark_given"]);
});

test("many at once, a line each, whatever stands on it", () => {
  const proof = toBase64(bytesOf(COSIGNED));
  const policy = toBase64(bytesOf(DATA + "policy"));
  const asked = [
    { proof, vkey: VKEY },
    { proof, vkey: VKEY, policy },
    { proof, vkey: "x" },
    { proof: "!", vkey: VKEY },
    { vkey: VKEY },
    { proof, vkey: VKEY, policy: toBase64(utf8("x\n")) },
    { proof: toBase64(new Uint8Array(2 * 1024 * 1024 + 1)), vkey: VKEY },
  ];
  const input = [...asked.map((one) => JSON.stringify(one)), "nonsense"].join("\n") + "\n";
  const { exit, out } = run(["--batch"], input);
  assert.equal(exit, 0);
  const answers = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { exit: number; error?: string });
  assert.deepEqual(
    answers.map(({ exit: code, error }) => error ?? code),
    [0, 0, 2, "malformed", "arguments", "malformed", "too_large", "malformed"],
  );
});

test("the library runs where there is no Node", () => {
  const library = readdirSync(PACKAGE).filter((name) => name.endsWith(".ts") && name !== "cli.ts");
  assert.equal(library.length > 15, true);
  for (const name of library)
    assert.doesNotMatch(readFileSync(PACKAGE + name, "utf8"), /node:|\bBuffer\b|\bprocess\./, name);
});

test("four packages, of exact versions, from no registry in particular", () => {
  const made = JSON.parse(readFileSync(PACKAGE + "package.json", "utf8")) as Record<string, Record<string, string>>;
  const versions = { ...made["dependencies"], ...made["devDependencies"] };
  assert.deepEqual(Object.keys(versions).sort(), ["@noble/ed25519", "@noble/hashes", "@types/node", "typescript"]);
  for (const version of Object.values(versions)) assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.doesNotMatch(readFileSync(PACKAGE + "package-lock.json", "utf8"), /"resolved"/);
});

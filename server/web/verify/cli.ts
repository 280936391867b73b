#!/usr/bin/env node
// The verifier as a program, for Node: the same arguments, verdicts and exit codes as letopis-verify's. All else is in receipt.ts and
// week.ts.

import { readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { type Bytes, fromBase64, fromHex, utf8 } from "./bytes.js";
import { PROOF_FILE_MAX_BYTES } from "./checkpoint.js";
import { rememberingCheck } from "./ed25519.js";
import { parseWeek } from "./instant.js";
import { POLICY_MAX_BYTES, TrustPolicy } from "./policy.js";
import { checkReceipt } from "./receipt.js";
import { Refusal, refuse } from "./refusal.js";
import { EXIT_GOOD, EXIT_UNUSABLE, exitCode, jsonReport, type Report } from "./verdict.js";
import {
  checkWeek,
  exitCodeOfWeek,
  isWeekProof,
  jsonWeekReport,
  WEEK_PROOF_MAX_BYTES,
  type WeekAsked,
  weekLine,
} from "./week.js";

const EVENT_MAX_BYTES = 65_535;
const ID_BYTES = 16;

const HELP = `Checks one receipt, or one week of a diary, offline, with nothing but the log's key.

  node dist/cli.js PROOF.tlog-proof --vkey V [--policy FILE [--companion FILE]] [--entry FILE] [--json]
  node dist/cli.js WEEK.week-proof --vkey V [--policy FILE [--companion FILE]] [--student ID] [--week 2026-W37] [--json]
  node dist/cli.js --batch

  PROOF      the receipt: a C2SP tlog-proof file
  WEEK       a student's week, with the proof that nothing the log says of it is left out
  --vkey V   the log's key, as published by the school: name+id+base64
  --policy F whose cosignatures prove the time: a C2SP tlog-policy file
  --companion F  its companion: how many witnesses may lie, how far their clocks may be off
  --entry F  the entry's exact bytes, to compare with those in the receipt
  --student ID, --week W  whose week, and which, it has to be
  --json     one line of JSON for programs
  --batch    a line of JSON in, a line of JSON out: {"proof", "vkey", "policy"?, "companion"?, "entry"?,
             "student"?, "week"?}, files in base64, to {"exit", "report"} or {"exit", "error"}

Exit: 0 the receipt is good, 1 it is refuted, 2 it cannot be used (arguments, file, or format), 3 it is good, but the
witnesses that --policy asks for have not seen it; or the week is complete, but was not over yet. Time-stamp tokens are
not checked: there is no --token, and where a policy counts them, 3.
`;

interface Inputs {
  readonly proof: Bytes;
  readonly vkey: string;
  readonly policy?: Bytes | undefined;
  readonly companion?: Bytes | undefined;
  readonly entry?: Bytes | undefined;
  readonly student?: string | undefined; // as they were typed
  readonly week?: string | undefined;
}

const verify = rememberingCheck();

interface Judged {
  readonly report: Report;
  readonly exit: number;
  readonly json: string;
  readonly week?: string; // of a week: how far it is complete
}

function judge(inputs: Inputs): Judged {
  const isWeek = isWeekProof(inputs.proof);
  capped("the file", inputs.proof, isWeek ? WEEK_PROOF_MAX_BYTES : PROOF_FILE_MAX_BYTES);
  const policy = inputs.policy && TrustPolicy.parse(inputs.policy, inputs.companion);
  if (isWeek) {
    if (inputs.entry) refuse("arguments", "--entry goes with a receipt");
    const week = checkWeek(inputs.proof, inputs.vkey, askedOf(inputs), { policy, verify });
    return { report: week.commitment, exit: exitCodeOfWeek(week), json: jsonWeekReport(week), week: weekLine(week) };
  }
  if (inputs.student || inputs.week) refuse("arguments", "--student and --week go with a week; this file is none");
  const report = checkReceipt(inputs.proof, inputs.vkey, { entry: inputs.entry, policy, verify });
  return { report, exit: exitCode(report), json: jsonReport(report) };
}

function askedOf({ student, week }: Inputs): WeekAsked {
  if (student && student.length !== 2 * ID_BYTES) refuse("malformed", `expected ${2 * ID_BYTES} hexadecimal digits`);
  return {
    student: student ? fromHex(student) : undefined,
    week: week ? (parseWeek(week) ?? refuse("malformed", "a week of a year is written 2026-W47")) : undefined,
  };
}

// Asked before anything is parsed, wherever the bytes came from.
function capped(name: string, bytes: Bytes, maxBytes: number): Bytes {
  if (bytes.length > maxBytes) refuse("too_large", `${name} holds more than ${maxBytes} bytes`);
  return bytes;
}

function readCapped(path: string, maxBytes: number): Bytes {
  try {
    if (statSync(path).size > maxBytes) refuse("too_large", `${path} holds more than ${maxBytes} bytes`);
    // What is no regular file has no size beforehand.
    return capped(path, new Uint8Array(readFileSync(path)), maxBytes);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    refuse("io_error", error instanceof Error ? error.message : path);
  }
}

interface Arguments {
  proof?: string;
  values: Map<string, string>;
  flags: Set<string>;
}

const TAKES_VALUE = new Set(["--vkey", "--policy", "--companion", "--entry", "--student", "--week"]);
const FLAGS = new Set(["--json", "--batch", "--help", "-h"]);

function parseArguments(words: readonly string[]): Arguments {
  const parsed: Arguments = { values: new Map(), flags: new Set() };
  for (let i = 0; i < words.length; ++i) {
    const word = words[i]!;
    if (word === "--token") refuse("arguments", "time-stamps are not checked here: letopis-verify does");
    if (TAKES_VALUE.has(word)) {
      const value = words[++i];
      if (value === undefined) refuse("arguments", `${word} needs a value`);
      parsed.values.set(word, value);
    } else if (FLAGS.has(word)) parsed.flags.add(word);
    else if (word.startsWith("-") || parsed.proof !== undefined) refuse("arguments", `unexpected ${word}`);
    else parsed.proof = word;
  }
  return parsed;
}

function inputsOf({ proof, values }: Arguments): Inputs {
  const vkey = values.get("--vkey");
  if (!proof || !vkey) refuse("arguments", "a proof file and --vkey are needed; see --help");
  const [policy, companion, entry] = [values.get("--policy"), values.get("--companion"), values.get("--entry")];
  if (companion && !policy) refuse("arguments", "--companion goes with --policy");
  return {
    proof: readCapped(proof, WEEK_PROOF_MAX_BYTES),
    vkey,
    entry: entry ? readCapped(entry, EVENT_MAX_BYTES) : undefined,
    policy: policy ? readCapped(policy, POLICY_MAX_BYTES) : undefined,
    companion: companion ? readCapped(companion, POLICY_MAX_BYTES) : undefined,
    student: values.get("--student"),
    week: values.get("--week"),
  };
}

function textReport({ report, week }: Judged): string {
  const lines = [report.verdict.toUpperCase() + (report.simulated ? " (the school is simulated)" : ""), ""];
  for (const { name, reason, detail } of report.steps)
    lines.push(reason === undefined ? `  + ${name}` : `  - ${name}: ${reason}${detail ? ` (${detail})` : ""}`);
  if (week && report.verdict === "good") lines.push("", `  ${week}`);
  if (report.times) lines.push("", `  time: ${report.times.verdict}`);
  if (report.times?.tokensUnchecked) lines.push("  time-stamp tokens of the policy were not checked");
  return lines.join("\n") + "\n";
}

async function batch(): Promise<number> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    process.stdout.write(answerTo(line) + "\n");
  }
  return EXIT_GOOD;
}

function answerTo(line: string): string {
  try {
    const asked = JSON.parse(line) as Record<string, string | undefined>;
    const bytes = (name: string, maxBytes: number) =>
      asked[name] === undefined ? undefined : capped(name, fromBase64(utf8(asked[name])), maxBytes);
    const { exit, json } = judge({
      proof: bytes("proof", WEEK_PROOF_MAX_BYTES) ?? refuse("arguments", "proof"),
      vkey: asked["vkey"] ?? refuse("arguments", "vkey"),
      entry: bytes("entry", EVENT_MAX_BYTES),
      policy: bytes("policy", POLICY_MAX_BYTES),
      companion: bytes("companion", POLICY_MAX_BYTES),
      student: asked["student"],
      week: asked["week"],
    });
    return `{"exit":${exit},"report":${json}}`;
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof SyntaxError)) throw error;
    return JSON.stringify({ exit: EXIT_UNUSABLE, error: error instanceof Refusal ? error.code : "malformed" });
  }
}

async function main(words: readonly string[]): Promise<number> {
  const parsed = parseArguments(words);
  if (parsed.flags.has("--help") || parsed.flags.has("-h")) {
    process.stdout.write(HELP);
    return EXIT_GOOD;
  }
  if (parsed.flags.has("--batch")) return batch();
  const judged = judge(inputsOf(parsed));
  process.stdout.write(parsed.flags.has("--json") ? judged.json + "\n" : textReport(judged));
  return judged.exit;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // A mistake of ours is no verdict either.
  process.stderr.write(`letopis-verify: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT_UNUSABLE;
}

// Asks letopis-verify and this verifier the same thousands of questions: verdict, steps, reasons, times, the decoded entry and the exit
// code must agree, all that --json prints but the details, which are for people.
//
//   npm run differential -- PATH-OF-letopis-verify [FOLDER-OF-RECEIPTS [SEED [SCALE [NAMES]]]]
//
// The folder holds *.tlog-proof of one log, its `vkey` and a `policy`; by default test/data. NAMES is a part of the names of the cases
// to ask, where not all of them. Prints what disagrees; exits 1 then.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { type Bytes, toBase64 } from "../bytes.js";
import { allCases, type Case, readFixtures } from "./cases.js";

interface Answer {
  readonly exit: number;
  readonly said: string; // the report without its details, or the code of an error
}

const DETAIL = /,"detail":"(?:[^"\\]|\\.)*"/g;
function compared(report: string): string {
  return report.trim().replace(DETAIL, "");
}

function run(program: string, words: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ exit: code ?? -1, out, err: signal ? `killed: ${signal}` : err }));
  });
}

// One question to the C++ program, from files of its own.
async function askTheOther(program: string, folder: string, number: number, asked: Case): Promise<Answer> {
  const paths: string[] = [];
  const file = (kind: string, bytes: Bytes) => {
    const path = join(folder, `${number}.${kind}`);
    writeFileSync(path, bytes);
    paths.push(path);
    return path;
  };
  const words = [file("proof", asked.proof), "--vkey", asked.vkey, "--json"];
  for (const kind of ["policy", "companion", "entry"] as const)
    if (asked[kind]) words.push(`--${kind}`, file(kind, asked[kind]));
  for (const word of ["student", "week"] as const) if (asked[word]) words.push(`--${word}`, asked[word]);
  const { exit, out, err } = await run(program, words);
  paths.forEach((path) => rmSync(path));
  if (out !== "") return { exit, said: compared(out) };
  return { exit, said: /^letopis-verify: (\w+)/.exec(err)?.[1] ?? err };
}

async function askAll(program: string, cases: readonly Case[], atOnce: number): Promise<Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), "letopis-differential-"));
  const answers: Answer[] = [];
  let next = 0;
  const work = async () => {
    while (next < cases.length) {
      const number = next++;
      answers[number] = await askTheOther(program, folder, number, cases[number]!);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  rmSync(folder, { recursive: true });
  return answers;
}

// All questions to this verifier, as its users ask them: one process, a line each.
async function askThis(cases: readonly Case[]): Promise<Answer[]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../cli.js", import.meta.url)), "--batch"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answers: Answer[] = [];
  for (const { proof, vkey, policy, companion, entry, student, week } of cases) {
    const coded = Object.entries({ proof, policy, companion, entry }).flatMap(([name, bytes]) =>
      bytes ? [[name, toBase64(bytes)]] : [],
    );
    child.stdin.write(JSON.stringify({ vkey, student, week, ...Object.fromEntries(coded) }) + "\n");
    const line = ((await lines.next()).value ?? "") as string;
    const exit = Number(/^\{"exit":(\d+)/.exec(line)?.[1] ?? -1);
    const report = /^\{"exit":\d+,"report":(.*)\}$/.exec(line)?.[1];
    answers.push({ exit, said: (report && compared(report)) ?? /"error":"(\w+)"/.exec(line)?.[1] ?? line });
  }
  child.stdin.end();
  return answers;
}

// Tokens are not checked here: where a policy counts them, this verifier must not call the time witnessed, whatever the other says.
function agreeAboutTokens(other: Answer, own: Answer): boolean {
  return own.exit === 3 && (other.exit !== 1 || other.said.includes('"outside_bracket"'));
}

function agree(other: Answer, own: Answer): boolean {
  if (own.said.includes('"tokens_unchecked"')) return agreeAboutTokens(other, own);
  return other.exit === own.exit && other.said === own.said;
}

// Reads a verdict out of an answer, for the summary.
function summaryOf({ said }: Answer): string {
  const verdict = /^\{"verdict":"(\w+)"/.exec(said)?.[1];
  if (verdict === undefined) return `no report: ${said}`;
  const failed = /"name":"(\w+)","holds":false,"reason":"(\w+)"/.exec(said);
  const time = /"time":\{"verdict":"(\w+)"/.exec(said)?.[1];
  return [verdict, failed ? `${failed[1]} ${failed[2]}` : (time ?? "")].join(" ").trim();
}

function tell(cases: readonly Case[], others: readonly Answer[], own: readonly Answer[]): number {
  const disagreements = cases.flatMap((_, i) => (agree(others[i]!, own[i]!) ? [] : [i]));
  const counts = new Map<string, number>();
  others.forEach((answer) => counts.set(summaryOf(answer), (counts.get(summaryOf(answer)) ?? 0) + 1));
  for (const [summary, count] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`${count}\t${summary}`);
  for (const i of disagreements.slice(0, 20)) {
    console.log(`\nDISAGREE ${cases[i]!.name}\n  letopis-verify ${others[i]!.exit} ${others[i]!.said.slice(0, 1200)}`);
    console.log(`  this           ${own[i]!.exit} ${own[i]!.said.slice(0, 1200)}`);
    const [proof, vkey] = [toBase64(cases[i]!.proof), cases[i]!.vkey];
    if (proof.length < 20_000) console.log(`  proof ${proof}\n  vkey ${JSON.stringify(vkey)}`);
  }
  const tokens = own.filter(({ said }) => said.includes('"tokens_unchecked"')).length;
  console.log(
    `\n${cases.length} cases, ${counts.size} kinds of outcome, ${tokens} with tokens; ${disagreements.length} disagreements`,
  );
  return disagreements.length;
}

const [program = process.env["LETOPIS_VERIFY"], folder, seed = "1", scale = "1", names = ""] = process.argv.slice(2);
if (!program) {
  console.error("usage: differential PATH-OF-letopis-verify [FOLDER-OF-RECEIPTS [SEED [SCALE [NAMES]]]]");
  process.exit(2);
}
const fixtures = readFixtures(folder ?? fileURLToPath(new URL("../../test/data", import.meta.url)));
const cases = allCases(fixtures, Number(seed), Number(scale)).filter(({ name }) => name.includes(names));
console.log(`${cases.length} cases from ${fixtures.receipts.length} receipts, seed ${seed}`);
const others = await askAll(program, cases, 2);
const own = await askThis(cases);
process.exitCode = tell(cases, others, own) === 0 ? 0 : 1;

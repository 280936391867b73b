// What a check came to, and how programs are told: the same words, codes and JSON as letopis-verify's.

import { entryJson, jsonString } from "./describe.js";
import { formatInstant } from "./instant.js";
import { type Entry } from "./statement.js";
import { type Times } from "./time.js";

export type Verdict = "good" | "refuted" | "unusable";

export type StepName =
  | "vkey"
  | "proof_file"
  | "log_signature"
  | "entry"
  | "inclusion"
  | "genesis"
  | "key_chain"
  | "author_signature"
  | "time"
  // of a week (week.ts)
  | "week_file"
  | "commitment"
  | "asked"
  | "entries"
  | "complete"
  | "later"
  | "names";

export interface Step {
  readonly name: StepName;
  readonly reason?: string; // absent when it holds, else a code: "bad_signature", "root_mismatch", …
  readonly detail?: string;
}

export interface Report {
  readonly verdict: Verdict;
  readonly steps: readonly Step[]; // ends with the first that does not hold
  readonly simulated: boolean; // the genesis says that the school is; to be said wherever the verdict is shown
  readonly origin: string;
  readonly school: string;
  readonly index: bigint;
  readonly treeSize: bigint;
  readonly entry: Entry | undefined; // decoded; confirmed by nothing unless the verdict is good
  readonly times: Times | undefined; // when a policy was brought and all steps hold
}

export const EXIT_GOOD = 0;
export const EXIT_REFUTED = 1;
export const EXIT_UNUSABLE = 2;
export const EXIT_UNWITNESSED = 3; // good, but the policy's quorum has not seen it in this receipt

export function exitCode(report: Report): number {
  switch (report.verdict) {
    case "good":
      return report.times?.verdict === "unwitnessed" ? EXIT_UNWITNESSED : EXIT_GOOD;
    case "refuted":
      return EXIT_REFUTED;
    case "unusable":
      return EXIT_UNUSABLE;
  }
}

// The code of the step that failed, or undefined.
export function reasonOf(report: Report): string | undefined {
  return report.steps[report.steps.length - 1]?.reason;
}

function stepJson({ name, reason, detail }: Step): string {
  if (reason === undefined) return `{"name":"${name}","holds":true}`;
  return `{"name":"${name}","holds":false,"reason":${jsonString(reason)},"detail":${jsonString(detail ?? "")}}`;
}

function timeJson(times: Times, deadline: bigint): string {
  const unchecked = times.tokensUnchecked > 0 ? `,"tokens_unchecked":${times.tokensUnchecked}` : "";
  const moment = (name: string, at: bigint | undefined) =>
    at === undefined ? "" : `,"${name}":"${formatInstant(at)}"`;
  return (
    `{"verdict":"${times.verdict}","witnesses":${times.witnesses},"authorities":0${unchecked}` +
    moment("earliest", times.earliest) +
    moment("latest", times.latest) +
    moment("deadline", deadline === 0n ? undefined : deadline) +
    (times.clockDoubted ? ',"clock_doubted":true' : "") +
    "}"
  );
}

// One line. Numbers of 64 bits are written out, so a program that reads it must not round them.
export function jsonReport(report: Report): string {
  const { entry, times } = report;
  return (
    `{"verdict":"${report.verdict}","simulated":${report.simulated},"origin":${jsonString(report.origin)},` +
    `"school":${jsonString(report.school)},"index":${report.index},"tree_size":${report.treeSize},` +
    `"steps":[${report.steps.map(stepJson).join(",")}]` +
    (entry && times ? `,"time":${timeJson(times, entry.event.deadline)}` : "") +
    (entry ? `,"entry":${entryJson(entry)}` : "") +
    "}"
  );
}

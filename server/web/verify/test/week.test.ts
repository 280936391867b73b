// Weeks of a small school (test/data/weeks), and everything that can be left out of one or slipped in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, textOf, toHex, utf8 } from "../bytes.js";
import { rememberingCheck } from "../ed25519.js";
import { checkWeek, isWeekProof, jsonWeekReport, parseWeekProof, type WeekAsked, type WeekReport } from "../week.js";
import { parseDate, weekday } from "../instant.js";
import { readFixtures } from "./cases.js";
import { DATA } from "./files.js";
import { Random } from "./random.js";
import { refused } from "./refused.js";

const { weeks } = readFixtures(DATA.slice(0, -1));
const verify = rememberingCheck();
const fileOf = (name: string): Bytes => weeks.files.find((file) => file.name === `${name}.week-proof`)!.bytes;
const FULL = fileOf("full");
const EMPTY_WEEK = fileOf("empty");

function judge(file: Bytes, asked: WeekAsked = {}): WeekReport {
  return checkWeek(file, weeks.vkey, asked, { verify });
}
function outcome(file: Bytes, asked: WeekAsked = {}): string {
  const { commitment } = judge(file, asked);
  const failed = commitment.steps.find(({ reason }) => reason !== undefined);
  return failed ? `${commitment.verdict} ${failed.name} ${failed.reason}` : commitment.verdict;
}
function changed(file: Bytes, change: (lines: string[]) => void): Bytes {
  const lines = textOf(file)!.split("\n");
  change(lines);
  return utf8(lines.join("\n"));
}
function lineOf(lines: readonly string[], start: string): number {
  const at = lines.findIndex((line) => line.startsWith(start));
  assert.notEqual(at, -1, start);
  return at;
}

test("a whole week is good, and an empty one too", () => {
  for (const { name, bytes } of weeks.files) {
    assert.equal(isWeekProof(bytes), true);
    const report = judge(bytes);
    assert.equal(report.commitment.verdict, "good", name);
    assert.equal(report.completeTo, report.commitment.index, "what precedes the commitment's own entry");
    assert.equal(weekday(report.week), 1);
  }
  const [full, empty] = [judge(FULL), judge(EMPTY_WEEK)];
  assert.equal(full.shards[0]!.entries.length > 0 && full.shards[0]!.diary, true);
  assert.equal(full.shards[0]!.hidden, 0);
  assert.equal(full.shards[1]!.hidden > 0, true, "entries about other pupils, by place and hash alone");
  assert.equal(empty.shards[0]!.entries.length, 0);
});

test("nothing can be left out, slipped in or passed off", () => {
  const without = (start: string) => changed(FULL, (lines) => lines.splice(lineOf(lines, start), 1));
  assert.equal(outcome(without("entry ")), "refuted complete root_mismatch");
  assert.equal(outcome(without("leaf ")), "refuted complete root_mismatch");
  const hidden = changed(FULL, (lines) => {
    const at = lineOf(lines, "entry ");
    lines[at] = `leaf ${lines[at]!.split(" ")[1]} ${"00".repeat(32)}`;
  });
  assert.equal(outcome(hidden), "refuted entries entry_hidden");
  const renamed = changed(FULL, (lines) => {
    const at = lineOf(lines, "leaf ");
    lines[at] = lines[at]!.slice(0, -1) + (lines[at]!.endsWith("0") ? "1" : "0");
  });
  assert.equal(outcome(renamed), "refuted complete root_mismatch");
  const { student, week } = judge(FULL);
  assert.equal(outcome(FULL, { student, week }), "good");
  assert.equal(outcome(FULL, { student: new Uint8Array(16) }), "refuted asked other_student");
  assert.equal(outcome(FULL, { week: week + 7 }), "refuted asked other_week");
  // An empty week under another name: the key in the tree is of the week.
  const passed = changed(EMPTY_WEEK, (lines) => {
    lines[2] = textOf(FULL)!.split("\n")[2]!;
  });
  assert.match(outcome(passed), /^refuted complete /);
});

test("a group is called what the entry that opened it says, or nothing", () => {
  const called = (file: Bytes) => judge(file).shards.map(({ names }) => names?.title);
  assert.deepEqual(called(FULL), [undefined, "Физика", "Алгебра"]);
  assert.deepEqual(called(fileOf("unnamed")), [undefined, undefined, undefined]);
  assert.match(jsonWeekReport(judge(FULL)), /"label":"7А","title":"Физика"/);
  assert.doesNotMatch(jsonWeekReport(judge(fileOf("unnamed"))), /"label"/);
  const [first, second] = textOf(FULL)!
    .split("\n")
    .flatMap((line, at) => (line.startsWith("opened ") ? [at] : []));
  const spoilt = (change: (lines: string[]) => void) => outcome(changed(FULL, change));
  const exchanged = (lines: string[]) => ([lines[first!], lines[second!]] = [lines[second!]!, lines[first!]!]);
  assert.equal(spoilt(exchanged), "refuted names not_the_group");
  const pathOf = (lines: string[]) => (lines[first! + 1] = "path " + "00".repeat(32));
  assert.equal(spoilt(pathOf), "refuted names root_mismatch");
  const mark = (lines: string[]) => (lines[first!] = lines[lineOf(lines, "entry ")]!.replace("entry", "opened"));
  assert.equal(spoilt(mark), "refuted names not_the_group");
  const renumbered = (lines: string[]) => (lines[first!] = lines[first!]!.replace(/ \d+ /, " 7 "));
  assert.equal(spoilt(renumbered), "refuted names index_differs");
  const inDiary = (lines: string[]) => lines.splice(lineOf(lines, "shard diary ") + 1, 0, lines[first!]!);
  assert.equal(spoilt(inDiary), "unusable week_file malformed");
  assert.equal(spoilt((lines) => lines.splice(first!, 0, lines[first!]!)), "unusable week_file malformed", "twice");
  assert.equal(spoilt((lines) => lines.splice(first!, 1)), "unusable week_file malformed", "a path of nothing");
});

test("a file that is not strictly one is unusable", () => {
  const spoilt: readonly ((lines: string[]) => void)[] = [
    (lines) => (lines[0] = "letopis-week-proof v2"),
    (lines) => (lines[1] = lines[1]!.slice(0, -1)),
    (lines) => (lines[2] = "week 2026-09-01x"),
    (lines) => (lines[2] = "week 2026-13-01"),
    (lines) => lines.splice(2, 1),
    (lines) => lines.splice(3, 1),
    (lines) => (lines[3] = lines[3]!.replace("diary", "journal")),
    (lines) => (lines[3] = lines[3]!.replace("diary", "school")),
    (lines) => lines.splice(lineOf(lines, "sibling "), 0, "wish 1"),
    (lines) => lines.splice(lineOf(lines, "entry "), 0, lines[lineOf(lines, "entry ")]!),
    (lines) => lines.splice(lineOf(lines, "entry "), 0, "sibling " + "00".repeat(32)),
    (lines) => lines.splice(lineOf(lines, "entry "), 0, "path " + "00".repeat(32)),
    (lines) => lines.push("more"),
  ];
  for (const change of spoilt) assert.match(outcome(changed(FULL, change)), /^unusable week_file /);
  refused("too_large", () => parseWeekProof(new Uint8Array(8 * 1024 * 1024 + 1)));
  assert.equal(outcome(new Uint8Array(0)), "unusable week_file malformed");
});

test("no single damaged bit is good unless nothing was said by it", () => {
  const random = new Random(17);
  const said = jsonWeekReport(judge(FULL));
  for (let n = 0; n < 600; ++n) {
    const damaged = Uint8Array.from(FULL);
    damaged[random.below(FULL.length)]! ^= 1 << random.below(8);
    const report = judge(damaged);
    if (report.commitment.verdict === "good") assert.equal(jsonWeekReport(report), said);
  }
});

test("reports are JSON", () => {
  const report = JSON.parse(jsonWeekReport(judge(FULL))) as { student: string; shards: { view: string }[] };
  assert.equal(report.student, toHex(judge(FULL).student));
  assert.deepEqual(report.shards[0]!.view, "diary");
});

test("days are read as they are written", () => {
  assert.equal(parseDate("1970-01-01"), 0);
  assert.equal(weekday(0), 4, "a Thursday");
  assert.equal(weekday(parseDate("1969-12-28")!), 7);
  assert.equal(parseDate("2024-02-29")! + 1, parseDate("2024-03-01"));
  for (const none of ["2023-02-29", "2026-9-07", "26-09-07", "2026-00-01", "2026-01-00", "2026-09-07 ", ""])
    assert.equal(parseDate(none), undefined, none);
});

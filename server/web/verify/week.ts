// Checks a week of a diary (docs/formats/week-proof.md) with nothing but the log's key: that up to a state commitment the log holds no
// entry about this student and week but those listed. Pure, as receipt.ts is, and held against letopis-verify like it.
//
//   vkey, week_file        the key and the file read, strictly                             (else unusable)
//   the steps of receipts  of the commitment's own receipt
//   commitment             it is an accepted state_committed of the service key, over exactly what precedes it
//   asked                  it is the student and week that were asked for, where any were
//   entries                every entry shown is one of this log, and of the index it is shown under
//   complete               of each shard exactly these entries lie under the committed root
//   later                  what came later follows the commitment, and stands in the log as far as the checkpoint reaches
//   names                  what a group is called says the entry of the log that opened it, where any is shown

import { type Bytes, equal, fromBase64, fromHex, HASH_BYTES, textOf, toHex } from "./bytes.js";
import { parseCheckpoint, parseProofFile, type Checkpoint } from "./checkpoint.js";
import { entryJson, jsonString } from "./describe.js";
import { floorDivide, formatDate, formatInstant, parseDate, weekday } from "./instant.js";
import { after, LineReader, parseDecimal } from "./lines.js";
import { leafHash, verifyInclusion } from "./merkle.js";
import { parseNote } from "./note.js";
import { checkReceipt, type Options } from "./receipt.js";
import { refusalOf, refuse } from "./refusal.js";
import { ENUM_NAMES } from "./schema.js";
import { shardDigest, shardKey, type SparseProof, verifySparse, View } from "./sparse.js";
import { bodyAs, decodeEntry, decodeReceipt, type Entry } from "./statement.js";
import { EXIT_UNWITNESSED, exitCode, jsonReport, type Report, type Step, type StepName } from "./verdict.js";

export const WEEK_PROOF_MAX_BYTES = 8 * 1024 * 1024;
const SHARDS_MAX = 65;
const ENTRIES_MAX = 65_536;
const ID_BYTES = 16;
const EVENT_MAX_BYTES = 65_535;
const SIBLINGS_MAX = 256;
const PATH_MAX = 64;
const MICROS = 1_000_000n;
const DAY_MICROS = 86_400n * MICROS;
const ACCEPTED = ENUM_NAMES.get("Verdict")!.indexOf("accepted") + 1;
const REFUSED = ENUM_NAMES.get("Verdict")!.indexOf("refused") + 1;
const SERVICE = ENUM_NAMES.get("Role")!.indexOf("service") + 1;

interface Listed {
  readonly index: bigint;
  readonly event?: Bytes; // shown, or
  readonly leaf?: Bytes; // named by its place and hash alone
}
interface Placed {
  readonly index: bigint;
  readonly event: Bytes;
  readonly path: Bytes[];
}
interface Shard {
  readonly diary: boolean;
  readonly subject: Bytes;
  opened?: Placed; // of a journal: what opened its group, and says what it is called
  readonly entries: Listed[];
  readonly siblings: Bytes[];
  otherLeaf?: SparseProof["otherLeaf"];
  readonly later: Placed[];
}
export interface WeekProof {
  readonly student: Bytes;
  readonly week: number; // its Monday, in days since 1970-01-01
  readonly shards: readonly Shard[];
  readonly commitment: Bytes; // a proof file
}

function fixed(text: Bytes, size: number): Bytes {
  const spelled = textOf(text) ?? refuse("malformed", "not a text");
  if (spelled.length !== 2 * size) refuse("malformed", `expected ${2 * size} hexadecimal digits`);
  return fromHex(spelled);
}

// The lines of a shard come in this order; each word says which of them may come before it.
const enum Part {
  head,
  opened,
  entries,
  siblings,
  instead,
  later,
  path,
}

class Reader {
  private readonly shards: Shard[] = [];
  private readonly groups = new Set<string>();
  private part = Part.head;
  private last: bigint | undefined;
  private student!: Bytes;

  constructor(private readonly lines: LineReader) {}

  read(): WeekProof {
    if (after("letopis-week-proof v1", this.lines.line())?.length !== 0)
      refuse("malformed", "not a week proof of version 1");
    this.student = fixed(this.value("student "), ID_BYTES);
    const week = parseDate(textOf(this.value("week ")) ?? "");
    if (week === undefined || weekday(week) !== 1) refuse("malformed", "a week is named by its Monday");
    for (let line = this.lines.line(); line.length > 0; line = this.lines.line()) this.readLine(line);
    if (this.shards.length === 0) refuse("malformed", "no shard");
    const commitment = this.lines.rest();
    parseProofFile(commitment);
    return { student: this.student, week, shards: this.shards, commitment };
  }

  private value(word: string): Bytes {
    return after(word, this.lines.line()) ?? refuse("malformed", `expected ${word}`);
  }

  private readLine(line: Bytes): void {
    const known: readonly (readonly [string, (value: Bytes) => void])[] = [
      ["shard ", (value) => this.shard(value)],
      ["opened ", (value) => this.opened(value)],
      ["entry ", (value) => this.entry(value, true)],
      ["leaf ", (value) => this.entry(value, false)],
      ["sibling ", (value) => this.sibling(value)],
      ["instead ", (value) => this.instead(value)],
      ["later ", (value) => this.later(value)],
      ["path ", (value) => this.path(value)],
    ];
    for (const [word, read] of known) {
      const value = after(word, line);
      if (value) return read(value);
    }
    refuse("malformed", "an unknown line");
  }
  private current(): Shard {
    return this.shards[this.shards.length - 1] ?? refuse("malformed", "a line before the first shard");
  }
  private follows(part: Part, latest: Part): void {
    if (this.part > latest) refuse("malformed", "a line out of order");
    this.part = part;
  }

  private shard(value: Bytes): void {
    if (this.shards.length === SHARDS_MAX) refuse("too_large", "more shards than a week can have");
    const own = after("diary ", value);
    const id = own ?? after("journal ", value);
    // The diary first and once: whose week it is stands above it.
    if (!id || (own !== undefined) !== (this.shards.length === 0))
      refuse("malformed", "the diary comes first, journals after it");
    const subject = fixed(id, ID_BYTES);
    if (own ? !equal(subject, this.student) : this.groups.has(toHex(subject)))
      refuse("malformed", "another student's diary, or a group twice");
    if (!own) this.groups.add(toHex(subject));
    this.shards.push({ diary: own !== undefined, subject, entries: [], siblings: [], later: [] });
    this.part = Part.head;
    this.last = undefined;
  }

  // "<index> <rest>"
  private static numbered(value: Bytes): readonly [bigint, Bytes] {
    const blank = value.indexOf(0x20);
    if (blank < 0) refuse("malformed", "an index and what stands there");
    return [parseDecimal(value.subarray(0, blank)), value.subarray(blank + 1)];
  }
  // Indices of a shard ascend, from its first entry to the last that came later.
  private next(value: Bytes): readonly [bigint, Bytes] {
    const [index, rest] = Reader.numbered(value);
    if (this.last !== undefined && index <= this.last) refuse("malformed", "indices do not ascend");
    this.last = index;
    return [index, rest];
  }
  private static event(text: Bytes): Bytes {
    const bytes = fromBase64(text);
    if (bytes.length === 0 || bytes.length > EVENT_MAX_BYTES) refuse("malformed", "not an entry");
    return bytes;
  }

  private opened(value: Bytes): void {
    const shard = this.current();
    this.follows(Part.opened, Part.head);
    if (shard.diary) refuse("malformed", "nothing opens a diary");
    const [index, rest] = Reader.numbered(value);
    shard.opened = { index, event: Reader.event(rest), path: [] };
  }
  private entry(value: Bytes, shown: boolean): void {
    const { entries } = this.current();
    this.follows(Part.entries, Part.entries);
    if (entries.length === ENTRIES_MAX) refuse("too_large", "more entries than a week can have");
    const [index, rest] = this.next(value);
    entries.push(shown ? { index, event: Reader.event(rest) } : { index, leaf: fixed(rest, HASH_BYTES) });
  }
  private sibling(value: Bytes): void {
    const { siblings } = this.current();
    this.follows(Part.siblings, Part.siblings);
    if (siblings.length === SIBLINGS_MAX) refuse("too_large", "more siblings than a tree is deep");
    siblings.push(fixed(value, HASH_BYTES));
  }
  private instead(value: Bytes): void {
    const shard = this.current();
    this.follows(Part.instead, Part.siblings);
    const digits = 2 * HASH_BYTES;
    if (value.length !== 2 * digits + 1 || value[digits] !== 0x20) refuse("malformed", "a key and its value");
    const key = fixed(value.subarray(0, digits), HASH_BYTES);
    shard.otherLeaf = { key, value: fixed(value.subarray(digits + 1), HASH_BYTES) };
  }
  private later(value: Bytes): void {
    const { later } = this.current();
    this.follows(Part.later, Part.path);
    if (later.length === ENTRIES_MAX) refuse("too_large", "more entries than a week can have");
    const [index, rest] = this.next(value);
    later.push({ index, event: Reader.event(rest), path: [] });
  }
  private path(value: Bytes): void {
    const { opened, later } = this.current();
    const ofOpened = this.part === Part.opened;
    if (!ofOpened && this.part < Part.later) refuse("malformed", "a path of nothing");
    if (!ofOpened) this.part = Part.path;
    const { path } = ofOpened ? opened! : later[later.length - 1]!;
    if (path.length === PATH_MAX) refuse("too_large", "a path longer than the tree is deep");
    path.push(fixed(value, HASH_BYTES));
  }
}

export function isWeekProof(bytes: Bytes): boolean {
  return after("letopis-week-proof v1", bytes) !== undefined;
}

// Nothing is verified yet. Refusals: "malformed", "out_of_range", "too_large".
export function parseWeekProof(bytes: Bytes): WeekProof {
  if (bytes.length > WEEK_PROOF_MAX_BYTES) refuse("too_large", "longer than a week proof may be");
  return new Reader(new LineReader(bytes)).read();
}

export interface WeekAsked {
  readonly student?: Bytes | undefined;
  readonly week?: number | undefined; // Monday
}

export interface ShownEntry {
  readonly index: bigint;
  readonly json: string;
  readonly later: boolean; // came after the commitment
  proved: boolean; // stands under the signed checkpoint
}
export interface ShownShard {
  readonly diary: boolean;
  readonly subject: Bytes;
  names?: { readonly label: string; readonly title: string }; // of a group: its own and its subject's, where they are proved
  readonly entries: ShownEntry[];
  hidden: number; // entries of others
}
export interface WeekReport {
  readonly commitment: Report; // its verdict is that of the whole, and its steps are all of them
  readonly student: Bytes;
  readonly week: number;
  readonly completeTo: bigint; // the list is complete for all entries below this index
  readonly asOf: bigint; // when the commitment was recorded, by the school's clock: microseconds since 1970-01-01 UTC
  readonly weekWasOver: boolean; // by then, in local time: what came after is not proved to be all
  readonly shards: readonly ShownShard[];
}

const NOBODY: Bytes = new Uint8Array(ID_BYTES);
const UNREAD: Report = {
  verdict: "unusable",
  steps: [],
  simulated: false,
  origin: "",
  school: "",
  index: 0n,
  treeSize: 0n,
  entry: undefined,
  times: undefined,
};

function ofThisLog(index: bigint, event: Bytes, origin: string): Entry {
  const entry = decodeEntry(event);
  if (entry.event.index !== index) refuse("index_differs", `entry ${entry.event.index}`);
  if (entry.statement.origin !== origin) refuse("other_log", entry.statement.origin);
  return entry;
}

class WeekCheck {
  private readonly steps: Step[] = [];
  private proof: WeekProof | undefined;
  private root!: Bytes;
  private checkpoint!: Checkpoint;
  private completeTo = 0n;
  private asOf = 0n;
  private utcOffset = 0;
  private readonly shards: ShownShard[] = [];

  constructor(
    private readonly bytes: Bytes,
    private readonly vkey: string,
    private readonly asked: WeekAsked,
    private readonly options: Options,
  ) {}

  run(): WeekReport {
    this.step("week_file", () => (this.proof = parseWeekProof(this.bytes)));
    const { proof } = this;
    if (!proof) return this.report({ ...UNREAD, steps: this.steps });
    const receipt = checkReceipt(proof.commitment, this.vkey, this.options);
    if (receipt.verdict !== "good") return this.report({ ...receipt, steps: [...this.steps, ...receipt.steps] });
    this.steps.push(...receipt.steps);
    const good =
      this.step("commitment", () => this.readCommitment(proof)) &&
      (!this.asks || this.step("asked", () => this.requireAsked(proof))) &&
      this.step("entries", () => this.readEntries(proof, receipt.origin)) &&
      this.step("complete", () => this.requireComplete(proof)) &&
      this.step("later", () => this.checkLater(proof)) &&
      (!proof.shards.some(({ opened }) => opened) || this.step("names", () => this.readNames(proof, receipt.origin)));
    return this.report({ ...receipt, verdict: good ? "good" : "refuted", steps: this.steps });
  }

  private step(name: StepName, check: () => void): boolean {
    const refusal = refusalOf(check);
    this.steps.push(refusal ? { name, reason: refusal.code, detail: refusal.detail } : { name });
    return refusal === undefined;
  }

  // The receipt has been checked: it is read once more for what it commits to.
  private readCommitment({ commitment }: WeekProof): void {
    const file = parseProofFile(commitment);
    const entry = decodeEntry(decodeReceipt(file.extra!).event);
    const committed = bodyAs(entry, "StateCommitted");
    if (!committed || entry.statement.acting_as !== SERVICE)
      refuse("not_a_commitment", "the receipt is of another entry");
    if (entry.event.verdict !== ACCEPTED || committed.size !== entry.event.index)
      refuse("not_a_commitment", "it does not cover exactly what precedes it");
    this.root = committed.root;
    this.completeTo = committed.size;
    this.asOf = entry.event.recorded_at;
    this.utcOffset = entry.event.utc_offset;
    this.checkpoint = parseCheckpoint(parseNote(file.checkpoint).text);
  }

  private get asks(): boolean {
    return this.asked.student !== undefined || this.asked.week !== undefined;
  }
  private requireAsked({ student, week }: WeekProof): void {
    if (this.asked.student && !equal(this.asked.student, student)) refuse("other_student", toHex(student));
    if (this.asked.week !== undefined && this.asked.week !== week) refuse("other_week", formatDate(BigInt(week)));
  }

  private readEntries(proof: WeekProof, origin: string): void {
    for (const from of proof.shards) {
      const shard: ShownShard = { diary: from.diary, subject: from.subject, entries: [], hidden: 0 };
      this.shards.push(shard);
      const show = (index: bigint, event: Bytes, later: boolean): void => {
        const entry = ofThisLog(index, event, origin);
        shard.entries.push({ index, json: entryJson(entry), later, proved: !later });
      };
      for (const { index, event } of from.entries) {
        if (event) show(index, event, false);
        else ++shard.hidden;
      }
      // Whatever stands in the student's own diary is theirs to read.
      if (shard.diary && shard.hidden > 0) refuse("entry_hidden", "of the student's own diary");
      for (const { index, event } of from.later) show(index, event, true);
    }
  }

  private requireComplete({ week, shards }: WeekProof): void {
    for (const { diary, subject, entries, siblings, otherLeaf } of shards) {
      const beyond = entries.find(({ index }) => index >= this.completeTo);
      if (beyond) refuse("after_commitment", `entry ${beyond.index}`);
      const leaves = entries.map(({ index, event, leaf }) => ({ index, leaf: leaf ?? leafHash(event!) }));
      const key = shardKey(diary ? View.diary : View.journal, subject, week);
      verifySparse(this.root, key, leaves.length > 0 ? shardDigest(leaves) : undefined, { siblings, otherLeaf });
    }
  }

  private checkLater({ shards }: WeekProof): void {
    const { size, root } = this.checkpoint;
    shards.forEach(({ later }, i) => {
      for (const { index, event, path } of later) {
        if (index < this.completeTo) refuse("before_commitment", `entry ${index}`);
        if (index >= size && path.length > 0) refuse("malformed", "a path beyond the checkpoint");
        if (index >= size) continue;
        verifyInclusion(leafHash(event), index, size, path, root);
        this.shards[i]!.entries.find((entry) => entry.index === index)!.proved = true;
      }
    });
  }

  // An id is opened once: the rules refuse a second.
  private readNames({ shards }: WeekProof, origin: string): void {
    const { size, root } = this.checkpoint;
    shards.forEach(({ subject, opened }, i) => {
      if (!opened) return;
      const entry = ofThisLog(opened.index, opened.event, origin);
      const group = bodyAs(entry, "TeachingGroupOpened");
      if (!group || !equal(group.group, subject) || entry.event.verdict === REFUSED)
        refuse("not_the_group", `entry ${opened.index}`);
      verifyInclusion(leafHash(opened.event), opened.index, size, opened.path, root);
      this.shards[i]!.names = { label: group.label, title: group.subject };
    });
  }

  private report(commitment: Report): WeekReport {
    const { completeTo, asOf, shards } = this;
    const week = this.proof?.week ?? 0;
    const day = floorDivide(asOf + BigInt(this.utcOffset) * MICROS, DAY_MICROS);
    const weekWasOver = day > BigInt(week + 6);
    return { commitment, student: this.proof?.student ?? NOBODY, week, completeTo, asOf, weekWasOver, shards };
  }
}

export function checkWeek(weekFile: Bytes, vkey: string, asked: WeekAsked = {}, options: Options = {}): WeekReport {
  return new WeekCheck(weekFile, vkey, asked, options).run();
}

function shardJson({ diary, subject, names, hidden, entries }: ShownShard): string {
  const shown = entries.map(({ later, proved, json }) => `{"later":${later},"proved":${proved},"entry":${json}}`);
  const called = names ? `,"label":${jsonString(names.label)},"title":${jsonString(names.title)}` : "";
  return `{"view":"${diary ? "diary" : "journal"}","subject":"${toHex(subject)}"${called},"hidden":${hidden},"entries":[${shown.join(",")}]}`;
}

// As of a receipt; 3 also where the week was not over at the commitment.
export function exitCodeOfWeek(report: WeekReport): number {
  const early = report.commitment.verdict === "good" && !report.weekWasOver;
  return early ? EXIT_UNWITNESSED : exitCode(report.commitment);
}

// Up to when the week is complete, in a sentence.
export function weekLine(report: WeekReport): string {
  const asOf = formatInstant(report.asOf);
  return report.weekWasOver
    ? `complete as of ${asOf}, when the week was over`
    : `complete as of ${asOf}, before the week was over: what came later is not in the file`;
}

// One line, as letopis-verify's.
export function jsonWeekReport(report: WeekReport): string {
  return (
    jsonReport(report.commitment).slice(0, -1) +
    `,"student":"${toHex(report.student)}","week":"${formatDate(BigInt(report.week))}",` +
    `"complete_to":${report.completeTo},"as_of":"${formatInstant(report.asOf)}",` +
    `"week_was_over":${report.weekWasOver},"shards":[${report.shards.map(shardJson).join(",")}]}`
  );
}

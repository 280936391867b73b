// A small school whose every step can be told wrongly, one lie at a time: the receipt of a mark, by a teacher whose key was enrolled by
// invitation and rotated once, behind an anchor and under a cosigned checkpoint. Each lie is signed as if it were true.

import { type Bytes, concat, utf8 } from "../bytes.js";
import { enrolmentMessage, genesisMessage, keyId, rotationMessage } from "../statement.js";
import type { KeyEnrolled, SchoolCreated, Statement } from "../statement.js";
import type { Plain } from "./buffer_writer.js";
import { ForgedLog, idOf, type Pair, pairOf, proofFile, ROLES, signed, VERDICTS, Witness } from "./forge.js";

export const WITNESSES = ["north", "south", "town", "west", "hill"].map((name) => new Witness(name));
export const ORIGIN = "journal.example.org/log/licey29";
export const NOBODY = new Uint8Array(16);
export const BASE_SECOND = 1_790_000_000n;
const MICROS = 1_000_000n;

// What a lie can change. Everything it leaves alone is as an honest server would have it.
export interface Knobs {
  genesis: {
    body: Plain;
    event: Plain;
    envelope: Plain;
    signer?: Pair;
    rootSigners?: (Pair | undefined)[];
    roots: Pair[];
    type?: string;
  };
  invitation: { body: Plain; event: Plain; envelope: Plain; signer?: Pair; type?: string };
  enrolment: { body: Plain; event: Plain; envelope: Plain; signer?: Pair; codeSigner?: Pair; codeMessage?: Bytes };
  rotation: { body: Plain; event: Plain; envelope: Plain; signer?: Pair; newSigner?: Pair; skip?: boolean };
  anchor: { body: Plain; event: Plain; times: (bigint | undefined)[]; note?: (note: string) => string; extra: Plain[] };
  clock?: { kind: string; event: Plain }; // what the log says of its server's clock, before the entry
  entry: { body: Plain; event: Plain; envelope: Plain; signer?: Pair; type?: string };
  receipt: (parts: Plain, log: ForgedLog) => Plain;
  proof: (proof: Bytes[], log: ForgedLog) => Bytes[];
  index?: string;
  times: (bigint | undefined)[];
  lines: (text: string) => string[];
}

export function honest(): Knobs {
  const plain = () => ({ body: {}, event: {}, envelope: {} });
  return {
    genesis: { ...plain(), roots: [pairOf("root one"), pairOf("root two")] },
    invitation: plain(),
    enrolment: plain(),
    rotation: plain(),
    anchor: { body: {}, event: {}, times: [100n, 101n, 102n], extra: [] },
    entry: plain(),
    receipt: (parts) => parts,
    proof: (proof) => proof,
    times: [110n, 111n, 112n],
    lines: () => [],
  };
}

export const TEACHER = pairOf("teacher");
export const TEACHER_NEW = pairOf("teacher new");
export const SERVICE = pairOf("service");
export const CODE = pairOf("code");
export const STRANGER = pairOf("stranger");
export const PERSON = idOf("teacher person");

function appendGenesis(log: ForgedLog, knobs: Knobs): void {
  const { genesis } = knobs;
  const draft: Plain = {
    name: "Лицей № 29",
    zone: "Europe/Moscow",
    utc_offset: 10_800,
    log_vkey: log.vkeyText,
    service_key: SERVICE.public,
    root_keys: genesis.roots.map((root) => ({ key: root.public, signature: new Uint8Array(64) })),
    threshold: 1,
    simulated: false,
    profile_name: "r000",
    profile: concat(idOf("profile"), idOf("profile 2")),
    regulation: new Uint8Array(32),
    previous_origin: "",
    previous_size: 0n,
    previous_root: new Uint8Array(32),
    ...genesis.body,
  };
  const envelope = { id: idOf("statement 0"), origin: log.origin, ...genesis.envelope };
  const message = genesisMessage(envelope as unknown as Statement, draft as unknown as SchoolCreated);
  const signers = genesis.rootSigners ?? genesis.roots;
  const roots = draft["root_keys"] as { key: Bytes }[];
  const body = {
    ...draft,
    root_keys: roots.map(({ key }, i) => ({
      key,
      signature: signers[i] ? signed(signers[i]!, message) : new Uint8Array(64),
    })),
  };
  const signer = genesis.signer ?? genesis.roots[0]!;
  const own = { key: keyId("root", genesis.roots[0]!.public), acting_as: ROLES.root, ...envelope };
  const told = genesis.type ? { type: genesis.type, body: { person: PERSON } } : { type: "SchoolCreated", body };
  log.append({ ...told, by: signer, envelope: own, event: genesis.event });
}

function appendChain(log: ForgedLog, { genesis, invitation, enrolment, rotation }: Knobs): void {
  const root = genesis.roots[0]!;
  log.append({
    type: invitation.type ?? "InvitationIssued",
    body: { person: PERSON, code_key: CODE.public, expires: 0n, ...invitation.body },
    by: invitation.signer ?? root,
    envelope: { key: keyId("root", root.public), acting_as: ROLES.root, ...invitation.envelope },
    event: invitation.event,
  });
  const enrolled = { invitation: idOf("statement 1"), person: PERSON, key: TEACHER.public, ...enrolment.body };
  const message = enrolment.codeMessage ?? enrolmentMessage(log.origin, enrolled as unknown as KeyEnrolled);
  log.append({
    type: "KeyEnrolled",
    body: { code_signature: signed(enrolment.codeSigner ?? CODE, message), ...enrolled },
    by: enrolment.signer ?? TEACHER,
    envelope: { author: PERSON, key: keyId("author", TEACHER.public), acting_as: ROLES.teacher, ...enrolment.envelope },
    event: enrolment.event,
  });
  if (rotation.skip) return;
  const oldId = keyId("author", TEACHER.public);
  const proof = rotationMessage(log.origin, oldId, TEACHER_NEW.public);
  log.append({
    type: "KeyRotated",
    body: {
      key: TEACHER_NEW.public,
      new_signature: signed(rotation.newSigner ?? TEACHER_NEW, proof),
      ...rotation.body,
    },
    by: rotation.signer ?? TEACHER,
    envelope: { author: PERSON, key: oldId, acting_as: ROLES.teacher, ...rotation.envelope },
    event: rotation.event,
  });
}

export function cosignatures(text: string, times: readonly (bigint | undefined)[]): string[] {
  return times.flatMap((time, i) => (time === undefined ? [] : [WITNESSES[i]!.line(text, BASE_SECOND + time)]));
}

function appendAnchor(log: ForgedLog, { anchor }: Knobs): number {
  const text = log.checkpointText();
  const note = log.note();
  const lines = cosignatures(text, anchor.times).map((line) => ({
    kind: "cosignature",
    bytes: utf8(line.slice(0, -1)),
  }));
  return log.append({
    type: "AnchorAdded",
    body: { checkpoint: anchor.note ? anchor.note(note) : note, evidence: [...lines, ...anchor.extra], ...anchor.body },
    by: SERVICE,
    envelope: { key: keyId("service", SERVICE.public), acting_as: ROLES.service },
    event: anchor.event,
  });
}

function appendClock(log: ForgedLog, { clock }: Knobs): Plain[] {
  if (!clock) return [];
  const at = log.append({
    type: "ClockFault",
    body: { kind: clock.kind, observed: BASE_SECOND * MICROS },
    by: SERVICE,
    envelope: { key: keyId("service", SERVICE.public), acting_as: ROLES.service },
    event: clock.event,
  });
  return [{ index: BigInt(at), event: log.events[at] }];
}

function appendEntry(log: ForgedLog, { entry, rotation }: Knobs): number {
  const key = rotation.skip ? TEACHER : TEACHER_NEW;
  return log.append({
    type: entry.type ?? "MarkGiven",
    body: { work: idOf("work"), part: 1, student: idOf("student"), value: "5", ...entry.body },
    by: entry.signer ?? key,
    envelope: {
      author: PERSON,
      key: keyId("author", key.public),
      acting_as: ROLES.teacher,
      number: 3n,
      refs: [{ id: idOf("work") }],
      basis: { kind: "приказ", number: "12-у", date: 20_000 },
      commitments: [{ field: "reason", person: idOf("student"), digest: concat(idOf("a"), idOf("b")) }],
      ...entry.envelope,
    },
    event: {
      recorded_at: (BASE_SECOND + 105n) * MICROS,
      deadline: (BASE_SECOND + 120n) * MICROS,
      profile: concat(idOf("profile"), idOf("profile 2")),
      context: 2n,
      ...entry.event,
    },
  });
}

export interface Told {
  readonly proof: Bytes;
  readonly vkey: string;
  readonly log: ForgedLog;
}

export function tell(knobs: Knobs): Told {
  const log = new ForgedLog(ORIGIN);
  appendGenesis(log, knobs);
  appendChain(log, knobs);
  const anchorAt = appendAnchor(log, knobs);
  const doubts = appendClock(log, knobs);
  const at = appendEntry(log, knobs);
  appendEntry(log, honest());
  const anchors = [{ index: BigInt(anchorAt), event: log.events[anchorAt], proof: log.inclusion(anchorAt) }];
  const clockFaults = doubts.map((doubt) => ({ ...doubt, proof: log.inclusion(Number(doubt["index"])) }));
  const receipt = knobs.receipt(
    {
      event: log.events[at],
      key_chain: log.events
        .slice(0, anchorAt)
        .reverse()
        .map((event) => ({ event })),
      genesis_proof: log.inclusion(0),
      anchors,
      clock_faults: clockFaults,
    },
    log,
  );
  const lines = [...cosignatures(log.checkpointText(), knobs.times), ...knobs.lines(log.checkpointText())];
  const note = log.note(log.events.length, lines);
  const parts = { index: knobs.index ?? BigInt(at), proof: knobs.proof(log.inclusion(at), log), note, receipt };
  return { proof: proofFile(parts), vkey: log.vkeyText, log };
}

// The receipt is of the third entry, which brought the author's key.
function ofTheEnrolment(k: Knobs): void {
  k.receipt = (r, log) => ({
    ...r,
    event: log.events[2],
    key_chain: [{ event: log.events[1] }, { event: log.events[0] }],
    anchors: [],
  });
  k.index = "2";
  k.proof = (_, log) => log.inclusion(2);
}

// An hour behind everything that the witnesses have seen.
function stampTheNight(k: Knobs): void {
  k.entry.event = { recorded_at: (BASE_SECOND + 3_600n) * MICROS };
}

// Each lie with the name it is known by, and what it changes.
export const LIES: readonly (readonly [string, (knobs: Knobs) => void])[] = [
  ["genesis under another index", (k) => (k.genesis.event = { index: 1n })],
  ["genesis refused", (k) => (k.genesis.event = { verdict: VERDICTS.refused })],
  ["genesis late", (k) => (k.genesis.event = { verdict: VERDICTS.late })],
  ["genesis of another origin", (k) => (k.genesis.envelope = { origin: "other.example/log/x" })],
  ["genesis of another log key", (k) => (k.genesis.body = { log_vkey: "other.example+00000000+AAAA" })],
  ["genesis signed by the second root key", (k) => (k.genesis.signer = k.genesis.roots[1]!)],
  [
    "genesis naming the second root key",
    (k) => (k.genesis.envelope = { key: keyId("root", k.genesis.roots[1]!.public) }),
  ],
  [
    "genesis with its key as an author's",
    (k) => (k.genesis.envelope = { key: keyId("author", k.genesis.roots[0]!.public) }),
  ],
  ["a root key's signature by a stranger", (k) => (k.genesis.rootSigners = [k.genesis.roots[0], STRANGER])],
  ["the second root key has not signed", (k) => (k.genesis.rootSigners = [k.genesis.roots[0], undefined])],
  ["no root key has signed", (k) => (k.genesis.rootSigners = [undefined, undefined])],
  [
    "threshold 2, one signed",
    (k) => {
      k.genesis.body = { threshold: 2 };
      k.genesis.rootSigners = [k.genesis.roots[0], undefined];
    },
  ],
  ["threshold 2, both signed", (k) => (k.genesis.body = { threshold: 2 })],
  ["threshold 3", (k) => (k.genesis.body = { threshold: 3 })],
  ["threshold 0", (k) => (k.genesis.body = { threshold: 0 })],
  ["a root key twice", (k) => (k.genesis.roots = [pairOf("root one"), pairOf("root one")])],
  ["the genesis is another kind of entry", (k) => (k.genesis.type = "PersonRegistered")],
  ["simulated", (k) => (k.genesis.body = { simulated: true })],
  [
    "a successor's genesis",
    (k) =>
      (k.genesis.body = {
        previous_origin: "old.example/log/a",
        previous_size: (1n << 60n) + 1n,
        previous_root: concat(idOf("x"), idOf("y")),
      }),
  ],
  ["a negative offset", (k) => (k.genesis.body = { utc_offset: -3600 })],
  ["the invitation for somebody else", (k) => (k.invitation.body = { person: idOf("other") })],
  ["the invitation refused", (k) => (k.invitation.event = { verdict: VERDICTS.refused })],
  ["the invitation late", (k) => (k.invitation.event = { verdict: VERDICTS.late })],
  ["the invitation after the enrolment", (k) => (k.invitation.event = { index: 2n })],
  ["the invitation's id differs", (k) => (k.invitation.envelope = { id: idOf("elsewhere") })],
  ["the invitation signed by a stranger", (k) => (k.invitation.signer = STRANGER)],
  ["the invitation in a person's name by a root key", (k) => (k.invitation.envelope = { author: PERSON })],
  [
    "the invitation by the service",
    (k) => {
      k.invitation.signer = SERVICE;
      k.invitation.envelope = { key: keyId("service", SERVICE.public) };
    },
  ],
  ["the invitation by an unknown key", (k) => (k.invitation.envelope = { key: keyId("author", STRANGER.public) })],
  [
    "the invitation by the key it invites",
    (k) => {
      k.invitation.signer = TEACHER;
      k.invitation.envelope = { key: keyId("author", TEACHER.public), author: PERSON };
    },
  ],
  ["the invitation of another log", (k) => (k.invitation.envelope = { origin: "other.example/log/x" })],
  ["no invitation at all", (k) => (k.invitation.type = "InvitationRevoked")],
  ["the enrolment by somebody else", (k) => (k.enrolment.envelope = { author: idOf("other") })],
  [
    "the enrolment for somebody else",
    (k) => {
      k.enrolment.envelope = { author: idOf("other") };
      k.enrolment.body = { person: idOf("other") };
    },
  ],
  ["the enrolment signed by a stranger", (k) => (k.enrolment.signer = STRANGER)],
  ["the enrolment's code signature by a stranger", (k) => (k.enrolment.codeSigner = STRANGER)],
  ["the enrolment's code signature over other words", (k) => (k.enrolment.codeMessage = utf8("other words"))],
  ["the enrolment refused", (k) => (k.enrolment.event = { verdict: VERDICTS.refused })],
  ["the enrolment late", (k) => (k.enrolment.event = { verdict: VERDICTS.late })],
  ["the enrolment at the entry's index", (k) => (k.enrolment.event = { index: 5n })],
  ["the enrolment after the entry", (k) => (k.enrolment.event = { index: 6n })],
  ["the enrolment of another log", (k) => (k.enrolment.envelope = { origin: "other.example/log/x" })],
  ["the enrolment names another invitation", (k) => (k.enrolment.body = { invitation: idOf("none such") })],
  ["the enrolment of another key", (k) => (k.enrolment.body = { key: STRANGER.public })],
  ["the rotation by somebody else", (k) => (k.rotation.envelope = { author: idOf("other") })],
  ["the rotation signed by a stranger", (k) => (k.rotation.signer = STRANGER)],
  ["the rotation signed by the new key", (k) => (k.rotation.signer = TEACHER_NEW)],
  ["the new key has not signed", (k) => (k.rotation.newSigner = STRANGER)],
  ["the rotation of another key", (k) => (k.rotation.body = { key: STRANGER.public })],
  [
    "the rotation by a root key",
    (k) => {
      k.rotation.envelope = { key: keyId("root", k.genesis.roots[0]!.public), author: NOBODY, acting_as: ROLES.root };
      k.rotation.signer = k.genesis.roots[0]!;
    },
  ],
  ["the rotation refused", (k) => (k.rotation.event = { verdict: VERDICTS.refused })],
  ["the rotation of itself", (k) => (k.rotation.envelope = { key: keyId("author", TEACHER_NEW.public) })],
  ["the rotation of another log", (k) => (k.rotation.envelope = { origin: "other.example/log/x" })],
  ["no rotation", (k) => (k.rotation.skip = true)],
  ["the entry signed by a stranger", (k) => (k.entry.signer = STRANGER)],
  ["the entry signed by the old key", (k) => (k.entry.signer = TEACHER)],
  [
    "the entry by the old key",
    (k) => {
      k.entry.signer = TEACHER;
      k.entry.envelope = { key: keyId("author", TEACHER.public) };
    },
  ],
  ["the entry in somebody else's name", (k) => (k.entry.envelope = { author: idOf("other") })],
  ["the entry in nobody's name", (k) => (k.entry.envelope = { author: NOBODY })],
  ["the entry as a root", (k) => (k.entry.envelope = { acting_as: ROLES.root })],
  ["the entry as the service", (k) => (k.entry.envelope = { acting_as: ROLES.service })],
  [
    "the entry by a root key",
    (k) => {
      k.entry.signer = k.genesis.roots[1]!;
      k.entry.envelope = { key: keyId("root", k.genesis.roots[1]!.public), author: NOBODY, acting_as: ROLES.root };
    },
  ],
  [
    "the entry by a root key as director",
    (k) => {
      k.entry.signer = k.genesis.roots[1]!;
      k.entry.envelope = { key: keyId("root", k.genesis.roots[1]!.public), author: NOBODY, acting_as: ROLES.director };
    },
  ],
  [
    "the entry by the service",
    (k) => {
      k.entry.signer = SERVICE;
      k.entry.envelope = { key: keyId("service", SERVICE.public), author: NOBODY, acting_as: ROLES.service };
    },
  ],
  ["the entry of another log", (k) => (k.entry.envelope = { origin: "other.example/log/x" })],
  ["the entry refused", (k) => (k.entry.event = { verdict: VERDICTS.refused, rule: "second_mark" })],
  ["the entry late", (k) => (k.entry.event = { verdict: VERDICTS.late, rule: "mark_deadline", late_seconds: 61n })],
  ["the entry awaits", (k) => (k.entry.event = { awaits: [{ role: ROLES.director }, { role: ROLES.teacher }] })],
  ["the entry says another index", (k) => (k.entry.event = { index: 4n })],
  ["the entry says a huge index", (k) => (k.entry.event = { index: (1n << 64n) - 1n })],
  ["no role", (k) => (k.entry.envelope = { acting_as: 0 })],
  ["a role that is none", (k) => (k.entry.envelope = { acting_as: 19 })],
  ["a verdict that is none", (k) => (k.entry.event = { verdict: 4 })],
  ["no verdict", (k) => (k.entry.event = { verdict: undefined })],
  ["no deadline", (k) => (k.entry.event = { deadline: 0n })],
  ["a basis with a far date", (k) => (k.entry.envelope = { basis: { kind: "приказ", date: 1_000_001 } })],
  ["effective at the edge", (k) => (k.entry.envelope = { effective_from: -1_000_000, effective_to: 1_000_000 })],
  ["effective beyond the edge", (k) => (k.entry.envelope = { effective_to: -1_000_001 })],
  ["claimed before time began", (k) => (k.entry.envelope = { claimed_at: -1n })],
  ["a text with a control character", (k) => (k.entry.body = { value: "5\u0007" })],
  ["a text with line feed, tab and quotes", (k) => (k.entry.body = { value: '5\n\t"\\/\u00a0\u{1F600}' })],
  ["a text with a C1 control", (k) => (k.entry.body = { value: "5\u0085" })],
  ["a text with DEL", (k) => (k.entry.body = { value: "5\u007f" })],
  ["a text that is not UTF-8", (k) => (k.entry.body = { value: Uint8Array.of(0xed, 0xa0, 0x80) })],
  ["an overlong text", (k) => (k.entry.body = { value: Uint8Array.of(0xc0, 0xaf) })],
  ["a text with a byte order mark", (k) => (k.entry.body = { value: "\ufeff5" })],
  ["an empty value", (k) => (k.entry.body = { value: "" })],
  ["no value", (k) => (k.entry.body = { value: undefined })],
  ["no student", (k) => (k.entry.body = { student: NOBODY })],
  ["a long text", (k) => (k.entry.body = { value: "5".repeat(16 * 1024) })],
  ["a text that is too long", (k) => (k.entry.body = { value: "5".repeat(16 * 1024 + 1) })],
  [
    "a statement that is too long",
    (k) => {
      k.entry.type = "TopicSet";
      k.entry.body = { lesson: idOf("l"), text: "т".repeat(8 * 1024), plan_item: "п".repeat(8 * 1024) };
    },
  ],
  [
    "32 commitments",
    (k) =>
      (k.entry.envelope = {
        commitments: Array(32).fill({ field: "f", person: PERSON, digest: concat(PERSON, PERSON) }),
      }),
  ],
  [
    "33 commitments",
    (k) =>
      (k.entry.envelope = {
        commitments: Array(33).fill({ field: "f", person: PERSON, digest: concat(PERSON, PERSON) }),
      }),
  ],
  [
    "a list of 1024",
    (k) => {
      k.entry.type = "CommissionAppointed";
      k.entry.body = {
        group: idOf("g"),
        members: Array(1024).fill(PERSON),
        work: undefined,
        part: undefined,
        student: undefined,
        value: undefined,
      };
    },
  ],
  [
    "a list of 1025",
    (k) => {
      k.entry.type = "CommissionAppointed";
      k.entry.body = { group: idOf("g"), members: Array(1025).fill(PERSON) };
    },
  ],
  [
    "a list that must not be empty",
    (k) => {
      k.entry.type = "CommissionAppointed";
      k.entry.body = { group: idOf("g"), members: [] };
    },
  ],
  [
    "minutes of the day",
    (k) => {
      k.entry.type = "BellsSet";
      k.entry.body = { bells: [{ slot: 1, start: 0, end: 1439 }, { slot: 2 }], shift: 2 };
    },
  ],
  [
    "a minute beyond the day",
    (k) => {
      k.entry.type = "BellsSet";
      k.entry.body = { bells: [{ slot: 1, start: 1440, end: 1439 }] };
    },
  ],
  [
    "a boolean that is 2",
    (k) => {
      k.entry.type = "AttendanceTaken";
      k.entry.body = { lesson: idOf("l"), all_present: 2 };
    },
  ],
  [
    "many tables",
    (k) => {
      k.entry.type = "DictionaryEntryDefined";
      k.entry.body = {
        kind: "k",
        code: "c",
        title: "t",
        properties: Array.from({ length: 300 }, (_, i) => ({ name: `n${i}`, value: "v" })),
      };
    },
  ],
  ["recorded in the night", stampTheNight],
  [
    "recorded in the night, the clock in doubt",
    (k) => {
      stampTheNight(k);
      k.clock = { kind: "evidence", event: {} };
    },
  ],
  [
    "recorded in the night, the clock in doubt, and the receipt silent of it",
    (k) => {
      stampTheNight(k);
      k.clock = { kind: "evidence", event: {} };
      k.receipt = (r) => ({ ...r, clock_faults: [] });
    },
  ],
  ["the clock in doubt, and right", (k) => (k.clock = { kind: "jump", event: {} })],
  ["the clock agrees again", (k) => (k.clock = { kind: "agrees", event: {} })],
  ["a clock fault that was refused", (k) => (k.clock = { kind: "jump", event: { verdict: VERDICTS.refused } })],
  ["a clock fault that is an anchor", (k) => (k.receipt = (r) => ({ ...r, clock_faults: r["anchors"]! }))],
  [
    "a clock fault after the entry",
    (k) => {
      k.clock = { kind: "jump", event: {} };
      k.receipt = (r, log) => ({
        ...r,
        clock_faults: [{ index: 7n, event: log.events[7], proof: log.inclusion(7) }],
      });
    },
  ],
  [
    "a clock fault under another index",
    (k) => {
      k.clock = { kind: "jump", event: {} };
      k.receipt = (r, log) => ({
        ...r,
        clock_faults: [{ index: 4n, event: log.events[5], proof: log.inclusion(5) }],
      });
    },
  ],
  [
    "the anchor at the entry's own index",
    (k) =>
      (k.receipt = (r, log) => ({ ...r, anchors: [{ index: 5n, event: log.events[5], proof: log.inclusion(5) }] })),
  ],
  [
    "the anchor is another kind of entry",
    (k) =>
      (k.receipt = (r, log) => ({ ...r, anchors: [{ index: 3n, event: log.events[3], proof: log.inclusion(3) }] })),
  ],
  [
    "the anchor under another index",
    (k) =>
      (k.receipt = (r, log) => ({ ...r, anchors: [{ index: 3n, event: log.events[4], proof: log.inclusion(4) }] })),
  ],
  [
    "the anchor with too long a proof",
    (k) =>
      (k.receipt = (r, log) => ({
        ...r,
        anchors: [{ index: 4n, event: log.events[4], proof: [...log.inclusion(4), log.leaves[0]] }],
      })),
  ],
  [
    "the anchor twice",
    (k) => (k.receipt = (r) => ({ ...r, anchors: [...(r["anchors"] as Plain[]), ...(r["anchors"] as Plain[])] })),
  ],
  ["no anchor", (k) => (k.receipt = (r) => ({ ...r, anchors: [] }))],
  [
    "an anchor that is garbage",
    (k) =>
      (k.receipt = (r, log) => ({ ...r, anchors: [{ index: 4n, event: utf8("garbage"), proof: log.inclusion(4) }] })),
  ],
  [
    "the anchored checkpoint of another log",
    (k) => (k.anchor.note = (note) => note.replaceAll(ORIGIN, "other.example/log/x")),
  ],
  ["the anchored checkpoint with another size", (k) => (k.anchor.note = (note) => note.replace("\n4\n", "\n5\n"))],
  ["the anchored checkpoint is no note", (k) => (k.anchor.body = { checkpoint: "nothing" })],
  ["the anchored checkpoint without a line feed", (k) => (k.anchor.note = (note) => note.slice(0, -1))],
  ["the anchor refused", (k) => (k.anchor.event = { verdict: VERDICTS.refused })],
  ["evidence of an unknown kind", (k) => (k.anchor.extra = [{ kind: "roughtime", bytes: utf8("x") }])],
  ["evidence that is no line", (k) => (k.anchor.extra = [{ kind: "cosignature", bytes: utf8("x") }])],
  [
    "evidence with two lines in one",
    (k) =>
      (k.anchor.extra = [
        {
          kind: "cosignature",
          bytes: utf8(WITNESSES[3]!.line("x\n", 5n) + WITNESSES[4]!.line("x\n", 5n).slice(0, -1)),
        },
      ]),
  ],
  [
    "a forged cosignature in the anchor",
    (k) => (k.anchor.extra = [{ kind: "cosignature", bytes: utf8(WITNESSES[0]!.line("x\n", 5n).slice(0, -1)) }]),
  ],
  [
    "a stranger's forged cosignature in the anchor",
    (k) => (k.anchor.extra = [{ kind: "cosignature", bytes: utf8(WITNESSES[4]!.line("x\n", 5n).slice(0, -1)) }]),
  ],
  ["a token in the anchor", (k) => (k.anchor.extra = [{ kind: "rfc3161", bytes: utf8("token") }])],
  [
    "a token in the receipt",
    (k) => (k.receipt = (r) => ({ ...r, tokens: [{ kind: "rfc3161", bytes: utf8("token") }] })),
  ],
  [
    "another kind of token in the receipt",
    (k) => (k.receipt = (r) => ({ ...r, tokens: [{ kind: "sundial", bytes: utf8("token") }] })),
  ],
  [
    "an earlier cosignature of the same witness",
    (k) => (k.lines = (text) => [WITNESSES[0]!.line(text, BASE_SECOND - 50n)]),
  ],
  ["a forged cosignature", (k) => (k.lines = () => [WITNESSES[0]!.line("x\n", BASE_SECOND)])],
  ["a stranger's forged cosignature", (k) => (k.lines = () => [WITNESSES[4]!.line("x\n", BASE_SECOND)])],
  ["the receipt of version 2", (k) => (k.receipt = (r) => ({ ...r, version: 2 }))],
  ["the receipt of no version", (k) => (k.receipt = (r) => ({ ...r, version: 0 }))],
  ["no links", (k) => (k.receipt = (r) => ({ ...r, key_chain: [] }))],
  [
    "links without the genesis",
    (k) => (k.receipt = (r) => ({ ...r, key_chain: (r["key_chain"] as Plain[]).slice(0, -1) })),
  ],
  ["links without the first", (k) => (k.receipt = (r) => ({ ...r, key_chain: (r["key_chain"] as Plain[]).slice(1) }))],
  [
    "links in another order",
    (k) => (k.receipt = (r) => ({ ...r, key_chain: [...(r["key_chain"] as Plain[])].reverse() })),
  ],
  [
    "a link that is garbage",
    (k) => (k.receipt = (r) => ({ ...r, key_chain: [{ event: utf8("garbage") }, ...(r["key_chain"] as Plain[])] })),
  ],
  [
    "the genesis twice",
    (k) =>
      (k.receipt = (r) => ({ ...r, key_chain: [...(r["key_chain"] as Plain[]), (r["key_chain"] as Plain[]).at(-1)] })),
  ],
  ["no proof of the genesis", (k) => (k.receipt = (r) => ({ ...r, genesis_proof: [] }))],
  ["another proof of the genesis", (k) => (k.receipt = (r, log) => ({ ...r, genesis_proof: log.inclusion(1) }))],
  ["the genesis under an older tree", (k) => (k.receipt = (r, log) => ({ ...r, genesis_proof: log.inclusion(0, 4) }))],
  ["the proof of another entry", (k) => (k.proof = (proof) => [...proof].reverse())],
  ["a proof with one hash less", (k) => (k.proof = (proof) => proof.slice(1))],
  ["a proof with one hash more", (k) => (k.proof = (proof) => [...proof, proof[0]!])],
  ["another index", (k) => (k.index = "4")],
  ["an index beyond the tree", (k) => (k.index = "7")],
  ["index 0", (k) => (k.index = "0")],
  ["index of 64 bits", (k) => (k.index = "18446744073709551615")],
  ["index of more than 64 bits", (k) => (k.index = "18446744073709551616")],
  [
    "the receipt of the genesis",
    (k) => {
      k.receipt = (_, log) => ({ event: log.events[0] });
      k.index = "0";
      k.proof = (_, log) => log.inclusion(0);
    },
  ],
  [
    "the receipt of the genesis, proved twice",
    (k) => {
      k.receipt = (_, log) => ({ event: log.events[0], genesis_proof: log.inclusion(0) });
      k.index = "0";
      k.proof = (_, log) => log.inclusion(0);
    },
  ],
  [
    "the receipt of the enrolment",
    ofTheEnrolment,
  ],
  [
    "the receipt of a refused enrolment for somebody else",
    (k) => {
      k.invitation.body = { person: idOf("other") };
      k.enrolment.event = { verdict: VERDICTS.refused, rule: "other_person" };
      ofTheEnrolment(k);
    },
  ],
];

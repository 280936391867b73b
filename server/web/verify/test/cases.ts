// What the differential test asks both verifiers: good receipts, and thousands that are damaged, lied in or judged by other
// policies. Seeded: the same cases every time.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { bigEndian, type Bytes, concat, textOf, toBase64, utf8 } from "../bytes.js";
import { BODY_TYPES, ENUM_NAMES, type Field, FIXED_BYTES, TABLE_TYPES, type TableType } from "../schema.js";
import { decodeEntry, decodeReceipt } from "../statement.js";
import { vkeyText } from "../note.js";
import { type Plain, writeBuffer } from "./buffer_writer.js";
import { BASE_SECOND, honest, type Knobs, LIES, tell, WITNESSES } from "./story.js";
import * as mutate from "./mutations.js";
import { Random } from "./random.js";

export interface Case {
  readonly name: string;
  readonly proof: Bytes;
  readonly vkey: string;
  readonly policy?: Bytes | undefined;
  readonly companion?: Bytes | undefined;
  readonly entry?: Bytes | undefined;
  readonly student?: string | undefined; // of a week: as typed
  readonly week?: string | undefined;
}

export interface Fixtures {
  // Of another school: its weeks, and the key of its log.
  readonly weeks: { readonly vkey: string; readonly files: readonly { readonly name: string; readonly bytes: Bytes }[] };
  readonly vkey: string;
  readonly policy: Bytes;
  readonly receipts: readonly { readonly name: string; readonly bytes: Bytes }[];
}

export function readFixtures(folder: string | URL): Fixtures {
  const base = typeof folder === "string" ? folder + "/" : folder.pathname;
  const all = (folderOf: string, extension: string) =>
    readdirSync(folderOf)
      .filter((name) => name.endsWith(extension))
      .sort()
      .map((name) => ({ name, bytes: new Uint8Array(readFileSync(folderOf + name)) }));
  const weeks = existsSync(base + "weeks") ? base + "weeks/" : undefined;
  return {
    vkey: readFileSync(base + "vkey", "utf8").trim(),
    policy: new Uint8Array(readFileSync(base + "policy")),
    receipts: all(base, ".tlog-proof"),
    weeks: {
      vkey: weeks ? readFileSync(weeks + "vkey", "utf8").trim() : "",
      files: weeks ? all(weeks, ".week-proof") : [],
    },
  };
}

const MICROS = 1_000_000n;

export function policyOf(quorum: string, count = 3): Bytes {
  const lines = WITNESSES.slice(0, count).map(({ name, vkey }) => `witness ${name} ${vkeyText(vkey)}\n`);
  return utf8(lines.join("") + quorum);
}
export const TWO_OF_THREE = policyOf("group two 2 north south town\nquorum two\n");

function fromMutants(name: string, mutants: readonly mutate.Mutant[], rest: Omit<Case, "name" | "proof">): Case[] {
  return mutants.map(({ how, bytes }) => ({ name: `${name}: ${how}`, proof: bytes, ...rest }));
}

// Every kind of damage to a file's text.
function textCases(name: string, file: Bytes, rest: Omit<Case, "name" | "proof">, random: Random): Case[] {
  const anywhere = Array.from({ length: 120 }, () => mutate.randomMutant(file, random));
  const mutants = [
    ...mutate.wholeMutants(file),
    ...mutate.lineMutants(file),
    ...mutate.indexMutants(file),
    ...mutate.checkpointMutants(file),
    ...mutate.base64Mutants(file, random, 3),
    ...anywhere,
  ];
  return fromMutants(name, mutants, rest);
}

// Damage inside the receipt, and inside the entries it holds, with everything around them whole.
function bufferCases(
  name: string,
  file: Bytes,
  rest: Omit<Case, "name" | "proof">,
  random: Random,
  count: number,
): Case[] {
  const extra = mutate.extraOf(file);
  const receipt = decodeReceipt(extra);
  const again = (change: Plain) =>
    mutate.withExtra(file, writeBuffer("LTRC", "Receipt", { ...receipt, ...change } as Plain));
  const cases: Case[] = [{ name: `${name}: rewritten`, proof: again({}), ...rest }];
  for (let n = 0; n < count; ++n) {
    const add = (how: string, proof: Bytes) => cases.push({ name: `${name}: ${how}`, proof, ...rest });
    const whole = mutate.bufferMutant(extra, random);
    add(`receipt ${whole.how}`, mutate.withExtra(file, whole.bytes));
    const event = mutate.bufferMutant(receipt.event, random);
    add(`event ${event.how}`, again({ event: event.bytes }));
    if (receipt.key_chain.length === 0) continue;
    const at = random.below(receipt.key_chain.length);
    const link = mutate.bufferMutant(receipt.key_chain[at]!.event, random);
    add(
      `link ${at} ${link.how}`,
      again({ key_chain: receipt.key_chain.map((one, i) => (i === at ? { event: link.bytes } : one)) }),
    );
  }
  return cases;
}

// One receipt's parts in another's place.
function mixedCases(fixtures: Fixtures, random: Random, count: number): Case[] {
  const { vkey, policy } = fixtures;
  return Array.from({ length: count }, (_, n) => {
    const [a, b] = [random.pick(fixtures.receipts), random.pick(fixtures.receipts)];
    const [first, second] = [decodeReceipt(mutate.extraOf(a.bytes)), decodeReceipt(mutate.extraOf(b.bytes))];
    const part = random.pick(["event", "key_chain", "genesis_proof", "anchors", "tokens", "clock_faults"]);
    const mixed = writeBuffer("LTRC", "Receipt", { ...first, [part]: second[part] } as Plain);
    const other = random.chance(30) ? a.bytes : b.bytes;
    return {
      name: `mixed ${n}: ${a.name} with ${part} of ${b.name}`,
      proof: mutate.withExtra(other, mixed),
      vkey,
      policy,
    };
  });
}

function keyCases(fixtures: Fixtures, random: Random): Case[] {
  const proof = fixtures.receipts[0]!.bytes;
  const { vkey } = fixtures;
  const [name, id, key] = [vkey.split("+")[0]!, vkey.split("+")[1]!, vkey.split("+").slice(2).join("+")];
  const { vkey: own } = tell(honest());
  const others = [
    own,
    vkeyText(WITNESSES[0]!.vkey),
    `${name}+${id}`,
    `${name}+${id}+`,
    name,
    "+",
    "++",
    `+${id}+${key}`,
    `${name}+${id.toUpperCase()}+${key}`,
    `${name}+00000000+${key}`,
    `${name}+${id}0+${key}`,
    `${name}+${id.slice(1)}+${key}`,
    `${name}+${id}+${key}=`,
    `${name}+${id}+ ${key}`,
    ` ${vkey}`,
    `${vkey}\n`,
    `${name} +${id}+${key}`,
    `${name}x+${id}+${key}`,
    `${name}+${id}+${toBase64(new Uint8Array(33))}`,
    `${name}+${id}+${toBase64(Uint8Array.of(2, 3))}`,
    `${name}+${id}+${toBase64(new Uint8Array(33).fill(1))}`,
    `${name}+${id}+${toBase64(Uint8Array.of(1))}`,
    "x".repeat(1100) + `+${id}+${key}`,
    `\u0416+${id}+${key}`,
    `a\u2003b+${id}+${key}`,
    `${name}+zzzzzzzz+${key}`,
    `${name}+${id}+${toBase64(Uint8Array.of(6, ...new Uint8Array(32)))}`,
  ];
  const cases = others.map((other, i) => ({ name: `vkey ${i}`, proof, vkey: other }));
  for (let n = 0; n < 60; ++n) {
    const at = random.below(vkey.length);
    const changed = vkey.slice(0, at) + String.fromCharCode(33 + random.below(94)) + vkey.slice(at + 1);
    cases.push({ name: `vkey with ${at} changed`, proof, vkey: changed });
  }
  return cases;
}

function entryCases(fixtures: Fixtures): Case[] {
  const { vkey } = fixtures;
  return fixtures.receipts.slice(0, 6).flatMap(({ name, bytes }) => {
    const { event } = decodeReceipt(mutate.extraOf(bytes));
    const changed = Uint8Array.from(event);
    changed[changed.length - 1]! ^= 1;
    const given = [event, changed, event.slice(0, -1), concat(event, Uint8Array.of(0)), new Uint8Array(0)];
    return given.map((entry, i) => ({ name: `${name} with entry ${i}`, proof: bytes, vkey, entry }));
  });
}

function told(name: string, knobs: Knobs, rest: Partial<Case>): Case {
  const { proof, vkey } = tell(knobs);
  return { name, proof, vkey, ...rest };
}

function lieCases(random: Random, pairs: number): Case[] {
  const policy = TWO_OF_THREE;
  const cases = [told("the truth", honest(), { policy }), told("the truth without a policy", honest(), {})];
  for (const [name, lie] of LIES) {
    const knobs = honest();
    lie(knobs);
    cases.push(told(`lie: ${name}`, knobs, { policy }));
  }
  const tokens = utf8(`tsa a ${toBase64(utf8("der"))}\ntsa b ${toBase64(utf8("der two"))}\ntsa-quorum 1\n`);
  for (const [name, lie] of LIES.filter(([known]) => known.includes("token"))) {
    const knobs = honest();
    lie(knobs);
    cases.push(told(`lie: ${name}, authorities asked`, knobs, { policy, companion: tokens }));
  }
  for (let n = 0; n < pairs; ++n) {
    const knobs = honest();
    const chosen = [random.pick(LIES), random.pick(LIES)];
    for (const [, lie] of chosen) lie(knobs);
    cases.push(told(`lies ${n}: ${chosen.map(([name]) => name).join("; ")}`, knobs, { policy }));
  }
  return cases;
}

// Something valid for any field of the schema.
function sampleOf(field: Field, random: Random, depth = 0): unknown {
  if (field.isList)
    return Array.from({ length: 1 + random.below(3) }, () => sampleOf({ ...field, isList: false }, random, depth));
  if (field.kind === "bytes") return random.bytes(1 + random.below(9));
  if (field.kind in FIXED_BYTES) return random.bytes(FIXED_BYTES[field.kind]!);
  const names = ENUM_NAMES.get(field.kind);
  if (names) return 1 + random.below(names.length);
  const type = TABLE_TYPES.get(field.kind);
  if (type) return sampleTable(type, random, depth + 1);
  const wide = BigInt(random.pick([0, 1, 2 ** 31, 2 ** 52])) * BigInt(1 + random.below(1000));
  switch (field.kind) {
    case "text":
      return random.pick(["5", "н", 'а"б\\в', "две\nстроки\tи ещё", "\u{1F600}", "x".repeat(300)]);
    case "bool":
      return random.below(2);
    case "minute":
      return random.below(1440);
    case "date":
      return random.pick([0, 1, -1, 20_777, -1_000_000, 1_000_000]);
    case "i32":
      return random.pick([0, -1, 2 ** 31 - 1, -(2 ** 31)]);
    case "instant":
      return random.chance(50) ? wide >> 6n : -(wide >> 6n); // of years that both programs can write
    case "i64":
      return random.chance(50) ? wide : -wide;
    case "u64":
      return random.chance(20) ? (1n << 64n) - 1n : wide;
    default:
      return random.below(256);
  }
}
function sampleTable(type: TableType, random: Random, depth = 0): Plain {
  const there = type.fields.filter((field) => field.required || random.chance(70));
  return Object.fromEntries(there.map((field) => [field.name, sampleOf(field, random, depth)]));
}

// Every kind of entry there is, with what it may hold; then damaged.
function bodyCases(random: Random, damaged: number): Case[] {
  const silent = { work: undefined, part: undefined, student: undefined, value: undefined };
  return BODY_TYPES.flatMap((type) => {
    const knobs = honest();
    knobs.entry.type = type.name;
    knobs.entry.body = { ...silent, ...sampleTable(type, random) };
    const whole = told(`a ${type.name}`, knobs, {});
    const damages = Array.from({ length: damaged }, () => {
      const spoilt = honest();
      let how = "";
      spoilt.receipt = (parts) => {
        const { event } = decodeEntry(parts["event"] as Bytes);
        const mutant = mutate.bufferMutant(event.statement, random);
        how = mutant.how;
        return { ...parts, event: writeBuffer("LTEV", "Event", { ...event, statement: mutant.bytes } as Plain) };
      };
      spoilt.entry.type = type.name;
      spoilt.entry.body = knobs.entry.body;
      const asked = told(`a damaged ${type.name}`, spoilt, {});
      return { ...asked, name: `a ${type.name}, its statement ${how}` };
    });
    return [whole, ...damages];
  });
}

// Moments at, just before and just behind whatever the verdict turns on.
function timeCases(random: Random, count: number): Case[] {
  const near = () => BigInt(random.pick([-61, -60, -59, -3, -2, -1, 0, 1, 2, 3, 59, 60, 61, 62, 63]));
  const micro = () => BigInt(random.pick([-1, 0, 0, 1]));
  return Array.from({ length: count }, (_, n) => {
    const knobs = honest();
    const some = (base: bigint) => [0, 1, 2].map(() => (random.chance(25) ? undefined : base + near()));
    knobs.anchor.times = some(100n);
    knobs.times = some(110n);
    const at = (base: bigint) => (BASE_SECOND + base + near()) * MICROS + micro();
    knobs.entry.event = { recorded_at: at(105n), deadline: random.chance(15) ? 0n : at(110n) };
    if (random.chance(20)) knobs.receipt = (parts) => ({ ...parts, anchors: [] });
    if (random.chance(20)) knobs.clock = { kind: random.pick(["jump", "evidence", "agrees"]), event: {} };
    const companion = random.chance(50) ? utf8(`accuracy ${random.pick([0, 1, 2, 30, 86400])}\n`) : undefined;
    return told(`times ${n}`, knobs, { policy: randomPolicy(random), companion });
  });
}

// Seconds at the ends of what 64 bits hold.
function extremeTimeCases(): Case[] {
  const ends = [
    0n,
    1n,
    (1n << 31n) - 1n,
    1n << 31n,
    253_402_300_799n,
    253_402_300_800n,
    1n << 53n,
    9_223_371_000_000n,
    (1n << 63n) - 1n,
  ];
  const cases = ends.flatMap((end) => {
    const knobs = honest();
    knobs.times = knobs.times.map(() => end - BASE_SECOND);
    knobs.anchor.times = knobs.anchor.times.map(() => end - BASE_SECOND);
    const later = honest();
    later.times = later.times.map(() => end - BASE_SECOND);
    return [
      told(`anchored at ${end}`, knobs, { policy: TWO_OF_THREE }),
      told(`cosigned at ${end}`, later, { policy: TWO_OF_THREE }),
    ];
  });
  // A time of more than 63 bits is none that this format's signers write.
  const knobs = honest();
  knobs.lines = () => [
    `\u2014 ${WITNESSES[3]!.vkey.name} ${toBase64(concat(WITNESSES[3]!.vkey.id, bigEndian(1n << 63n, 8), new Uint8Array(64)))}\n`,
  ];
  cases.push(told("cosigned beyond 63 bits", knobs, { policy: policyOf("quorum west\n", 4) }));
  for (const recorded of [0n, -1n, 1n, -(1n << 63n), (1n << 63n) - 1n, 253_402_300_800_000_000n]) {
    const odd = honest();
    odd.entry.event = { recorded_at: recorded, deadline: recorded };
    cases.push(
      told(`recorded at ${recorded}`, odd, { policy: TWO_OF_THREE }),
      told(`recorded at ${recorded}, no policy`, odd, {}),
    );
  }
  return cases;
}

// A sound policy, or nearly.
function randomPolicy(random: Random): Bytes {
  const names = random.shuffled(["north", "south", "town", "west", "hill"]);
  const flat = `group g ${random.pick(["all", "any", "1", "2", "3"])} ${names.slice(0, 1 + random.below(5)).join(" ")}\nquorum g\n`;
  const nested =
    `group inner ${random.pick(["all", "2", "any"])} ${names.slice(0, 2 + random.below(2)).join(" ")}\n` +
    `group outer ${random.pick(["all", "2", "any"])} inner ${names.slice(3, 4 + random.below(2)).join(" ")}\nquorum outer\n`;
  const text = random.pick([
    flat,
    nested,
    `quorum ${names[0]}\n`,
    "quorum none\n",
    "group two 2 north south town\nquorum two\n",
  ]);
  return policyOf(text, 5);
}

function policyCases(random: Random, count: number): Case[] {
  const knobs = honest();
  knobs.times = [110n, 111n, 112n, 113n, undefined];
  const { proof, vkey } = tell(knobs);
  const keys = WITNESSES.map(({ vkey: key }) => vkeyText(key));
  const texts = [
    "",
    "quorum none\n",
    "quorum none",
    "quorum\n",
    "quorum north\n",
    "quorum a b\n",
    `witness a ${keys[0]}\n`,
    `witness a ${keys[0]}\nquorum a\n`,
    `witness a ${keys[0]}\nquorum a\nquorum a\n`,
    `witness a ${keys[0]}\nwitness a ${keys[1]}\nquorum a\n`,
    `witness a ${keys[0]}\nwitness b ${keys[0]}\nquorum a\n`,
    `witness none ${keys[0]}\nquorum none\n`,
    `witness a ${keys[0]}\r\nquorum a\r\n`,
    `witness\ta\t${keys[0]}  https://a.example \nquorum a\n`,
    `witness a ${keys[0]} u v\nquorum a\n`,
    `witness a ${vkey}\nquorum a\n`,
    `log ${vkey}\nwitness a ${keys[0]}\nquorum a\n`,
    `log ${keys[0]}\nquorum none\n`,
    `log ${vkey}\nlog ${vkey}\nquorum none\n`,
    `log\nquorum none\n`,
    `# comment\n\n  \t\nwitness a ${keys[0]}\n #indented\nquorum a\n`,
    `witness a ${keys[0]} # no comment\nquorum a\n`,
    `witness a ${keys[0]}\ngroup g all a\nquorum g\n`,
    `witness a ${keys[0]}\ngroup g 0 a\nquorum g\n`,
    `witness a ${keys[0]}\ngroup g 2 a\nquorum g\n`,
    `witness a ${keys[0]}\ngroup g 01 a\nquorum g\n`,
    `witness a ${keys[0]}\ngroup g 1 a a\nquorum g\n`,
    `witness a ${keys[0]}\ngroup g 1 b\nquorum g\n`,
    `witness a ${keys[0]}\ngroup a 1 a\nquorum a\n`,
    `witness a ${keys[0]}\ngroup g any\nquorum g\n`,
    `group g any h\ngroup h any g\nquorum g\n`,
    `witness a ${keys[0]}\ngroup g all a\ngroup h all a\nquorum h\n`,
    `witness a ${keys[0]}\nnonsense\nquorum a\n`,
    `witness \u0436 ${keys[0]}\nquorum \u0436\n`,
    `Witness a ${keys[0]}\nquorum a\n`,
    `witness a ${keys[0]}\u0000\nquorum a\n`,
    `witness a ${keys[0]}\nquorum a\n\u007f\n`,
    `witness a+b ${keys[0]}\nquorum a+b\n`,
    `witness a ${keys[0]}\ngroup g 18446744073709551617 a\nquorum g\n`,
    "#".repeat(256 * 1024 - 14) + "\nquorum none\n",
    "#".repeat(256 * 1024 - 13) + "\nquorum none\n",
    "#".repeat(300 * 1024),
    `quorum none\nwitness a ${keys[0]}\n`,
    `group g any g\nquorum g\n`,
  ];
  const companions = [
    "dishonest 0\n",
    "dishonest 1\n",
    "dishonest 2\n",
    "dishonest 256\n",
    "dishonest 257\n",
    "dishonest -1\n",
    "dishonest\n",
    "dishonest 1 2\n",
    "dishonest 1",
    "accuracy 0\n",
    "accuracy 86400\n",
    "accuracy 86401\n",
    "accuracy 1.5\n",
    "tsa-quorum 1\n",
    "tsa-quorum 0\n",
    "tsa a AAAA\ntsa-quorum 1\n",
    "tsa a AAAA\ntsa-quorum 2\n",
    "tsa a AAAA\ndishonest 1\ntsa-quorum 1\n",
    "tsa a AAAA\ntsa a AAAB\n",
    "tsa a AAAA\ntsa b AAAA\n",
    "tsa a AAA\n",
    "tsa a\n",
    "tsa a AAAA u v\n",
    `tsa a ${toBase64(new Uint8Array(16 * 1024))}\n`,
    `tsa a ${toBase64(new Uint8Array(16 * 1024 + 1))}\n`,
    "quorum none\n",
    "\n#\n",
    "accuracy 1\naccuracy 2\n",
    "",
  ];
  const cases: Case[] = texts.map((text, i) => ({ name: `policy ${i}`, proof, vkey, policy: utf8(text) }));
  companions.forEach((text, i) =>
    cases.push({
      name: `companion ${i}`,
      proof,
      vkey,
      policy: policyOf("group g 4 north south town west hill\nquorum g\n", 5),
      companion: utf8(text),
    }),
  );
  for (const size of [255, 256, 257]) {
    const groups = Array.from({ length: size }, (_, i) => `group g${i} any ${i === 0 ? "north" : `g${i - 1}`}\n`).join(
      "",
    );
    cases.push({ name: `${size} groups`, proof, vkey, policy: policyOf(`${groups}quorum g${size - 1}\n`) });
  }
  for (let n = 0; n < count; ++n) {
    const policy = randomPolicy(random);
    const companion = random.chance(40) ? utf8(`dishonest ${random.below(4)}\n`) : undefined;
    cases.push({ name: `policy tree ${n}`, proof, vkey, policy, companion });
    if (n % 2 !== 0) continue;
    const damaged = mutate.randomMutant(policy, random);
    cases.push({ name: `policy ${n}: ${damaged.how}`, proof, vkey, policy: damaged.bytes });
  }
  return cases;
}

export function studentOf(week: string): string {
  return /^student (\S+)$/m.exec(week)![1]!;
}

// Every group of a week called by every entry of the file, under either's index, and with its path spoilt.
function nameCases({ weeks: { vkey, files } }: Fixtures): Case[] {
  return files.flatMap(({ name, bytes }) => {
    const lines = textOf(bytes)!.split("\n");
    const at = (words: RegExp) => lines.flatMap((line, i) => (words.test(line) ? [i] : []));
    const cases: Case[] = [];
    const add = (to: number, line: string) => {
      const proof = utf8([...lines.slice(0, to), line, ...lines.slice(to + 1)].join("\n"));
      cases.push({ name: `${name}: named ${cases.length}`, proof, vkey });
    };
    for (const to of at(/^opened /)) {
      const index = lines[to]!.split(" ")[1]!;
      for (const from of at(/^(opened|entry|later) /)) {
        const [, other, event] = lines[from]!.split(" ");
        for (const under of [index, other!, "53", "18446744073709551615"]) add(to, `opened ${under} ${event!}`);
      }
      add(to + 1, lines[to + 2]!);
      add(to + 1, "path " + "00".repeat(32));
      add(to + 1, "sibling " + "00".repeat(32));
    }
    return cases;
  });
}

// Whose week, and which, a file has to be: as people type it.
function askedCases({ weeks, vkey, receipts }: Fixtures): Case[] {
  const own = weeks.files.length > 0 ? studentOf(textOf(weeks.files[0]!.bytes)!) : "ab".repeat(16);
  const students = [own, "00".repeat(16), own.toUpperCase(), own.slice(0, 4), "zz"];
  const named = ["2026-W36", "2026-W40", "2026-W37", "2020-W53", "2021-W53", "2026-W00", "2026-W54", "0000-W01"];
  const asked = [
    ...students.map((student) => ({ student })),
    ...[...named, "9999-W52", "2026-w36", "2026-W36 ", "26-W36", "2026-08-31"].map((week) => ({ week })),
    { student: students[0], week: named[0] },
    { student: students[1], week: named[2] },
    { student: students[3], week: "x" },
  ];
  const files = weeks.files.map(({ name, bytes }) => ({ name, proof: bytes, vkey: weeks.vkey }));
  const receipt = receipts.slice(0, 1).map(({ name, bytes }) => ({ name, proof: bytes, vkey }));
  return [...files, ...receipt].flatMap((file) =>
    asked.map((one, i) => ({ ...file, ...one, name: `${file.name} asked ${i}` })),
  );
}

// `scale` 1: some eight thousand.
export function allCases(fixtures: Fixtures, seed: number, scale = 1): Case[] {
  const random = new Random(seed);
  const { vkey, policy } = fixtures;
  const chosen = [...fixtures.receipts].filter((_, i) => i % Math.ceil(fixtures.receipts.length / 8) === 0);
  const forged = tell(honest());
  const whole = fixtures.receipts.flatMap(({ name, bytes }) => [
    { name: `${name} with the policy`, proof: bytes, vkey, policy },
    { name, proof: bytes, vkey },
  ]);
  return [
    ...whole,
    ...chosen.flatMap(({ name, bytes }) => textCases(name, bytes, { vkey, policy }, random)),
    ...textCases("forged", forged.proof, { vkey: forged.vkey, policy: TWO_OF_THREE }, random),
    ...chosen.flatMap(({ name, bytes }) => bufferCases(name, bytes, { vkey, policy }, random, 60 * scale)),
    ...bufferCases("forged", forged.proof, { vkey: forged.vkey, policy: TWO_OF_THREE }, random, 300 * scale),
    ...mixedCases(fixtures, random, 150 * scale),
    ...keyCases(fixtures, random),
    ...entryCases(fixtures),
    ...lieCases(random, 300 * scale),
    ...bodyCases(random, 3 * scale),
    ...timeCases(random, 300 * scale),
    ...extremeTimeCases(),
    ...policyCases(random, 200 * scale),
    ...nameCases(fixtures),
    ...askedCases(fixtures),
    ...fixtures.weeks.files.flatMap(({ name, bytes }) => textCases(name, bytes, { vkey: fixtures.weeks.vkey }, random)),
  ];
}

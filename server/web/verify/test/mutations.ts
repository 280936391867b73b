// Ways to damage a proof file, a key or a policy: systematic ones for every line and every base64 field, and random ones.

import { type Bytes, concat, fromBase64, textOf, toBase64, utf8 } from "../bytes.js";
import type { Random } from "./random.js";

export interface Mutant {
  readonly how: string;
  readonly bytes: Bytes;
}

const BASE64_WORD = /(?<=^|[ +])[A-Za-z0-9+/]{8,}={0,2}$/;

function linesOf(file: Bytes): string[] {
  const lines = textOf(file)!.split("\n");
  lines.pop();
  return lines;
}
function fileOf(lines: readonly string[]): Bytes {
  return utf8(lines.map((line) => line + "\n").join(""));
}
function replaced(lines: readonly string[], at: number, ...by: string[]): Bytes {
  return fileOf([...lines.slice(0, at), ...by, ...lines.slice(at + 1)]);
}

// One damage to every line.
export function lineMutants(file: Bytes): Mutant[] {
  const lines = linesOf(file);
  const mutants: Mutant[] = [];
  lines.forEach((line, i) => {
    const add = (how: string, ...by: string[]) =>
      mutants.push({ how: `line ${i} ${how}`, bytes: replaced(lines, i, ...by) });
    add("dropped");
    add("doubled", line, line);
    add("with a blank behind", `${line} `);
    add("with a blank before", ` ${line}`);
    add("with CR", `${line}\r`);
    add("with a tab", `${line}\t`);
    add("followed by an empty line", line, "");
    add("emptied", "");
    add("cut by one", line.slice(0, -1));
    add("in another case", line === line.toUpperCase() ? line.toLowerCase() : line.toUpperCase());
    if (i + 1 < lines.length) {
      const swapped = [...lines];
      [swapped[i], swapped[i + 1]] = [lines[i + 1]!, line];
      mutants.push({ how: `lines ${i} and ${i + 1} swapped`, bytes: fileOf(swapped) });
    }
    mutants.push({ how: `cut after line ${i}`, bytes: fileOf(lines.slice(0, i + 1)) });
  });
  return mutants;
}

export function wholeMutants(file: Bytes): Mutant[] {
  const text = textOf(file)!;
  return [
    { how: "unchanged", bytes: file },
    { how: "empty", bytes: new Uint8Array(0) },
    { how: "CRLF", bytes: utf8(text.replaceAll("\n", "\r\n")) },
    { how: "without the last line feed", bytes: utf8(text.slice(0, -1)) },
    { how: "with another line feed", bytes: utf8(`${text}\n`) },
    { how: "with two more line feeds", bytes: utf8(`${text}\n\n`) },
    { how: "with a byte order mark", bytes: utf8(`\ufeff${text}`) },
    { how: "with garbage behind", bytes: utf8(`${text}garbage`) },
    { how: "with a line behind", bytes: utf8(`${text}garbage\n`) },
    { how: "twice", bytes: concat(file, file) },
    { how: "with a zero byte behind", bytes: concat(file, Uint8Array.of(0)) },
    { how: "with a bad byte behind", bytes: concat(file, Uint8Array.of(0xff)) },
    { how: "of another version", bytes: utf8(text.replace("@v1", "@v2")) },
    { how: "grown beyond a note", bytes: utf8(text + `\u2014 some.body ${toBase64(new Uint8Array(99_000))}\n`) },
    { how: "grown beyond a file", bytes: concat(file, new Uint8Array(2 * 1024 * 1024).fill(0x41)) },
    { how: "with 70 strangers", bytes: utf8(text + `\u2014 some.body ${toBase64(new Uint8Array(68))}\n`.repeat(70)) },
    { how: "with 20 strangers", bytes: utf8(text + `\u2014 some.body ${toBase64(new Uint8Array(68))}\n`.repeat(20)) },
    { how: "with a stranger of four bytes", bytes: utf8(text + `\u2014 some.body ${toBase64(new Uint8Array(4))}\n`) },
    { how: "with a stranger of five bytes", bytes: utf8(text + `\u2014 some.body ${toBase64(new Uint8Array(5))}\n`) },
    { how: "with a stranger called +", bytes: utf8(text + `\u2014 some+body ${toBase64(new Uint8Array(68))}\n`) },
    { how: "with a stranger with NBSP", bytes: utf8(text + `\u2014 some\u00a0body ${toBase64(new Uint8Array(68))}\n`) },
    { how: "with a stranger with NEL", bytes: utf8(text + `\u2014 some\u0085body ${toBase64(new Uint8Array(68))}\n`) },
    {
      how: "with a stranger with ZWNBSP",
      bytes: utf8(text + `\u2014 some\ufeffbody ${toBase64(new Uint8Array(68))}\n`),
    },
    { how: "with a stranger with DEL", bytes: utf8(text + `\u2014 some\u007fbody ${toBase64(new Uint8Array(68))}\n`) },
    { how: "with a nameless stranger", bytes: utf8(text + `\u2014  ${toBase64(new Uint8Array(68))}\n`) },
    { how: "with a hyphen for a dash", bytes: utf8(text.replaceAll("\u2014", "-")) },
  ];
}

// The same number in other ways, other numbers, and none.
export function indexMutants(file: Bytes): Mutant[] {
  const lines = linesOf(file);
  const at = lines.findIndex((line) => line.startsWith("index "));
  const now = BigInt(lines[at]!.slice(6));
  const spellings = [
    `${now + 1n}`,
    `${now - 1n}`,
    `0${now}`,
    `-${now}`,
    `+${now}`,
    `0x${now.toString(16)}`,
    `${now}.0`,
    "",
    " ",
    "0",
    "00",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "9".repeat(5000),
    `${now}e0`,
    "\u0661",
  ];
  return spellings.map((spelling) => ({
    how: `index ${spelling.slice(0, 24)}`,
    bytes: replaced(lines, at, `index ${spelling}`),
  }));
}

export function checkpointMutants(file: Bytes): Mutant[] {
  const lines = linesOf(file);
  const origin = lines.lastIndexOf("", lines.lastIndexOf("") - 1) + 1;
  const mutants: Mutant[] = [];
  const add = (how: string, at: number, ...by: string[]) =>
    mutants.push({ how: `checkpoint ${how}`, bytes: replaced(lines, at, ...by) });
  const [name, size] = [lines[origin]!, BigInt(lines[origin + 1]!)];
  add("of another origin", origin, "other.example/log/x");
  add("of a longer origin", origin, `${name}x`);
  add("of an origin with a space", origin, `${name} x`);
  add("of an origin with a control", origin, `${name}\u0001`);
  for (const other of [size + 1n, size - 1n, 0n, 1n, 1n << 63n, (1n << 64n) - 1n, 1n << 64n])
    add(`of size ${other}`, origin + 1, `${other}`);
  add("with a leading zero", origin + 1, `0${size}`);
  add("with an extension", origin + 2, lines[origin + 2]!, "extension");
  add("with an empty line", origin + 2, lines[origin + 2]!, "", "");
  lines.slice(origin + 4).forEach((line, i) => {
    const at = origin + 4 + i;
    const [, who, blob] = line.split(" ") as [string, string, string];
    add(`signature ${i} as another's`, at, `\u2014 ${who}x ${blob}`);
    add(`signature ${i} of another key`, at, `\u2014 ${who} A${blob.slice(1)}`);
    add(`signature ${i} twice`, at, line, line);
    add(`signature ${i} without its space`, at, `\u2014${who} ${blob}`);
    add(`signature ${i} with two spaces`, at, `\u2014 ${who}  ${blob}`);
    add(`signature ${i} cut`, at, `\u2014 ${who} ${toBase64(fromBase64(utf8(blob)).slice(0, -1))}`);
    add(`signature ${i} longer`, at, `\u2014 ${who} ${toBase64(concat(fromBase64(utf8(blob)), Uint8Array.of(1)))}`);
  });
  return mutants;
}

// Damage to what a line of base64 stands for, and to its spelling.
export function base64Mutants(file: Bytes, random: Random, flips: number): Mutant[] {
  const lines = linesOf(file);
  const mutants: Mutant[] = [];
  lines.forEach((line, i) => {
    const word = BASE64_WORD.exec(line)?.[0];
    if (!word) return;
    const start = line.slice(0, line.length - word.length);
    const add = (how: string, spelled: string) =>
      mutants.push({ how: `line ${i} base64 ${how}`, bytes: replaced(lines, i, start + spelled) });
    const bytes = fromBase64(utf8(word));
    for (let n = 0; n < flips; ++n) {
      const flipped = Uint8Array.from(bytes);
      const at = random.below(bytes.length);
      flipped[at]! ^= 1 << random.below(8);
      add(`byte ${at} flipped`, toBase64(flipped));
    }
    add("one byte less", toBase64(bytes.slice(0, -1)));
    add("one byte more", toBase64(concat(bytes, Uint8Array.of(0))));
    add("all zero", toBase64(new Uint8Array(bytes.length)));
    add("without padding", word.replace(/=+$/, ""));
    add("with more padding", `${word}=`);
    add("with a blank in it", `${word.slice(0, 4)} ${word.slice(4)}`);
    add("URL-safe", word.replaceAll("+", "-").replaceAll("/", "_"));
    add("with padding inside", `${word.slice(0, 2)}==${word.slice(4)}`);
    const stray = word.replace(
      /(.)(=+)$/,
      (_, c: string, pad: string) => String.fromCharCode(c.charCodeAt(0) + 1) + pad,
    );
    if (stray !== word) add("with stray bits", stray);
  });
  return mutants;
}

// Any byte anywhere.
export function randomMutant(file: Bytes, random: Random): Mutant {
  const at = random.below(file.length);
  const by = random.chance(50) ? random.below(256) : file[at]! ^ (1 << random.below(8));
  switch (random.below(4)) {
    case 0:
      return { how: `byte ${at} left out`, bytes: concat(file.slice(0, at), file.slice(at + 1)) };
    case 1:
      return { how: `byte ${by} put in at ${at}`, bytes: concat(file.slice(0, at), Uint8Array.of(by), file.slice(at)) };
    case 2:
      return { how: `cut at ${at}`, bytes: file.slice(0, at) };
    default: {
      const changed = Uint8Array.from(file);
      changed[at] = by;
      return { how: `byte ${at} made ${by}`, bytes: changed };
    }
  }
}

// Some bytes of a buffer changed for others that are likely to mean something there.
export function bufferMutant(buffer: Bytes, random: Random): Mutant {
  const changed = Uint8Array.from(buffer);
  const how: string[] = [];
  for (let n = random.below(3); n >= 0; --n) {
    const at = random.below(buffer.length);
    const by = random.pick([
      0,
      1,
      2,
      4,
      8,
      12,
      0x7f,
      0x80,
      0xff,
      changed[at]! + 4,
      changed[at]! - 4,
      changed[at]! ^ (1 << random.below(8)),
      random.below(256),
    ]);
    changed[at] = by;
    how.push(`${at}:${changed[at]}`);
  }
  return { how: `buffer ${how.join(" ")}`, bytes: changed };
}

export function withExtra(file: Bytes, extra: Bytes): Bytes {
  const lines = linesOf(file);
  return replaced(lines, 1, `extra ${toBase64(extra)}`);
}
export function extraOf(file: Bytes): Bytes {
  return fromBase64(utf8(linesOf(file)[1]!.slice("extra ".length)));
}

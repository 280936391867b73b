import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, bigEndian, concat, toBase64, utf8 } from "../bytes.js";
import { openCheckpoint, parseCheckpoint, parseProofFile } from "../checkpoint.js";
import { verifyEd25519 } from "../ed25519.js";
import {
  isNoteName,
  NOTE_TYPE_COSIGNATURE,
  NOTE_TYPE_ED25519,
  parseNote,
  parseVkey,
  verifyNote,
  vkeyText,
} from "../note.js";
import { bytesOf, DATA } from "./files.js";
import { noteLine, pairOf, signed, vkeyOf, Witness } from "./forge.js";
import { refused } from "./refused.js";

const KNOWN_ANSWER = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const PAIR = pairOf("log");
const LOG = vkeyOf("journal.example.org/log/licey29", NOTE_TYPE_ED25519, PAIR);
const ROOT = toBase64(new Uint8Array(32).fill(7));
const TEXT = `${LOG.name}\n70000\n${ROOT}\n`;
const OWN_LINE = noteLine(LOG.name, LOG.id, signed(PAIR, utf8(TEXT)));
const note = (...lines: string[]) => utf8(`${TEXT}\n${lines.join("")}`);
const open = (bytes: Bytes) => openCheckpoint(bytes, LOG, verifyEd25519);

test("the known key of signed-note reads and is written the same", () => {
  assert.equal(vkeyText(parseVkey(utf8(KNOWN_ANSWER))), KNOWN_ANSWER);
});

test("keys are refused for their names, ids, types and lengths", () => {
  const [name, id, key] = ["example.com/foo", "530d903a", "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"];
  for (const text of [
    "",
    "+",
    `${name}+${id}`,
    `+${id}+${key}`,
    `${name}+530D903A+${key}`,
    `${name}+530d903b+${key}`,
    `${name}x+${id}+${key}`,
    `${name}+${id}+${key} `,
    `${name}+${id}+`,
    `${name}+${id}+AQ==`,
    `${"x".repeat(1100)}+${id}+${key}`,
  ])
    refused("malformed", () => parseVkey(utf8(text)));
  refused("unsupported", () => parseVkey(utf8(`${name}+${id}+${toBase64(new Uint8Array(33).fill(6))}`)));
});

test("names hold no space of any kind, no plus and no control character", () => {
  for (const name of ["a", "\u0416", "a\u007f", "a\ufeffb", "a\u200bb"]) assert.equal(isNoteName(name), true);
  for (const name of [
    "",
    "a b",
    "a+b",
    "a\tb",
    "a\u0085b",
    "a\u00a0b",
    "a\u1680b",
    "a\u2003b",
    "a\u2028b",
    "a\u202fb",
    "a\u205fb",
    "a\u3000b",
  ])
    assert.equal(isNoteName(name), false, JSON.stringify(name));
});

test("a note splits at its last empty line", () => {
  const parsed = parseNote(utf8(`first\n\nsecond\n\n${OWN_LINE}`));
  assert.deepEqual(parsed.text, utf8("first\n\nsecond\n"));
  assert.equal(parsed.signatures.length, 1);
});

test("notes have one spelling", () => {
  const broken = [
    TEXT,
    `${TEXT}\n`,
    `${TEXT}${OWN_LINE}`,
    `${TEXT}\n${OWN_LINE.slice(0, -1)}`,
    `${TEXT}\n${OWN_LINE}x\n`,
    `${TEXT}\n${OWN_LINE.replace("\u2014", "-")}`,
    `${TEXT}\n${OWN_LINE.replace("\u2014 ", "\u2014")}`,
    `${TEXT}\r\n\r\n${OWN_LINE}`,
    `${TEXT}\n${OWN_LINE}`.replace("7", "\u0000"),
  ];
  for (const text of broken) refused("malformed", () => parseNote(utf8(text)));
  refused("malformed", () => parseNote(concat(note(OWN_LINE), Uint8Array.of(0xff))));
  refused("malformed", () => parseNote(note(OWN_LINE.repeat(65))));
  assert.equal(parseNote(note(OWN_LINE.repeat(64))).signatures.length, 64);
  refused("too_large", () => parseNote(new Uint8Array(128 * 1024 + 1).fill(0x41)));
});

test("strangers' lines are nothing, a known key's bad line spoils the note, nobody known is nobody", () => {
  const stranger = noteLine("some.body", LOG.id, new Uint8Array(64));
  assert.deepEqual([...verifyNote(parseNote(note(stranger, OWN_LINE)), [LOG], verifyEd25519)], [[0, 0n]]);
  const forged = noteLine(LOG.name, LOG.id, new Uint8Array(64));
  refused("bad_signature", () => verifyNote(parseNote(note(OWN_LINE, forged)), [LOG], verifyEd25519));
  refused("bad_signature", () =>
    verifyNote(parseNote(note(noteLine(LOG.name, LOG.id, Uint8Array.of(1)))), [LOG], verifyEd25519),
  );
  refused("no_known_signature", () => verifyNote(parseNote(note(stranger)), [LOG], verifyEd25519));
});

test("a cosignature counts once, with the time of its first line", () => {
  const witness = new Witness("north");
  const parsed = parseNote(note(witness.line(TEXT, 50n), witness.line(TEXT, 40n)));
  assert.deepEqual([...verifyNote(parsed, [LOG, witness.vkey], verifyEd25519)], [[1, 50n]]);
  const other = parseNote(note(witness.line(TEXT, 50n, TEXT.replace("7", "8"))));
  refused("bad_signature", () => verifyNote(other, [witness.vkey], verifyEd25519));
  const beyond = concat(
    bigEndian(1n << 63n, 8),
    signed(witness.pair, utf8(`cosignature/v1\ntime ${1n << 63n}\n${TEXT}`)),
  );
  const late = parseNote(note(noteLine(witness.vkey.name, witness.vkey.id, beyond)));
  refused("bad_signature", () => verifyNote(late, [witness.vkey], verifyEd25519));
  assert.equal(witness.vkey.type, NOTE_TYPE_COSIGNATURE);
});

test("a checkpoint is three lines", () => {
  assert.deepEqual(open(note(OWN_LINE)).checkpoint, {
    origin: LOG.name,
    size: 70000n,
    root: new Uint8Array(32).fill(7),
  });
  for (const text of [
    "",
    "o\n",
    "o\n1\n",
    `o\n1\n${ROOT}`,
    `\n1\n${ROOT}\n`,
    `o\n01\n${ROOT}\n`,
    `o\n1\n${ROOT}\nx\n`,
    `o\n1\n${ROOT.slice(4)}\n`,
    `o\u0001\n1\n${ROOT}\n`,
  ])
    refused("malformed", () => parseCheckpoint(utf8(text)));
  refused("out_of_range", () => parseCheckpoint(utf8(`o\n18446744073709551616\n${ROOT}\n`)));
});

test("another log's checkpoint is told from a forged one", () => {
  const other = TEXT.replace("licey29", "licey30");
  refused("other_origin", () => open(utf8(`${other}\n${OWN_LINE}`)));
  refused("bad_signature", () => open(utf8(`${TEXT.replace("70000", "70001")}\n${OWN_LINE}`)));
});

test("a proof file is read strictly", () => {
  const text = Buffer.from(bytesOf(DATA + "mark_given.tlog-proof")).toString();
  const parse = (changed: string) => () => parseProofFile(utf8(changed));
  const file = parseProofFile(utf8(text));
  assert.equal(text.includes(`\nindex ${file.index}\n`), true);
  assert.equal(parseProofFile(utf8(text.replace(/extra .*\n/, ""))).extra, undefined);
  for (const changed of [
    "",
    text.slice(0, -1),
    text.replace("@v1", "@v2"),
    text.replace("index ", "Index "),
    text.replace("\nindex", "\n\nindex"),
    text.replaceAll("\n", "\r\n"),
    `${text}\n`,
    text.replace("index ", "index 0"),
  ])
    refused("malformed", parse(changed));
  refused("out_of_range", parse(text.replace(/index .*/, "index 18446744073709551616")));
  refused("malformed", parse(text.replace(/(index .*\n)/, `$1${`${ROOT}\n`.repeat(65)}`)));
  refused("too_large", () => parseProofFile(new Uint8Array(2 * 1024 * 1024 + 1)));
});

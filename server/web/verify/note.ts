// Signed notes (C2SP signed-note v1.0.0), the keys that verify them, and cosignatures (C2SP tlog-cosignature). Parsed strictly: one
// spelling is accepted.

import {
  type Bytes,
  concat,
  equal,
  fromBase64,
  fromBigEndian,
  fromHex,
  sha256,
  textOf,
  toBase64,
  toHex,
  utf8,
} from "./bytes.js";
import { KEY_BYTES, SIGNATURE_BYTES, type SignatureCheck } from "./ed25519.js";
import { LineReader } from "./lines.js";
import { refuse } from "./refusal.js";

export const NOTE_TYPE_ED25519 = 0x01;
export const NOTE_TYPE_COSIGNATURE = 0x04;
const NOTE_MAX_BYTES = 128 * 1024;
const NOTE_SIGNATURES_MAX = 64;
const VKEY_MAX_BYTES = 1024;
const KEY_ID_BYTES = 4;
const TIMESTAMP_BYTES = 8;
const INT64_MAX = (1n << 63n) - 1n;
const LF = 0x0a;
const PLUS = 0x2b;
const SPACE = 0x20;

export interface VerifierKey {
  readonly name: string;
  readonly type: number;
  readonly key: Bytes;
  readonly id: Bytes;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: Bytes;
  readonly signature: Bytes;
}

export interface Note {
  readonly text: Bytes; // ends in LF
  readonly signatures: readonly NoteSignature[];
}

// signed-note, "Signatures": non-empty, no Unicode spaces, no plus. Control characters are refused in all of a note.
// The spaces are White_Space of Unicode 15; JavaScript's own \s has U+FEFF beside them and lacks U+0085.
export function isNoteName(name: string): boolean {
  return name !== "" && !/[\u0000-\u0020+\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(name);
}

// key ID = SHA-256(name ‖ LF ‖ type ‖ public key)[:4]
function keyIdOf(name: string, material: Bytes): Bytes {
  return sha256(utf8(name), Uint8Array.of(LF), material).slice(0, KEY_ID_BYTES);
}

// name+id+base64(type ‖ key). Base64 has plus signs of its own: only the first two separate. Refusals: "malformed", and
// "unsupported" for other types than the two above.
export function parseVkey(text: Bytes): VerifierKey {
  if (text.length > VKEY_MAX_BYTES) refuse("malformed", "longer than any verifier key");
  const first = text.indexOf(PLUS);
  const second = first < 0 ? -1 : text.indexOf(PLUS, first + 1);
  if (second < 0) refuse("malformed", "a verifier key is written name+id+key");
  const name = textOf(text.subarray(0, first));
  if (name === undefined || !isNoteName(name)) refuse("malformed", "not a name of a key");
  if (second - first - 1 !== 2 * KEY_ID_BYTES) refuse("malformed", "a key id has eight hexadecimal digits");
  const id = fromHex(textOf(text.subarray(first + 1, second)) ?? "-");
  const material = fromBase64(text.subarray(second + 1));
  const type = material[0];
  if (type === undefined) refuse("malformed", "a verifier key without a key");
  if (type !== NOTE_TYPE_ED25519 && type !== NOTE_TYPE_COSIGNATURE)
    refuse("unsupported", `a key of type ${type}, only 1 and 4 are known here`);
  if (material.length !== 1 + KEY_BYTES) refuse("malformed", "an Ed25519 key has 32 bytes");
  if (!equal(id, keyIdOf(name, material))) refuse("malformed", "the id is not that of this name and key");
  return { name, type, key: material.slice(1), id };
}

export function vkeyText(key: VerifierKey): string {
  return `${key.name}+${toHex(key.id)}+${toBase64(concat(Uint8Array.of(key.type), key.key))}`;
}

// `— <name> <base64(key id ‖ signature)>`, without its line feed.
const SIGNATURE_START = utf8("\u2014 ");
function parseSignatureLine(line: Bytes): NoteSignature {
  if (!equal(line.subarray(0, SIGNATURE_START.length), SIGNATURE_START))
    refuse("malformed", "a signature line begins with a dash and a space");
  const rest = line.subarray(SIGNATURE_START.length);
  const space = rest.indexOf(SPACE);
  if (space < 0) refuse("malformed", "a signature line has a name and a signature");
  const name = textOf(rest.subarray(0, space));
  if (name === undefined || !isNoteName(name)) refuse("malformed", "not a name of a key");
  const blob = fromBase64(rest.subarray(space + 1));
  if (blob.length <= KEY_ID_BYTES) refuse("malformed", "a signature of no bytes");
  return { name, keyId: blob.slice(0, KEY_ID_BYTES), signature: blob.slice(KEY_ID_BYTES) };
}

// The text may hold empty lines itself: the last one separates (signed-note, "Format"). -1: there is none.
function lastEmptyLine(note: Bytes): number {
  for (let at = note.length - 2; at >= 0; --at) if (note[at] === LF && note[at + 1] === LF) return at;
  return -1;
}

// Refusals: "malformed", "too_large".
export function parseNote(note: Bytes): Note {
  if (note.length > NOTE_MAX_BYTES) refuse("too_large", "longer than a note may be");
  if (textOf(note) === undefined || note.some((c) => c < SPACE && c !== LF))
    refuse("malformed", "not UTF-8, or a control character");
  const split = lastEmptyLine(note);
  if (split < 0) refuse("malformed", "no empty line before the signatures");
  const lines = new LineReader(note.subarray(split + 2));
  if (lines.atEnd()) refuse("malformed", "a note without signatures");
  const signatures: NoteSignature[] = [];
  while (!lines.atEnd()) {
    const line = lines.line();
    if (signatures.length === NOTE_SIGNATURES_MAX) refuse("malformed", "more signatures than a note may have");
    signatures.push(parseSignatureLine(line));
  }
  return { text: note.slice(0, split + 1), signatures };
}

// The time of a cosignature, 0 of a plain signature, undefined when it does not verify. tlog-cosignature: the signature is over
// `cosignature/v1 LF time <seconds> LF` and the note's text, behind the time as eight big-endian bytes.
function timeSigned(key: VerifierKey, text: Bytes, blob: Bytes, verify: SignatureCheck): bigint | undefined {
  if (key.type === NOTE_TYPE_ED25519)
    return blob.length === SIGNATURE_BYTES && verify(key.key, text, blob) ? 0n : undefined;
  if (blob.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES) return undefined;
  const time = fromBigEndian(blob.subarray(0, TIMESTAMP_BYTES));
  if (time > INT64_MAX) return undefined;
  const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), text);
  return verify(key.key, message, blob.subarray(TIMESTAMP_BYTES)) ? time : undefined;
}

// Which of the known keys signed, by their place among them, and when. Lines of strangers are nothing; a known key whose line
// fails spoils the note ("bad_signature"); nobody known is "no_known_signature". A key counts once, with its first line: a
// repeated line adds nothing to a quorum.
export function verifyNote(note: Note, known: readonly VerifierKey[], verify: SignatureCheck): Map<number, bigint> {
  const signed = new Map<number, bigint>();
  for (const line of note.signatures) {
    const place = known.findIndex((key) => key.name === line.name && equal(key.id, line.keyId));
    if (place < 0) continue;
    const time = timeSigned(known[place]!, note.text, line.signature, verify);
    if (time === undefined) refuse("bad_signature", `the signature of ${line.name} does not verify`);
    if (!signed.has(place)) signed.set(place, time);
  }
  if (signed.size === 0) refuse("no_known_signature", "signed by nobody trusted here");
  return signed;
}

// Bytes, their spellings in text, and SHA-256. Every spelling is read strictly: what is accepted would be written out the same.

import { sha256 as nobleSha256 } from "@noble/hashes/sha2";
import { refuse } from "./refusal.js";

export type Bytes = Uint8Array;

export const HASH_BYTES = 32;
export const EMPTY: Bytes = new Uint8Array(0);
export const ZERO_HASH: Bytes = new Uint8Array(HASH_BYTES);

export function concat(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// Nothing compared here is secret.
export function equal(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; ++i) if (a[i] !== b[i]) return false;
  return true;
}

export function isZero(bytes: Bytes): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

export function sha256(...parts: readonly Bytes[]): Bytes {
  return nobleSha256(parts.length === 1 ? parts[0]! : concat(...parts));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. Undefined when it is not that.
export function textOf(bytes: Bytes): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export function toHex(bytes: Bytes): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

// Lower case only, an even number of digits.
export function fromHex(text: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) refuse("malformed", "not lower-case hexadecimal");
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const BASE64_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_VALUES = new Int8Array(256).fill(-1);
for (let i = 0; i < BASE64_DIGITS.length; ++i) BASE64_VALUES[BASE64_DIGITS.charCodeAt(i)] = i;
const PAD = 0x3d;

// RFC 4648, section 4: padded, without white space, and without stray bits (section 3.5), which atob() lets through.
export function fromBase64(text: Bytes): Bytes {
  if (text.length % 4 !== 0) refuse("malformed", "base64 length is not a multiple of four");
  let padding = 0;
  while (padding < 2 && padding < text.length && text[text.length - 1 - padding] === PAD) ++padding;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < digits; ++i) {
    const value = BASE64_VALUES[text[i]!]!;
    if (value < 0) refuse("malformed", "a character that is not base64");
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  if ((held & ((1 << bits) - 1)) !== 0) refuse("malformed", "base64 with stray trailing bits");
  return bytes;
}

export function toBase64(bytes: Bytes): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const left = bytes.length - i;
    text += BASE64_DIGITS[group >> 18]! + BASE64_DIGITS[(group >> 12) & 63]!;
    text += (left > 1 ? BASE64_DIGITS[(group >> 6) & 63]! : "=") + (left > 2 ? BASE64_DIGITS[group & 63]! : "=");
  }
  return text;
}

// Big-endian integers, as every format but FlatBuffers has them.
export function bigEndian(value: bigint, size: number): Bytes {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(8 * size, value);
  for (let i = size - 1; i >= 0; --i, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

export function fromBigEndian(bytes: Bytes): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

const ZERO_BYTE = new Uint8Array(1);

// tag ‖ 0 ‖ parts: what hashes with a name of their own are over (docs/formats/statement.md).
export function tagged(tag: string, ...parts: readonly Bytes[]): Bytes {
  return concat(utf8(tag), ZERO_BYTE, ...parts);
}

// tag ‖ 0 ‖ (u32 length ‖ part)…: unambiguous for any parts.
export function taggedMessage(tag: string, ...parts: readonly Bytes[]): Bytes {
  return tagged(tag, ...parts.flatMap((part) => [bigEndian(BigInt(part.length), 4), part]));
}

// Ed25519 verification (RFC 8032, section 5.1.7) with the accepted set of libsodium 1.0.18, which Letopis signs and verifies with.
//
// RFC 8032 leaves verifiers free to differ over unusual points, and two verifiers that differ would come to two verdicts over one
// receipt. What libsodium asks, and is asked here:
//   - S is below the group order;
//   - the key and R are canonical encodings, and neither is a point of small order;
//   - S·B = R + h·A without the cofactor: a residue of small order is refused.
// The library's own verify() multiplies by the cofactor, so only its points are used. The vectors of C2SP/CCTV pin this in a test.

import { CURVE, Point } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2";
import { type Bytes, concat, equal, sha256, toHex } from "./bytes.js";

export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
const HALF = 32;

export type SignatureCheck = (key: Bytes, message: Bytes, signature: Bytes) => boolean;

function littleEndian(bytes: Bytes): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let value = 0n;
  for (let at = bytes.length - 8; at >= 0; at -= 8) value = (value << 64n) | view.getBigUint64(at, true);
  return value;
}

// h·A in windows of four bits: half the additions of plain doubling and adding.
function multiple(point: Point, scalar: bigint): Point {
  const table: Point[] = [Point.ZERO, point];
  for (let i = 2; i < 16; ++i) table.push(table[i - 1]!.add(point));
  let product = Point.ZERO;
  for (let shift = 252n; shift >= 0n; shift -= 4n) {
    if (shift !== 252n) product = product.double().double().double().double();
    const digit = Number((scalar >> shift) & 15n);
    if (digit !== 0) product = product.add(table[digit]!);
  }
  return product;
}

function decodePoint(bytes: Bytes): Point | undefined {
  try {
    const point = Point.fromBytes(bytes, false); // false: canonical encodings alone
    return isSmallOrder(point) ? undefined : point;
  } catch {
    return undefined;
  }
}

function isSmallOrder(point: Point): boolean {
  return point.double().double().double().equals(Point.ZERO);
}

export function verifyEd25519(key: Bytes, message: Bytes, signature: Bytes): boolean {
  if (key.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const r = signature.subarray(0, HALF);
  const s = littleEndian(signature.subarray(HALF));
  if (s >= CURVE.n) return false;
  const a = decodePoint(key);
  if (a === undefined) return false;
  const h = littleEndian(sha512(concat(r, key, message))) % CURVE.n;
  const computed = Point.BASE.multiply(s, false).add(multiple(a, h).negate());
  // Written out again and compared: so R has one encoding, and needs no square root.
  return !isSmallOrder(computed) && equal(computed.toBytes(), r);
}

// The same check, which remembers its last answers: the receipts of one school share a genesis and most of their chains of keys.
// Whether a signature verifies depends on nothing but what is hashed here, so an answer from memory is the answer.
export function rememberingCheck(limit = 4096, check: SignatureCheck = verifyEd25519): SignatureCheck {
  const answers = new Map<string, boolean>();
  return (key, message, signature) => {
    const asked = toHex(sha256(sha256(key), sha256(message), sha256(signature)));
    const known = answers.get(asked);
    if (known !== undefined) return known;
    const answer = check(key, message, signature);
    if (answers.size >= limit) answers.clear();
    answers.set(asked, answer);
    return answer;
  };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { bigEndian, fromBase64, fromBigEndian, fromHex, sha256, textOf, toBase64, toHex, utf8 } from "../bytes.js";
import { parseDecimal } from "../lines.js";
import { Random } from "./random.js";
import { refused } from "./refused.js";

test("base64 comes back as it was, and agrees with Node's own", () => {
  const random = new Random(1);
  for (let size = 0; size < 200; ++size) {
    const bytes = random.bytes(size);
    const text = toBase64(bytes);
    assert.equal(text, Buffer.from(bytes).toString("base64"));
    assert.deepEqual(fromBase64(utf8(text)), bytes);
  }
});

test("base64 has one spelling", () => {
  for (const text of [
    "A",
    "AA",
    "AAA",
    "AA=",
    "AAA==",
    "====",
    "=AAA",
    "A=AA",
    "AA=A",
    "AA==AA==",
    "AB==",
    "AAB=",
    "AA A",
    "AAA\n",
    "AA-_",
    "A\u00e4",
  ])
    refused("malformed", () => fromBase64(utf8(text)));
});

test("hexadecimal is lower case and whole", () => {
  assert.equal(toHex(fromHex("00ff10")), "00ff10");
  for (const text of ["0", "0G", "FF", " 00", "0x00"]) refused("malformed", () => fromHex(text));
});

test("integers are big-endian and wrap like the C++ types", () => {
  assert.equal(toHex(bigEndian(-1n, 4)), "ffffffff");
  assert.equal(toHex(bigEndian(0x0102030405060708n, 8)), "0102030405060708");
  assert.equal(fromBigEndian(fromHex("ffffffffffffffff")), (1n << 64n) - 1n);
});

test("decimal numbers have one spelling and 64 bits", () => {
  const parsed = (text: string) => parseDecimal(utf8(text));
  assert.equal(parsed("0"), 0n);
  assert.equal(parsed("9007199254740993"), 9007199254740993n, "beyond what a Number holds");
  assert.equal(parsed("18446744073709551615"), (1n << 64n) - 1n);
  for (const text of ["", "00", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "\u0661"])
    refused("malformed", () => parsed(text));
  for (const text of ["18446744073709551616", "99999999999999999999", "9".repeat(100_000)])
    refused("out_of_range", () => parsed(text));
});

test("UTF-8 is RFC 3629's, a byte order mark is a character, SHA-256 is SHA-256", () => {
  for (const hex of ["c0af", "eda080", "f4908080", "80", "c3", "fe"]) assert.equal(textOf(fromHex(hex)), undefined);
  assert.equal(textOf(fromHex("efbbbf41")), "\ufeffA");
  assert.equal(
    toHex(sha256(utf8("a"), utf8("bc"))),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

// The edge cases of C2SP/CCTV: what libsodium 1.0.18 accepts of them, and nothing else, is accepted here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CURVE } from "@noble/ed25519";
import { bigEndian, fromHex, utf8 } from "../bytes.js";
import { rememberingCheck, verifyEd25519 } from "../ed25519.js";
import { repositoryText } from "./files.js";
import { pairOf, signed } from "./forge.js";

interface Vector {
  number: number;
  key: string;
  sig: string;
  msg: string;
}

const FOLDER = "tests/data/vectors/ed25519-cctv/";

test("the accepted set of the CCTV vectors is libsodium's", () => {
  const vectors = JSON.parse(repositoryText(FOLDER + "ed25519vectors.json")) as Vector[];
  const expected = repositoryText(FOLDER + "accepted.txt")
    .trim()
    .split("\n")
    .map(Number);
  const accepted = vectors.filter(({ key, sig, msg }) => verifyEd25519(fromHex(key), utf8(msg), fromHex(sig)));
  assert.equal(vectors.length, 914);
  assert.deepEqual(
    accepted.map(({ number }) => number),
    expected,
  );
});

test("a signature verifies; S + L, another message, key or length does not", () => {
  const pair = pairOf("somebody");
  const message = utf8("message");
  const good = signed(pair, message);
  assert.equal(verifyEd25519(pair.public, message, good), true);
  const s = good
    .slice(32)
    .reverse()
    .reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const beyond = Uint8Array.from([...good.slice(0, 32), ...bigEndian(s + CURVE.n, 32).reverse()]);
  assert.equal(verifyEd25519(pair.public, message, beyond), false);
  assert.equal(verifyEd25519(pair.public, utf8("massage"), good), false);
  assert.equal(verifyEd25519(pairOf("else").public, message, good), false);
  assert.equal(verifyEd25519(pair.public, message, good.slice(1)), false);
  assert.equal(verifyEd25519(pair.public.slice(1), message, good), false);
  assert.equal(verifyEd25519(new Uint8Array(32), message, new Uint8Array(64)), false);
});

test("a remembering check asks once and forgets nothing that was false", () => {
  const pair = pairOf("somebody");
  let asked = 0;
  const check = rememberingCheck(2, (...words) => (++asked, verifyEd25519(...words)));
  const good = signed(pair, utf8("a"));
  for (let i = 0; i < 3; ++i) assert.equal(check(pair.public, utf8("a"), good), true);
  for (let i = 0; i < 3; ++i) assert.equal(check(pair.public, utf8("b"), good), false);
  assert.equal(asked, 2);
  check(pair.public, utf8("c"), good);
  assert.equal(check(pair.public, utf8("a"), good), true, "asked again after the memory was full");
  assert.equal(asked, 4);
});

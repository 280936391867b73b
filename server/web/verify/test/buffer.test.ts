// The strict reader of FlatBuffers, on buffers written here and changed by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, concat, utf8 } from "../bytes.js";
import { BufferReader } from "../flatbuffer.js";
import { decodeEntry, decodeReceipt, decodeStatement } from "../statement.js";
import { writeBuffer } from "./buffer_writer.js";
import { idOf } from "./forge.js";
import { bufferMutant } from "./mutations.js";
import { Random } from "./random.js";
import { refused } from "./refused.js";
import { refusalOf } from "../refusal.js";
import { honest, tell } from "./story.js";

const EVENT = utf8("event");
const RECEIPT = {
  version: 1,
  event: EVENT,
  key_chain: [{ event: EVENT }, { event: utf8("other") }],
  tokens: [{ kind: "k", bytes: EVENT }],
};

// A size prefix that fits again.
function resized(bytes: Bytes): Bytes {
  new DataView(bytes.buffer).setUint32(0, bytes.length - 4, true);
  return bytes;
}

test("what was written is read", () => {
  const read = decodeReceipt(writeBuffer("LTRC", "Receipt", RECEIPT));
  assert.equal(read.version, 1);
  assert.deepEqual(read.event, EVENT);
  assert.deepEqual(read.key_chain, RECEIPT.key_chain);
  assert.deepEqual(read.genesis_proof, []);
  const { log } = tell(honest());
  const entry = decodeEntry(log.events[5]!);
  assert.equal(entry.bodyType.name, "MarkGiven");
  assert.deepEqual(entry.body["work"], idOf("work"));
  assert.equal(entry.event.index, 5n);
});

test("a prefix, an identifier and an end that fit", () => {
  const good = writeBuffer("LTRC", "Receipt", RECEIPT);
  refused("malformed", () => decodeReceipt(good.slice(0, -1)));
  refused("malformed", () => decodeReceipt(concat(good, Uint8Array.of(0))));
  refused("malformed", () => decodeReceipt(new Uint8Array(15)));
  refused("malformed", () => decodeReceipt(writeBuffer("LTEV", "Receipt", RECEIPT)));
  assert.equal(decodeReceipt(resized(concat(good, new Uint8Array(7)))).version, 1, "seven zero bytes are padding");
  refused("malformed", () => decodeReceipt(resized(concat(good, new Uint8Array(8)))));
  refused("malformed", () => decodeReceipt(resized(concat(good, Uint8Array.of(1)))));
  refused("too_large", () => decodeReceipt(new Uint8Array(1024 * 1024 + 1)));
  refused("too_large", () => decodeEntry(new Uint8Array(65_536)));
  refused("too_large", () => decodeStatement(new Uint8Array(32 * 1024 + 1)));
});

test("a field that nobody here knows", () => {
  const good = writeBuffer("LTRC", "Receipt", { version: 1, event: EVENT, tokens: RECEIPT.tokens });
  const view = new DataView(good.buffer);
  const table = 4 + view.getUint32(4, true);
  const vtable = table - view.getInt32(table, true);
  assert.equal(view.getUint16(vtable, true), 16, "six fields");
  // The same bytes as a KeyLink, of which one field is known.
  const reader = new BufferReader(good, "LTRC");
  const opened = reader.openTable(reader.root);
  refused("unknown_field", () => reader.closeTable(opened, 1));
});

test("no byte has two meanings", () => {
  const good = writeBuffer("LTRC", "Receipt", RECEIPT);
  const reader = new BufferReader(good, "LTRC");
  const table = reader.openTable(reader.root);
  assert.notEqual(reader.reference(table, 1), undefined);
  refused("malformed", () => reader.reference(table, 1));
  refused("malformed", () => reader.openTable(reader.root));
});

test("tables of many shapes share their vtables", () => {
  const shape = (i: number) => ({
    kind: "k",
    ...(i & 1 && { number: 1 }),
    ...(i & 2 && { due: 20_000 }),
    ...(i & 4 && { teacher: idOf("t") }),
    ...(i & 8 && { group: idOf("g") }),
    ...(i & 16 && { lesson: idOf("l") }),
  });
  const findings = [...Array(32).keys(), 0, 31].map(shape);
  const knobs = honest();
  knobs.entry.type = "InspectionHeld";
  knobs.entry.body = { kind: "k", findings };
  const { body } = decodeEntry(tell(knobs).log.events[5]!);
  assert.equal((body["findings"] as unknown[]).length, 34);
});

test("damaged buffers are read or refused, never misread", () => {
  const { log } = tell(honest());
  const random = new Random(9);
  const known = /^(too_large|malformed|unknown_type|unknown_field|unknown_value|out_of_range)$/;
  let read = 0;
  for (let n = 0; n < 4000; ++n) {
    const event = log.events[random.below(log.events.length)]!;
    const refusal = refusalOf(() => decodeEntry(bufferMutant(event, random).bytes));
    if (refusal) assert.match(refusal.code, known);
    else ++read;
  }
  assert.equal(read > 0 && read < 4000, true);
});

test("any bytes at all are refused without an accident", () => {
  const random = new Random(10);
  for (let n = 0; n < 4000; ++n) {
    const bytes = random.bytes(16 + random.below(100));
    bytes.set(utf8("LTRC"), 8);
    bytes.set([random.below(40), 0, 0, 0], 4);
    assert.notEqual(
      refusalOf(() => decodeReceipt(resized(bytes))),
      undefined,
    );
  }
});

// schema.ts against ledger/schema/letopis.fbs: the same tables, fields, numbers and kinds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BODY_TYPES, bodyName, ENUM_NAMES, TABLE_TYPES } from "../schema.js";
import { repositoryText } from "./files.js";

const SCHEMA = repositoryText("ledger/schema/letopis.fbs");
const KINDS: Record<string, string> = {
  string: "text",
  ubyte: "u8",
  ushort: "u16",
  uint: "u32",
  ulong: "u64",
  int: "i32",
  long: "i64",
};
const ONLY_SUBMITTED = ["SubmittedStatement", "SubmittedText", "SubmittedBlob", "Submission"];

interface Written {
  name: string;
  kind: string;
  isList: boolean;
  required: boolean;
  id: number;
}

function fieldsOf(body: string): Written[] {
  return body.split("\n").flatMap((line) => {
    const found = /^ {2}(\w+):(\[?)(\w+)\]?(?: = none_)? \(id: (\d+)(, required)?\);(?: {2}\/\/ (.*))?$/.exec(line);
    if (!found) return (assert.equal(line.trim(), ""), []);
    const [, name, open, type, id, required, remark] = found;
    const byRemark: Record<string, string> = {
      days: "date",
      "microseconds UTC": "instant",
      "minutes of the day": "minute",
    };
    const bytes = open === "[" && type === "ubyte";
    const kind = bytes ? "bytes" : (byRemark[remark ?? ""] ?? KINDS[type!] ?? type!);
    return [{ name: name!, kind, isList: open === "[" && !bytes, required: required !== undefined, id: Number(id) }];
  });
}

test("every table, field by field", () => {
  const written = [...SCHEMA.matchAll(/^table (\w+) \{\n([\s\S]*?)^\}/gm)].filter(
    ([, name]) => !ONLY_SUBMITTED.includes(name!),
  );
  assert.deepEqual(written.map(([, name]) => name).sort(), [...TABLE_TYPES.keys()].sort());
  for (const [, name, body] of written) {
    const fields = fieldsOf(body!).filter(({ name: field }) => !(name === "Statement" && field === "body"));
    const known = TABLE_TYPES.get(name!)!.fields.map((field, id) => ({ ...field, id }));
    // Enumerations cannot be required in FlatBuffers; the reader asks for those that must not be 0.
    const plain = (all: Written[]) =>
      all.map((field) => (ENUM_NAMES.has(field.kind) ? { ...field, required: false } : field));
    assert.deepEqual(
      plain(fields).sort((a, b) => a.id - b.id),
      plain(known),
      name,
    );
  }
});

test("the bodies in their order, and their names", () => {
  const members = /union Body \{([\s\S]*?)\}/
    .exec(SCHEMA)![1]!
    .split(",")
    .map((name) => name.trim());
  assert.deepEqual(
    BODY_TYPES.map(({ name }) => name),
    members,
  );
  assert.equal(bodyName(TABLE_TYPES.get("NeighbourGenesis")!), "neighbour_genesis");
});

test("the enumerations", () => {
  for (const [, name, values] of SCHEMA.matchAll(/^enum (\w+) : ubyte \{(.*)\}/gm)) {
    const expected = values!
      .split(",")
      .map((value) => value.trim().split(" = "))
      .filter(([, number]) => number !== "0");
    assert.deepEqual(
      expected.map(([word, number]) => [word, Number(number)]),
      ENUM_NAMES.get(name!)!.map((word, i) => [word, i + 1]),
    );
  }
});

// An entry as JSON, for people and programs: what the schema says of each field, absent ones left out.

import { isZero, toBase64, toHex, type Bytes } from "./bytes.js";
import { formatDate, formatInstant, formatMinute } from "./instant.js";
import { bodyName, ENUM_NAMES, type Field, TABLE_TYPES, type TableType } from "./schema.js";
import { type Decoded, type Entry, type Value } from "./statement.js";

// Controls are escaped by their number but for line feed and tab.
export function jsonString(text: string): string {
  const escaped = text.replace(/["\\\u0000-\u001f\u007f]/g, (c) => {
    if (c === '"' || c === "\\") return `\\${c}`;
    if (c === "\n") return "\\n";
    if (c === "\t") return "\\t";
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

function isAbsent(field: Field, value: Value): boolean {
  if (value === undefined || value === "") return true;
  if (value instanceof Uint8Array) return value.length === 0 || isZero(value);
  if (Array.isArray(value)) return value.length === 0;
  // A number that is zero may mean just that; a moment, a day or a name of an enumeration that is zero was not given.
  const zeroIsNone = field.kind === "date" || field.kind === "instant" || ENUM_NAMES.has(field.kind);
  return zeroIsNone && (value === 0 || value === 0n);
}

function valueJson(field: Field, value: Value): string {
  if (Array.isArray(value)) return `[${value.map((item) => itemJson(field, item)).join(",")}]`;
  if (typeof value === "string") return jsonString(value);
  if (value instanceof Uint8Array)
    return field.kind === "bytes" ? jsonString(toBase64(value)) : jsonString(toHex(value));
  if (typeof value === "object") return itemJson(field, value as Decoded);
  switch (field.kind) {
    case "date":
      return jsonString(formatDate(BigInt(value as number)));
    case "instant":
      return jsonString(formatInstant(value as bigint));
    case "minute":
      return jsonString(formatMinute(value as number));
    default:
      return ENUM_NAMES.has(field.kind) ? jsonString(enumName(field.kind, value as number)) : `${value}`;
  }
}

function itemJson(field: Field, item: Decoded | Bytes): string {
  if (item instanceof Uint8Array) return jsonString(toHex(item));
  return `{${fieldsJson(TABLE_TYPES.get(field.kind)!, item).join(",")}}`;
}

function fieldsJson(type: TableType, decoded: Decoded): string[] {
  const there = type.fields.filter((field) => !isAbsent(field, decoded[field.name]));
  return there.map((field) => `${jsonString(field.name)}:${valueJson(field, decoded[field.name])}`);
}

export function enumName(kind: string, value: number): string {
  return ENUM_NAMES.get(kind)?.[value - 1] ?? "";
}

function statementJson({ statement, bodyType, body }: Entry): string {
  const members = [`"type":${jsonString(bodyName(bodyType))}`, ...fieldsJson(bodyType, body)];
  const envelope = fieldsJson(TABLE_TYPES.get("Statement")!, statement).join(",");
  return `{${members.join(",")},"envelope":{${envelope}}}`;
}

export function entryJson(entry: Entry): string {
  const { event } = entry;
  const members = [
    `"index":${event.index}`,
    `"recorded_at":"${formatInstant(event.recorded_at)}"`,
    `"verdict":"${enumName("Verdict", event.verdict)}"`,
  ];
  if (event.rule !== "") members.push(`"rule":${jsonString(event.rule)}`);
  if (event.deadline !== 0n) members.push(`"deadline":"${formatInstant(event.deadline)}"`);
  if (event["late_seconds"] !== 0n) members.push(`"late_seconds":${event["late_seconds"]}`);
  members.push(`"utc_offset":${event.utc_offset}`, `"context":${event["context"]}`);
  members.push(`"rules_version":${event["rules_version"]}`);
  const profile = event["profile"] as Bytes;
  if (!isZero(profile)) members.push(`"profile":"${toHex(profile)}"`);
  const awaited = event.awaits.map((one) => `"${enumName("Role", one["role"] as number)}"`);
  if (awaited.length > 0) members.push(`"awaits":[${awaited.join(",")}]`);
  members.push(`"statement":${statementJson(entry)}`);
  return `{${members.join(",")}}`;
}

// Statements, events and receipts, decoded from their exact bytes (docs/formats/statement.md), and what is signed of them. Nobody
// re-encodes: what is signed and hashed is the bytes as they came.

import { bigEndian, type Bytes, concat, isZero, sha256, tagged, taggedMessage, utf8 } from "./bytes.js";
import { BufferReader, cleanText, type Table } from "./flatbuffer.js";
import { refuse } from "./refusal.js";
import {
  BODY_TYPES,
  ENUM_NAMES,
  type Field,
  FIXED_BYTES,
  SCALAR_BYTES,
  TABLE_TYPES,
  type TableType,
} from "./schema.js";

const STATEMENT_MAX_BYTES = 32 * 1024;
const EVENT_MAX_BYTES = 65_535; // an entry bundle writes the length in 16 bits
const RECEIPT_MAX_BYTES = 1024 * 1024;
const TEXT_MAX_BYTES = 16 * 1024;
const LIST_MAX = 1024;
const COMMITMENTS_MAX = 32;
const DATE_MAX_DAYS = 1_000_000; // from 1970-01-01, either way
const MINUTES_OF_A_DAY = 24 * 60;
const BODY_TYPE_ID = 17;
const BODY_ID = 18;

// Absent means zero, empty, or (a table) undefined, as the schema's defaults have it. 64-bit numbers are BigInts.
export type Value = number | bigint | boolean | string | Bytes | undefined | Decoded | readonly (Decoded | Bytes)[];
export interface Decoded {
  readonly [field: string]: Value;
}

function readScalar(reader: BufferReader, kind: string, at: number): number | bigint {
  switch (kind) {
    case "u16":
    case "minute":
      return reader.u16(at);
    case "u32":
      return reader.u32(at);
    case "i32":
    case "date":
      return reader.i32(at);
    case "u64":
      return reader.u64(at);
    case "i64":
    case "instant":
      return reader.i64(at);
    default:
      return reader.u8(at);
  }
}

function judgeScalar(field: Field, value: number | bigint): number | bigint | boolean {
  if (field.kind === "bool") {
    if (value !== 0 && value !== 1) refuse("unknown_value", "a boolean that is neither 0 nor 1");
    return value === 1;
  }
  if (field.kind === "minute" && value >= MINUTES_OF_A_DAY) refuse("unknown_value", field.name);
  if (field.kind === "date" && (value < -DATE_MAX_DAYS || value > DATE_MAX_DAYS))
    refuse("out_of_range", `${field.name}: a date more than ${DATE_MAX_DAYS} days from 1970-01-01`);
  return value;
}

// Reads one table after its type's fields.
class TableDecoder {
  constructor(
    private readonly reader: BufferReader,
    private readonly table: Table,
  ) {}

  read(field: Field, id: number): Value {
    if (field.isList) return this.list(field, id);
    if (field.kind === "text") return this.text(field, id);
    if (field.kind === "bytes") return this.bytes(field, id);
    if (field.kind in FIXED_BYTES) return this.fixed(field, id);
    if (field.kind in SCALAR_BYTES) return this.scalar(field, id);
    if (ENUM_NAMES.has(field.kind)) return this.enumeration(field, id);
    return this.tableField(field, id);
  }

  private scalar(field: Field, id: number): Value {
    const size = SCALAR_BYTES[field.kind]!;
    const at = this.reader.field(this.table, id, size, size);
    const absent = field.kind === "u64" || field.kind === "i64" || field.kind === "instant" ? 0n : 0;
    return judgeScalar(field, at === undefined ? absent : readScalar(this.reader, field.kind, at));
  }
  private enumeration(field: Field, id: number): number {
    const at = this.reader.field(this.table, id, 1, 1);
    if (at === undefined && !field.required) return 0;
    const value = at === undefined ? 0 : this.reader.u8(at);
    if (value < 1 || value > ENUM_NAMES.get(field.kind)!.length) refuse("unknown_value", field.name);
    return value;
  }
  private fixed(field: Field, id: number): Bytes {
    const size = FIXED_BYTES[field.kind]!;
    const at = this.reader.field(this.table, id, size, 1);
    const value = at === undefined ? new Uint8Array(size) : this.reader.slice(at, size);
    if (field.required && isZero(value)) missing(field);
    return value;
  }
  private text(field: Field, id: number): string {
    const at = this.reader.reference(this.table, id);
    const bytes = at === undefined ? new Uint8Array(0) : this.reader.textBytes(at);
    if (field.required && bytes.length === 0) missing(field);
    if (bytes.length > TEXT_MAX_BYTES) refuse("too_large", field.name);
    return cleanText(bytes);
  }
  private bytes(field: Field, id: number): Bytes {
    const at = this.reader.reference(this.table, id);
    const list = at === undefined ? { at: 0, count: 0 } : this.reader.inlineList(at, 1);
    if (field.required && list.count === 0) missing(field);
    return this.reader.slice(list.at, list.count);
  }
  private tableField(field: Field, id: number): Decoded | undefined {
    const at = this.reader.reference(this.table, id);
    if (at === undefined && field.required) missing(field);
    return at === undefined ? undefined : decodeTable(this.reader, at, TABLE_TYPES.get(field.kind)!);
  }
  private list(field: Field, id: number): (Decoded | Bytes)[] {
    const at = this.reader.reference(this.table, id);
    const items = at === undefined ? [] : this.items(field, at);
    if (field.required && items.length === 0) missing(field);
    return items;
  }
  private items(field: Field, at: number): (Decoded | Bytes)[] {
    const size = FIXED_BYTES[field.kind];
    const list = size === undefined ? this.reader.offsetList(at) : this.reader.inlineList(at, size);
    if (list.count > LIST_MAX) refuse("too_large", field.name);
    return Array.from({ length: list.count }, (_, i) =>
      size === undefined
        ? decodeTable(this.reader, this.reader.follow(list.at + 4 * i), TABLE_TYPES.get(field.kind)!)
        : this.reader.slice(list.at + size * i, size),
    );
  }
}

function missing(field: Field): never {
  refuse("malformed", `missing ${field.name}`);
}

function decodeFields(reader: BufferReader, table: Table, type: TableType): Record<string, Value> {
  const decoder = new TableDecoder(reader, table);
  const decoded: Record<string, Value> = {};
  type.fields.forEach((field, id) => (decoded[field.name] = decoder.read(field, id)));
  return decoded;
}

function decodeTable(reader: BufferReader, at: number, type: TableType): Decoded {
  const table = reader.openTable(at);
  const decoded = decodeFields(reader, table, type);
  reader.closeTable(table, type.fields.length);
  return decoded;
}

function decodeBuffer(bytes: Bytes, identifier: string, maxBytes: number, typeName: string): Decoded {
  if (bytes.length > maxBytes) refuse("too_large", `at most ${maxBytes} bytes`);
  const reader = new BufferReader(bytes, identifier);
  const decoded = decodeTable(reader, reader.root, TABLE_TYPES.get(typeName)!);
  reader.finish();
  return decoded;
}

// The tables that a receipt is judged by. What is read of the others is for people.
export interface Event extends Decoded {
  readonly index: bigint;
  readonly recorded_at: bigint; // microseconds UTC
  readonly utc_offset: number;
  readonly statement: Bytes;
  readonly signature: Bytes;
  readonly verdict: number;
  readonly rule: string;
  readonly deadline: bigint;
  readonly awaits: readonly Decoded[];
}
export interface Statement extends Decoded {
  readonly origin: string;
  readonly id: Bytes;
  readonly author: Bytes;
  readonly acting_as: number;
  readonly key: Bytes;
}
export interface SchoolCreated extends Decoded {
  readonly name: string;
  readonly zone: string;
  readonly utc_offset: number;
  readonly log_vkey: string;
  readonly service_key: Bytes;
  readonly root_keys: readonly { readonly key: Bytes; readonly signature: Bytes }[] & readonly Decoded[];
  readonly threshold: number;
  readonly simulated: boolean;
  readonly profile_name: string;
  readonly profile: Bytes;
  readonly regulation: Bytes;
  readonly previous_origin: string;
  readonly previous_size: bigint;
  readonly previous_root: Bytes;
}
export interface InvitationIssued extends Decoded {
  readonly person: Bytes;
  readonly code_key: Bytes;
}
export interface KeyEnrolled extends Decoded {
  readonly invitation: Bytes;
  readonly person: Bytes;
  readonly key: Bytes;
  readonly code_signature: Bytes;
}
export interface KeyRotated extends Decoded {
  readonly key: Bytes;
  readonly new_signature: Bytes;
}
export interface Evidence extends Decoded {
  readonly kind: string;
  readonly bytes: Bytes;
}
export interface AnchorAdded extends Decoded {
  readonly checkpoint: string;
  readonly evidence: readonly Evidence[];
}
export interface ClockFault extends Decoded {
  readonly kind: string;
}
export interface StateCommitted extends Decoded {
  readonly size: bigint;
  readonly root: Bytes;
}
export interface TeachingGroupOpened extends Decoded {
  readonly group: Bytes;
  readonly label: string;
  readonly subject: string;
}
export interface ProvedEntry extends Decoded {
  readonly index: bigint;
  readonly event: Bytes;
  readonly proof: readonly Bytes[];
}
export interface Receipt extends Decoded {
  readonly version: number;
  readonly event: Bytes;
  readonly key_chain: readonly { readonly event: Bytes }[] & readonly Decoded[];
  readonly genesis_proof: readonly Bytes[];
  readonly anchors: readonly ProvedEntry[];
  readonly tokens: readonly Evidence[];
  readonly clock_faults: readonly ProvedEntry[];
}
interface BodyTypes {
  SchoolCreated: SchoolCreated;
  InvitationIssued: InvitationIssued;
  KeyEnrolled: KeyEnrolled;
  KeyRotated: KeyRotated;
  AnchorAdded: AnchorAdded;
  StateCommitted: StateCommitted;
  ClockFault: ClockFault;
  TeachingGroupOpened: TeachingGroupOpened;
}

export interface Entry {
  readonly event: Event;
  readonly statement: Statement;
  readonly bodyType: TableType;
  readonly body: Decoded;
}

// The body when it is of that kind, else undefined.
export function bodyAs<Name extends keyof BodyTypes>(entry: Entry, name: Name): BodyTypes[Name] | undefined {
  return entry.bodyType.name === name ? (entry.body as BodyTypes[Name]) : undefined;
}

export const RECEIPT_VERSION = 1;

// Refusals of the three: "too_large", "malformed", "unknown_type", "unknown_field", "unknown_value", "out_of_range".
export function decodeReceipt(bytes: Bytes): Receipt {
  return decodeBuffer(bytes, "LTRC", RECEIPT_MAX_BYTES, "Receipt") as Receipt;
}

export function decodeStatement(bytes: Bytes): Omit<Entry, "event"> {
  if (bytes.length > STATEMENT_MAX_BYTES) refuse("too_large", "a statement is at most 32 KiB");
  const reader = new BufferReader(bytes, "LTST");
  const table = reader.openTable(reader.root);
  const statement = decodeFields(reader, table, TABLE_TYPES.get("Statement")!) as Statement;
  const typeAt = reader.field(table, BODY_TYPE_ID, 1, 1);
  const bodyAt = reader.reference(table, BODY_ID);
  if (typeAt === undefined || bodyAt === undefined) refuse("malformed", "missing body");
  const number = reader.u8(typeAt);
  const bodyType = BODY_TYPES[number - 1];
  if (bodyType === undefined) refuse("unknown_type", `type ${number}`);
  const body = decodeTable(reader, bodyAt, bodyType);
  reader.closeTable(table, BODY_ID + 1);
  if ((statement["commitments"] as readonly Decoded[]).length > COMMITMENTS_MAX) refuse("too_large", "commitments");
  reader.finish();
  return { statement, bodyType, body };
}

// The leaf: what the log made of a statement, and the statement in it.
export function decodeEntry(bytes: Bytes): Entry {
  const event = decodeBuffer(bytes, "LTEV", EVENT_MAX_BYTES, "Event") as Event;
  return { event, ...decodeStatement(event.statement) };
}

// ---- What is signed ----

export function statementMessage(statement: Bytes): Bytes {
  return tagged("letopis/statement/v1", statement);
}

export type Purpose = "root" | "author" | "invitation" | "log" | "witness" | "service" | "archive";
const KEY_ID_BYTES = 16;

// A key has one purpose for ever, and its id says which.
export function keyId(purpose: Purpose, key: Bytes): Bytes {
  return sha256(tagged("letopis/key/v1", utf8(purpose), Uint8Array.of(0), key)).slice(0, KEY_ID_BYTES);
}

// What each root key signs of a genesis.
export function genesisMessage(statement: Statement, body: SchoolCreated): Bytes {
  return taggedMessage(
    "letopis/genesis/v1",
    utf8(statement.origin),
    statement.id,
    utf8(body.name),
    utf8(body.zone),
    bigEndian(BigInt(body.utc_offset), 4),
    utf8(body.log_vkey),
    body.service_key,
    concat(...body.root_keys.map((root) => root.key)),
    Uint8Array.of(body.threshold),
    Uint8Array.of(body.simulated ? 1 : 0),
    utf8(body.profile_name),
    body.profile,
    body.regulation,
    utf8(body.previous_origin),
    bigEndian(body.previous_size, 8),
    body.previous_root,
  );
}

// What the key of an invitation's code signs.
export function enrolmentMessage(origin: string, body: KeyEnrolled): Bytes {
  return taggedMessage("letopis/enrolment/v1", utf8(origin), body.invitation, body.person, body.key);
}

// What the new key of a rotation signs.
export function rotationMessage(origin: string, oldKey: Bytes, newKey: Bytes): Bytes {
  return taggedMessage("letopis/rotation/v1", utf8(origin), oldKey, newKey);
}

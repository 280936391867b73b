// Writes the buffers that statement.ts reads, table before children: another layout than the C++ builder's, which writes from the
// end, so that readers are not tried on one layout alone.

import { type Bytes, isZero, utf8 } from "../bytes.js";
import {
  BODY_TYPES,
  ENUM_NAMES,
  type Field,
  FIXED_BYTES,
  SCALAR_BYTES,
  TABLE_TYPES,
  type TableType,
} from "../schema.js";

export type Plain = { [field: string]: unknown };

interface Slot {
  readonly id: number;
  readonly size: number;
  readonly alignment: number;
  readonly write: (at: number) => void;
}

class Writer {
  private bytes: number[] = [];
  private children: (() => void)[] = [];
  private readonly vtables = new Map<string, number>();

  get size(): number {
    return this.bytes.length;
  }
  align(alignment: number): void {
    while (this.bytes.length % alignment !== 0) this.bytes.push(0);
  }
  put(value: bigint | number, size: number, at = this.bytes.length): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let i = 0; i < size; ++i, rest >>= 8n) this.bytes[at + i] = Number(rest & 0xffn);
  }
  putBytes(bytes: Bytes, at = this.bytes.length): void {
    bytes.forEach((byte, i) => (this.bytes[at + i] = byte));
  }
  pointFrom(at: number): void {
    this.put(this.bytes.length - at, 4, at);
  }
  // Written once all before it is: an offset leads forward.
  later(write: () => void): void {
    this.children.push(write);
  }
  drain(): void {
    for (let next = this.children.shift(); next; next = this.children.shift()) next();
  }
  finish(): Bytes {
    this.put(this.bytes.length - 4, 4, 0);
    return Uint8Array.from(this.bytes);
  }

  // Writes a table behind all that is there, and lets the offset at `from` lead to it. Its first word ends where eight bytes are
  // aligned; tables of one shape share a vtable.
  table(from: number, slots: readonly Slot[]): void {
    const { vtable, size, places } = layoutOf(slots);
    const shape = vtable.join();
    let shared = this.vtables.get(shape);
    if (shared === undefined) {
      this.align(2);
      while ((this.size + vtable.length) % 8 !== 4) this.put(0, 1);
      shared = this.size;
      this.putBytes(vtable);
      this.vtables.set(shape, shared);
    }
    while (this.size % 8 !== 4) this.put(0, 1);
    const table = this.size;
    this.put(table - from, 4, from);
    this.put(table - shared, 4);
    this.putBytes(new Uint8Array(size - 4));
    for (const { slot, offset } of places) slot.write(table + offset);
  }
}

// Where the fields lie in a table, largest first, and the vtable that says so.
function layoutOf(slots: readonly Slot[]) {
  let size = 4;
  const places = [...slots]
    .sort((a, b) => b.alignment - a.alignment)
    .map((slot) => {
      while ((4 + size) % slot.alignment !== 0) ++size;
      size += slot.size;
      return { slot, offset: size - slot.size };
    });
  const vtable = new Uint8Array(4 + 2 * (Math.max(-1, ...slots.map(({ id }) => id)) + 1));
  const view = new DataView(vtable.buffer);
  view.setUint16(0, vtable.length, true);
  view.setUint16(2, size, true);
  for (const { slot, offset } of places) view.setUint16(4 + 2 * slot.id, offset, true);
  return { vtable, size, places };
}

function reference(writer: Writer, id: number, child: () => void): Slot {
  const write = (at: number) =>
    writer.later(() => {
      writer.align(4);
      writer.pointFrom(at);
      child();
    });
  return { id, size: 4, alignment: 4, write };
}

function byteList(writer: Writer, bytes: Bytes): void {
  writer.put(bytes.length, 4);
  writer.putBytes(bytes);
}

function listOf(writer: Writer, field: Field, items: readonly unknown[]): void {
  writer.put(items.length, 4);
  if (field.kind in FIXED_BYTES) return items.forEach((item) => writer.putBytes(item as Bytes));
  const first = writer.size;
  items.forEach(() => writer.put(0, 4));
  items.forEach((item, i) =>
    writer.later(() => tableFrom(writer, first + 4 * i, TABLE_TYPES.get(field.kind)!, item as Plain)),
  );
}

function tableFrom(writer: Writer, at: number, type: TableType, value: Plain, more: readonly Slot[] = []): void {
  const slots = type.fields.flatMap((field, id) => slotOf(writer, field, id, value[field.name]) ?? []);
  writer.table(at, [...slots, ...more]);
}

function slotOf(writer: Writer, field: Field, id: number, value: unknown): Slot | undefined {
  if (value === undefined) return undefined;
  if (field.isList) return reference(writer, id, () => listOf(writer, field, value as unknown[]));
  if (field.kind === "text") {
    const bytes = typeof value === "string" ? utf8(value) : (value as Bytes);
    return reference(writer, id, () => {
      byteList(writer, bytes);
      writer.put(0, 1);
    });
  }
  if (field.kind === "bytes") return reference(writer, id, () => byteList(writer, value as Bytes));
  const fixed = FIXED_BYTES[field.kind];
  if (fixed !== undefined) {
    if (isZero(value as Bytes)) return undefined;
    return { id, size: fixed, alignment: 1, write: (at) => writer.putBytes(value as Bytes, at) };
  }
  const scalar = ENUM_NAMES.has(field.kind) ? 1 : SCALAR_BYTES[field.kind];
  if (scalar !== undefined)
    return { id, size: scalar, alignment: scalar, write: (at) => writer.put(value as bigint, scalar, at) };
  const write = (at: number) => writer.later(() => tableFrom(writer, at, TABLE_TYPES.get(field.kind)!, value as Plain));
  return { id, size: 4, alignment: 4, write };
}

export function writeBuffer(
  identifier: string,
  type: string,
  value: Plain,
  body?: { type: string; value: Plain },
): Bytes {
  const writer = new Writer();
  writer.put(0, 8);
  writer.putBytes(utf8(identifier));
  const more: Slot[] = [];
  if (body) {
    const place = BODY_TYPES.findIndex((known) => known.name === body.type);
    more.push({ id: 17, size: 1, alignment: 1, write: (at) => writer.put(place + 1, 1, at) });
    const write = (at: number) => writer.later(() => tableFrom(writer, at, BODY_TYPES[place]!, body.value));
    more.push({ id: 18, size: 4, alignment: 4, write });
  }
  tableFrom(writer, 4, TABLE_TYPES.get(type)!, value, more);
  writer.drain();
  return writer.finish();
}

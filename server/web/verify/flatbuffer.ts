// The FlatBuffers wire format, read with every byte accounted for (docs/formats/statement.md, "Reading"): what is signed must have
// one meaning, so there are no bytes that nothing refers to, none with two meanings, and no fields that nobody here could judge.
//
// The buffers are size-prefixed and carry a file identifier. Positions count from the start, the prefix included.

import { type Bytes, textOf } from "./bytes.js";
import { refuse } from "./refusal.js";

const TABLES_MAX = 1100;
const DEPTH_MAX = 4; // statement → body → list item
const SMALLEST_BUFFER = 16;
const PADDING_MAX = 7;
const FIRST_SLOT = 4; // a vtable opens with its own size and its table's

export interface Table {
  readonly at: number;
  readonly vtable: number;
  readonly vtableSize: number;
  readonly size: number;
  used: number; // where the last field read so far ends
}

export class BufferReader {
  readonly root: number;
  private readonly view: DataView;
  private readonly claimed: Uint8Array;
  private readonly vtables = new Set<number>();
  private tables = 0;
  private depth = 0;

  constructor(
    private readonly bytes: Bytes,
    identifier: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.claimed = new Uint8Array(bytes.length);
    if (bytes.length < SMALLEST_BUFFER || this.u32(0) !== bytes.length - 4)
      refuse("malformed", "the size prefix does not match the size");
    for (let i = 0; i < 4; ++i)
      if (bytes[8 + i] !== identifier.charCodeAt(i)) refuse("malformed", "another kind of buffer");
    this.claim(0, 4);
    this.claim(8, 4);
    this.root = this.follow(4);
  }

  u8(at: number): number {
    return this.view.getUint8(at);
  }
  u16(at: number): number {
    return this.view.getUint16(at, true);
  }
  u32(at: number): number {
    return this.view.getUint32(at, true);
  }
  i32(at: number): number {
    return this.view.getInt32(at, true);
  }
  u64(at: number): bigint {
    return this.view.getBigUint64(at, true);
  }
  i64(at: number): bigint {
    return this.view.getBigInt64(at, true);
  }
  slice(at: number, length: number): Bytes {
    return this.bytes.slice(at, at + length);
  }

  // Reads the unsigned forward offset stored at `at`; answers where it leads.
  follow(at: number): number {
    if (at % 4 !== 0 || !this.fits(at, 4)) refuse("malformed", "an offset outside the buffer");
    this.claim(at, 4);
    const target = at + this.u32(at);
    if (target === at || target % 4 !== 0 || !this.fits(target, 4)) refuse("malformed", "an offset that leads nowhere");
    return target;
  }

  openTable(at: number): Table {
    if (++this.tables > TABLES_MAX || ++this.depth > DEPTH_MAX) refuse("malformed", "too many tables");
    if (at % 4 !== 0 || !this.fits(at, 4)) refuse("malformed", "a table outside the buffer");
    this.claim(at, 4);
    const vtable = at - this.i32(at);
    if (vtable < 0 || vtable % 2 !== 0 || !this.fits(vtable, 4)) refuse("malformed", "a vtable outside the buffer");
    const table = { at, vtable, vtableSize: this.u16(vtable), size: this.u16(vtable + 2), used: 4 };
    const plausible = table.vtableSize >= FIRST_SLOT && table.vtableSize % 2 === 0 && table.size >= 4;
    if (!plausible || !this.fits(vtable, table.vtableSize) || !this.fits(at, table.size))
      refuse("malformed", "a table of impossible size");
    // Tables of one shape share a vtable; nothing else may share bytes.
    if (!this.vtables.has(vtable)) this.claim(vtable, table.vtableSize);
    this.vtables.add(vtable);
    return table;
  }

  // A table may be padded behind its last field, so up to eight values of its size mean the same.
  closeTable(table: Table, knownFields: number): void {
    --this.depth;
    for (let slot = FIRST_SLOT + 2 * knownFields; slot < table.vtableSize; slot += 2)
      if (this.u16(table.vtable + slot) !== 0) refuse("unknown_field", `field ${(slot - FIRST_SLOT) / 2}`);
    if (table.size > table.used + PADDING_MAX) refuse("malformed", "a table larger than its fields");
  }

  // Where an inline field lies, undefined when it is absent.
  field(table: Table, id: number, size: number, alignment: number): number | undefined {
    const at = this.place(table, id, size);
    if (at === undefined) return undefined;
    if (at % alignment !== 0) refuse("malformed", "a field outside its table");
    this.claim(at, size);
    return at;
  }
  // Where an offset field leads, undefined when it is absent.
  reference(table: Table, id: number): number | undefined {
    const at = this.place(table, id, 4);
    return at === undefined ? undefined : this.follow(at);
  }

  // A list's items, one after another; `itemSize` bytes each, aligned to one.
  inlineList(at: number, itemSize: number): { at: number; count: number } {
    const count = this.countOf(at, itemSize);
    this.claim(at, 4 + count * itemSize);
    return { at: at + 4, count };
  }
  // A list of offsets: how many. Each is claimed when it is followed.
  offsetList(at: number): { at: number; count: number } {
    const count = this.countOf(at, 4);
    this.claim(at, 4);
    return { at: at + 4, count };
  }
  // The bytes of a text. Its zero byte at the end is part of the format.
  textBytes(at: number): Bytes {
    const { at: start, count } = this.inlineList(at, 1);
    const end = start + count;
    if (!this.fits(end, 1) || this.bytes[end] !== 0) refuse("malformed", "a text without its end");
    this.claim(end, 1);
    return this.bytes.subarray(start, end);
  }

  // Call when all is read: whatever has no meaning is zero padding, shorter than eight bytes in a row.
  finish(): void {
    let run = 0;
    for (let at = 0; at < this.bytes.length; ++at) {
      run = this.claimed[at] === 0 ? run + 1 : 0;
      if (run > PADDING_MAX || (run > 0 && this.bytes[at] !== 0)) refuse("malformed", "bytes that nothing refers to");
    }
  }

  private fits(at: number, length: number): boolean {
    return at <= this.bytes.length && length <= this.bytes.length - at;
  }
  private claim(at: number, length: number): void {
    for (let i = at; i < at + length; ++i) if (this.claimed[i] !== 0) refuse("malformed", "objects that overlap");
    this.claimed.fill(1, at, at + length);
  }
  private place(table: Table, id: number, size: number): number | undefined {
    const slot = FIRST_SLOT + 2 * id;
    if (slot + 2 > table.vtableSize) return undefined;
    const offset = this.u16(table.vtable + slot);
    if (offset === 0) return undefined;
    if (offset < 4 || offset + size > table.size) refuse("malformed", "a field outside its table");
    table.used = Math.max(table.used, offset + size);
    return table.at + offset;
  }
  private countOf(at: number, itemSize: number): number {
    const count = this.u32(at);
    if (!this.fits(at + 4, count * itemSize)) refuse("malformed", "a list outside the buffer");
    return count;
  }
}

// Clean UTF-8: no control characters but LF and TAB.
export function cleanText(bytes: Bytes): string {
  const text = textOf(bytes);
  if (text === undefined || /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text))
    refuse("malformed", "a text that is not clean UTF-8");
  return text;
}

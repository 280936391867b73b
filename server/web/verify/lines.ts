// What the text formats have in common: lines that each end in LF, and one spelling of a number.

import { type Bytes, textOf } from "./bytes.js";
import { refuse } from "./refusal.js";

const LF = 0x0a;
const UINT64_MAX = (1n << 64n) - 1n;
const UINT64_DIGITS = 20;

// Reads a text from its front. A line that does not end is none: a file that was cut off is not taken for a shorter one.
export class LineReader {
  private at = 0;
  constructor(private readonly bytes: Bytes) {}

  line(): Bytes {
    const end = this.bytes.indexOf(LF, this.at);
    if (end < 0) refuse("malformed", "a line that is missing or does not end");
    const line = this.bytes.subarray(this.at, end);
    this.at = end + 1;
    return line;
  }
  rest(): Bytes {
    return this.bytes.subarray(this.at);
  }
  atEnd(): boolean {
    return this.at === this.bytes.length;
  }
}

// What follows `start` on a line, or undefined when the line begins otherwise. `start` is ASCII.
export function after(start: string, line: Bytes): Bytes | undefined {
  if (line.length < start.length) return undefined;
  for (let i = 0; i < start.length; ++i) if (line[i] !== start.charCodeAt(i)) return undefined;
  return line.subarray(start.length);
}

// ASCII digits without a leading zero, at most 64 bits: a BigInt, since tree sizes may pass 2^53.
export function parseDecimal(text: Bytes): bigint {
  if (text.length === 0 || !text.every((c) => c >= 0x30 && c <= 0x39)) refuse("malformed", "expected a decimal number");
  if (text.length > 1 && text[0] === 0x30) refuse("malformed", "a decimal number with a leading zero");
  // Asked before the conversion: a number of a million digits would take its time.
  if (text.length > UINT64_DIGITS) refuse("out_of_range", "a number of more than 64 bits");
  const value = BigInt(textOf(text)!);
  if (value > UINT64_MAX) refuse("out_of_range", "a number of more than 64 bits");
  return value;
}

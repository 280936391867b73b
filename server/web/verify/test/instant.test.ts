import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDate, formatInstant, formatMinute } from "../instant.js";
import { Random } from "./random.js";

test("moments are written as Date writes them, with microseconds", () => {
  const random = new Random(4);
  for (let n = 0; n < 2000; ++n) {
    const seconds = random.below(2 ** 37) - 2 ** 35; // from the year 881 to the year 5236
    const expected = new Date(seconds * 1000).toISOString().replace(".000Z", ".000007Z");
    assert.equal(formatInstant(BigInt(seconds) * 1_000_000n + 7n), expected);
    assert.equal(formatDate(BigInt(Math.floor(seconds / 86_400))), expected.slice(0, 10));
  }
});

test("moments before 1970, of far ages and of the day's minutes", () => {
  assert.equal(formatInstant(-1n), "1969-12-31T23:59:59.999999Z");
  assert.equal(formatInstant((1n << 63n) - 1n), "294247-01-10T04:00:54.775807Z");
  assert.equal(formatInstant(-(1n << 63n)), "-290308-12-21T19:59:05.224192Z");
  assert.equal(formatDate(-719_529n), "-001-12-31", "as printf pads a sign");
  assert.equal(formatMinute(0) + formatMinute(1439), "00:0023:59");
});

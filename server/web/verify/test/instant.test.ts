import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDate, formatInstant, formatMinute, parseDate, parseWeek } from "../instant.js";
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

test("weeks are read as people write them", () => {
  // ISO 8601: 2020 had 53 weeks, and 2021 began in the last of them.
  assert.equal(parseWeek("2026-W36"), parseDate("2026-08-31"));
  assert.equal(parseWeek("2020-W53"), parseDate("2020-12-28"));
  assert.equal(parseWeek("2021-W01"), parseDate("2021-01-04"));
  assert.equal(parseWeek("2025-W01"), parseDate("2024-12-30"));
  for (const none of ["2021-W53", "2026-W54", "2026-W00", "0000-W01", "2026-w36", "2026-W36 ", "26-W36", "2026-08-31", ""])
    assert.equal(parseWeek(none), undefined, none);
});

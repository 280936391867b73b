// Times as texts, without the machine's calendar or clock: ISO 8601, one spelling each.

const MICROS = 1_000_000n;
const DAY_SECONDS = 86_400n;

export function floorDivide(a: bigint, b: bigint): bigint {
  return a / b - (a % b < 0n ? 1n : 0n);
}
function pad(value: bigint | number, width: number): string {
  const digits = (value < 0 ? -value : value).toString().padStart(value < 0 ? width - 1 : width, "0");
  return value < 0 ? `-${digits}` : digits;
}

// Days since 1970-01-01, of the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days). Date
// would do, but for years beyond 275760.
export function formatDate(days: bigint): string {
  const z = days + 719_468n;
  const era = floorDivide(z, 146_097n);
  const dayOfEra = z - era * 146_097n;
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36_524n - dayOfEra / 146_096n) / 365n;
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const shifted = (5n * dayOfYear + 2n) / 153n;
  const month = shifted < 10n ? shifted + 3n : shifted - 9n;
  const year = yearOfEra + era * 400n + (month <= 2n ? 1n : 0n);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(dayOfYear - (153n * shifted + 2n) / 5n + 1n, 2)}`;
}

// "2026-09-07" to days since 1970-01-01; undefined when it is no such day of a year from 0 to 9999.
export function parseDate(text: string): number | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!parts) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC would take 0–99 for 1900–1999
  const days = Math.floor(date.getTime() / 86_400_000);
  return formatDate(BigInt(days)) === text ? days : undefined;
}

// 1 = Monday … 7 = Sunday (ISO 8601).
export function weekday(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

// "2026-W37" to its Monday; undefined when the year, from 1 to 9999, has no such week. A week is of the year of its Thursday
// (ISO 8601, 3.1.1.21), so that 4 January is always in the first.
export function parseWeek(text: string): number | undefined {
  const parts = /^(\d{4})-W(\d\d)$/.exec(text);
  const fourth = parts && parts[1] !== "0000" ? parseDate(`${parts[1]}-01-04`) : undefined;
  if (!parts || fourth === undefined || parts[2] === "00") return undefined;
  const monday = fourth - (weekday(fourth) - 1) + (Number(parts[2]) - 1) * 7;
  return formatDate(BigInt(monday + 3)).startsWith(`${parts[1]}-`) ? monday : undefined;
}

// Microseconds since 1970-01-01 UTC.
export function formatInstant(micros: bigint): string {
  const seconds = floorDivide(micros, MICROS);
  const days = floorDivide(seconds, DAY_SECONDS);
  const second = Number(seconds - days * DAY_SECONDS);
  const time = [second / 3600, (second / 60) % 60, second % 60].map((part) => pad(Math.floor(part), 2)).join(":");
  return `${formatDate(days)}T${time}.${pad(micros - seconds * MICROS, 6)}Z`;
}

export function formatMinute(minute: number): string {
  return `${pad(Math.floor(minute / 60), 2)}:${pad(minute % 60, 2)}`;
}

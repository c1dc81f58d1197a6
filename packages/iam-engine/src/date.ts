// Dates as the Date operators read them: epoch seconds, or a year with as much of the rest as is given.
// Refuses anything out of its range.

/** An instant: whole seconds since 1970 and the billionths beyond them. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

const EPOCH_SECONDS_MAX = 2n ** 63n - 1n;
const YEAR_MIN = -292_275_054;
const YEAR_MAX = 292_278_993;
const DAY = /^(-?[0-9]{1,9})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$/;
const TIME =
  /^([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)?(?:Z|([+-])([0-9]{2})(?::([0-9]{2}))?)?$/;

/** Parses a date, or answers undefined when the text is none. Four digits alone are a year. */
export function parseInstant(text: string): Instant | undefined {
  if (/^[0-9]+$/.test(text) && text.length !== 4) return epochSeconds(text);
  const split = text.indexOf("T");
  const days = parseDay(split < 0 ? text : text.slice(0, split));
  if (days === undefined) return undefined;
  if (split < 0) return { seconds: days * 86_400, nanos: 0 };
  const time = parseTime(text.slice(split + 1));
  return time === undefined ? undefined : { seconds: days * 86_400 + time.seconds, nanos: time.nanos };
}

/** Negative, zero or positive as the first is earlier, the same or later. */
export function compareInstants(left: Instant, right: Instant): number {
  return left.seconds - right.seconds || left.nanos - right.nanos;
}

function epochSeconds(text: string): Instant | undefined {
  // Nineteen digits hold the greatest second; leading zeros may make the text longer.
  const digits = text.replace(/^0+(?=.)/, "");
  if (digits.length > 19 || BigInt(digits) > EPOCH_SECONDS_MAX) return undefined;
  return { seconds: Number(digits), nanos: 0 };
}

function parseDay(text: string): number | undefined {
  const found = DAY.exec(text);
  if (found === null) return undefined;
  const year = Number(found[1]);
  const month = Number(found[2] ?? "1");
  const day = Number(found[3] ?? "1");
  if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12) return undefined;
  if (day < 1 || day > daysInMonth(year, month)) return undefined;
  return daysSinceEpoch(year, month, day);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// The year is counted from March, so that the leap day is the last of its year.
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function parseTime(text: string): Instant | undefined {
  const found = TIME.exec(text);
  if (found === null) return undefined;
  const hour = Number(found[1]);
  const minute = Number(found[2] ?? "0");
  const second = Number(found[3] ?? "0");
  const offsetHour = Number(found[6] ?? "0");
  const offsetMinute = Number(found[7] ?? "0");
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const offset = (offsetHour * 60 + offsetMinute) * 60 * (found[5] === "-" ? -1 : 1);
  const nanos = Number((found[4] ?? "").slice(0, 9).padEnd(9, "0"));
  return { seconds: (hour * 60 + minute) * 60 + second - offset, nanos };
}

// Strict readers of scalars that arrive as text. Each gives the value, or undefined when the text is
// anything but the one plain form of it: no hexadecimal, exponents, spaces, signs, leading zeros or lax
// base64.

const integerForm = /^(?:0|-?[1-9]\d{0,15})$/;
const decimalForm = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,20})?$/;
const base64Form = /^[A-Za-z0-9+/]*={0,2}$/;
const timeForm =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** An integer in plain decimal that a double holds exactly. */
export function parseInteger(text: string): number | undefined {
  if (!integerForm.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A number in plain decimal notation. */
export function parseDecimal(text: string): number | undefined {
  return decimalForm.test(text) ? Number(text) : undefined;
}

/** `true` or `false`, in lower case. */
export function parseBoolean(text: string): boolean | undefined {
  return text === "true" ? true : text === "false" ? false : undefined;
}

/** Canonical, padded base64. */
export function parseBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !base64Form.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  // Bits left over in the last character would make two texts for one value.
  return bytes.toString("base64") === text ? Uint8Array.from(bytes) : undefined;
}

/** An ISO 8601 instant or date; without an offset it is UTC. */
export function parseTime(text: string): Date | undefined {
  const match = timeForm.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const millis = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const local = new Date(0);
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  local.setUTCHours(Number(hour), Number(minute), Number(second), millis);
  const inRange = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (!inRange || local.getUTCMonth() !== Number(month) - 1 || local.getUTCDate() !== Number(day))
    return undefined;
  if (zone === "Z") return local;
  const digits = zone.replace(/\D/g, "");
  const offset = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  if (Number(digits.slice(2)) > 59 || offset > 18 * 60) return undefined;
  return new Date(local.getTime() + (zone.startsWith("-") ? offset : -offset) * 60_000);
}

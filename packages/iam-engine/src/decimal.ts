// Decimal numbers compared exactly, however long. Refuses what is not a decimal number.

/** A number; `exact` is present when its digits do not fit a double. */
export interface Decimal {
  readonly approximate: number;
  readonly exact: { readonly digits: bigint; readonly exponent: number } | undefined;
  readonly text: string;
}

const DOUBLE_DIGITS = 15;
const DIGITS_MAX = 1_000;
const EXPONENT_MAX = 300;
const FORM = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?$/;

/** Parses a decimal number, or answers undefined when the text is none. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > DIGITS_MAX) return undefined;
  const found = FORM.exec(text);
  if (found === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = found;
  if (whole === "" && fraction === "") return undefined;
  const exponent = Number(power);
  if (Math.abs(exponent) > EXPONENT_MAX) return undefined;
  const approximate = Number(text);
  const significant = (whole + fraction).replace(/^0+/, "");
  const short = significant.length <= DOUBLE_DIGITS && Math.abs(exponent) < DOUBLE_DIGITS;
  const exact = short
    ? undefined
    : {
        digits: BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n),
        exponent: exponent - fraction.length,
      };
  return { approximate, exact, text };
}

/** Negative, zero or positive as the first is smaller, equal or greater. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  if (left.exact === undefined && right.exact === undefined) return left.approximate - right.approximate;
  const a = exactOf(left);
  const b = exactOf(right);
  const exponent = Math.min(a.exponent, b.exponent);
  const difference =
    a.digits * 10n ** BigInt(a.exponent - exponent) - b.digits * 10n ** BigInt(b.exponent - exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function exactOf(decimal: Decimal): { readonly digits: bigint; readonly exponent: number } {
  if (decimal.exact !== undefined) return decimal.exact;
  const [mantissa = "", power = "0"] = decimal.text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("+", "").split(".");
  const digits = BigInt(`${whole.replace("-", "")}${fraction}`);
  return { digits: whole.startsWith("-") ? -digits : digits, exponent: Number(power) - fraction.length };
}

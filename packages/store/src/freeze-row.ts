/** Makes rows visibly immutable in tests, and refuses what JSON would not give back as it was. */
import { StoreMisuse } from "./errors.ts";

/**
 * Freezes a row to its depth.
 * @throws StoreMisuse when it holds anything but plain objects, arrays, strings, finite numbers, booleans
 * and null
 */
export function freezeRow(value: unknown, kind: string): void {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return;
    case "number":
      if (Number.isFinite(value)) return;
      break;
    case "object":
      if (value === null) return;
      if (isPlain(value)) {
        if (Object.isFrozen(value) && Object.values(value).every((part) => typeof part !== "object")) return;
        for (const part of Object.values(value)) freezeRow(part, kind);
        Object.freeze(value);
        return;
      }
      break;
    case "bigint":
    case "function":
    case "symbol":
      break;
  }
  throw new StoreMisuse(`A row of ${kind} holds a ${typeof value} that JSON does not give back.`);
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return !value.includes(undefined);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The text form of a place in an append-only table, as callers pass it from one page to the next. */
import type { ItemPosition } from "./commit-log.ts";
import { StoreMisuse } from "./errors.ts";

/** The text of a position. */
export function textOfPosition(position: ItemPosition): string {
  return `${position.at}.${position.ordinal}`;
}

/**
 * The position of a text that `textOfPosition` gave.
 * @throws StoreMisuse
 */
export function itemPositionOf(text: string): ItemPosition {
  const [at, ordinal, ...rest] = text.split(".").map(Number);
  if (at === undefined || ordinal === undefined || rest.length > 0) throw new StoreMisuse("Not a position.");
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(ordinal)) throw new StoreMisuse("Not a position.");
  return { at, ordinal };
}

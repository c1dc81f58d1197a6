/**
 * Filters of the describe operations: a table from a filter's name to the values a row has for it. A name
 * that is not in the table is refused; nothing is looked up by reflection.
 */
import type { ReadTx } from "@casemate/store";
import { fault } from "./fault.ts";
import type { Tags } from "./principal.ts";

/** Values of one row under one filter name; undefined matches nothing. */
export type FilterValue = string | number | boolean | readonly string[] | undefined;

/** Filter names to readers. `tag:<key>` and `tag-key` are understood for every row that has tags. */
export type FilterTable<Row> = Readonly<Record<string, (row: Row, tx: ReadTx) => FilterValue>>;

/** A filter as the wire has it. */
export interface Filter {
  readonly Name?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

/** How many filters one request may have. */
export const filtersPerRequestMax = 50;
/** How many values all filters of one request may have together. */
export const filterValuesPerRequestMax = 200;

export const unknownFilter = fault({
  code: "InvalidParameterValue",
  message: (name: string) => `The filter '${name}' is invalid`,
});
export const filterWithoutName = fault({
  code: "InvalidParameterValue",
  message: () => "The filter name must not be empty",
});
export const filterWithoutValues = fault({
  code: "InvalidParameterValue",
  message: (name: string) => `The filter '${name}' must have at least one value`,
});
export const tooManyFilterValues = fault({
  code: "FilterLimitExceeded",
  message: () => "The maximum number of filter values specified on a single call is 200",
});

/** Faults of filters. */
export const filterFaults = [unknownFilter, filterWithoutName, filterWithoutValues, tooManyFilterValues];

/** Keeps the rows that match every filter; within one filter any value may match. */
export function applyFilters<Row extends { readonly tags?: Tags | undefined }>(
  rows: readonly Row[],
  filters: readonly Filter[] | undefined,
  within: { readonly table: FilterTable<Row>; readonly tx: ReadTx },
): readonly Row[] {
  if (filters === undefined || filters.length === 0) return rows;
  const values = filters.reduce((sum, filter) => sum + (filter.Values?.length ?? 0), 0);
  if (filters.length > filtersPerRequestMax || values > filterValuesPerRequestMax)
    throw tooManyFilterValues();
  const tests = filters.map((filter) => compileFilter(filter, within));
  return rows.filter((row) => tests.every((matches) => matches(row)));
}

function compileFilter<Row extends { readonly tags?: Tags | undefined }>(
  filter: Filter,
  within: { readonly table: FilterTable<Row>; readonly tx: ReadTx },
): (row: Row) => boolean {
  const name = filter.Name ?? "";
  if (name === "") throw filterWithoutName();
  const patterns = (filter.Values ?? []).map(compilePattern);
  if (patterns.length === 0) throw filterWithoutValues(name);
  const any = (value: string): boolean => patterns.some((matches) => matches(value));
  if (name.startsWith("tag:")) {
    const key = name.slice(4);
    return (row) => {
      const value = row.tags !== undefined && Object.hasOwn(row.tags, key) ? row.tags[key] : undefined;
      return value !== undefined && any(value);
    };
  }
  if (name === "tag-key") return (row) => Object.keys(row.tags ?? {}).some(any);
  const read = Object.hasOwn(within.table, name) ? within.table[name] : undefined;
  if (read === undefined) throw unknownFilter(name);
  return (row) => {
    const value = read(row, within.tx);
    if (value === undefined) return false;
    return typeof value === "object" ? value.some(any) : any(String(value));
  };
}

/**
 * A filter value: `*` is any run, `?` any one character, a backslash takes the next literally. Linear in
 * time.
 */
export function compilePattern(pattern: string): (value: string) => boolean {
  if (!/[*?\\]/.test(pattern)) return (value) => value === pattern;
  const tokens: { readonly kind: "run" | "one" | "literal"; readonly character: string }[] = [];
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    if (character === "*") tokens.push({ kind: "run", character });
    else if (character === "?") tokens.push({ kind: "one", character });
    else if (character === "\\" && index + 1 < pattern.length) {
      index += 1;
      tokens.push({ kind: "literal", character: pattern.charAt(index) });
    } else tokens.push({ kind: "literal", character });
  }
  return (value) => {
    let at = 0;
    let token = 0;
    let runToken = -1;
    let runAt = 0;
    while (at < value.length) {
      const current = tokens[token];
      if (current?.kind === "run") {
        runToken = token;
        runAt = at;
        token += 1;
      } else if (current !== undefined && (current.kind === "one" || current.character === value[at])) {
        token += 1;
        at += 1;
      } else if (runToken >= 0) {
        token = runToken + 1;
        runAt += 1;
        at = runAt;
      } else return false;
    }
    while (tokens[token]?.kind === "run") token += 1;
    return token === tokens.length;
  };
}

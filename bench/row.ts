// The form of a benchmark's result: one row of the table that `npm run bench` prints.

/** A measured figure, what it stands beside in the same run, and the goal it has, if any. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  /** A ratio to something that was measured in the same run. */
  readonly beside?: string | undefined;
  readonly goal?: Goal | undefined;
}

export interface Goal {
  readonly text: string;
  readonly met: boolean;
}

/** Takes a row, or a line that stands across the table. */
export type Report = (row: Row | string) => void;

/** A goal that is met at or below a bound. */
export function atMost(value: number, bound: number, unit: string): Goal {
  return { text: `at most ${bound}${unit}`, met: value <= bound };
}

/** A goal that is met at or above a bound. */
export function atLeast(value: number, bound: number, unit: string): Goal {
  return { text: `at least ${bound}${unit}`, met: value >= bound };
}

const whatWidth = 58;
const figureWidth = 46;

/** A row as text of fixed columns. */
export function rowText(row: Row | string): string {
  if (typeof row === "string") return `  ${row}`;
  const { what, figure, beside, goal } = row;
  const last = goal === undefined ? "" : `goal ${goal.text}: ${goal.met ? "met" : "MISSED"}`;
  const columns = [what.padEnd(whatWidth), figure.padEnd(figureWidth), beside ?? "", last];
  const line = columns.slice(0, 2).join("  ");
  return `  ${[line, ...columns.slice(2).filter((text) => text !== "")].join("  ")}`.trimEnd();
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Sets of points in a plane of (port or ICMP type and code or protocol number) x address, held as disjoint
 * boxes. It turns unions of rules and first-match lists of rules into such sets, and searches them.
 */
import { nextAddress, previousAddress, type Address, type AddressRange } from "./address.ts";

/** An inclusive range of ports, of ICMP type * 256 + code, or of protocol numbers. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/** Address ranges that hold over one span: ascending, disjoint, not adjacent. */
export interface Slab extends Span {
  readonly ranges: readonly AddressRange[];
}

/** A set of points: slabs ascending and disjoint by span. */
export type Plane = readonly Slab[];

/** One rule as a box in the plane, with what it does to the points that it is first to touch. */
export interface Brush {
  readonly span: Span;
  readonly range: AddressRange;
  readonly allow: boolean;
}

/** A box of a plane. */
export interface Box {
  readonly span: Span;
  readonly range: AddressRange;
}

/** The set of points whose first brush, in the order given, allows. */
export function paint(brushes: readonly Brush[]): Plane {
  const slabs: Slab[] = [];
  const onlyAllows = brushes.every((brush) => brush.allow);
  for (const { low, high, active } of sweep(brushes)) {
    const ranges = onlyAllows ? mergeRanges(active.map((brush) => brush.range)) : firstMatch(active);
    if (ranges.length === 0) continue;
    const last = slabs.at(-1);
    if (last !== undefined && last.high + 1 === low && sameRanges(last.ranges, ranges)) {
      slabs[slabs.length - 1] = { low: last.low, high, ranges: last.ranges };
    } else {
      slabs.push({ low, high, ranges });
    }
  }
  return slabs;
}

/** Cuts the axis where a brush starts or ends; yields each piece with its brushes in the order given. */
function* sweep(brushes: readonly Brush[]): Generator<Span & { readonly active: readonly Brush[] }> {
  const starts = new Map<number, number[]>();
  const ends = new Map<number, number[]>();
  for (const [index, { span }] of brushes.entries()) {
    push(starts, span.low, index);
    push(ends, span.high + 1, index);
  }
  const cuts = [...new Set([...starts.keys(), ...ends.keys()])].toSorted((a, b) => a - b);
  const active = new Set<number>();
  for (const [at, low] of cuts.entries()) {
    for (const index of ends.get(low) ?? []) active.delete(index);
    for (const index of starts.get(low) ?? []) active.add(index);
    const next = cuts[at + 1];
    if (next === undefined || active.size === 0) continue;
    const ordered = [...active].toSorted((a, b) => a - b);
    yield { low, high: next - 1, active: ordered.flatMap((index) => brushes[index] ?? []) };
  }
}

function push(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** The union of ranges: ascending, disjoint, not adjacent. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: AddressRange[] = [];
  for (const range of ranges.toSorted((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0))) {
    const last = merged.at(-1);
    if (last === undefined || range.low > nextAddress(last.high)) merged.push(range);
    else if (range.high > last.high) merged[merged.length - 1] = { low: last.low, high: range.high };
  }
  return merged;
}

function firstMatch(brushes: readonly Brush[]): AddressRange[] {
  const allowed: AddressRange[] = [];
  let decided: AddressRange[] = [];
  for (const { range, allow } of brushes) {
    if (allow) allowed.push(...subtract(range, decided));
    decided = mergeRanges([...decided, range]);
  }
  return mergeRanges(allowed);
}

/** What is left of a range without the (ascending, disjoint) holes. */
function subtract(range: AddressRange, holes: readonly AddressRange[]): AddressRange[] {
  const rest: AddressRange[] = [];
  let low: Address = range.low;
  for (const hole of holes) {
    if (hole.high < low) continue;
    if (hole.low > range.high) break;
    if (hole.low > low) rest.push({ low, high: previousAddress(hole.low) });
    low = nextAddress(hole.high);
  }
  if (low <= range.high) rest.push({ low, high: range.high });
  return rest;
}

function sameRanges(a: readonly AddressRange[], b: readonly AddressRange[]): boolean {
  return (
    a.length === b.length &&
    a.every((range, index) => range.low === b[index]?.low && range.high === b[index]?.high)
  );
}

/** The union of spans: ascending, disjoint, not adjacent. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.low - b.low)) {
    const last = merged.at(-1);
    if (last === undefined || span.low > last.high + 1) merged.push({ low: span.low, high: span.high });
    else if (span.high > last.high) merged[merged.length - 1] = { low: last.low, high: span.high };
  }
  return merged;
}

/** Whether one of the (ascending, disjoint) spans holds a number. */
export function spansHold(spans: readonly Span[], value: number): boolean {
  return findSpan(spans, value) !== undefined;
}

function findSpan<T extends Span>(spans: readonly T[], value: number): T | undefined {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const span = spans[middle];
    if (span === undefined) return undefined;
    if (value < span.low) high = middle - 1;
    else if (value > span.high) low = middle + 1;
    else return span;
  }
  return undefined;
}

/** Whether a plane holds a point. */
export function planeHolds(plane: Plane, value: number, address: Address): boolean {
  const ranges = findSpan(plane, value)?.ranges;
  if (ranges === undefined) return false;
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (address < range.low) high = middle - 1;
    else if (address > range.high) low = middle + 1;
    else return true;
  }
  return false;
}

/** The disjoint boxes of a plane; an address range that holds over neighbouring slabs is one box. */
export function boxesOf(plane: Plane): Box[] {
  const boxes: Box[] = [];
  let open = new Map<string, { low: number; high: number; range: AddressRange }>();
  for (const slab of plane) {
    const next = new Map<string, { low: number; high: number; range: AddressRange }>();
    for (const range of slab.ranges) {
      const key = `${range.low}-${range.high}`;
      const box = open.get(key);
      const grown = box !== undefined && box.high + 1 === slab.low;
      next.set(key, { low: grown ? box.low : slab.low, high: slab.high, range });
      if (grown) open.delete(key);
    }
    for (const { low, high, range } of open.values()) boxes.push({ span: { low, high }, range });
    open = next;
  }
  for (const { low, high, range } of open.values()) boxes.push({ span: { low, high }, range });
  return boxes;
}

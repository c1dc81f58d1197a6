// Random inputs and outputs of operations, by the tables: every member appears, and texts are hostile.
import type { ServiceModel } from "../service-model.ts";
import type { MemberTraits, Ref, StructureShape } from "../table.ts";
import { below, pick, type Random } from "./random.ts";

const texts = [
  "a",
  "plain-text_1.2~3",
  "with space",
  " leading and trailing ",
  "a&b=c+d%20e",
  '<tag attribute="x">&amp;&#65;]]></tag>',
  "two\nlines\r\nand\ttab",
  "ümläut-ﬀ-漢字-😀",
  '{"json":[1,2,"\\u0000"]}',
  "__proto__",
  "../../etc/passwd",
  "'; DROP TABLE users; --",
  "0123456789",
  "true",
  "\u2028\u0085\u00a0\u200b",
] as const;
const depthMax = 6;

/** An input with no empty structures, because query clients cannot send them. */
export function randomInput(model: ServiceModel, operation: string, random: Random): Record<string, unknown> {
  return new ValueGenerator(model, random, "input").top(model.inputOf(operation));
}

/** An output of an operation. */
export function randomOutput(
  model: ServiceModel,
  operation: string,
  random: Random,
): Record<string, unknown> {
  return new ValueGenerator(model, random, "output").top(model.outputOf(operation));
}

class ValueGenerator {
  readonly #model: ServiceModel;
  readonly #random: Random;
  readonly #input: boolean;

  constructor(model: ServiceModel, random: Random, side: "input" | "output") {
    this.#model = model;
    this.#random = random;
    this.#input = side === "input";
  }

  top(ref: Ref): Record<string, unknown> {
    return (this.#value(ref, 0) ?? {}) as Record<string, unknown>;
  }

  /** Undefined where the depth is used up. */
  #value(ref: Ref, depth: number): unknown {
    if (typeof ref === "string") return this.#scalar(ref);
    if (depth > depthMax) return undefined;
    const shape = this.#model.table.shapes[ref];
    switch (shape?.[0]) {
      case "S":
        return this.#structure(shape, depth);
      case "L":
        return this.#items(() => this.#value(shape[1], depth + 1));
      case "M":
        return this.#map(shape[2], depth);
      case "E":
        return pick(this.#random, shape[2]);
      case undefined:
        throw new Error(`Shape ${ref} is not in the table of ${this.#model.id}`);
    }
  }

  #structure([, , members, required]: StructureShape, depth: number): Record<string, unknown> | undefined {
    const result: Record<string, unknown> = {};
    // Deep structures hold few members, so that a value stays small.
    const chance = depth === 0 ? 0.8 : depth < 3 ? 0.4 : 0.2;
    const certain = below(this.#random, Math.max(members.length, 1));
    members.forEach(([name, ref, traits], position) => {
      // A client makes up an idempotency token that is not given.
      const wanted =
        position < required || position === certain || traits?.t === 1 || this.#random() < chance;
      const value = wanted ? this.#sendable(this.#value(ref, depth + 1), traits) : undefined;
      if (value !== undefined) result[name] = value;
    });
    // Where the depth does not leave room for what it requires, there is no such structure.
    if (depth > 0 && members.slice(0, required).some(([name]) => !(name in result))) return undefined;
    if (this.#input && depth > 0 && Object.keys(result).length === 0) return undefined;
    return result;
  }

  /** A path cannot carry a text that names a folder, nor a query an empty list. */
  #sendable(value: unknown, traits: MemberTraits | undefined): unknown {
    if (traits?.l === 1 && (value === "." || value === "..")) return "dots";
    return traits?.hq !== undefined && Array.isArray(value) && value.length === 0 ? [this.#text()] : value;
  }

  #items(item: () => unknown): unknown[] | undefined {
    const empty = !this.#input || this.#model.protocol !== "ec2";
    const count = empty && this.#random() < 0.1 ? 0 : 1 + below(this.#random, 2);
    const items = Array.from({ length: count }, item).filter((value) => value !== undefined);
    return items.length === 0 && count > 0 ? undefined : items;
  }

  #map(valueRef: Ref, depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    const least = this.#input ? 1 : 0;
    for (let count = least + below(this.#random, 2); count > 0; count -= 1) {
      const value = this.#value(valueRef, depth + 1);
      if (value !== undefined) entries.push([`key${count}`, value]);
    }
    const map = Object.fromEntries(entries);
    // Decoded maps have no prototype, so that no key can mean anything but itself.
    return this.#input ? (Object.assign(Object.create(null), map) as Record<string, unknown>) : map;
  }

  #scalar(ref: string): unknown {
    switch (ref.charAt(0)) {
      case "s":
        return this.#text();
      case "n":
        return below(this.#random, 2_000_001) - 1_000_000;
      case "b":
        return this.#random() < 0.5;
      case "B":
        return Uint8Array.from({ length: below(this.#random, 40) }, () => below(this.#random, 256));
      case "t":
        return new Date((946_684_800 + below(this.#random, 2_000_000_000)) * 1000);
      default:
        return undefined;
    }
  }

  #text(): string {
    if (this.#random() < 0.7) return pick(this.#random, texts);
    const length = 1 + below(this.#random, 30);
    return Array.from({ length }, () => randomCharacter(this.#random)).join("");
  }
}

/** Any character that XML 1.0 can carry. */
function randomCharacter(random: Random): string {
  const ranges = [
    [0x20, 0x7e],
    [0xa0, 0xff],
    [0x370, 0x3ff],
    [0x4e00, 0x4e80],
    [0xe000, 0xe010],
    [0x1f600, 0x1f640],
  ] as const;
  const [from, to] = pick(random, ranges);
  return String.fromCodePoint(from + below(random, to - from + 1));
}

// Turns a JSON value into the typed input of an operation by the shape table. Total: any value gives an input
// that satisfies the model, or a WireFault. Closures are compiled per structure on first use.
import { dialectOf, type Decoding, type Dialect, type Expected } from "./dialect.ts";
import { listItemsMax } from "./limits.ts";
import { below, checkAt, checkRequired, constraintAt, placeOf, type Place } from "./member-plan.ts";
import { parseBase64, parseTime } from "./scalar-text.ts";
import type { ServiceModel } from "./service-model.ts";
import type { ListShape, MapShape, Ref, StructureShape, TableMember } from "./table.ts";
import type { WireFault } from "./wire-fault.ts";

/** Reads a value that stands at the path. */
export type JsonDecoder = (value: unknown, path: string, decoding: Decoding) => unknown;

/** The decoders of one service. */
export class JsonCompiler {
  readonly #model: ServiceModel;
  readonly #dialect: Dialect;
  readonly #structures: (JsonDecoder | undefined)[] = [];

  constructor(model: ServiceModel) {
    this.#model = model;
    this.#dialect = dialectOf(model);
  }

  /** The input of an operation. */
  decode(input: Ref, body: unknown): unknown {
    const decoding: Decoding = { dialect: this.#dialect, violations: [] };
    const shape = typeof input === "number" ? this.#model.table.shapes[input] : undefined;
    const decoder =
      shape?.[0] === "S" ? this.#structure(shape, Number(input)) : this.#structureBody(["S", "", [], 0]);
    const value = decoder(body, "", decoding);
    if (decoding.violations.length > 0) this.#dialect.finish(decoding);
    return value;
  }

  /** The decoder of a value of the shape at the place. */
  decoder(ref: Ref, place: Place): JsonDecoder {
    if (typeof ref === "string") return this.#scalar(ref, place);
    const shape = this.#model.table.shapes[ref];
    switch (shape?.[0]) {
      case "S":
        return this.#structure(shape, ref);
      case "L":
        return this.#list(shape, place);
      case "M":
        return this.#map(shape, place);
      case "E":
        return this.#scalar("s", place);
      case undefined:
        throw new Error(`Shape ${ref} is not in the table of ${this.#model.id}`);
    }
  }

  #structure(shape: StructureShape, index: number): JsonDecoder {
    const known = this.#structures[index];
    if (known !== undefined) return known;
    let body: JsonDecoder | undefined;
    const decoder: JsonDecoder = (value, path, decoding) =>
      (body ??= this.#structureBody(shape))(value, path, decoding);
    this.#structures[index] = decoder;
    return decoder;
  }

  #structureBody(shape: StructureShape): JsonDecoder {
    const [, , members, requiredCount] = shape;
    const decode = this.membersOf(shape, () => true);
    const required = members.slice(0, requiredCount).map(([name]) => ({ name, key: name }));
    if (required.length === 0) return decode;
    return (value, path, decoding) => {
      const result = decode(value, path, decoding);
      checkRequired(result, required, { path, decoding });
      return result;
    };
  }

  /** Reads some members of a structure, and no others. Whether a required one is absent is not looked at. */
  membersOf(
    shape: StructureShape,
    wanted: (member: TableMember) => boolean,
  ): (value: unknown, path: string, decoding: Decoding) => Record<string, unknown> {
    const plans = new Map(
      shape[2].flatMap((member, position) => {
        if (!wanted(member)) return [];
        const [name, ref] = member;
        const place = placeOf(this.#model, shape, position);
        return [[name, { decode: this.decoder(ref, place), check: checkAt(place, ref) }] as const];
      }),
    );
    return (value, path, decoding) => {
      if (!isRecord(value)) throw this.#mistyped(path, "structure", value);
      const result: Record<string, unknown> = {};
      for (const [name, sent] of Object.entries(value)) {
        const at = path === "" ? name : `${path}.${name}`;
        const plan = plans.get(name);
        if (plan === undefined) throw this.#dialect.unknown(at);
        // A null member is an absent one.
        if (sent === null) continue;
        const member = plan.decode(sent, at, decoding);
        plan.check?.(member, at, decoding);
        result[name] = member;
      }
      return result;
    };
  }

  #list([, itemRef]: ListShape, place: Place): JsonDecoder {
    const itemPlace = below(place, "[]");
    const item = this.decoder(itemRef, itemPlace);
    const check = checkAt(itemPlace, itemRef);
    return (value, path, decoding) => {
      if (!Array.isArray(value)) throw this.#mistyped(path, "list", value);
      if (value.length > listItemsMax) throw this.#dialect.unknown(`${path}.${listItemsMax + 1}`);
      return value.map((sent: unknown, index) => {
        const at = `${path}.${index + 1}.member`;
        if (sent === null) throw this.#mistyped(at, "text", sent);
        const decoded = item(sent, at, decoding);
        check?.(decoded, at, decoding);
        return decoded;
      });
    };
  }

  #map([, keyRef, valueRef]: MapShape, place: Place): JsonDecoder {
    const keyPlace = below(place, "{k}");
    const valuePlace = below(place, "{v}");
    const decodeValue = this.decoder(valueRef, valuePlace);
    const checkKey = checkAt(keyPlace, keyRef);
    const checkValue = checkAt(valuePlace, valueRef);
    return (value, path, decoding) => {
      if (!isRecord(value)) throw this.#mistyped(path, "map", value);
      const entries = Object.entries(value);
      if (entries.length > listItemsMax) throw this.#dialect.unknown(path);
      const result = Object.create(null) as Record<string, unknown>;
      for (const [key, sent] of entries) {
        const at = `${path}.${key}`;
        if (sent === null) throw this.#mistyped(at, "text", sent);
        checkKey?.(key, `${at}.key`, decoding);
        const decoded = decodeValue(sent, `${at}.member`, decoding);
        checkValue?.(decoded, `${at}.member`, decoding);
        result[key] = decoded;
      }
      return result;
    };
  }

  #scalar(ref: string, place: Place): JsonDecoder {
    const [expected, read] = this.#reader(ref, place);
    return (value, path) => {
      const result = read(value);
      if (result === undefined) throw this.#mistyped(path, expected, place.secret ? "***" : value);
      return result;
    };
  }

  #reader(ref: string, place: Place): [Expected, (value: unknown) => unknown] {
    switch (ref.charAt(0)) {
      case "s":
        return ["text", (value) => (typeof value === "string" ? value : undefined)];
      case "n": {
        const bits = constraintAt(place)?.i;
        if (bits === undefined) return ["number", (value) => (typeof value === "number" ? value : undefined)];
        return ["integer", (value) => readInteger(value, bits)];
      }
      case "b":
        return ["boolean", (value) => (typeof value === "boolean" ? value : undefined)];
      case "B":
        return ["blob", (value) => (typeof value === "string" ? parseBase64(value) : undefined)];
      case "t":
        return ["timestamp", ref === "td" ? readDateTime : readEpoch];
      case "D":
        return ["text", (value) => value];
      default:
        throw new Error(`Scalar ${ref} has no JSON form`);
    }
  }

  #mistyped(path: string, expected: Expected, value: unknown): WireFault {
    const printable = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return this.#dialect.mistyped(path, expected, printable ? String(value) : undefined);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readInteger(value: unknown, bits: 32 | 64): number | undefined {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return undefined;
  return bits === 64 || (value | 0) === value ? value : undefined;
}

function readEpoch(value: unknown): Date | undefined {
  if (typeof value !== "number") return undefined;
  const time = new Date(Math.round(value * 1000));
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function readDateTime(value: unknown): Date | undefined {
  return typeof value === "string" ? parseTime(value) : undefined;
}

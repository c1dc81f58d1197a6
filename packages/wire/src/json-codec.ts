// Reads and writes the bodies of the awsJson protocols by the shape table. Total on input: any bytes give a
// value that satisfies the model, or a WireFault.
import { dialectOf, type Decoding, type Dialect, type Expected } from "./dialect.ts";
import { bodyBytesMax, jsonDepthMax, listItemsMax } from "./limits.ts";
import { below, checkAt, checkRequired, constraintAt, placeOf, type Place } from "./member-plan.ts";
import { parseBase64, parseTime } from "./scalar-text.ts";
import { invalidAction, type ServiceModel } from "./service-model.ts";
import type { ListShape, MapShape, Ref, StructureShape } from "./table.ts";
import { WireFault } from "./wire-fault.ts";

type Decoder = (value: unknown, path: string, decoding: Decoding) => unknown;
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const utf8 = new TextDecoder("utf-8", { fatal: true });
const compilers = new WeakMap<ServiceModel, JsonCompiler>();

/**
 * The operation that `X-Amz-Target` names. Clients put prefixes of their own before it, some with dots.
 * @throws WireFault UnknownOperationException
 */
export function resolveTarget(model: ServiceModel, target: string): string {
  const operation = target.slice(target.lastIndexOf(".") + 1);
  if (!model.has(operation)) throw invalidAction(model, operation, model.apiVersion);
  return operation;
}

/**
 * The input of an operation from a JSON body; an empty body is an empty structure.
 * @throws WireFault SerializationException, ValidationException, RequestEntityTooLargeException
 */
export function decodeJson(model: ServiceModel, operation: string, body: Uint8Array | string): unknown {
  let compiler = compilers.get(model);
  if (compiler === undefined) compilers.set(model, (compiler = new JsonCompiler(model)));
  return compiler.decode(model.inputOf(operation), parseBounded(body));
}

function parseBounded(body: Uint8Array | string): unknown {
  if (body.length > bodyBytesMax) {
    throw new WireFault(
      "RequestEntityTooLargeException",
      `The request body exceeds ${bodyBytesMax} bytes.`,
      413,
    );
  }
  if (body.length === 0) return {};
  try {
    const text = typeof body === "string" ? body : utf8.decode(body);
    if (nesting(text) <= jsonDepthMax) return JSON.parse(text) as unknown;
  } catch {
    throw new WireFault("SerializationException", "The request body is not valid JSON.");
  }
  throw new WireFault(
    "SerializationException",
    `The request body is nested deeper than ${jsonDepthMax} levels.`,
  );
}

/** The deepest nesting of JSON text. Brackets inside strings are skipped. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}

class JsonCompiler {
  readonly #model: ServiceModel;
  readonly #dialect: Dialect;
  readonly #structures: (Decoder | undefined)[] = [];

  constructor(model: ServiceModel) {
    this.#model = model;
    this.#dialect = dialectOf(model);
  }

  decode(input: Ref, body: unknown): unknown {
    const decoding: Decoding = { dialect: this.#dialect, violations: [] };
    const shape = typeof input === "number" ? this.#model.table.shapes[input] : undefined;
    const decoder =
      shape?.[0] === "S" ? this.#structure(shape, Number(input)) : this.#structureBody(["S", "", [], 0]);
    const value = decoder(body, "", decoding);
    if (decoding.violations.length > 0) this.#dialect.finish(decoding);
    return value;
  }

  #decoder(ref: Ref, place: Place): Decoder {
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

  #structure(shape: StructureShape, index: number): Decoder {
    const known = this.#structures[index];
    if (known !== undefined) return known;
    let body: Decoder | undefined;
    const decoder: Decoder = (value, path, decoding) =>
      (body ??= this.#structureBody(shape))(value, path, decoding);
    this.#structures[index] = decoder;
    return decoder;
  }

  #structureBody(shape: StructureShape): Decoder {
    const [, , members, requiredCount] = shape;
    const plans = new Map(
      members.map(([name, ref], position) => {
        const place = placeOf(this.#model, shape, position);
        return [name, { decode: this.#decoder(ref, place), check: checkAt(place, ref) }] as const;
      }),
    );
    const required = members.slice(0, requiredCount).map(([name]) => ({ name, key: name }));
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
      if (required.length > 0) checkRequired(result, required, { path, decoding });
      return result;
    };
  }

  #list([, itemRef]: ListShape, place: Place): Decoder {
    const itemPlace = below(place, "[]");
    const item = this.#decoder(itemRef, itemPlace);
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

  #map([, keyRef, valueRef]: MapShape, place: Place): Decoder {
    const keyPlace = below(place, "{k}");
    const valuePlace = below(place, "{v}");
    const decodeValue = this.#decoder(valueRef, valuePlace);
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

  #scalar(ref: string, place: Place): Decoder {
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

/** The JSON value of an output: members that are undefined or null are left out, unknown ones are ignored. */
export function toJson(model: ServiceModel, ref: Ref, value: unknown): Json {
  if (typeof ref === "string") return scalarToJson(ref, value);
  const shape = model.table.shapes[ref];
  switch (shape?.[0]) {
    case "S": {
      const record = value as Record<string, unknown>;
      const result: Record<string, Json> = {};
      for (const [name, target] of shape[2]) {
        const member = record[name];
        if (member !== undefined && member !== null) result[name] = toJson(model, target, member);
      }
      return result;
    }
    case "L":
      return (value as readonly unknown[]).map((item) => toJson(model, shape[1], item));
    case "M":
      return Object.fromEntries(
        Object.entries(value as Record<string, unknown>).map(([key, item]) => [
          key,
          toJson(model, shape[2], item),
        ]),
      );
    case "E":
      return String(value);
    case undefined:
      throw new Error(`Shape ${ref} is not in the table of ${model.id}`);
  }
}

function scalarToJson(ref: string, value: unknown): Json {
  switch (ref) {
    case "B":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "t":
    case "te":
      return (value as Date).getTime() / 1000;
    case "td":
      return (value as Date).toISOString();
    case "th":
      return (value as Date).toUTCString();
    case "U":
      return {};
    default:
      return value as Json;
  }
}

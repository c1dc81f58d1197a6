// Reads and writes the bodies of the JSON protocols. Total on input: any bytes give a value that satisfies
// the model, or a WireFault.
import { JsonCompiler } from "./json-decoder.ts";
import { bodyBytesMax, jsonDepthMax } from "./limits.ts";
import { invalidAction, type ServiceModel } from "./service-model.ts";
import type { Ref } from "./table.ts";
import { WireFault } from "./wire-fault.ts";

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
  return compiler.decode(model.inputOf(operation), parseJson(body));
}

/**
 * The JSON value of a body, within its bounds; of an empty body an empty structure.
 * @throws WireFault SerializationException, RequestEntityTooLargeException
 */
export function parseJson(body: Uint8Array | string): unknown {
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

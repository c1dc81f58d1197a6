// Writes the output of an operation of a REST service: its status, its bound headers and its JSON body.
import { toJson } from "./json-codec.ts";
import type { ServiceModel } from "./service-model.ts";
import type { Ref, StructureShape, TableMember } from "./table.ts";

/** The parts of a reply. */
export interface RestReply {
  readonly status: number;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The reply that carries an operation's output; without an output shape it has no body. */
export function encodeRest(model: ServiceModel, operation: string, output: unknown): RestReply {
  const [, , status] = model.httpOf(operation);
  const ref = model.outputOf(operation);
  const shape = typeof ref === "number" ? model.table.shapes[ref] : undefined;
  if (shape?.[0] !== "S") return { status, headers: {}, body: "" };
  const record = (output ?? {}) as Readonly<Record<string, unknown>>;
  const headers: Record<string, string> = {};
  let code = status;
  for (const [name, memberRef, traits] of shape[2]) {
    const value = record[name];
    if (value === undefined || value === null) continue;
    if (traits?.c === 1) code = Number(value);
    if (traits?.h !== undefined) headers[traits.h.toLowerCase()] = headerText(memberRef, value);
  }
  return { status: code, headers, body: bodyOf(model, shape, record) };
}

function bodyOf(
  model: ServiceModel,
  [, , members]: StructureShape,
  record: Readonly<Record<string, unknown>>,
): string {
  const payload = members.find(([, , traits]) => traits?.p === 1);
  if (payload !== undefined) {
    const value = memberJson(model, payload, record);
    return value === undefined ? "" : JSON.stringify(value);
  }
  const body: Record<string, unknown> = {};
  for (const member of members) {
    const [name, , traits] = member;
    if (traits?.h !== undefined || traits?.c === 1) continue;
    const value = memberJson(model, member, record);
    if (value !== undefined) body[name] = value;
  }
  return JSON.stringify(body);
}

function memberJson(
  model: ServiceModel,
  [name, ref]: TableMember,
  record: Readonly<Record<string, unknown>>,
): unknown {
  const value = record[name];
  return value === undefined || value === null ? undefined : toJson(model, ref, value);
}

/** A scalar as a header has it: times as HTTP dates unless the shape says otherwise. */
function headerText(ref: Ref, value: unknown): string {
  if (!(value instanceof Date)) return String(value);
  if (ref === "td") return value.toISOString();
  return ref === "te" ? String(value.getTime() / 1000) : value.toUTCString();
}

// Turns a service's schemas into the compact table that `@casemate/wire` reads. The format is described in
// packages/wire/src/table.ts; this file is its only writer.
import type { MemberSchema, Schema, Service, Traits } from "./sdk-schema.ts";

export type Ref = number | string;
export type TableMember = [name: string, ref: Ref, traits?: Record<string, unknown>];
export type TableShape =
  | ["S", string, TableMember[], number, 1?]
  | ["L", Ref, Record<string, unknown>?]
  | ["M", Ref, Ref, Record<string, unknown>?]
  | ["E", string, readonly string[]];
export type TableHttp = [method: string, path: string, status: number];
export type TableOperation = [input: Ref, output: Ref, http?: TableHttp];
export interface ServiceTable {
  id: string;
  protocol: string;
  apiVersion: string;
  xmlNamespace: string;
  signingName: string;
  target: string;
  operations: Record<string, TableOperation>;
  errors: Record<string, [code: string, status: number]>;
  shapes: TableShape[];
}

const simple: Record<number, string> = {
  0: "s",
  1: "n",
  2: "b",
  4: "t",
  5: "td",
  6: "th",
  7: "te",
  15: "D",
  17: "n",
  19: "n",
  21: "B",
  42: "B",
};
const labelBit = 1;
const tokenBit = 4;
const sensitiveBit = 8;
const payloadBit = 16;
const responseCodeBit = 32;
const queryParametersBit = 64;
const traitBits: Record<string, number> = {
  httpLabel: labelBit,
  idempotencyToken: tokenBit,
  sensitive: sensitiveBit,
  httpPayload: payloadBit,
  httpResponseCode: responseCodeBit,
  httpQueryParams: queryParametersBit,
};
const fault = -3;

/** Builds the table of every operation of the service. */
export function buildTable(service: Service): ServiceTable {
  const builder = new TableBuilder(service);
  const operations: Record<string, TableOperation> = {};
  for (const [, , name, traits, input, output] of service.operations) {
    const refs = [input, output].map((member) => builder.reference(member as MemberSchema));
    const [inputRef = "U", outputRef = "U"] = refs;
    const http = service.protocol.startsWith("rest") ? (traits as { http?: TableHttp }).http : undefined;
    operations[String(name)] = http === undefined ? [inputRef, outputRef] : [inputRef, outputRef, http];
  }
  return {
    id: service.id,
    protocol: service.protocol,
    apiVersion: service.apiVersion,
    xmlNamespace: service.xmlNamespace,
    signingName: service.signingName,
    target: service.target,
    operations,
    errors: errorTable(service),
    shapes: builder.shapes,
  };
}

function errorTable(service: Service): Record<string, [string, number]> {
  const errors: Record<string, [string, number]> = {};
  for (const [, , name, traits] of service.errors) {
    if (typeof traits !== "object" || traits === null) continue;
    const record = traits as { awsQueryError?: [string, number]; httpError?: number };
    errors[String(name)] = [
      record.awsQueryError?.[0] ?? String(name),
      record.awsQueryError?.[1] ?? record.httpError ?? 400,
    ];
  }
  return errors;
}

class TableBuilder {
  readonly shapes: TableShape[] = [];
  private readonly structures = new Map<unknown, number>();
  private readonly plain = new Map<string, number>();
  private readonly service: Service;

  constructor(service: Service) {
    this.service = service;
  }

  reference(member: MemberSchema): Ref {
    return this.resolve(unpair(member).schema, undefined);
  }

  private resolve(schema: Schema, link: readonly [string, string] | undefined): Ref {
    if (typeof schema === "number") return this.resolveSimple(schema, link);
    if (typeof schema === "string") return "U";
    switch (schema[0]) {
      case 0:
        return this.resolve(schema[4] as Schema, link);
      case 1:
        return this.list(schema[4] as MemberSchema, link);
      case 2:
        return this.map(schema[4] as MemberSchema, schema[5] as MemberSchema, link);
      case 3:
      case 4:
      case fault:
        return this.structure(schema);
      default:
        throw new Error(`Schema kind ${String(schema[0])} of ${String(schema[2])} is not known`);
    }
  }

  private resolveSimple(schema: number, link: readonly [string, string] | undefined): Ref {
    if (schema & 64) return this.list(schema & ~64, link);
    if (schema & 128) return this.map(0, schema & ~128, link);
    const ref = simple[schema];
    if (ref === undefined) throw new Error(`Simple schema ${schema} is not known`);
    if (ref !== "s" || link === undefined) return ref;
    const enumeration = this.service.enumOf(link[0], link[1]);
    return enumeration ? this.add(["E", enumeration.name, enumeration.values]) : ref;
  }

  private list(member: MemberSchema, link: readonly [string, string] | undefined): Ref {
    const { schema, traits } = unpair(member);
    const kept = keptTraits(schema, traits);
    const ref = this.resolve(schema, link);
    return this.add(kept ? ["L", ref, kept] : ["L", ref]);
  }

  private map(key: MemberSchema, value: MemberSchema, link: readonly [string, string] | undefined): Ref {
    const from = unpair(key);
    const to = unpair(value);
    const names = {
      ...renamed("k", keptTraits(from.schema, from.traits)),
      ...renamed("v", keptTraits(to.schema, to.traits)),
    };
    const shape: TableShape = ["M", this.resolve(from.schema, undefined), this.resolve(to.schema, link)];
    if (Object.keys(names).length > 0) shape.push(names);
    return this.add(shape);
  }

  private structure(schema: readonly unknown[]): Ref {
    const name = String(schema[2]);
    if (name === "Unit" || name === "__Unit") return "U";
    const known = this.structures.get(schema);
    if (known !== undefined) return known;
    const members: TableMember[] = [];
    const index = this.shapes.length;
    this.structures.set(schema, index);
    this.shapes.push(["S", name, members, 0]);
    const names = schema[4] as string[];
    const schemas = schema[5] as MemberSchema[];
    names.forEach((memberName, position) => {
      const { schema: target, traits } = unpair(schemas[position] ?? 0);
      const ref = this.resolve(target, [name, memberName]);
      const kept = keptTraits(target, traits, this.service.protocol.startsWith("rest"));
      members.push(kept ? [memberName, ref, kept] : [memberName, ref]);
    });
    const required = Number(schema[6] ?? 0);
    const sensitive = (numericTraits(schema[3] as Traits) & sensitiveBit) !== 0;
    this.shapes[index] = sensitive ? ["S", name, members, required, 1] : ["S", name, members, required];
    return index;
  }

  private add(shape: TableShape): number {
    const key = JSON.stringify(shape);
    const known = this.plain.get(key);
    if (known !== undefined) return known;
    this.plain.set(key, this.shapes.length);
    return this.shapes.push(shape) - 1;
  }
}

function unpair(member: MemberSchema): { schema: Schema; traits: Traits } {
  if (typeof member === "function") return { schema: member(), traits: undefined };
  if (Array.isArray(member) && member.length === 2) {
    const [target, traits] = member as [Schema | (() => Schema), Traits];
    return { schema: typeof target === "function" ? target() : target, traits };
  }
  return { schema: member as Schema, traits: undefined };
}

function numericTraits(traits: Traits): number {
  if (typeof traits === "number") return traits;
  if (traits === undefined || traits === null) return 0;
  let bits = 0;
  for (const [name, bit] of Object.entries(traitBits)) if (traits[name]) bits |= bit;
  return bits;
}

/** Where in an HTTP message a member stands, when that is not the body. */
function httpTraits(bits: number, record: Record<string, unknown>): Record<string, unknown> {
  return {
    ...(bits & labelBit ? { l: 1 } : {}),
    ...(record["httpQuery"] === undefined ? {} : { hq: record["httpQuery"] }),
    ...(bits & queryParametersBit ? { qm: 1 } : {}),
    ...(record["httpHeader"] === undefined ? {} : { h: record["httpHeader"] }),
    ...(record["httpPrefixHeaders"] === undefined ? {} : { hp: record["httpPrefixHeaders"] }),
    ...(bits & payloadBit ? { p: 1 } : {}),
    ...(bits & responseCodeBit ? { c: 1 } : {}),
  };
}

function keptTraits(schema: Schema, traits: Traits, rest = false): Record<string, unknown> | undefined {
  const bits = numericTraits(traits);
  const target = typeof schema === "number" ? 0 : numericTraits(schema[3] as Traits);
  const record = typeof traits === "object" ? traits : {};
  const flattened = record["xmlFlattened"];
  const kept = {
    ...(record["xmlName"] === undefined ? {} : { x: record["xmlName"] }),
    ...(record["ec2QueryName"] === undefined ? {} : { q: record["ec2QueryName"] }),
    ...(flattened === undefined ? {} : { f: 1 }),
    ...((bits | target) & sensitiveBit ? { s: 1 } : {}),
    ...(bits & tokenBit ? { t: 1 } : {}),
    ...(rest ? httpTraits(bits, record) : {}),
  };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

function renamed(prefix: string, traits: Record<string, unknown> | undefined): Record<string, unknown> {
  return traits?.["x"] === undefined ? {} : { [prefix]: traits["x"] };
}

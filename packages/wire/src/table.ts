// The format of the generated service tables. tools/generate writes it; nothing else does.

/** What a member refers to: an index into `shapes`, or a scalar. */
export type Ref = number | ScalarRef;
/**
 * s string, n number, b boolean, B blob, t time (td date-time, th http-date, te epoch), D document, U no
 * shape at all.
 */
export type ScalarRef = "s" | "n" | "b" | "B" | "t" | "td" | "th" | "te" | "D" | "U";

/**
 * x XML name, q EC2 request name, f flattened list or map, s sensitive, t idempotency token. Of the REST
 * protocols, where the member stands when that is not the body: l in the path, hq in the query under that
 * name, qm as all other query parameters, h in the header of that name, hp in all headers with that prefix,
 * c as the status; p is the body by itself.
 */
export interface MemberTraits {
  readonly x?: string;
  readonly q?: string;
  readonly f?: 1;
  readonly s?: 1;
  readonly t?: 1;
  readonly l?: 1;
  readonly hq?: string;
  readonly qm?: 1;
  readonly h?: string;
  readonly hp?: string;
  readonly c?: 1;
  readonly p?: 1;
}
/** k and v are the names of a map's key and value elements. */
export interface MapTraits {
  readonly k?: string;
  readonly v?: string;
}

export type TableMember = readonly [name: string, ref: Ref, traits?: MemberTraits];
/** The first `required` members are required; `sensitive` marks the whole structure. */
export type StructureShape = readonly [
  kind: "S",
  name: string,
  members: readonly TableMember[],
  required: number,
  sensitive?: 1,
];
export type ListShape = readonly [kind: "L", item: Ref, traits?: MemberTraits];
export type MapShape = readonly [kind: "M", key: Ref, value: Ref, traits?: MapTraits];
export type EnumShape = readonly [kind: "E", name: string, values: readonly string[]];
export type TableShape = StructureShape | ListShape | MapShape | EnumShape;

export type Protocol = "ec2" | "query" | "json1.0" | "json1.1" | "rest-json";

/** How a REST protocol asks for an operation. The path has `{label}` segments; `{label+}` is greedy. */
export type HttpBinding = readonly [method: string, path: string, status: number];

/** The part of a table that stands on its first line and is read without parsing the rest. */
export interface TableHead {
  readonly id: string;
  readonly protocol: Protocol;
  readonly apiVersion: string;
  readonly xmlNamespace: string;
  readonly signingName: string;
  readonly target: string;
}
export interface ServiceTable extends TableHead {
  readonly operations: Readonly<Record<string, readonly [input: Ref, output: Ref, http?: HttpBinding]>>;
  /** Exception name -> its code on the wire and its HTTP status. */
  readonly errors: Readonly<Record<string, readonly [code: string, status: number]>>;
  readonly shapes: readonly TableShape[];
}

/** i integer of 32 or 64 bits; n, m least and greatest length or value; p pattern of the whole text. */
export interface Constraint {
  readonly i?: 32 | 64;
  readonly n?: number;
  readonly m?: number;
  readonly p?: string;
}
/**
 * Structure name -> member path (`name`, `name[]` item, `name{k}` and `name{v}` of a map) -> index into
 * `sets`.
 */
export interface ConstraintTable {
  readonly sets: readonly Constraint[];
  readonly members: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

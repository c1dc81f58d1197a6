// Turns the parts of a REST request into the typed input of an operation: labels of the path, the query,
// bound headers and the JSON body. Total: any parts give an input that satisfies the model, or a WireFault.
import { dialectOf, type Decoding, type Dialect } from "./dialect.ts";
import { parseJson } from "./json-codec.ts";
import { JsonCompiler } from "./json-decoder.ts";
import { formKeyLengthMax, formPairsMax, listItemsMax } from "./limits.ts";
import { below, checkAt, checkRequired, placeOf, type Place } from "./member-plan.ts";
import { decodeText } from "./rest-router.ts";
import type { ServiceModel } from "./service-model.ts";
import { isSignatureParameter } from "./sigv4/signature-parameters.ts";
import type { MemberTraits, Ref, StructureShape } from "./table.ts";
import { textReader } from "./text-reader.ts";
import { WireFault } from "./wire-fault.ts";

/** A request of a REST service, once its operation is known. */
export interface RestRequest {
  /** The decoded texts of the path. */
  readonly labels: Readonly<Record<string, string>>;
  /** The query as sent, without the question mark. */
  readonly rawQuery: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** The texts of a request by where they stood and under what name. */
interface Texts {
  readonly labels: Readonly<Record<string, string>>;
  readonly query: Map<string, string[]>;
  readonly headers: ReadonlyMap<string, readonly string[]>;
}
/** Reads a bound member; undefined when it was not sent. */
type Bound = (texts: Texts, decoding: Decoding) => unknown;
type RestDecoder = (request: RestRequest) => unknown;

const decoders = new WeakMap<ServiceModel, Map<string, RestDecoder>>();

/**
 * The input of an operation.
 * @throws WireFault SerializationException, ValidationException, MalformedHttpRequestException
 */
export function decodeRest(model: ServiceModel, operation: string, request: RestRequest): unknown {
  let known = decoders.get(model);
  if (known === undefined) decoders.set(model, (known = new Map()));
  let decoder = known.get(operation);
  if (decoder === undefined) known.set(operation, (decoder = compile(model, operation)));
  return decoder(request);
}

function compile(model: ServiceModel, operation: string): RestDecoder {
  const dialect = dialectOf(model);
  const input = model.inputOf(operation);
  const found = typeof input === "number" ? model.table.shapes[input] : undefined;
  const shape: StructureShape = found?.[0] === "S" ? found : ["S", "", [], 0];
  const [, , members, requiredCount] = shape;
  const bound = members.flatMap(([name, ref, traits], position) => {
    if (!isBound(traits)) return [];
    const place = placeOf(model, shape, position);
    return [[name, compileBound({ model, dialect, name, ref, place }, traits)] as const];
  });
  const decodeBody = compileBody(model, shape);
  const required = members.slice(0, requiredCount).map(([name]) => ({ name, key: name }));
  return ({ labels, rawQuery, headers, body }) => {
    const decoding: Decoding = { dialect, violations: [] };
    const texts = { labels, query: parseQuery(rawQuery), headers: headersByName(headers) };
    const result = decodeBody(body, decoding);
    for (const [name, read] of bound) {
      const value = read(texts, decoding);
      if (value !== undefined) result[name] = value;
    }
    for (const name of texts.query.keys()) throw dialect.unknown(name);
    if (required.length > 0) checkRequired(result, required, { path: "", decoding });
    if (decoding.violations.length > 0) dialect.finish(decoding);
    return result;
  };
}

/** Whether a member stands outside the body. */
export function isBound(traits: MemberTraits | undefined): traits is MemberTraits {
  if (traits === undefined) return false;
  const { l, hq, qm, h, hp, c } = traits;
  return [l, hq, qm, h, hp, c].some((trait) => trait !== undefined);
}

function compileBody(
  model: ServiceModel,
  shape: StructureShape,
): (body: Uint8Array, decoding: Decoding) => Record<string, unknown> {
  const compiler = new JsonCompiler(model);
  const [, , members] = shape;
  const payload = members.findIndex(([, , traits]) => traits?.p === 1);
  const [name, ref] = members[payload] ?? [];
  if (name === undefined || ref === undefined) {
    const decode = compiler.membersOf(shape, ([, , traits]) => !isBound(traits));
    return (body, decoding) => decode(parseJson(body), "", decoding);
  }
  if (typeof ref === "string" && ref !== "D") throw new Error(`A payload of ${ref} is not read`);
  const decode = compiler.decoder(ref, placeOf(model, shape, payload));
  return (body, decoding) => (body.length === 0 ? {} : { [name]: decode(parseJson(body), name, decoding) });
}

interface BoundMember {
  readonly model: ServiceModel;
  readonly dialect: Dialect;
  readonly name: string;
  readonly ref: Ref;
  readonly place: Place;
}

function compileBound(member: BoundMember, traits: MemberTraits): Bound {
  const { name } = member;
  if (traits.l === 1) {
    const read = compileTexts(member);
    return ({ labels }, decoding) => read(textsOf(labels[name]), decoding);
  }
  const shape = typeof member.ref === "number" ? member.model.table.shapes[member.ref] : undefined;
  if (traits.h !== undefined && shape?.[0] !== "L") {
    const header = traits.h.toLowerCase();
    const read = compileTexts(member);
    return ({ headers }, decoding) => read(headers.get(header) ?? [], decoding);
  }
  const parameter = traits.hq;
  if (parameter === undefined) throw new Error(`The binding of ${name} is not read`);
  const read = compileTexts(member);
  return ({ query }, decoding) => {
    const sent = query.get(parameter) ?? [];
    query.delete(parameter);
    return read(sent, decoding);
  };
}

function textsOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}

/** Reads a scalar or a list of scalars from the texts that were sent for it. */
function compileTexts(member: BoundMember): (texts: readonly string[], decoding: Decoding) => unknown {
  const { model, dialect, name, ref, place } = member;
  const shape = typeof ref === "number" ? model.table.shapes[ref] : undefined;
  const check = checkAt(place, ref);
  if (shape?.[0] !== "L") {
    const read = compileText(member);
    return (texts, decoding) => {
      const [text, second] = texts;
      if (text === undefined) return undefined;
      if (second !== undefined) throw dialect.mistyped(name, "text", undefined);
      const value = read(text, name);
      check?.(value, name, decoding);
      return value;
    };
  }
  const itemPlace = below(place, "[]");
  const read = compileText({ ...member, ref: shape[1], place: itemPlace });
  const checkItem = checkAt(itemPlace, shape[1]);
  return (texts, decoding) => {
    if (texts.length === 0) return undefined;
    if (texts.length > listItemsMax) throw dialect.unknown(`${name}.${listItemsMax + 1}`);
    const values = texts.map((text, index) => {
      const path = `${name}.${index + 1}.member`;
      const value = read(text, path);
      checkItem?.(value, path, decoding);
      return value;
    });
    check?.(values, name, decoding);
    return values;
  };
}

function compileText({ model, dialect, ref, place }: BoundMember): (text: string, path: string) => unknown {
  const shape = typeof ref === "number" ? model.table.shapes[ref] : undefined;
  if (typeof ref === "number" && shape?.[0] !== "E") throw new Error(`Shape ${ref} has no form as text`);
  const [expected, read] = textReader(typeof ref === "string" ? ref : "s", place);
  return (text, path) => {
    const value = read(text);
    if (value === undefined) throw dialect.mistyped(path, expected, place.secret ? "***" : text);
    return value;
  };
}

/** The parameters in the order sent, those of a presigned signature left out. */
function parseQuery(rawQuery: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  if (rawQuery === "") return query;
  const pairs = rawQuery.split("&");
  if (pairs.length > formPairsMax) throw malformed(`its query has more than ${formPairsMax} parameters`);
  for (const pair of pairs) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = queryText(equals < 0 ? pair : pair.slice(0, equals));
    if (name.length > formKeyLengthMax) throw malformed("the name of a parameter is too long");
    if (isSignatureParameter(name)) continue;
    const value = equals < 0 ? "" : queryText(pair.slice(equals + 1));
    const known = query.get(name);
    if (known === undefined) query.set(name, [value]);
    else known.push(value);
  }
  return query;
}

function queryText(text: string): string {
  return decodeText(text.includes("+") ? text.replaceAll("+", " ") : text);
}

function malformed(reason: string): WireFault {
  return new WireFault("MalformedHttpRequestException", `The request is malformed: ${reason}.`);
}

function headersByName(headers: readonly (readonly [string, string])[]): ReadonlyMap<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const known = byName.get(lower);
    if (known === undefined) byName.set(lower, [value.trim()]);
    else known.push(value.trim());
  }
  return byName;
}

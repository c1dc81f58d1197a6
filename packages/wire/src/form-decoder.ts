// Turns a form tree into the typed input of an operation, for the ec2 and query protocols. Total: any tree
// gives an input that satisfies the model, or a WireFault. Closures are compiled per structure on first
// use.
import { dialectOf, type Decoding, type Dialect, type Expected } from "./dialect.ts";
import type { FormNode, FormTree, FormValue } from "./form-tree.ts";
import { listItemsMax } from "./limits.ts";
import { below, checkAt, checkRequired, placeOf, type Place } from "./member-plan.ts";
import { invalidAction, type ServiceModel } from "./service-model.ts";
import type { ListShape, MapShape, Ref, StructureShape, TableMember } from "./table.ts";
import { textReader } from "./text-reader.ts";
import { WireFault } from "./wire-fault.ts";

type Decoder = (value: FormValue, path: string, decoding: Decoding) => unknown;

const compilers = new WeakMap<ServiceModel, FormCompiler>();
const indexForm = /^[1-9]\d{0,5}$/;

/**
 * The operation that a form names.
 * @throws WireFault MissingAction, InvalidAction
 */
export function resolveOperation(model: ServiceModel, tree: FormTree): string {
  if (tree.action === undefined || tree.action === "") {
    throw new WireFault("MissingAction", "No action was supplied with this request.");
  }
  if (tree.version === undefined && model.protocol === "ec2") {
    throw new WireFault("MissingParameter", "The request must contain the parameter Version");
  }
  const version = tree.version ?? "NO_VERSION_SPECIFIED";
  if (version !== model.apiVersion || !model.has(tree.action))
    throw invalidAction(model, tree.action, version);
  return tree.action;
}

/**
 * The input of an operation, complete and within its constraints.
 * @throws WireFault InvalidAction and, by protocol, what dialect.ts says
 */
export function decodeForm(model: ServiceModel, operation: string, tree: FormTree): unknown {
  let compiler = compilers.get(model);
  if (compiler === undefined) compilers.set(model, (compiler = new FormCompiler(model)));
  return compiler.decode(model.inputOf(operation), tree.root);
}

class FormCompiler {
  readonly #model: ServiceModel;
  readonly #dialect: Dialect;
  readonly #structures: (Decoder | undefined)[] = [];

  constructor(model: ServiceModel) {
    this.#model = model;
    this.#dialect = dialectOf(model);
  }

  decode(input: Ref, root: FormNode): unknown {
    const decoding: Decoding = { dialect: this.#dialect, violations: [] };
    const shape = typeof input === "number" ? this.#model.table.shapes[input] : undefined;
    const decoder = shape?.[0] === "S" ? this.#structure(shape, Number(input)) : this.#nothing();
    const value = decoder(root, "", decoding);
    if (decoding.violations.length > 0) this.#dialect.finish(decoding);
    return value;
  }

  /** An operation without input takes no parameters. */
  #nothing(): Decoder {
    return this.#structure(["S", "", [], 0], -1);
  }

  #decoder(ref: Ref, place: Place, flat: boolean): Decoder {
    if (typeof ref === "string") return this.#scalar(ref, place);
    const shape = this.#model.table.shapes[ref];
    switch (shape?.[0]) {
      case "S":
        return this.#structure(shape, ref);
      case "L":
        return this.#list(shape, place, flat);
      case "M":
        return this.#map(shape, place, flat);
      case "E":
        return this.#scalar("s", place);
      case undefined:
        throw new Error(`Shape ${ref} is not in the table of ${this.#model.id}`);
    }
  }

  #structure(shape: StructureShape, index: number): Decoder {
    const known = this.#structures[index];
    if (known !== undefined) return known;
    // Registered before its members are compiled, because a shape may contain itself.
    let body: Decoder | undefined;
    const decoder: Decoder = (value, path, decoding) =>
      (body ??= this.#structureBody(shape))(value, path, decoding);
    if (index >= 0) this.#structures[index] = decoder;
    return decoder;
  }

  #structureBody(shape: StructureShape): Decoder {
    const [, , members, requiredCount] = shape;
    const plans = new Map(
      members.map((member, position) => {
        const [name, ref, traits] = member;
        const place = placeOf(this.#model, shape, position);
        const decode = this.#decoder(ref, place, traits?.f === 1);
        return [this.#key(member), { name, decode, check: checkAt(place, ref) }] as const;
      }),
    );
    const required = members
      .slice(0, requiredCount)
      .map((member) => ({ name: member[0], key: this.#key(member) }));
    return (value, path, decoding) => {
      if (typeof value === "string") throw this.#dialect.mistyped(path, "structure", value);
      const result: Record<string, unknown> = {};
      for (const key in value) {
        const at = path === "" ? key : `${path}.${key}`;
        const plan = plans.get(key);
        const sent = value[key];
        if (plan === undefined || sent === undefined) throw this.#dialect.unknown(at);
        const member = plan.decode(sent, at, decoding);
        plan.check?.(member, at, decoding);
        result[plan.name] = member;
      }
      if (required.length > 0) checkRequired(result, required, { path, decoding });
      return result;
    };
  }

  #key([name, , traits]: TableMember): string {
    if (this.#model.protocol !== "ec2") return traits?.x ?? name;
    const given = traits?.x ?? name;
    return traits?.q ?? given.charAt(0).toUpperCase() + given.slice(1);
  }

  #list([, itemRef, traits]: ListShape, place: Place, flat: boolean): Decoder {
    const itemPlace = below(place, "[]");
    const item = this.#decoder(itemRef, itemPlace, false);
    const check = checkAt(itemPlace, itemRef);
    const step = this.#model.protocol === "ec2" || flat ? undefined : (traits?.x ?? "member");
    return (value, path, decoding) => {
      if (value === "" && this.#model.protocol === "query") return [];
      const [items, at] = this.#items(value, { path, step, expected: "list" });
      const result: unknown[] = [];
      for (const index in items) {
        const itemPath = `${at}.${index}`;
        this.#checkIndex(index, itemPath, result.length);
        const decoded = item(items[index] ?? "", itemPath, decoding);
        check?.(decoded, itemPath, decoding);
        result.push(decoded);
      }
      return result;
    };
  }

  #map([, keyRef, valueRef, names]: MapShape, place: Place, flat: boolean): Decoder {
    const keyName = names?.k ?? "key";
    const valueName = names?.v ?? "value";
    const keyPlace = below(place, "{k}");
    const valuePlace = below(place, "{v}");
    const decodeKey = this.#decoder(keyRef, keyPlace, false);
    const decodeValue = this.#decoder(valueRef, valuePlace, false);
    const checkKey = checkAt(keyPlace, keyRef);
    const checkValue = checkAt(valuePlace, valueRef);
    const step = flat ? undefined : "entry";
    return (value, path, decoding) => {
      const result = Object.create(null) as Record<string, unknown>;
      if (value === "" && this.#model.protocol === "query") return result;
      const [entries, at] = this.#items(value, { path, step, expected: "map" });
      let count = 0;
      for (const index in entries) {
        const entryPath = `${at}.${index}`;
        this.#checkIndex(index, entryPath, count++);
        const sent = this.#entry(entries[index] ?? "", entryPath, [keyName, valueName]);
        const key = String(decodeKey(sent.key, `${entryPath}.${keyName}`, decoding));
        checkKey?.(key, `${entryPath}.${keyName}`, decoding);
        if (key in result) throw this.#dialect.mistyped(`${entryPath}.${keyName}`, "text", key);
        const decoded = decodeValue(sent.value, `${entryPath}.${valueName}`, decoding);
        checkValue?.(decoded, `${entryPath}.${valueName}`, decoding);
        result[key] = decoded;
      }
      return result;
    };
  }

  #entry(
    entry: FormValue,
    path: string,
    names: readonly [string, string],
  ): { key: FormValue; value: FormValue } {
    if (typeof entry === "string") throw this.#dialect.mistyped(path, "structure", entry);
    for (const name in entry) if (!names.includes(name)) throw this.#dialect.unknown(`${path}.${name}`);
    const key = entry[names[0]];
    const value = entry[names[1]];
    if (key === undefined || value === undefined) throw this.#dialect.mistyped(path, "structure", undefined);
    return { key, value };
  }

  /** The node whose keys are the indexes, and its path. */
  #items(
    value: FormValue,
    at: { path: string; step: string | undefined; expected: Expected },
  ): [FormNode, string] {
    if (typeof value === "string") throw this.#dialect.mistyped(at.path, at.expected, value);
    if (at.step === undefined) return [value, at.path];
    const path = `${at.path}.${at.step}`;
    for (const key in value) if (key !== at.step) throw this.#dialect.unknown(`${at.path}.${key}`);
    const items = value[at.step] ?? "";
    if (typeof items === "string") throw this.#dialect.mistyped(path, at.expected, items);
    return [items, path];
  }

  /**
   * Indexes are plain decimals from 1; gaps are allowed, and JavaScript walks such keys in ascending order.
   */
  #checkIndex(index: string, path: string, count: number): void {
    if (!indexForm.test(index) || Number(index) > listItemsMax || count >= listItemsMax) {
      throw this.#dialect.unknown(path);
    }
  }

  #scalar(ref: string, place: Place): Decoder {
    const [expected, parse] = textReader(ref, place);
    return (value, path) => {
      if (typeof value !== "string")
        throw this.#dialect.mistyped(firstPath(value, path), expected, undefined);
      const parsed = parse(value);
      if (parsed === undefined) throw this.#dialect.mistyped(path, expected, place.secret ? "***" : value);
      return parsed;
    };
  }
}

/** The full name of a parameter below the path, which is the one that was sent in excess. */
function firstPath(node: FormNode, path: string): string {
  for (const key in node) {
    const value = node[key] ?? "";
    return typeof value === "string" ? `${path}.${key}` : firstPath(value, `${path}.${key}`);
  }
  return path;
}

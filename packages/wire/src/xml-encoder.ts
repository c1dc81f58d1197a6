// Writes an operation's output as XML, for the ec2 and query protocols. Members that are undefined or null
// are left out and members the shape does not know are ignored. Closures are compiled per structure on
// first use.
import type { ServiceModel } from "./service-model.ts";
import type { ListShape, MapShape, Ref, StructureShape } from "./table.ts";
import { escapeXml } from "./xml-text.ts";

/** Appends the value to the text; appending keeps V8's string ropes shallow. */
type Writer = (value: unknown, text: string) => string;

const encoders = new WeakMap<ServiceModel, XmlEncoder>();

/** Writes the members of an operation's output, without a root element. */
export function writeXml(model: ServiceModel, output: Ref, value: unknown): string {
  let encoder = encoders.get(model);
  if (encoder === undefined) encoders.set(model, (encoder = new XmlEncoder(model)));
  return encoder.content(output)(value, "");
}

class XmlEncoder {
  readonly #model: ServiceModel;
  readonly #structures: (Writer | undefined)[] = [];
  readonly #scalars: Record<string, Writer>;

  constructor(model: ServiceModel) {
    this.#model = model;
    const time = timeWriter(model.protocol === "ec2" ? (iso) => iso : (iso) => iso.replace(/\.\d{3}Z$/, "Z"));
    this.#scalars = {
      s: (value, text) => text + escapeXml(String(value)),
      n: (value, text) => text + String(value),
      b: (value, text) => text + (value === true ? "true" : "false"),
      B: (value, text) => text + Buffer.from(value as Uint8Array).toString("base64"),
      t: time,
      td: time,
    };
  }

  /** The writer of what stands inside an element of this shape. */
  content(ref: Ref): Writer {
    if (typeof ref === "string") return this.#scalar(ref);
    const shape = this.#model.table.shapes[ref];
    switch (shape?.[0]) {
      case "S":
        return this.#structure(shape, ref);
      case "L":
        return this.#list(shape, undefined);
      case "M":
        return this.#map(shape, undefined);
      case "E":
        return this.#scalar("s");
      case undefined:
        throw new Error(`Shape ${ref} is not in the table of ${this.#model.id}`);
    }
  }

  #scalar(ref: string): Writer {
    if (ref === "U") return (_value, text) => text;
    const writer = this.#scalars[ref];
    if (writer === undefined) throw new Error(`Scalar ${ref} has no XML form`);
    return writer;
  }

  #element(ref: Ref, name: string): Writer {
    const open = `<${name}>`;
    const close = `</${name}>`;
    const content = this.content(ref);
    return (value, text) => content(value, text + open) + close;
  }

  #structure(shape: StructureShape, index: number): Writer {
    const known = this.#structures[index];
    if (known !== undefined) return known;
    let body: Writer | undefined;
    const writer: Writer = (value, text) => (body ??= this.#structureBody(shape))(value, text);
    this.#structures[index] = writer;
    return writer;
  }

  #structureBody([, , members]: StructureShape): Writer {
    const writers = members.map(([name, ref, traits]) => {
      const element = traits?.x ?? name;
      const shape = typeof ref === "number" ? this.#model.table.shapes[ref] : undefined;
      if (traits?.f === 1 && shape?.[0] === "L") return { name, write: this.#list(shape, element) };
      if (traits?.f === 1 && shape?.[0] === "M") return { name, write: this.#map(shape, element) };
      return { name, write: this.#element(ref, element) };
    });
    return (value, text) => {
      const record = value as Record<string, unknown>;
      let result = text;
      for (const { name, write } of writers) {
        const member = record[name];
        if (member !== undefined && member !== null) result = write(member, result);
      }
      return result;
    };
  }

  /** A flattened list repeats the member's own element. */
  #list([, itemRef, traits]: ListShape, flattened: string | undefined): Writer {
    const write = this.#element(itemRef, flattened ?? traits?.x ?? "member");
    return (value, text) => {
      let result = text;
      for (const item of value as readonly unknown[]) result = write(item, result);
      return result;
    };
  }

  #map([, keyRef, valueRef, names]: MapShape, flattened: string | undefined): Writer {
    const element = flattened ?? "entry";
    const writeKey = this.#element(keyRef, names?.k ?? "key");
    const writeValue = this.#element(valueRef, names?.v ?? "value");
    return (value, text) => {
      let result = text;
      for (const [key, item] of Object.entries(value as Record<string, unknown>)) {
        result = `${writeValue(item, writeKey(key, `${result}<${element}>`))}</${element}>`;
      }
      return result;
    };
  }
}

/** Remembers the last time it wrote: one answer says the same time again and again, and the text is dear. */
function timeWriter(form: (iso: string) => string): Writer {
  let last = Number.NaN;
  let written = "";
  return (value, text) => {
    const time = (value as Date).getTime();
    if (time !== last) {
      written = form((value as Date).toISOString());
      last = time;
    }
    return text + written;
  };
}

/**
 * Reads XML 1.0 with namespaces, and less of it than there is: no document type, hence no entities but the
 * five that need none, no processing instructions, and bounds on everything. What is not well-formed is
 * refused.
 */
import { SamlFault } from "./saml-fault.ts";
import type { XmlAttribute, XmlElement } from "./xml-element.ts";

/** How deep elements may be inside each other. */
export const xmlDepthMax = 64;
/** Elements of one document. */
export const xmlElementsMax = 50_000;
/** Attributes of one element, namespace declarations included. */
export const xmlAttributesMax = 64;

const xmlNamespace = "http://www.w3.org/XML/1998/namespace";
const xmlnsNamespace = "http://www.w3.org/2000/xmlns/";

interface Open {
  readonly qualified: string;
  readonly element: XmlElement & { readonly children: (XmlElement | string)[] };
  readonly scope: ReadonlyMap<string, string>;
}

const nameText = String.raw`[\p{L}_][\p{L}\p{N}_.\-]*(?::[\p{L}_][\p{L}\p{N}_.\-]*)?`;
const declaration =
  /^<\?xml\s+version=(?:"1\.0"|'1\.0')(?:\s+encoding=(?:"utf-8"|'utf-8'))?(?:\s+standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/i;
const spaces = /[ \t\n]*/y;
const closing = new RegExp(String.raw`</(${nameText})[ \t\n]*>`, "uy");
const opening = new RegExp(`<(${nameText})`, "uy");
const attributeStart = new RegExp(String.raw`[ \t\n]+(${nameText})[ \t\n]*=[ \t\n]*(["'])`, "uy");
const openingEnd = /[ \t\n]*(\/?)>/y;
const forbiddenCharacter = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** The root element of a document of so many elements at most. @throws SamlFault "document" */
export function parseStrictXml(source: string, elementsMax = xmlElementsMax): XmlElement {
  // Forbidden characters are looked for first, so that nothing below needs to think of them.
  if (forbiddenCharacter.test(source)) throw refused("The document has a character that XML has not.");
  const body = source.replace(/\r\n?/g, "\n").replace(declaration, "");
  return new StrictReader(body, elementsMax).read();
}

class StrictReader {
  private readonly source: string;
  private readonly elementsMax: number;
  private at = 0;
  private elements = 0;
  private root: XmlElement | undefined;
  private readonly open: Open[] = [];

  constructor(source: string, elementsMax: number) {
    this.source = source;
    this.elementsMax = elementsMax;
  }

  read(): XmlElement {
    while (this.at < this.source.length) {
      const inner = this.open.at(-1);
      if (this.between("<!--", "-->")?.includes("--") === true) throw refused("A comment contains --.");
      if (inner === undefined) this.outside();
      else this.inside(inner);
    }
    if (this.root === undefined || this.open.length > 0) throw refused("The document ends too early.");
    return this.root;
  }

  private outside(): void {
    this.match(spaces);
    if (this.at === this.source.length || this.source.startsWith("<!--", this.at)) return;
    if (this.root !== undefined) throw refused("The document has something behind its root element.");
    this.start(new Map([["xml", xmlNamespace]]));
  }

  private inside(inner: Open): void {
    const tagAt = this.source.indexOf("<", this.at);
    if (tagAt === -1) throw refused("The document ends too early.");
    const plain = this.source.slice(this.at, tagAt);
    this.at = tagAt;
    if (plain.includes("]]>")) throw refused("Text contains ]]>.");
    addText(inner, expanded(plain));
    if (this.source.startsWith("<!--", this.at)) return;
    const data = this.between("<![CDATA[", "]]>");
    if (data !== undefined) {
      addText(inner, data);
      return;
    }
    const closed = this.match(closing)?.[1];
    if (closed === undefined) {
      this.start(inner.scope);
    } else {
      if (closed !== inner.qualified) throw refused(`The element ${inner.qualified} is not closed.`);
      this.open.pop();
    }
  }

  /** Takes an opening or empty tag. */
  private start(outer: ReadonlyMap<string, string>): void {
    const qualified = this.match(opening)?.[1];
    if (qualified === undefined) throw refused("The document has something that is no element or text.");
    if (this.open.length >= xmlDepthMax) throw refused(`Elements may be ${xmlDepthMax} deep at most.`);
    this.elements += 1;
    if (this.elements > this.elementsMax) {
      throw refused(`A document has ${this.elementsMax} elements at most.`);
    }
    const written = new Map<string, string>();
    for (let found = this.match(attributeStart); found !== undefined; found = this.match(attributeStart)) {
      const [, name = "", quote = ""] = found;
      const value = this.until(quote);
      if (value.includes("<")) throw refused(`The attribute ${name} contains <.`);
      if (written.has(name)) throw refused(`The attribute ${name} stands twice.`);
      written.set(name, expanded(value.replace(/[\t\n]/g, " ")));
      if (written.size > xmlAttributesMax) throw refused(`An element has ${xmlAttributesMax} attributes.`);
    }
    const end = this.match(openingEnd);
    if (end === undefined) throw refused(`The tag of ${qualified} is not well-formed.`);
    const scope = scopeWith(outer, written);
    const { prefix, name } = nameParts(qualified);
    const children: (XmlElement | string)[] = [];
    const namespace = namespaceOf(scope, prefix);
    const element = { name, namespace, attributes: attributesOf(scope, written), children };
    const parent = this.open.at(-1)?.element;
    if (parent === undefined) this.root = element;
    else parent.children.push(element);
    if (end[1] === "") this.open.push({ qualified, element, scope });
  }

  /** What stands between two marks, where the first stands here. */
  private between(first: string, second: string): string | undefined {
    if (!this.source.startsWith(first, this.at)) return undefined;
    this.at += first.length;
    return this.until(second);
  }

  private until(mark: string): string {
    const end = this.source.indexOf(mark, this.at);
    if (end === -1) throw refused("The document ends too early.");
    const found = this.source.slice(this.at, end);
    this.at = end + mark.length;
    return found;
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found;
  }
}

/** Text on both sides of a comment is one text. */
function addText({ element: { children } }: Open, added: string): void {
  const last = children.at(-1);
  if (typeof last === "string") children[children.length - 1] = last + added;
  else if (added !== "") children.push(added);
}

function nameParts(qualified: string): { readonly prefix: string; readonly name: string } {
  const [first = "", second] = qualified.split(":");
  return second === undefined ? { prefix: "", name: first } : { prefix: first, name: second };
}

function scopeWith(
  outer: ReadonlyMap<string, string>,
  written: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  let scope: Map<string, string> | undefined;
  for (const [qualified, value] of written) {
    if (qualified !== "xmlns" && !qualified.startsWith("xmlns:")) continue;
    const prefix = qualified.slice(6);
    const reserved = value === xmlNamespace || value === xmlnsNamespace || /^xml(?:ns)?$/.test(prefix);
    if (reserved || (prefix !== "" && value === "")) throw refused(`${qualified} cannot be declared so.`);
    scope ??= new Map(outer);
    scope.set(prefix, value);
  }
  return scope ?? outer;
}

function namespaceOf(scope: ReadonlyMap<string, string>, prefix: string): string {
  const namespace = scope.get(prefix) ?? (prefix === "" ? "" : undefined);
  if (namespace === undefined) throw refused(`The prefix ${prefix} is not declared.`);
  return namespace;
}

function attributesOf(
  scope: ReadonlyMap<string, string>,
  written: ReadonlyMap<string, string>,
): readonly XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  for (const [qualified, value] of written) {
    if (qualified === "xmlns" || qualified.startsWith("xmlns:")) continue;
    const { prefix, name } = nameParts(qualified);
    const namespace = prefix === "" ? "" : namespaceOf(scope, prefix);
    if (attributes.some((each) => each.name === name && each.namespace === namespace)) {
      throw refused(`The attribute ${qualified} stands twice.`);
    }
    attributes.push({ name, namespace, value });
  }
  return attributes;
}

const entities: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Text with its references replaced. */
function expanded(raw: string): string {
  if (!raw.includes("&")) return raw;
  return raw.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}))?;?/g, (reference, ...found) => {
    const [decimal, hex, name] = found as (string | undefined)[];
    const known = name === undefined ? undefined : entities.get(name);
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(decimal, 10);
    const value = known ?? (isCharacter(code) ? String.fromCodePoint(code) : undefined);
    if (value === undefined || !reference.endsWith(";")) throw refused("The document names an entity.");
    return value;
  });
}

function isCharacter(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}

function refused(message: string): SamlFault {
  return new SamlFault("document", message);
}

// Reads `application/x-www-form-urlencoded` text into a tree by its dotted names. Total: any bytes give a
// tree or a WireFault. It knows no shapes; every bound it keeps stands in limits.ts.
import { bodyBytesMax, formDepthMax, formKeyLengthMax, formPairsMax } from "./limits.ts";
import { isSignatureParameter } from "./sigv4/signature-parameters.ts";
import { WireFault } from "./wire-fault.ts";

export type FormValue = string | FormNode;
/** A node has no prototype, so no parameter name means anything but itself. */
export interface FormNode {
  [key: string]: FormValue;
}
/**
 * `Action` and `Version` choose the operation and are not among the parameters; neither are presigned
 * `X-Amz-*` keys.
 */
export interface FormTree {
  readonly action: string | undefined;
  readonly version: string | undefined;
  readonly root: FormNode;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** What XML 1.0 cannot carry, raw or percent-encoded; such text could never be described back. */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what this looks for
const uncarriable = /[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]|%(?:0[0-8bce]|1[0-9a-f]|ef%bf%b[ef])/i;

/**
 * Reads a form body or a raw query string.
 * @throws WireFault RequestEntityTooLarge, MalformedQueryString, InvalidCharacter
 */
export function parseForm(body: Uint8Array | string): FormTree {
  if (body.length > bodyBytesMax) {
    throw new WireFault("RequestEntityTooLarge", `The request body exceeds ${bodyBytesMax} bytes.`, 413);
  }
  const text = typeof body === "string" ? body : decodeBytes(body);
  if (uncarriable.test(text)) {
    throw new WireFault(
      "InvalidCharacter",
      "A string argument in the request contains an invalid character.",
    );
  }
  const root = emptyNode();
  let pairs = 0;
  for (let start = 0; start < text.length;) {
    const found = text.indexOf("&", start);
    const end = found < 0 ? text.length : found;
    if (end > start) {
      if (++pairs > formPairsMax) throw malformed(`more than ${formPairsMax} parameters`);
      addPair(root, text.slice(start, end));
    }
    start = end + 1;
  }
  return { action: takeText(root, "Action"), version: takeText(root, "Version"), root };
}

function decodeBytes(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw malformed("it is not UTF-8");
  }
}

function addPair(root: FormNode, pair: string): void {
  const equals = pair.indexOf("=");
  const key = unescapeText(equals < 0 ? pair : pair.slice(0, equals));
  if (key.length > formKeyLengthMax)
    throw malformed(`a parameter name exceeds ${formKeyLengthMax} characters`);
  if (isSignatureParameter(key)) return;
  const value = equals < 0 ? "" : unescapeText(pair.slice(equals + 1));
  let node = root;
  let start = 0;
  for (let depth = 1; ; depth += 1) {
    const dot = key.indexOf(".", start);
    const segment = dot < 0 ? key.slice(start) : key.slice(start, dot);
    if (segment === "") throw malformed("a parameter name has an empty part");
    if (dot < 0) return setLeaf(node, segment, value);
    if (depth >= formDepthMax) throw malformed(`a parameter name has more than ${formDepthMax} parts`);
    node = child(node, segment);
    start = dot + 1;
  }
}

function setLeaf(node: FormNode, key: string, value: string): void {
  if (node[key] !== undefined) throw malformed("a parameter is given twice");
  node[key] = value;
}

function child(node: FormNode, key: string): FormNode {
  const known = node[key];
  if (known === undefined) return (node[key] = emptyNode());
  if (typeof known === "string") throw malformed("a parameter is given twice");
  return known;
}

function takeText(root: FormNode, key: string): string | undefined {
  const value = root[key];
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw malformed(`${key} has parts`);
  delete root[key];
  return value;
}

function unescapeText(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformed("a percent-encoding is broken");
  }
}

function emptyNode(): FormNode {
  return Object.create(null) as FormNode;
}

function malformed(reason: string): WireFault {
  return new WireFault("MalformedQueryString", `The query string is malformed: ${reason}`);
}

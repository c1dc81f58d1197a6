// Finds the operation of a REST service that a method and a path ask for. The path is matched as it was sent
// and its segments are decoded afterwards, so that an encoded slash stays inside its segment.
import { invalidAction, type ServiceModel } from "./service-model.ts";
import { decodeUri } from "./sigv4/uri-encoding.ts";
import { WireFault } from "./wire-fault.ts";

/** An operation with the texts that stood in its path, by member name. */
export interface Route {
  readonly operation: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly operation: string;
  readonly method: string;
  readonly segments: readonly Segment[];
  readonly greedy: boolean;
  readonly literals: number;
}
type Segment = { readonly literal: string } | { readonly label: string };

const tables = new WeakMap<ServiceModel, readonly Pattern[]>();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The route of a request. A path that a signature would read otherwise than it stands (empty segments, `.`
 * and `..`) is nobody's.
 * @throws WireFault UnknownOperationException, MalformedHttpRequestException
 */
export function resolveRoute(model: ServiceModel, method: string, rawPath: string): Route {
  let patterns = tables.get(model);
  if (patterns === undefined) tables.set(model, (patterns = compilePatterns(model)));
  const sent = rawPath.slice(1).split("/");
  if (!sent.some((segment) => segment === "" || segment === "." || segment === "..")) {
    for (const pattern of patterns) {
      if (pattern.method === method && matches(pattern, sent)) {
        return { operation: pattern.operation, labels: labelsOf(pattern, sent) };
      }
    }
  }
  throw invalidAction(model, `${method} ${rawPath}`, model.apiVersion);
}

/** What is spelled out goes before what is a label, so that `/policy/validation` is not a policy's name. */
function compilePatterns(model: ServiceModel): readonly Pattern[] {
  const patterns = model.operationNames.map((operation): Pattern => {
    const [method, path] = model.httpOf(operation);
    if (path.includes("?")) throw new Error(`The path of ${operation} has a query, which is not routed by`);
    const segments = path.slice(1).split("/").map(compileSegment);
    const literals = segments.filter((segment) => "literal" in segment).length;
    return { operation, method, segments, greedy: path.endsWith("+}"), literals };
  });
  return patterns.toSorted((a, b) => Number(a.greedy) - Number(b.greedy) || b.literals - a.literals);
}

function compileSegment(text: string): Segment {
  const label = /^\{(\w+)\+?\}$/.exec(text)?.[1];
  return label === undefined ? { literal: text } : { label };
}

function matches({ segments, greedy }: Pattern, sent: readonly string[]): boolean {
  if (greedy ? sent.length < segments.length : sent.length !== segments.length) return false;
  return segments.every((segment, index) => !("literal" in segment) || segment.literal === sent[index]);
}

function labelsOf({ segments, greedy }: Pattern, sent: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    if ("literal" in segment) continue;
    const last = greedy && index === segments.length - 1;
    labels[segment.label] = decodeText(last ? sent.slice(index).join("/") : (sent[index] ?? ""));
  }
  return labels;
}

/** A percent-encoded text; a plus sign is only itself. @throws WireFault MalformedHttpRequestException */
export function decodeText(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = decodeUri(text);
  try {
    if (bytes !== undefined) return utf8.decode(bytes);
  } catch {
    // Not UTF-8; said below.
  }
  throw new WireFault("MalformedHttpRequestException", "A percent-encoding of the request is broken.");
}

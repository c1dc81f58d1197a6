// The text that a SigV4 signature covers. The signer and the verifier share it, so they cannot disagree.
import { hash } from "node:crypto";
import { headerValues, type RawRequest } from "./raw-request.ts";
import { encodeUri, normalizeUri } from "./uri-encoding.ts";

export const algorithm = "AWS4-HMAC-SHA256";
export const terminator = "aws4_request";
export const signatureParameter = "X-Amz-Signature";
export const unsignedPayload = "UNSIGNED-PAYLOAD";

export interface Scope {
  /** YYYYMMDD */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

/** The path, query and headers in canonical form, or undefined when the query cannot be decoded. */
export function canonicalRequest(
  request: RawRequest,
  parts: {
    readonly service: string;
    readonly signedHeaders: readonly string[];
    readonly payloadHash: string;
  },
): string | undefined {
  const query = canonicalQuery(request.rawQuery);
  const path = canonicalPath(request.rawPath, parts.service);
  if (query === undefined || path === undefined) return undefined;
  let headers = "";
  for (const name of parts.signedHeaders) headers += `${name}:${canonicalHeader(request, name)}\n`;
  const names = parts.signedHeaders.join(";");
  return `${request.method}\n${path}\n${query}\n${headers}\n${names}\n${parts.payloadHash}`;
}

/** The text whose MAC is the signature. */
export function stringToSign(canonical: string, scope: Scope, amzDate: string): string {
  return `${algorithm}\n${amzDate}\n${scopeText(scope)}\n${sha256Hex(canonical)}`;
}

/** The scope as it stands in a credential. */
export function scopeText({ day, region, service }: Scope): string {
  return `${day}/${region}/${service}/${terminator}`;
}

/** The hash of text, as UTF-8, or of bytes, in lower-case hexadecimal. */
export function sha256Hex(content: string | Uint8Array): string {
  return hash("sha256", content, "hex");
}

/** Values of a header sent more than once are joined in the order received. */
function canonicalHeader(request: RawRequest, name: string): string {
  const values = headerValues(request, name);
  const [only = ""] = values;
  return values.length <= 1 ? folded(only) : values.map(folded).join(",");
}

function folded(value: string): string {
  const trimmed = value.trim();
  // Most values have nothing to fold, and looking is cheaper than replacing.
  return /\s\s|[^\S ]/.test(trimmed) ? trimmed.replace(/\s+/g, " ") : trimmed;
}

/**
 * S3 signs the path as it is; every other service normalises it and encodes what is already encoded once
 * more.
 */
function canonicalPath(rawPath: string, service: string): string | undefined {
  if (rawPath === "/" || rawPath === "") return "/";
  if (service === "s3") {
    const parts = rawPath.split("/").map(normalizeUri);
    return parts.includes(undefined) ? undefined : parts.join("/");
  }
  const kept: string[] = [];
  for (const segment of rawPath.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(encodeUri(segment));
  }
  const trailing = kept.length > 0 && rawPath.endsWith("/") ? "/" : "";
  return `/${kept.join("/")}${trailing}`;
}

const signatureText = `${signatureParameter}=`;

function canonicalQuery(rawQuery: string): string | undefined {
  if (rawQuery === "") return "";
  const pairs: string[] = [];
  for (const pair of rawQuery.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    // Only the parameter that was read as the signature is left out, so that nothing unsigned can hide
    // behind it.
    if (pair.startsWith(signatureText)) continue;
    const name = normalizeQueryText(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : normalizeQueryText(pair.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    // A control character sorts before every encoded one, so that names are compared before values.
    pairs.push(`${name}\u0001${value}`);
  }
  return pairs
    .toSorted()
    .map((pair) => pair.replace("\u0001", "="))
    .join("&");
}

function normalizeQueryText(text: string): string | undefined {
  return normalizeUri(text.includes("+") ? text.replaceAll("+", "%20") : text);
}

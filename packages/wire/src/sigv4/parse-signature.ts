// Finds the signature of a request and reads its fields, in the header form and in the presigned form.
// It trusts nothing: the result says only what the request claims, until verifySignature has agreed.
import { algorithm, sha256Hex, terminator } from "./canonical-request.ts";
import { headerValues, type RawRequest } from "./raw-request.ts";
import { SignatureFault } from "./signature-fault.ts";
import { decodeUri } from "./uri-encoding.ts";

export interface ParsedSignature {
  readonly form: "header" | "presigned";
  readonly accessKeyId: string;
  /** YYYYMMDD, of the credential scope */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** In lower case, sorted, each once. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hexadecimal digits */
  readonly signature: string;
  readonly time: Date;
  /** YYYYMMDDTHHMMSSZ */
  readonly amzDate: string;
  /** Only in the presigned form. */
  readonly expiresSeconds: number | undefined;
  readonly sessionToken: string | undefined;
}

/** Longest Authorization header, and longest of each presigned field, that is looked at. */
export const signatureTextLengthMax = 16_384;
export const presignedSecondsMax = 604_800;

const presignedNames = new Set([
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Signature",
  "X-Amz-Security-Token",
]);

/**
 * Reads the signature, or tells that the request has none.
 * @throws SignatureFault incomplete, scope or mismatch
 */
export function parseSignature(request: RawRequest): ParsedSignature | "anonymous" {
  const authorization = headerValues(request, "authorization");
  const presigned = /(?:^|&)X-Amz-(?:Signature|Algorithm|Credential)=/.test(request.rawQuery);
  if (authorization.length === 0 && !presigned) return "anonymous";
  if (authorization.length > 1 || (authorization.length === 1 && presigned)) {
    throw new SignatureFault("incomplete", "The request carries more than one signature.");
  }
  return presigned ? parsePresigned(request) : parseHeader(request, authorization[0] ?? "");
}

const requiredFields = ["Credential", "Signature", "SignedHeaders"] as const;

function parseHeader(request: RawRequest, authorization: string): ParsedSignature {
  const dates = headerValues(request, "x-amz-date");
  const fallback = dates.length === 0 ? headerValues(request, "date") : dates;
  const tokens = headerValues(request, "x-amz-security-token");
  if (fallback.length > 1 || tokens.length > 1) {
    throw new SignatureFault("incomplete", "A header of the signature is given more than once.");
  }
  const fields = authorizationFields(authorization);
  const missing: string[] = [];
  for (const name of requiredFields) {
    if (!fields.has(name)) missing.push(`Authorization header requires '${name}' parameter.`);
  }
  if (fallback.length === 0) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (missing.length > 0)
    throw new SignatureFault("incomplete", `${missing.join(" ")} ${hashed(authorization)}`);
  const [date = ""] = fallback;
  const time = dates.length === 0 ? parseHttpDate(date) : parseAmzDate(date);
  if (time === undefined) throw new SignatureFault("incomplete", "Date must be in ISO-8601 'basic format'.");
  return {
    form: "header",
    ...parseCredential(fields.get("Credential") ?? ""),
    signedHeaders: parseSignedHeaders(fields.get("SignedHeaders") ?? ""),
    signature: parseHex(fields.get("Signature") ?? ""),
    time,
    amzDate: dates.length === 0 ? amzDateOf(time) : date,
    expiresSeconds: undefined,
    sessionToken: tokens[0],
  };
}

function authorizationFields(authorization: string): Map<string, string> {
  const fields = new Map<string, string>();
  if (authorization.length > signatureTextLengthMax) {
    throw new SignatureFault("incomplete", "The Authorization header is too long.");
  }
  const scheme = `${algorithm} `;
  if (!authorization.startsWith(scheme)) {
    throw new SignatureFault("incomplete", `Unsupported AWS 'algorithm'. ${hashed(authorization)}`);
  }
  for (const part of authorization.slice(scheme.length).split(",")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (equals < 0) {
      const text = `not a valid key=value pair (missing equal-sign) in Authorization header. ${hashed(authorization)}`;
      throw new SignatureFault("incomplete", text);
    }
    if (fields.has(name)) {
      throw new SignatureFault(
        "incomplete",
        `Duplicate parameter in Authorization header. ${hashed(authorization)}`,
      );
    }
    fields.set(name, part.slice(equals + 1).trim());
  }
  return fields;
}

function parsePresigned(request: RawRequest): ParsedSignature {
  const fields = presignedFields(request.rawQuery);
  const missing = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
  ]
    .filter((name) => !fields.has(name))
    .map((name) => `AWS query-string parameters must include '${name}'.`);
  if (missing.length > 0) throw new SignatureFault("incomplete", missing.join(" "));
  if (fields.get("X-Amz-Algorithm") !== algorithm) {
    throw new SignatureFault("incomplete", 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  }
  if (
    headerValues(request, "x-amz-security-token").length > 0 ||
    headerValues(request, "x-amz-date").length > 0
  ) {
    throw new SignatureFault("incomplete", "A field of the signature is given more than once.");
  }
  const amzDate = fields.get("X-Amz-Date") ?? "";
  const time = parseAmzDate(amzDate);
  if (time === undefined)
    throw new SignatureFault("incomplete", "X-Amz-Date must be in the ISO8601 Long Format.");
  return {
    form: "presigned",
    ...parseCredential(fields.get("X-Amz-Credential") ?? ""),
    signedHeaders: parseSignedHeaders(fields.get("X-Amz-SignedHeaders") ?? ""),
    signature: parseHex(fields.get("X-Amz-Signature") ?? ""),
    time,
    amzDate,
    expiresSeconds: parseExpires(fields.get("X-Amz-Expires")),
    sessionToken: fields.get("X-Amz-Security-Token"),
  };
}

function presignedFields(rawQuery: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const pair of rawQuery.split("&")) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, Math.max(equals, 0));
    if (!presignedNames.has(name)) continue;
    const bytes = pair.length > signatureTextLengthMax ? undefined : decodeUri(pair.slice(equals + 1));
    if (bytes === undefined || fields.has(name)) {
      throw new SignatureFault(
        "incomplete",
        `The query-string parameter '${name}' is malformed or given twice.`,
      );
    }
    fields.set(name, Buffer.from(bytes).toString("utf8"));
  }
  return fields;
}

/**
 * Differs: AWS takes an absent X-Amz-Expires as a default; a presigned request has to say how long it lives
 * here.
 */
function parseExpires(text: string | undefined): number {
  const seconds = text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= presignedSecondsMax) return seconds;
  throw new SignatureFault("incomplete", "X-Amz-Expires must be between 1 and 604800 seconds");
}

function parseCredential(text: string): Pick<ParsedSignature, "accessKeyId" | "day" | "region" | "service"> {
  const [accessKeyId = "", day = "", region = "", service = "", end = "", ...rest] = text.split("/");
  if (rest.length > 0 || end === "" || !/^\w{1,128}$/.test(accessKeyId)) {
    const form = "<access-key-id>/<date>/<region>/<service>/aws4_request";
    throw new SignatureFault(
      "incomplete",
      `Credential must have exactly 5 slash-delimited elements, as in ${form}.`,
    );
  }
  if (end !== terminator) {
    throw new SignatureFault(
      "scope",
      `Credential should be scoped with a valid terminator: '${terminator}'.`,
    );
  }
  if (!/^\d{8}$/.test(day) || !/^[a-z0-9-]{1,64}$/.test(region) || !/^[a-z0-9-]{1,64}$/.test(service)) {
    throw new SignatureFault("scope", "Credential should be scoped to a valid date, region and service.");
  }
  return { accessKeyId, day, region, service };
}

function parseSignedHeaders(text: string): string[] {
  const names = text.split(";");
  const ordered = names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name);
  if (!ordered || text === "" || !/^[a-z0-9!#$%&'*+.^_`|~;-]+$/.test(text) || names[0] === "") {
    throw new SignatureFault(
      "incomplete",
      "SignedHeaders must be lower-case, sorted and without repetition.",
    );
  }
  return names;
}

function parseHex(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new SignatureFault("mismatch");
  return text;
}

function parseAmzDate(text: string): Date | undefined {
  if (!/^\d{8}T\d{6}Z$/.test(text)) return undefined;
  const part = (from: number, to = from + 2) => Number(text.slice(from, to));
  const [month, day, hour, minute, second] = [part(4), part(6), part(9), part(11), part(13)];
  const time = new Date(Date.UTC(part(0, 4), month - 1, day, hour, minute, second));
  const real = time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  return real && hour < 24 && minute < 60 && second < 60 ? time : undefined;
}

function parseHttpDate(text: string): Date | undefined {
  const time = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)
    ? new Date(text)
    : undefined;
  return time === undefined || time.toUTCString() !== text ? undefined : time;
}

/** A time as `YYYYMMDDTHHMMSSZ`. */
export function amzDateOf(time: Date): string {
  const iso = time.toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/** AWS repeats the header only as a hash, so that a signature never stands in a log. */
function hashed(authorization: string): string {
  const digest = Buffer.from(sha256Hex(authorization), "hex").toString("base64");
  return `(Hashed with SHA-256 and encoded with Base64) Authorization=${digest}`;
}

// Signs requests with SigV4, for Casemate's own clients and for tests. Time is an argument.
import {
  algorithm,
  canonicalRequest,
  scopeText,
  sha256Hex,
  signatureParameter,
  stringToSign,
  type Scope,
} from "./canonical-request.ts";
import { amzDateOf } from "./parse-signature.ts";
import type { RawRequest } from "./raw-request.ts";
import { deriveSigningKey, mac } from "./signing-key-cache.ts";
import { encodeUri } from "./uri-encoding.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface Signing {
  readonly region: string;
  readonly service: string;
  readonly time: Date;
  /** Makes a presigned request that lives so long, instead of one with an Authorization header. */
  readonly expiresSeconds?: number | undefined;
}

const unsignable = new Set([
  "authorization",
  "connection",
  "content-length",
  "expect",
  "transfer-encoding",
  "user-agent",
  "x-amzn-trace-id",
]);

/**
 * The request with its signature: in headers, or in the query when `expiresSeconds` is given. It needs a
 * Host header.
 */
export function signRequest(request: RawRequest, credentials: Credentials, signing: Signing): RawRequest {
  if (!request.headers.some(([name]) => name.toLowerCase() === "host")) {
    throw new Error("A request without a Host header cannot be signed");
  }
  return signing.expiresSeconds === undefined
    ? signInHeaders(request, credentials, signing)
    : signInQuery(request, credentials, signing);
}

function signInHeaders(request: RawRequest, credentials: Credentials, signing: Signing): RawRequest {
  const payloadHash = sha256Hex(request.body);
  const token = credentials.sessionToken;
  const added: (readonly [string, string])[] = [
    ["x-amz-date", amzDateOf(signing.time)],
    ["x-amz-content-sha256", payloadHash],
    ...(token === undefined ? [] : [["x-amz-security-token", token] as const]),
  ];
  const prepared = { ...request, headers: [...request.headers, ...added] };
  const scope = scopeOf(signing);
  const signedHeaders = signedHeadersOf(prepared);
  const signature = signatureOf(prepared, {
    scope,
    signedHeaders,
    payloadHash,
    credentials,
    time: signing.time,
  });
  const credential = `${credentials.accessKeyId}/${scopeText(scope)}`;
  const names = signedHeaders.join(";");
  const fields = [`Credential=${credential}`, `SignedHeaders=${names}`, `Signature=${signature}`];
  const authorization = `${algorithm} ${fields.join(", ")}`;
  return { ...prepared, headers: [...prepared.headers, ["authorization", authorization]] };
}

function signInQuery(request: RawRequest, credentials: Credentials, signing: Signing): RawRequest {
  const scope = scopeOf(signing);
  const signedHeaders = signedHeadersOf(request);
  const fields: [string, string][] = [
    ["X-Amz-Algorithm", algorithm],
    ["X-Amz-Credential", `${credentials.accessKeyId}/${scopeText(scope)}`],
    ["X-Amz-Date", amzDateOf(signing.time)],
    ["X-Amz-Expires", String(signing.expiresSeconds)],
    ["X-Amz-SignedHeaders", signedHeaders.join(";")],
  ];
  if (credentials.sessionToken !== undefined) fields.push(["X-Amz-Security-Token", credentials.sessionToken]);
  const query = fields.map(([name, value]) => `${name}=${encodeUri(value)}`).join("&");
  const rawQuery = request.rawQuery === "" ? query : `${request.rawQuery}&${query}`;
  const prepared = { ...request, rawQuery };
  const payloadHash = sha256Hex(request.body);
  const signature = signatureOf(prepared, {
    scope,
    signedHeaders,
    payloadHash,
    credentials,
    time: signing.time,
  });
  return { ...prepared, rawQuery: `${rawQuery}&${signatureParameter}=${signature}` };
}

function scopeOf({ time, region, service }: Signing): Scope {
  return { day: amzDateOf(time).slice(0, 8), region, service };
}

function signedHeadersOf(request: RawRequest): string[] {
  const names = new Set(request.headers.map(([name]) => name.toLowerCase()));
  return [...names].filter((name) => !unsignable.has(name)).toSorted();
}

function signatureOf(
  request: RawRequest,
  parts: {
    readonly scope: Scope;
    readonly signedHeaders: readonly string[];
    readonly payloadHash: string;
    readonly credentials: Credentials;
    readonly time: Date;
  },
): string {
  const { scope, signedHeaders, payloadHash } = parts;
  const canonical = canonicalRequest(request, { service: scope.service, signedHeaders, payloadHash });
  if (canonical === undefined) throw new Error("The query of the request is malformed");
  const key = deriveSigningKey(parts.credentials.secretAccessKey, scope);
  return mac(key, stringToSign(canonical, scope, amzDateOf(parts.time))).toString("hex");
}

/**
 * Answers one request to the instance metadata service. The caller is whoever owns the source address in
 * the VPC whose socket took the request; nothing that the request says about itself changes that.
 */
import type { InstanceMetadata, MetadataPort, RoleCredentials, RoleDelivery } from "@casemate/cloud";
import { findNode } from "./node.ts";
import type { MetadataNode } from "./node.ts";
import { isoSeconds, spacedJson } from "./spaced-json.ts";
import { tokenTtlSecondsMax } from "./tokens.ts";
import type { MetadataTokens, TokenHolder } from "./tokens.ts";
import { metadataTree, notAssumable } from "./tree.ts";

/** The longest request target that is looked at. */
export const targetCharactersMax = 2048;

/** A request as received. `headers` has lower-case names; a repeated header is joined by a comma. */
export interface MetadataRequest {
  readonly vpcId: string;
  readonly sourceIp: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A response, its headers in the order in which they must be written. */
export interface MetadataResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Uint8Array;
}

/** What the handler works with. `failed` hears the cause of a 503, which the instance never sees. */
export interface MetadataContext {
  readonly port: MetadataPort;
  readonly tokens: MetadataTokens;
  readonly nowMs: number;
  readonly failed?: ((cause: unknown) => void) | undefined;
}

const tokenHeader = "x-aws-ec2-metadata-token";
const ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds";
// The data plane finds a token reply by this spelling, which must stand first in the reply's headers.
const ttlHeaderWritten = "X-aws-ec2-metadata-token-ttl-seconds";
const tokenPath = "/latest/api/token";

/** The response to a request; it never throws, whatever the request or the port does. */
export async function handleMetadata(
  request: MetadataRequest,
  context: MetadataContext,
): Promise<MetadataResponse> {
  try {
    return await answer(request, context);
  } catch (cause) {
    context.failed?.(cause);
    return page(503, "Service Unavailable");
  }
}

async function answer(request: MetadataRequest, context: MetadataContext): Promise<MetadataResponse> {
  const metadata = context.port.find(request.vpcId, request.sourceIp);
  if (metadata === undefined) return page(404, "Not Found");
  if (metadata.options.httpEndpoint !== "enabled") return page(403, "Forbidden");
  if (request.sourceIp.includes(":") && metadata.options.ipv6 !== "enabled") return page(403, "Forbidden");

  const path = request.target.split("?", 1)[0] ?? "";
  const holder: TokenHolder = {
    vpcId: request.vpcId,
    instanceId: metadata.instanceId,
    interfaceId: metadata.callerInterfaceId,
  };
  if (path === tokenPath) return answerTokenRequest(request, holder, context);
  if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET, HEAD");

  const token = request.headers[tokenHeader];
  const remaining =
    token === undefined ? undefined : context.tokens.remainingSeconds(token, holder, context.nowMs);
  if (remaining === undefined && (token !== undefined || metadata.options.httpTokens !== "optional"))
    return page(401, "Unauthorized");

  const node = locate(metadata, request.target.length > targetCharactersMax ? "" : path);
  if (node === undefined) return page(404, "Not Found");
  return read({ node, metadata, remaining, context });
}

function answerTokenRequest(
  request: MetadataRequest,
  holder: TokenHolder,
  context: MetadataContext,
): MetadataResponse {
  if (request.method === "OPTIONS")
    return { status: 200, reason: "OK", headers: [["Allow", "OPTIONS, PUT"]], body: "" };
  if (request.method !== "PUT") return notAllowed("OPTIONS, PUT");
  // A forwarded request means an open proxy between the caller and here: it must not obtain a token.
  if (request.headers["x-forwarded-for"] !== undefined) return page(403, "Forbidden");
  const ttl = request.headers[ttlHeader] ?? "";
  const seconds = /^\d{1,5}$/.test(ttl) ? Number(ttl) : 0;
  if (seconds < 1 || seconds > tokenTtlSecondsMax) return page(400, "Bad Request");
  return {
    status: 200,
    reason: "OK",
    headers: [
      [ttlHeaderWritten, String(seconds)],
      ["Content-Type", "text/plain"],
    ],
    body: context.tokens.issue(holder, seconds, context.nowMs),
  };
}

function locate(metadata: InstanceMetadata, path: string): MetadataNode | undefined {
  if (!path.startsWith("/")) return undefined;
  const segments = path.slice(1).split("/");
  const slashAtEnd = segments.at(-1) === "";
  if (slashAtEnd) segments.pop();
  const names: string[] = [];
  for (const segment of segments) {
    const name = decodeSegment(segment);
    if (name === undefined || name === "") return undefined;
    names.push(name);
  }
  const node = findNode(metadataTree(metadata), names);
  return slashAtEnd && node?.kind !== "directory" ? undefined : node;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

interface Reading {
  readonly node: MetadataNode;
  readonly metadata: InstanceMetadata;
  /** Seconds left of the caller's token; undefined for a request without one. */
  readonly remaining: number | undefined;
  readonly context: MetadataContext;
}

async function read(reading: Reading): Promise<MetadataResponse> {
  const { node, metadata, context } = reading;
  switch (node.kind) {
    case "directory":
      return found(
        reading,
        node
          .entries()
          .map((entry) => entry.label)
          .join("\n"),
      );
    case "text":
      return found(reading, node.text);
    case "bytes":
      return found(reading, node.bytes, { type: "application/octet-stream" });
    case "identity": {
      const signed = await context.port.signedIdentity(metadata.instanceId);
      return found(reading, signed[node.part]);
    }
    case "credentials":
      return readCredentials(reading, node.roleName);
  }
}

async function readCredentials(reading: Reading, roleName: string): Promise<MetadataResponse> {
  const { metadata, context, remaining } = reading;
  const delivery: RoleDelivery = remaining === undefined ? "1.0" : "2.0";
  const outcome = await context.port.credentials(metadata.instanceId, delivery);
  if (outcome === "no-profile" || outcome === "role-gone") return page(404, "Not Found");
  if (outcome === "not-assumable") return found(reading, notAssumable(roleName, context.nowMs));
  return found(reading, credentialsJson(outcome), { modifiedMs: outcome.lastUpdatedMs });
}

function credentialsJson(credentials: RoleCredentials): string {
  return spacedJson([
    ["Code", credentials.code],
    ["LastUpdated", isoSeconds(credentials.lastUpdatedMs)],
    ["Type", credentials.type],
    ["AccessKeyId", credentials.accessKeyId],
    ["SecretAccessKey", credentials.secretAccessKey],
    ["Token", credentials.token],
    ["Expiration", isoSeconds(credentials.expirationMs)],
  ]);
}

function found(
  { metadata, remaining }: Reading,
  body: string | Uint8Array,
  about: { readonly type?: string; readonly modifiedMs?: number } = {},
): MetadataResponse {
  return {
    status: 200,
    reason: "OK",
    headers: [
      ["Content-Type", about.type ?? "text/plain"],
      ["Accept-Ranges", "none"],
      ["Last-Modified", new Date(about.modifiedMs ?? metadata.lastModifiedMs).toUTCString()],
      ...(remaining === undefined ? [] : [[ttlHeaderWritten, String(remaining)] as const]),
    ],
    body,
  };
}

function notAllowed(allow: string): MetadataResponse {
  return {
    status: 405,
    reason: "Not Allowed",
    headers: [
      ["Allow", allow],
      ["Content-Type", "text/plain"],
    ],
    body: "",
  };
}

function page(status: number, title: string): MetadataResponse {
  return { status, reason: title, headers: [["Content-Type", "text/html"]], body: errorPage(status, title) };
}

function errorPage(status: number, title: string): string {
  return `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${status} - ${title}</title>
 </head>
 <body>
  <h1>${status} - ${title}</h1>
 </body>
</html>
`;
}

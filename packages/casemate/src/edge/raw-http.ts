/** A request as it was received and the response to it: raw parts, nothing interpreted. */
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { plainAddress } from "./connection-gate.ts";

/** The TLS session that a request came over. */
export interface TlsSession {
  readonly version: string;
  readonly cipher: string;
}

/** Everything of a request but its body. */
export interface RawHttpHead {
  readonly method: string;
  /** The path as sent, still percent-encoded. */
  readonly rawPath: string;
  /** The query as sent, without the question mark. */
  readonly rawQuery: string;
  /** Headers in the order received, names as sent, repeated ones repeated. */
  readonly headers: readonly (readonly [string, string])[];
  readonly sourceIp: string;
  readonly tls?: TlsSession | undefined;
  readonly host: string;
  /** The VPC endpoint whose listener it came in by; nothing that a client sends says so. */
  readonly vpcEndpointId?: string | undefined;
  /** When the head had arrived, in epoch milliseconds. */
  readonly receivedAt: number;
}

/** A whole request. */
export interface RawHttpRequest extends RawHttpHead {
  readonly body: Uint8Array;
}

/** A response; the edge adds the length and the date, and writes names in lower case, each once. */
export interface RawHttpResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Uint8Array;
}

/** The head of a received request; undefined when its target is neither a path nor an absolute URL. */
export function headOf(request: IncomingMessage, receivedAt: number): RawHttpHead | undefined {
  const target = (request.url ?? "").replace(/^https?:\/\/[^/?#]*(?=[/?]|$)/i, "");
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const absolute = target !== request.url;
  if (!path.startsWith("/") && !(absolute && path === "")) return undefined;
  const socket = request.socket as Partial<TLSSocket>;
  return {
    method: request.method ?? "",
    rawPath: path === "" ? "/" : path,
    rawQuery: mark < 0 ? "" : target.slice(mark + 1),
    headers: pairsOf(request.rawHeaders),
    sourceIp: plainAddress(request.socket.remoteAddress),
    tls: socket.encrypted === true ? sessionOf(request.socket as TLSSocket) : undefined,
    host: request.headers.host ?? "",
    receivedAt,
  };
}

function pairsOf(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    pairs.push([raw[index] ?? "", raw[index + 1] ?? ""]);
  return pairs;
}

function sessionOf(socket: TLSSocket): TlsSession {
  // A socket that closes meanwhile has neither any more.
  const cipher: { readonly name: string } | undefined = socket.getCipher();
  return { version: socket.getProtocol() ?? "", cipher: cipher?.name ?? "" };
}

/** A request as the edge hands it over, and the reply it sends: raw parts, nothing interpreted yet. */

/** A received request; the body is whole and within the edge's limit. */
export interface HttpRequest {
  readonly method: string;
  /** The path as sent, still percent-encoded. */
  readonly rawPath: string;
  /** The query as sent, without the question mark. */
  readonly rawQuery: string;
  /** Headers in the order received, names as sent. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  readonly sourceIp: string;
  readonly tls?: { readonly version: string; readonly cipher: string } | undefined;
  readonly host: string;
  /** The VPC endpoint that it came in by: what the listener is, never what a client says. */
  readonly vpcEndpointId?: string | undefined;
}

/** A reply. */
export interface HttpReply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Uint8Array;
}

/** The first value of a header. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  const wanted = name.toLowerCase();
  // Lengths first: most names differ there, and a call asks for half a dozen headers.
  for (const [key, value] of request.headers) {
    if (key.length === wanted.length && key.toLowerCase() === wanted) return value;
  }
  return undefined;
}

// A request as it was received: nothing decoded, nothing folded, headers in their order.

export interface RawRequest {
  readonly method: string;
  /** The path as sent, percent-encoding and all. */
  readonly rawPath: string;
  /** The query as sent, without the question mark. */
  readonly rawQuery: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Every value of a header, in the order received. The name is in lower case. */
export function headerValues(request: RawRequest, name: string): string[] {
  const values: string[] = [];
  for (const [header, value] of request.headers) {
    if (header.length === name.length && header.toLowerCase() === name) values.push(value);
  }
  return values;
}

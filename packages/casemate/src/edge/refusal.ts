/**
 * What the edge itself answers when a request does not come as far as the request path: too large, too many
 * headers, no room, or a defect. It is put in the service's own error form as far as the head tells it.
 */
import { encodeError } from "@casemate/wire";
import type { Protocol } from "@casemate/wire";
import type { RawHttpHead, RawHttpResponse } from "./raw-http.ts";

/** A refusal of the edge. */
export interface EdgeRefusal {
  readonly status: 400 | 413 | 431 | 500 | 503;
  readonly code: string;
  readonly message: string;
}

export const badRequest: EdgeRefusal = {
  status: 400,
  code: "MalformedHttpRequestException",
  message: "The request is not a valid HTTP request.",
};
export const bodyTooLarge: EdgeRefusal = {
  status: 413,
  code: "RequestEntityTooLarge",
  message: "The request body is larger than this service accepts.",
};
export const tooManyHeaders: EdgeRefusal = {
  status: 431,
  code: "RequestHeaderSectionTooLarge",
  message: "The request has more headers than this service accepts.",
};
export const noRoom: EdgeRefusal = {
  status: 503,
  code: "ServiceUnavailable",
  message: "The service is unavailable. Please try again shortly.",
};
export const internalFailure: EdgeRefusal = {
  status: 500,
  code: "InternalFailure",
  message: "The request processing has failed because of an unknown error, exception or failure.",
};
/** The response that says it, in the form that the head's service speaks. */
export function refusalResponse(
  head: RawHttpHead | undefined,
  refusal: EdgeRefusal,
  requestId: string,
): RawHttpResponse {
  const protocol = head === undefined ? "query" : protocolOf(head);
  const { status, contentType, body, headers } = encodeError({ protocol, requestId, ...refusal });
  return { status, headers: [...Object.entries(headers), ["content-type", contentType]], body };
}

/** What no service is asked for is told in the form of the oldest protocol. */
function protocolOf(head: RawHttpHead): Protocol {
  if (valueOf(head, "x-amz-target") !== undefined)
    return valueOf(head, "content-type") === "application/x-amz-json-1.0" ? "json1.0" : "json1.1";
  const scope = `${valueOf(head, "authorization") ?? ""}&${decodedSlashes(head.rawQuery)}`;
  return scope.includes("/ec2/aws4_request") ? "ec2" : "query";
}

function valueOf(head: RawHttpHead, name: string): string | undefined {
  return head.headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

function decodedSlashes(query: string): string {
  return query.replace(/%2F/gi, "/");
}

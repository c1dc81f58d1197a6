/**
 * What the edge itself answers when a request does not come as far as the request path: too large, too many
 * headers, no room, or a defect. It is put in the service's own error form as far as the head tells it.
 */
import type { RawHttpHead, RawHttpResponse } from "./raw-http.ts";

/** A refusal of the edge. */
export interface EdgeRefusal {
  readonly status: 400 | 404 | 413 | 431 | 500 | 503;
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
export const unknownLocalPath: EdgeRefusal = {
  status: 404,
  code: "ResourceNotFoundException",
  message: "Casemate has no such path.",
};

type ErrorForm = "ec2" | "json" | "query";

/** The response that says it, in the form that the head's service speaks. */
export function refusalResponse(
  head: RawHttpHead | undefined,
  refusal: EdgeRefusal,
  requestId: string,
): RawHttpResponse {
  const form = head === undefined ? "query" : formOf(head);
  return {
    status: refusal.status,
    headers: [
      ["x-amzn-requestid", requestId],
      ["content-type", form === "json" ? jsonType(head) : "text/xml;charset=UTF-8"],
    ],
    body: bodyOf(form, refusal, requestId),
  };
}

function bodyOf(form: ErrorForm, { status, code, message }: EdgeRefusal, requestId: string): string {
  if (form === "json") return JSON.stringify({ __type: code, message });
  const error = `<Code>${code}</Code><Message>${message}</Message>`;
  if (form === "ec2")
    return (
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<Response><Errors><Error>${error}</Error></Errors><RequestID>${requestId}</RequestID></Response>`
    );
  const type = status < 500 ? "Sender" : "Receiver";
  return `<ErrorResponse><Error><Type>${type}</Type>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function formOf(head: RawHttpHead): ErrorForm {
  if (valueOf(head, "x-amz-target") !== undefined || head.rawPath.startsWith("/_")) return "json";
  const scope = `${valueOf(head, "authorization") ?? ""}&${decodedSlashes(head.rawQuery)}`;
  return /\/ec2\/aws4_request/.test(scope) ? "ec2" : "query";
}

function jsonType(head: RawHttpHead | undefined): string {
  const asked = head === undefined ? undefined : valueOf(head, "content-type");
  return asked === "application/x-amz-json-1.0" || asked === "application/x-amz-json-1.1"
    ? asked
    : "application/json";
}

function valueOf(head: RawHttpHead, name: string): string | undefined {
  return head.headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

function decodedSlashes(query: string): string {
  return query.replace(/%2F/gi, "/");
}

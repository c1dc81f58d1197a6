/** Replies: what leaves for a result and for a fault, in the protocol of the request and with its id. */
import { encodeError, type Protocol, type WireReply } from "@casemate/wire";
import type { Fault } from "../kit/index.ts";
import type { HttpReply } from "./http-message.ts";

/** What a refusal's form depends on. */
export interface ReplyForm {
  readonly requestId: string;
  readonly protocol: Protocol;
  /** The service's namespace, where the service is known. */
  readonly xmlNamespace: string | undefined;
}

/** The reply that carries a result. */
export function successReply(requestId: string, encoded: WireReply): HttpReply {
  return reply(requestId, encoded);
}

/** The reply that carries a fault. */
export function faultReply(form: ReplyForm, { code, status, message, details }: Fault): HttpReply {
  return reply(form.requestId, encodeError({ ...form, code, status, message, details }));
}

function reply(requestId: string, { status, contentType, headers, body }: WireReply): HttpReply {
  return {
    status,
    headers: [
      ...Object.entries({ ...headers, "x-amzn-requestid": requestId }),
      ["content-type", contentType],
      ["cache-control", "no-cache, no-store"],
    ],
    body,
  };
}

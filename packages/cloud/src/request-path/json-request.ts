/**
 * The form of a request of the JSON protocols: which operation it names, and that its body and nothing else
 * is the input. Whatever else a request carries that could mean something is refused.
 */
import { parseForm } from "@casemate/wire";
import { httpMalformed, jsonTypeExpected, operationNotNamed } from "./faults.ts";
import { headerOf, type HttpRequest } from "./http-message.ts";

/**
 * The operation as `X-Amz-Target` names it, prefix included.
 * @throws operationNotNamed, jsonTypeExpected, httpMalformed
 */
export function jsonTarget(request: HttpRequest, protocol: "json1.0" | "json1.1"): string {
  const target = headerOf(request, "x-amz-target");
  const root = request.rawPath === "/" || request.rawPath === "";
  if (request.method !== "POST" || !root || target === undefined) throw operationNotNamed();
  if (headerOf(request, "smithy-protocol") !== undefined) {
    throw httpMalformed("smithy-protocol asks for another protocol");
  }
  checkNotEncoded(request);
  checkJsonType(request, `application/x-amz-json-${protocol.slice(4)}`);
  checkQuery(request.rawQuery);
  return target;
}

/** A body is taken as it came. @throws httpMalformed */
export function checkNotEncoded(request: HttpRequest): void {
  if (headerOf(request, "content-encoding") !== undefined) throw httpMalformed("its body is compressed");
}

/** The type of the body, with or without its charset. @throws jsonTypeExpected */
export function checkJsonType(request: HttpRequest, expected: string): void {
  const sent = headerOf(request, "content-type");
  const [type = "", charset, ...more] = (sent ?? "").split(";").map((part) => part.trim().toLowerCase());
  const utf8 = charset === undefined || charset === "" || /^charset=(?:"utf-8"|utf-8)$/.test(charset);
  if (type !== expected || !utf8 || more.length > 0) throw jsonTypeExpected(expected);
}

/** The query may hold a presigned signature only. */
function checkQuery(rawQuery: string): void {
  if (rawQuery === "") return;
  const { action, version, root } = parseForm(rawQuery);
  if (action !== undefined || version !== undefined || Object.keys(root).length > 0) {
    throw httpMalformed("its parameters stand in the query and not in its body");
  }
}

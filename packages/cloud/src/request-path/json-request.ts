/**
 * The form of a request with a body of JSON: which operation it names, where a header says so, and that the
 * body is what it is said to be. Whatever else a request carries that could mean something is refused.
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

/** What a REST request's body is. @throws jsonTypeExpected, httpMalformed */
export function checkRestBody(request: HttpRequest): void {
  for (const name of ["x-amz-target", "smithy-protocol"]) {
    if (headerOf(request, name) !== undefined) throw httpMalformed(`${name} asks for another protocol`);
  }
  checkNotEncoded(request);
  if (request.body.length > 0) checkJsonType(request, "application/json");
}

/** A body is taken as it came. @throws httpMalformed */
function checkNotEncoded(request: HttpRequest): void {
  if (headerOf(request, "content-encoding") !== undefined) throw httpMalformed("its body is compressed");
}

/** The type of the body, with or without its charset. @throws jsonTypeExpected */
function checkJsonType(request: HttpRequest, expected: string): void {
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

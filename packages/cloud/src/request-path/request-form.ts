/**
 * The form of a query request: which bytes of it are the parameters. Whatever else a request carries that
 * could mean something is refused, so that no part of it is silently ignored.
 */
import { parseForm, type FormTree } from "@casemate/wire";
import {
  bodyInGet,
  contentEncodingUnsupported,
  contentTypeUnsupported,
  methodNotAllowed,
  parametersInQuery,
  pathUnknown,
  protocolUnsupported,
} from "./faults.ts";
import { headerOf, type HttpRequest } from "./http-message.ts";

/** Headers that ask for another protocol. */
const otherProtocols = ["X-Amz-Target", "smithy-protocol"];

/**
 * Reads the form: the body of a POST, the query of a GET.
 * @throws the faults of faults.ts about the request's form, and those of parseForm
 */
export function requestForm(request: HttpRequest): FormTree {
  if (request.rawPath !== "/" && request.rawPath !== "") throw pathUnknown();
  for (const name of otherProtocols) {
    if (headerOf(request, name) !== undefined) throw protocolUnsupported(name);
  }
  if (request.method === "GET") {
    if (request.body.length > 0) throw bodyInGet();
    return parseForm(request.rawQuery);
  }
  if (request.method !== "POST") throw methodNotAllowed();
  if (headerOf(request, "content-encoding") !== undefined) throw contentEncodingUnsupported();
  checkContentType(headerOf(request, "content-type"), request.body.length);
  checkQuery(request.rawQuery);
  return parseForm(request.body);
}

const formType = /^application\/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset=(?:"utf-8"|utf-8))?[ \t]*;?$/i;

function checkContentType(type: string | undefined, length: number): void {
  if (type === undefined && length === 0) return;
  if (type === undefined || !formType.test(type)) throw contentTypeUnsupported();
}

/** Differs: the query of a POST may hold a presigned signature only; AWS also takes parameters from there. */
function checkQuery(rawQuery: string): void {
  if (rawQuery === "") return;
  const { action, version, root } = parseForm(rawQuery);
  const empty = action === undefined && version === undefined && Object.keys(root).length === 0;
  if (!empty) throw parametersInQuery();
}

// Writes requests of REST services from inputs, as a client does.
import type { ServiceModel } from "../service-model.ts";
import { encodeUri } from "../sigv4/uri-encoding.ts";
import type { RawRequest } from "../sigv4/raw-request.ts";

/** The unsigned request that asks for an operation; members of the input are scalars, lists or JSON. */
export function restRequest(
  model: ServiceModel,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): RawRequest {
  const [method, path] = model.httpOf(operation);
  const ref = model.inputOf(operation);
  const shape = typeof ref === "number" ? model.table.shapes[ref] : undefined;
  const bindings = new Map((shape?.[0] === "S" ? shape[2] : []).map(([name, , traits]) => [name, traits]));
  const query: string[] = [];
  const body: Record<string, unknown> = {};
  let rawPath = path;
  for (const [name, value] of Object.entries(input)) {
    const traits = bindings.get(name);
    if (traits?.l === 1) rawPath = rawPath.replace(`{${name}}`, encodeUri(String(value)));
    else if (traits?.hq !== undefined) {
      for (const each of [value].flat()) query.push(`${traits.hq}=${encodeUri(String(each))}`);
    } else body[name] = value;
  }
  const empty = Object.keys(body).length === 0;
  return {
    method,
    rawPath,
    rawQuery: query.join("&"),
    headers: [...(empty ? [] : [["content-type", "application/json"] as const]), ["user-agent", "test"]],
    body: empty ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(body)),
  };
}

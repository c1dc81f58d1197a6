/**
 * Casemate's own paths on the edge: whether it lives and whether it is ready. They tell nothing else, so they
 * need no signature.
 */
import type { Store } from "@casemate/store";
import type { RawHttpResponse } from "../edge/raw-http.ts";
import type { LocalHandler } from "../edge/edge.ts";

/** The handlers by path. */
export function localPaths(store: Store): Readonly<Record<string, LocalHandler>> {
  const health = (): RawHttpResponse => json(200, { status: "running" });
  const ready = (): RawHttpResponse => {
    const { state } = store.health();
    return json(state === "open" ? 200 : 503, { ready: state === "open", store: state });
  };
  return {
    "/_casemate/health": health,
    "/_casemate/ready": ready,
    "/_localstack/health": health,
  };
}

function json(status: number, value: unknown): RawHttpResponse {
  return { status, headers: [["content-type", "application/json"]], body: `${JSON.stringify(value)}\n` };
}

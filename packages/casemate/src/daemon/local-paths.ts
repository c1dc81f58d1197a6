/**
 * Casemate's own paths on the edge: whether it lives, whether it is ready, and the certificates that clients
 * over TLS and verifiers of instance identity documents trust. They tell nothing that is not public, so they
 * need no signature.
 */
import { findIdentityCertificate } from "@casemate/cloud";
import type { Store } from "@casemate/store";
import type { RawHttpRequest, RawHttpResponse } from "../edge/raw-http.ts";
import type { LocalHandler } from "../edge/edge.ts";

/** The handlers by path. */
export function localPaths(
  store: Store,
  trustAnchor: () => Promise<string>,
): Readonly<Record<string, LocalHandler>> {
  const health = (): RawHttpResponse => json(200, { status: "running" });
  const ready = (): RawHttpResponse => {
    const { state } = store.health();
    return json(state === "open" ? 200 : 503, { ready: state === "open", store: state });
  };
  const certificate = ({ rawQuery }: RawHttpRequest): RawHttpResponse => {
    const region = new URLSearchParams(rawQuery).get("region") ?? "";
    const found = store.read((tx) => findIdentityCertificate(tx, region));
    if (found === undefined) return json(404, { message: "No document of this region has been signed yet." });
    return pem(found);
  };
  return {
    "/_casemate/health": health,
    "/_casemate/ready": ready,
    "/_casemate/ca.pem": async () => pem(await trustAnchor()),
    "/_casemate/instance-identity-certificate": certificate,
    "/_localstack/health": health,
  };
}

function json(status: number, value: unknown): RawHttpResponse {
  return { status, headers: [["content-type", "application/json"]], body: `${JSON.stringify(value)}\n` };
}

function pem(text: string): RawHttpResponse {
  return { status: 200, headers: [["content-type", "application/x-pem-file"]], body: text };
}

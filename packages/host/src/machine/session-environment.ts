/** The environment that every program of a guest starts with. It holds no secret and no identity. */
import type { MachineSpec } from "@casemate/cloud";

const systemBundle = "/etc/ssl/certs/ca-certificates.crt";

export function sessionEnvironment(
  spec: Pick<MachineSpec, "trustAnchorsPem">,
): Readonly<Record<string, string>> {
  const base = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/node/bin:/opt/casemate",
    HOME: "/root",
    LANG: "C.UTF-8",
  };
  if (spec.trustAnchorsPem.trim() === "") return base;
  return {
    ...base,
    AWS_CA_BUNDLE: systemBundle,
    REQUESTS_CA_BUNDLE: systemBundle,
    SSL_CERT_FILE: systemBundle,
    NODE_EXTRA_CA_CERTS: "/etc/casemate/ca.pem",
  };
}

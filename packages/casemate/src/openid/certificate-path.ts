/**
 * Certificates that a server presents, for servers that no trust anchor vouches for: the path from the
 * server's own certificate upwards, and whether a pinned one is on it.
 */
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** Certificates of a path that are looked at. */
export const pathLengthMax = 10;
const serverAuthentication = "1.3.6.1.5.5.7.3.1";

/** The certificate with its issuers, as far as the server presented them. */
export function presentedPath(leaf: X509Certificate): readonly X509Certificate[] {
  const path = [leaf];
  for (let at = leaf.issuerCertificate; at !== undefined && path.length < pathLengthMax;) {
    if (at.fingerprint256 === path.at(-1)?.fingerprint256) break;
    path.push(at);
    at = at.issuerCertificate;
  }
  return path;
}

/** SHA-1 of a certificate as IAM writes it. */
export function thumbprintOf({ fingerprint }: X509Certificate): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}

/**
 * The thumbprint to pin: of the topmost intermediate authority, or of what stands highest where there is
 * none.
 */
export function topThumbprint(path: readonly X509Certificate[]): string | undefined {
  const intermediates = path.slice(1).filter((each) => each.issuer !== each.subject);
  const top = intermediates.at(-1) ?? path.at(-1);
  return top && thumbprintOf(top);
}

/**
 * Whether the path leads from a certificate of this server to a pinned one: each is issued, signed and in
 * force, and what issues is an authority.
 */
export function leadsToPinned(
  path: readonly X509Certificate[],
  expected: { readonly hostname: string; readonly thumbprints: readonly string[]; readonly now: number },
): boolean {
  const { hostname, thumbprints, now } = expected;
  const [leaf] = path;
  if (leaf === undefined || !isOfServer(leaf, hostname)) return false;
  for (const [index, certificate] of path.entries()) {
    if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) return false;
    if (thumbprints.includes(thumbprintOf(certificate))) return true;
    const issuer = path[index + 1];
    if (issuer === undefined || !issuer.ca) return false;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return false;
  }
  return false;
}

/** Whether a certificate is a server's of this name; a name that only its subject bears is none. */
export function isOfServer(leaf: X509Certificate, hostname: string): boolean {
  const uses: readonly string[] | undefined = leaf.keyUsage;
  if (uses !== undefined && !uses.includes(serverAuthentication)) return false;
  const named = isIP(hostname) ? leaf.checkIP(hostname) : leaf.checkHost(hostname, { subject: "never" });
  return named !== undefined;
}

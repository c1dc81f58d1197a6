/**
 * Casemate's own root authority: an ECDSA P-256 root made at the first start, constrained to Casemate's
 * names, and the leaves it issues. Keys and certificates come and go as PEM text; storing and sealing them
 * is the caller's. The X.509 writer is loaded only when something is issued, never on a usual start.
 */
import { X509Certificate, createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import type * as X509 from "@peculiar/x509";
import {
  decodeNameConstraints,
  encodeNameConstraints,
  isPermitted,
  nameConstraintsOid,
} from "./name-constraints.ts";
import type { PermittedNames } from "./name-constraints.ts";

/** A certificate and its private key, PKCS#8, both in PEM form. */
export interface PemPair {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** How long a root and a leaf live. */
export const authorityYears = 10;
export const leafDays = 90;

const dayMs = 86_400_000;
/** Guests whose clocks are a little behind accept a certificate made this moment. */
const backdateMs = 3_600_000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** The names that every root may vouch for; a configured public name or address is added to them. */
export const defaultPermittedNames: PermittedNames = {
  names: ["localhost", "amazonaws.com", "api.aws", "casemate.internal"],
  blocks: [
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "192.0.2.0/24",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
    "2001:db8::/32",
  ],
};

/** A leaf is asked for names that the root's constraints do not cover: a new root is needed for them. */
export class NamesNotPermittedError extends Error {
  readonly names: readonly string[];
  constructor(names: readonly string[]) {
    super(`Casemate's root certificate may not vouch for ${names.join(", ")}`);
    this.names = names;
  }
}

/** What a root is made of. */
export interface AuthorityOptions {
  readonly commonName: string;
  readonly permitted: PermittedNames;
  readonly nowMs: number;
}

/** A new root authority. */
export async function createAuthority(options: AuthorityOptions): Promise<PemPair> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const notAfter = new Date(options.nowMs);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + authorityYears);
  const constraints = encodeNameConstraints(options.permitted);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [options.commonName] }, { O: ["Casemate"] }],
    notBefore: new Date(options.nowMs - backdateMs),
    notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(nameConstraintsOid, true, Uint8Array.from(constraints)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificatePem: withNewline(certificate.toString("pem")),
    privateKeyPem: await privatePem(keys.privateKey),
  };
}

/** What a server's leaf is made of. */
export interface LeafOptions {
  readonly authority: PemPair;
  /** DNS names, `*.` in front allowed, and addresses; the first is also the subject. */
  readonly names: readonly string[];
  readonly nowMs: number;
}

/** A new server certificate with a new key. @throws NamesNotPermittedError */
export async function issueLeaf(options: LeafOptions): Promise<PemPair> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(options.authority.certificatePem);
  const refused = options.names.filter((name) => !isPermitted(name, constraintsOf(issuer)));
  const [subject] = options.names;
  if (refused.length > 0 || subject === undefined) throw new NamesNotPermittedError(refused);
  const signingKey = await webcrypto.subtle.importKey(
    "pkcs8",
    Uint8Array.from(
      createPrivateKey(options.authority.privateKeyPem).export({ type: "pkcs8", format: "der" }),
    ),
    algorithm,
    false,
    ["sign"],
  );
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const lastMs = Math.min(options.nowMs + leafDays * dayMs, issuer.notAfter.getTime());
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [subject.slice(0, 64)] }],
    issuer: issuer.subjectName,
    notBefore: new Date(Math.max(options.nowMs - backdateMs, issuer.notBefore.getTime())),
    notAfter: new Date(lastMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        options.names.map((name) => ({ type: isIP(name) === 0 ? "dns" : "ip", value: name })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return {
    certificatePem: withNewline(certificate.toString("pem")),
    privateKeyPem: await privatePem(keys.privateKey),
  };
}

/** What a stored leaf is compared with. */
export interface LeafCheck {
  readonly authorityPem: string;
  readonly names: readonly string[];
  readonly nowMs: number;
}

/**
 * Whether a stored leaf must be issued anew: a third of its life or less is left, it is of another root, it
 * lacks a name, or it is not readable.
 */
export function needsRenewal(leafPem: string, check: LeafCheck): boolean {
  try {
    const leaf = new X509Certificate(leafPem);
    const authority = new X509Certificate(check.authorityPem);
    const from = Date.parse(leaf.validFrom);
    const to = Date.parse(leaf.validTo);
    if (!(check.nowMs >= from && check.nowMs < from + ((to - from) * 2) / 3)) return true;
    if (!leaf.checkIssued(authority) || !leaf.verify(authority.publicKey)) return true;
    return !check.names.every((name) => covers(leaf, name));
  } catch {
    return true;
  }
}

/** Whether a certificate names this host, address or wildcard. */
export function covers(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  const listed = (certificate.subjectAltName ?? "").split(", ").includes(`DNS:${name}`);
  return listed || (!name.startsWith("*.") && certificate.checkHost(name) !== undefined);
}

/**
 * One PEM file for clients that read a single bundle instead of the system's store: the roots that they
 * trusted before, and Casemate's.
 */
export function trustBundle(certificatePems: readonly string[]): string {
  return certificatePems.map(withNewline).join("");
}

function constraintsOf(issuer: { getExtension(oid: string): { value: ArrayBuffer } | null }): PermittedNames {
  const extension = issuer.getExtension(nameConstraintsOid);
  // A root without constraints is not one of ours.
  if (extension === null) return { names: [], blocks: [] };
  return decodeNameConstraints(new Uint8Array(extension.value));
}

async function loadX509(): Promise<typeof X509> {
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

function serialNumber(): string {
  const bytes = randomBytes(16);
  // Positive and without a leading zero byte, as DER integers want it.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();
}

function withNewline(pem: string): string {
  return pem.endsWith("\n") ? pem : `${pem}\n`;
}

/**
 * X.509 certificates that are given in PEM: what they say, whether a private key is theirs, and whether each
 * of a chain was issued by the next. Whom to trust is not decided here.
 */
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";

/** A certificate. */
export interface Certificate {
  /** PEM, as it was given but for the space around it. */
  readonly pem: string;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256 of its DER, in hex with colons. */
  readonly fingerprint: string;
  issuedBy(issuer: Certificate): boolean;
  /** Whether the certificate is of this private key. */
  isOf(key: CertificateKey): boolean;
}

/** A private key that was read. */
export interface CertificateKey {
  readonly object: KeyObject;
}

interface Parsed extends Certificate {
  readonly x509: X509Certificate;
}

const block = /-----BEGIN CERTIFICATE-----\s+[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Reads a text that holds one certificate in PEM and nothing else; undefined when it does not. */
export function parseCertificate(text: string): Certificate | undefined {
  const chain = parseCertificateChain(text);
  return chain?.length === 1 ? chain[0] : undefined;
}

/** Reads a text of certificates in PEM; undefined when it is anything else. */
export function parseCertificateChain(text: string): readonly Certificate[] | undefined {
  const found = text.match(block) ?? [];
  if (found.length === 0 || text.replace(block, "").trim() !== "") return undefined;
  const parsed = found.map(parsedCertificate);
  return parsed.every((each) => each !== undefined) ? parsed : undefined;
}

/** Reads an unencrypted private key in PEM; undefined when it is none, or encrypted. */
export function parseCertificateKey(text: string): CertificateKey | undefined {
  if (!/^-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/.test(text.trim())) return undefined;
  try {
    const object = createPrivateKey({ key: text, format: "pem" });
    return { object };
  } catch {
    return undefined;
  }
}

function parsedCertificate(pem: string): Parsed | undefined {
  try {
    const x509 = new X509Certificate(pem);
    const [notBefore, notAfter] = [Date.parse(x509.validFrom), Date.parse(x509.validTo)];
    if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return undefined;
    return {
      pem,
      notBefore,
      notAfter,
      fingerprint: x509.fingerprint256,
      issuedBy: (issuer) => isIssuedBy(x509, issuer as Parsed),
      isOf: ({ object }) => isOf(x509, object),
      x509,
    };
  } catch {
    return undefined;
  }
}

function isIssuedBy(x509: X509Certificate, issuer: Parsed): boolean {
  try {
    return x509.checkIssued(issuer.x509) && x509.verify(issuer.x509.publicKey);
  } catch {
    return false;
  }
}

function isOf(x509: X509Certificate, key: KeyObject): boolean {
  try {
    return x509.checkPrivateKey(key);
  } catch {
    return false;
  }
}

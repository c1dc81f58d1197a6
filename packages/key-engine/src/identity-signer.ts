/**
 * Signs instance identity documents, and makes the key and certificate of a region with which it does. The
 * private key is at rest only in a seal.
 */
import { createPrivateKey, createPublicKey, sign, X509Certificate } from "node:crypto";
import { distinguishedName, selfSignedCertificate } from "./identity-certificate.ts";
import { generatePrivateKey } from "./private-key.ts";
import type { Random } from "./random.ts";
import { SealFault } from "./seal-fault.ts";
import type { Sealer } from "./sealer.ts";
import { signedData } from "./signed-data.ts";

/** The signing key of a region, as it is stored. */
export interface IdentityKey {
  readonly region: string;
  /** The certificate in PEM, for whoever wants to verify. */
  readonly certificate: string;
  /** The private key, sealed. */
  readonly sealedKey: string;
}

/** How a signing key is made. */
export interface IdentityKeyOptions {
  readonly region: string;
  readonly sealer: Sealer;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Signs documents; each answer is what the metadata path of that name gives. */
export interface IdentitySigner {
  /** The certificate in PEM. */
  readonly certificate: string;
  /** `signature`: RSA with SHA-256 over the document, base64. */
  signature(document: string): string;
  /** `pkcs7`: SignedData with the document inside, base64 without header and footer. */
  pkcs7(document: string, now: number): string;
  /** `rsa2048`: the same form. */
  rsa2048(document: string, now: number): string;
}

const yearMs = 365 * 24 * 60 * 60 * 1000;
const validityYears = 10;

/**
 * Makes the key and the self-signed certificate of a region. Node draws the key itself: RSA with 2048 bits.
 */
export async function createIdentityKey(options: IdentityKeyOptions): Promise<IdentityKey> {
  const privateKey = await generatePrivateKey("rsa");
  const publicKey = createPublicKey(privateKey);
  const serial = Buffer.from(options.random(16));
  // Positive and of full length, whatever was drawn.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const certificate = selfSignedCertificate({
    subject: subjectOf(options.region),
    privateKey,
    publicKey,
    serial,
    notBefore: options.now - 24 * 60 * 60 * 1000,
    notAfter: options.now + validityYears * yearMs,
  });
  const plain = privateKey.export({ format: "der", type: "pkcs8" });
  const sealedKey = options.sealer.seal(plain, sealContext(options.region));
  plain.fill(0);
  return { region: options.region, certificate: pem(certificate, "CERTIFICATE"), sealedKey };
}

/**
 * The signer of a stored key.
 * Differs: AWS signs `pkcs7` with DSA and SHA-1; here it is RSA with SHA-256, as `rsa2048` is.
 * @throws SealFault when the key does not open, or does not belong to the certificate
 */
export function identitySigner(key: IdentityKey, by: Sealer): IdentitySigner {
  const plain = Buffer.from(by.open(key.sealedKey, sealContext(key.region)));
  const privateKey = createPrivateKey({ key: plain, format: "der", type: "pkcs8" });
  plain.fill(0);
  const certificate = new X509Certificate(key.certificate);
  if (!certificate.publicKey.equals(createPublicKey(privateKey))) {
    throw new SealFault("The identity key is not the one of its certificate.");
  }
  const issuer = distinguishedName(subjectOf(key.region));
  const serial = Buffer.from(certificate.serialNumber.padStart(32, "0"), "hex");
  const inside = (document: string, now: number): string => {
    const signed = signedData(Buffer.from(document, "utf8"), { privateKey, issuer, serial, signedAt: now });
    return lines(signed.toString("base64"), 64);
  };
  return Object.freeze({
    certificate: key.certificate,
    signature: (document: string) =>
      lines(sign("sha256", Buffer.from(document, "utf8"), privateKey).toString("base64"), 76),
    pkcs7: inside,
    rsa2048: inside,
  });
}

function subjectOf(region: string): { readonly commonName: string; readonly organization: string } {
  return { organization: "Casemate", commonName: `Casemate instance identity ${region}` };
}

function sealContext(region: string): { readonly purpose: string; readonly region: string } {
  return { purpose: "instance-identity-key", region };
}

function pem(bytes: Buffer, label: string): string {
  return `-----BEGIN ${label}-----\n${lines(bytes.toString("base64"), 64)}\n-----END ${label}-----\n`;
}

function lines(text: string, width: number): string {
  return (text.match(new RegExp(`.{1,${width}}`, "g")) ?? []).join("\n");
}

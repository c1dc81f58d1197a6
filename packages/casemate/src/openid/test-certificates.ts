/** Test support: certificates of issuers, good ones and such as must not count. */
import { webcrypto, X509Certificate } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { thumbprintOf } from "./certificate-path.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;

/** A certificate with its key. */
export interface TestCertificate {
  readonly name: string;
  readonly pem: string;
  readonly keyPem: string;
  readonly keys: CryptoKeyPair;
  readonly thumbprint: string;
}

type CryptoKeyPair = { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
type CryptoKey = webcrypto.CryptoKey;

/** What it is made of. */
export interface TestCertificateOptions {
  readonly name: string;
  /** Who signs it; itself when left out. */
  readonly issuer?: Pick<TestCertificate, "name" | "keys">;
  readonly authority?: boolean;
  readonly hosts?: readonly string[];
  /** Days from now until it ends. */
  readonly days?: number;
  readonly uses?: readonly string[];
}

/** Makes one. */
export async function testCertificate(options: TestCertificateOptions): Promise<TestCertificate> {
  x509.cryptoProvider.set(webcrypto as never);
  const { name, issuer, authority = false, hosts = [], days = 10, uses } = options;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
      .toString("hex")
      .replace(/^./, "1"),
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore: new Date(Date.now() - 20 * dayMs),
    notAfter: new Date(Date.now() + days * dayMs),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(authority, undefined, true),
      ...(hosts.length === 0
        ? []
        : [
            new x509.SubjectAlternativeNameExtension(
              hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? "ip" : "dns", value })),
            ),
          ]),
      ...(uses === undefined ? [] : [new x509.ExtendedKeyUsageExtension([...uses])]),
    ],
  } as never);
  const pem = `${certificate.toString("pem")}\n`;
  const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    name,
    pem,
    keyPem: x509.PemConverter.encode(der, "PRIVATE KEY"),
    keys,
    thumbprint: thumbprintOf(new X509Certificate(pem)),
  };
}

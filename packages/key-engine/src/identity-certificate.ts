/** The self-signed certificate under which a region's instance identity documents can be verified. */
import { createHash, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { bitString, der, integer, nullValue, objectIdentifier, octetString, sequence, setOf } from "./der.ts";
import { tagged, time, utf8String } from "./der.ts";

/** What a certificate says. */
export interface CertificateSubject {
  readonly commonName: string;
  readonly organization: string;
}

/** What a certificate is made of. */
export interface CertificateOptions {
  readonly subject: CertificateSubject;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** 1 to 20 bytes that no other certificate of the issuer has. */
  readonly serial: Uint8Array;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** RSA PKCS #1 v1.5 with SHA-256. */
export const sha256WithRsa = sequence(objectIdentifier("1.2.840.113549.1.1.11"), nullValue);

/** The distinguished name of issuer and subject. */
export function distinguishedName({ commonName, organization }: CertificateSubject): Buffer {
  return sequence(attribute("2.5.4.10", organization), attribute("2.5.4.3", commonName));
}

/** The certificate in DER. It is for signing data and issues no other. */
export function selfSignedCertificate(options: CertificateOptions): Buffer {
  const name = distinguishedName(options.subject);
  const publicKey = options.publicKey.export({ format: "der", type: "spki" });
  const keyId = createHash("sha1")
    .update(options.publicKey.export({ format: "der", type: "pkcs1" }))
    .digest();
  const toBeSigned = sequence(
    tagged(0, integer(2)),
    integer(options.serial),
    sha256WithRsa,
    name,
    sequence(time(options.notBefore), time(options.notAfter)),
    name,
    publicKey,
    tagged(
      3,
      sequence(
        extension("2.5.29.19", sequence(), true),
        // digitalSignature alone: the first bit, seven unused.
        extension("2.5.29.15", bitString(Buffer.of(0x80), 7), true),
        extension("2.5.29.14", octetString(keyId), false),
      ),
    ),
  );
  return sequence(toBeSigned, sha256WithRsa, bitString(sign("sha256", toBeSigned, options.privateKey)));
}

function attribute(type: string, value: string): Buffer {
  return setOf(sequence(objectIdentifier(type), utf8String(value)));
}

function extension(type: string, value: Uint8Array, critical: boolean): Buffer {
  const mark = critical ? [der(0x01, Buffer.of(0xff))] : [];
  return sequence(objectIdentifier(type), ...mark, octetString(value));
}

/** PKCS #7 SignedData with the content inside and no certificate: the verifier brings its own. */
import { createHash, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import {
  der,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  tagged,
  time,
} from "./der.ts";

/** Who signs, and when. */
export interface SignedDataOptions {
  readonly privateKey: KeyObject;
  /** The DER names that find the signer's certificate. */
  readonly issuer: Uint8Array;
  readonly serial: Uint8Array;
  /** Epoch milliseconds. */
  readonly signedAt: number;
}

const pkcs7Data = objectIdentifier("1.2.840.113549.1.7.1");
const pkcs7SignedData = objectIdentifier("1.2.840.113549.1.7.2");
const sha256 = sequence(objectIdentifier("2.16.840.1.101.3.4.2.1"), nullValue);
const rsaEncryption = sequence(objectIdentifier("1.2.840.113549.1.1.1"), nullValue);

/** The SignedData of a content, in DER. */
export function signedData(content: Uint8Array, options: SignedDataOptions): Buffer {
  const digest = createHash("sha256").update(content).digest();
  const attributes = setOf(
    attribute("1.2.840.113549.1.9.3", pkcs7Data),
    attribute("1.2.840.113549.1.9.4", octetString(digest)),
    attribute("1.2.840.113549.1.9.5", time(options.signedAt)),
  );
  const signer = sequence(
    integer(1),
    sequence(options.issuer, integer(options.serial)),
    sha256,
    // Signed as a SET, written as [0]: only the tag differs.
    Buffer.concat([Buffer.of(0xa0), attributes.subarray(1)]),
    rsaEncryption,
    octetString(sign("sha256", attributes, options.privateKey)),
  );
  return sequence(
    pkcs7SignedData,
    tagged(
      0,
      sequence(
        integer(1),
        setOf(sha256),
        sequence(pkcs7Data, tagged(0, octetString(content))),
        der(0x31, signer),
      ),
    ),
  );
}

function attribute(type: string, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(type), setOf(value));
}

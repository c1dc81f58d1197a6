/**
 * Assertions that are encrypted for the receiver, after XML Encryption 1.1: a key of AES under RSA-OAEP. RSA
 * with PKCS #1 v1.5 padding is refused, and a cipher without integrity is taken only where a signature has
 * already vouched for the ciphertext, because both let a stranger ask about the plain text piece by piece.
 */
import { constants, createDecipheriv, privateDecrypt, type KeyObject } from "node:crypto";
import { SamlFault } from "./saml-fault.ts";
import { samlAssertion, xmlEncryption, xmlSignature } from "./saml-names.ts";
import { attributeOf, elementsOf, textOf, type XmlElement } from "./xml-element.ts";

const encryption11 = "http://www.w3.org/2009/xmlenc11#";

interface Cipher {
  readonly cipher: "aes-128-gcm" | "aes-256-gcm" | "aes-128-cbc" | "aes-256-cbc";
  readonly keySize: number;
}

const ciphers: ReadonlyMap<string, Cipher> = new Map([
  [`${encryption11}aes128-gcm`, { cipher: "aes-128-gcm", keySize: 16 }],
  [`${encryption11}aes256-gcm`, { cipher: "aes-256-gcm", keySize: 32 }],
  [`${xmlEncryption}aes128-cbc`, { cipher: "aes-128-cbc", keySize: 16 }],
  [`${xmlEncryption}aes256-cbc`, { cipher: "aes-256-cbc", keySize: 32 }],
]);

/** The digests of OAEP; where none is named it is SHA-1, whose weakness does not touch OAEP. */
const oaepHashes: ReadonlyMap<string, string> = new Map([
  [`${xmlSignature}sha1`, "sha1"],
  [`${xmlEncryption}sha256`, "sha256"],
  [`${xmlEncryption}sha512`, "sha512"],
]);
const maskHashes: ReadonlyMap<string, string> = new Map([
  [`${encryption11}mgf1sha1`, "sha1"],
  [`${encryption11}mgf1sha256`, "sha256"],
  [`${encryption11}mgf1sha512`, "sha512"],
]);

/** Decrypts an EncryptedAssertion into the text of an assertion. @throws SamlFault "decryption" */
export function decryptedAssertion(
  encrypted: XmlElement,
  by: { readonly keys: readonly KeyObject[]; readonly ciphertextSigned: boolean },
): string {
  const data = only(encrypted, xmlEncryption, "EncryptedData");
  const found = ciphers.get(algorithmOf(data));
  if (found === undefined) throw refused();
  // Differs: AWS takes AES-CBC under a signature of the assertion alone; here the response must be signed.
  if (found.cipher.endsWith("-cbc") && !by.ciphertextSigned) throw refused();
  const wrapped = encryptedKeyOf(encrypted, data);
  const padding = oaepOf(wrapped);
  const bytes = cipherBytes(data);
  for (const key of by.keys) {
    const secret = unwrapped(key, cipherBytes(wrapped), padding);
    if (secret?.length !== found.keySize) continue;
    const plain = decrypted(found, secret, bytes);
    if (plain !== undefined) return plain;
  }
  throw refused();
}

/** The key stands in the data's KeyInfo, or beside the data. */
function encryptedKeyOf(encrypted: XmlElement, data: XmlElement): XmlElement {
  const infos = elementsOf(data, xmlSignature, "KeyInfo");
  const inside = infos.flatMap((info) => elementsOf(info, xmlEncryption, "EncryptedKey"));
  const all = [...inside, ...elementsOf(encrypted, xmlEncryption, "EncryptedKey")];
  const [first, second] = all;
  if (encrypted.namespace !== samlAssertion || first === undefined || second !== undefined) throw refused();
  return first;
}

function oaepOf(wrapped: XmlElement): string {
  const algorithm = algorithmOf(wrapped);
  const method = only(wrapped, xmlEncryption, "EncryptionMethod");
  const digests = elementsOf(method, xmlSignature, "DigestMethod");
  const digest =
    digests[0] === undefined ? "sha1" : oaepHashes.get(attributeOf(digests[0], "Algorithm") ?? "");
  const masks = elementsOf(method, encryption11, "MGF");
  const mask = masks[0] === undefined ? "sha1" : maskHashes.get(attributeOf(masks[0], "Algorithm") ?? "");
  const parameters = elementsOf(method, xmlEncryption, "OAEPparams");
  const known = algorithm === `${xmlEncryption}rsa-oaep-mgf1p` || algorithm === `${encryption11}rsa-oaep`;
  // Node has one hash for digest and mask; the other pairs are not seen in practice.
  if (!known || digest === undefined || mask !== digest || parameters.length > 0) throw refused();
  return digest;
}

function unwrapped(key: KeyObject, bytes: Buffer, oaepHash: string): Buffer | undefined {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, bytes);
  } catch {
    return undefined;
  }
}

function decrypted({ cipher }: Cipher, key: Buffer, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      cipher === "aes-128-gcm" || cipher === "aes-256-gcm"
        ? openedGcm(cipher, key, bytes)
        : openedCbc(cipher, key, bytes),
    );
  } catch {
    return undefined;
  }
}

function openedGcm(cipher: "aes-128-gcm" | "aes-256-gcm", key: Buffer, bytes: Buffer): Buffer {
  const decipher = createDecipheriv(cipher, key, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(bytes.subarray(bytes.length - 16));
  return Buffer.concat([decipher.update(bytes.subarray(12, bytes.length - 16)), decipher.final()]);
}

function openedCbc(cipher: "aes-128-cbc" | "aes-256-cbc", key: Buffer, bytes: Buffer): Buffer {
  const decipher = createDecipheriv(cipher, key, bytes.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
  // Only the last byte of the padding says something: XML Encryption, 5.2.
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > 16) throw refused();
  return padded.subarray(0, padded.length - padding);
}

function algorithmOf(element: XmlElement): string {
  return attributeOf(only(element, xmlEncryption, "EncryptionMethod"), "Algorithm") ?? "";
}

function cipherBytes(element: XmlElement): Buffer {
  const value = only(only(element, xmlEncryption, "CipherData"), xmlEncryption, "CipherValue");
  const text = textOf(value)?.replace(/[ \t\n\r]/g, "") ?? "";
  const bytes = Buffer.from(text, "base64");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || bytes.length < 32) throw refused();
  return bytes;
}

function only(parent: XmlElement, namespace: string, name: string): XmlElement {
  const [first, second] = elementsOf(parent, namespace, name);
  if (first === undefined || second !== undefined) throw refused();
  return first;
}

function refused(): SamlFault {
  return new SamlFault("decryption", "The assertion cannot be decrypted.");
}

/**
 * Public keys of instances: read from the forms that ImportKeyPair takes, written as an OpenSSH line, and
 * told by the fingerprints of AWS. A private key is never taken for a public one.
 */
import { createHash, createPublicKey } from "node:crypto";
import type { JsonWebKey, KeyObject } from "node:crypto";
import { KeyPairFault } from "./key-pair-fault.ts";
import { sshInteger, sshString, sshStrings } from "./ssh-wire.ts";

/** The algorithms of key pairs. */
export type KeyPairType = "rsa" | "ed25519";

/** A public key that was imported or belongs to a created pair. */
export interface PublicKeyMaterial {
  readonly type: KeyPairType;
  /** The fingerprint of an imported key: MD5 of the DER for RSA, SHA-256 of the SSH form for ED25519. */
  readonly fingerprint: string;
  /** The key as a line of `authorized_keys`. */
  openSshLine(comment: string): string;
}

/** The longest text that is looked at. */
export const publicKeyLengthMax = 16 * 1024;

// Differs: AWS lists 1024, 2048 and 4096; 3072, which ssh-keygen makes by default, is taken as well.
const rsaBits: readonly number[] = [1024, 2048, 3072, 4096];

/**
 * Reads a public key: an OpenSSH line, RFC 4716, PEM, or DER in base64.
 * @throws KeyPairFault
 */
export function parsePublicKey(material: Uint8Array | string): PublicKeyMaterial {
  const text = Buffer.from(material).toString("latin1").trim();
  if (text.length > publicKeyLengthMax) throw new KeyPairFault("length", "The key is too long.");
  const line = /^(\S+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t][^\r\n]*)?$/.exec(text);
  if (line !== null) return fromSshBlob(base64(line[2]), line[1]);
  const secureShell = /^---- BEGIN SSH2 PUBLIC KEY ----\r?\n([^]*)\r?\n---- END SSH2 PUBLIC KEY ----$/.exec(
    text,
  );
  if (secureShell !== null) return fromSshBlob(base64(rfc4716Body(secureShell[1] ?? "")));
  const pem = /^-----BEGIN (RSA )?PUBLIC KEY-----\s([A-Za-z0-9+/=\s]+)-----END (RSA )?PUBLIC KEY-----$/.exec(
    text,
  );
  if (pem !== null && pem[1] === pem[3])
    return fromDer(base64(pem[2]), pem[1] === undefined ? "spki" : "pkcs1");
  return fromDer(base64(text), "spki");
}

/** The material of a public key of Node, which must be RSA or ED25519. */
export function publicKeyMaterial(key: KeyObject): PublicKeyMaterial {
  const { type, blob } = sshBlobOf(key);
  const name = type === "rsa" ? "ssh-rsa" : "ssh-ed25519";
  return Object.freeze({
    type,
    fingerprint:
      type === "rsa"
        ? colonHex("md5", key.export({ format: "der", type: "spki" }))
        : createHash("sha256").update(blob).digest("base64"),
    openSshLine: (comment: string) =>
      `${name} ${blob.toString("base64")} ${comment.replace(/[\r\n]/g, " ")}`.trimEnd(),
  });
}

/** The public key in the form of the SSH protocol. */
export function sshBlobOf(key: KeyObject): { readonly type: KeyPairType; readonly blob: Buffer } {
  const jwk = key.export({ format: "jwk" });
  if (jwk.kty === "RSA") {
    return {
      type: "rsa",
      blob: Buffer.concat([sshString("ssh-rsa"), sshInteger(part(jwk.e)), sshInteger(part(jwk.n))]),
    };
  }
  if (jwk.kty === "OKP" && jwk.crv === "Ed25519") {
    return { type: "ed25519", blob: Buffer.concat([sshString("ssh-ed25519"), sshString(part(jwk.x))]) };
  }
  throw new KeyPairFault("type", "The key is neither RSA nor ED25519.");
}

/** A digest as AWS writes it: pairs of hex digits with colons. */
export function colonHex(algorithm: "md5" | "sha1", bytes: Uint8Array): string {
  return (createHash(algorithm).update(bytes).digest("hex").match(/../g) ?? []).join(":");
}

/** The bytes of a part of a JSON web key. */
export function part(text: string | undefined): Buffer {
  return Buffer.from(text ?? "", "base64url");
}

function fromSshBlob(blob: Buffer, name?: string): PublicKeyMaterial {
  const [type, ...numbers] = sshStrings(blob);
  const algorithm = type?.toString("latin1") ?? "";
  if (name !== undefined && name !== algorithm)
    throw new KeyPairFault("format", "The key is not of the type it says.");
  const key = fromJwk(jwkOf(algorithm, numbers));
  // One key has one form: what is written again must be what was read.
  if (!sshBlobOf(key).blob.equals(blob))
    throw new KeyPairFault("format", "The key is not in its canonical form.");
  return checked(key);
}

function jwkOf(algorithm: string, numbers: readonly Buffer[]): JsonWebKey {
  const [first, second] = numbers.map((bytes) => bytes.toString("base64url"));
  if (algorithm === "ssh-rsa" && numbers.length === 2 && first !== undefined && second !== undefined) {
    return { kty: "RSA", e: first, n: second };
  }
  if (algorithm === "ssh-ed25519" && numbers.length === 1 && first !== undefined) {
    return { kty: "OKP", crv: "Ed25519", x: first };
  }
  if (algorithm === "ssh-rsa" || algorithm === "ssh-ed25519")
    throw new KeyPairFault("format", "The key is malformed.");
  throw new KeyPairFault("type", "The key is neither RSA nor ED25519.");
}

function fromJwk(key: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key, format: "jwk" });
  } catch {
    throw new KeyPairFault("format", "The key is malformed.");
  }
}

function fromDer(key: Buffer, type: "spki" | "pkcs1"): PublicKeyMaterial {
  let read: KeyObject;
  try {
    read = createPublicKey({ key, format: "der", type });
    if (!read.export({ format: "der", type }).equals(key)) throw new Error("not canonical");
  } catch {
    throw new KeyPairFault("format", "The key is malformed.");
  }
  return checked(read);
}

function checked(key: KeyObject): PublicKeyMaterial {
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  const material = publicKeyMaterial(key);
  if (material.type === "rsa" && !rsaBits.includes(modulusLength ?? 0)) {
    throw new KeyPairFault("length", `An RSA key has ${rsaBits.join(", ")} bits.`);
  }
  if (
    material.type === "rsa" &&
    (publicExponent === undefined || publicExponent < 3n || publicExponent % 2n === 0n)
  ) {
    throw new KeyPairFault("format", "The exponent of the key cannot be one.");
  }
  return material;
}

function rfc4716Body(text: string): string {
  const unfolded = text.replace(/\\\r?\n/g, "");
  return unfolded
    .split(/\r?\n/)
    .filter((line) => !/^[^:\s]{1,64}: /.test(line))
    .join("");
}

function base64(text: string | undefined): Buffer {
  const compact = (text ?? "").replace(/\s/g, "");
  const bytes = Buffer.from(compact, "base64");
  if (compact === "" || bytes.toString("base64").replace(/=+$/, "") !== compact.replace(/=+$/, "")) {
    throw new KeyPairFault("format", "The key is not base64.");
  }
  return bytes;
}

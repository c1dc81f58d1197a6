/**
 * JSON Web Key Sets (RFC 7517) to verification keys. Keys that cannot verify a token's signature are left
 * out: other kinds, other uses, weak ones. A set in which nothing is left verifies nothing.
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import { isSignatureAlgorithm, type KeyKind, type SignatureAlgorithm } from "./signature-algorithm.ts";
import { isJsonObject, parseStrictObject, type JsonObject, type JsonValue } from "./strict-json.ts";

/** Keys of RSA, and on curves, that a set may hold. */
export const keysPerKindMax = 100;
/** Bits of the smallest RSA key that counts. */
export const rsaBitsMin = 2048;
/** Bits of the largest RSA key that counts; a larger one only costs. */
export const rsaBitsMax = 8192;

/** A key that verifies. */
export interface VerificationKey {
  readonly id: string | undefined;
  readonly kind: KeyKind;
  /** The one algorithm it is for, where its owner says so. */
  readonly algorithm: SignatureAlgorithm | undefined;
  readonly key: KeyObject;
}

/** The keys of an issuer. */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
}

/** The keys that a document holds; undefined when it is no key set or holds more than a set may. */
export function parseKeySet(text: string): KeySet | undefined {
  const listed = parseStrictObject(text)?.["keys"];
  if (!Array.isArray(listed) || listed.length > 2 * keysPerKindMax) return undefined;
  const keys = (listed as readonly JsonValue[]).map(verificationKey).filter((key) => key !== undefined);
  const rsa = keys.filter(({ kind }) => kind === "RSA").length;
  return rsa > keysPerKindMax || keys.length - rsa > keysPerKindMax ? undefined : { keys };
}

function verificationKey(jwk: JsonValue): VerificationKey | undefined {
  if (!isJsonObject(jwk) || !isForSignatures(jwk)) return undefined;
  const { kid, alg } = jwk;
  if (kid !== undefined && typeof kid !== "string") return undefined;
  if (alg !== undefined && !isSignatureAlgorithm(alg)) return undefined;
  const found = jwk["kty"] === "RSA" ? rsaKey(jwk) : jwk["kty"] === "EC" ? curveKey(jwk) : undefined;
  return found && { id: kid, algorithm: alg, ...found };
}

function isForSignatures({ use, key_ops: operations }: JsonObject): boolean {
  if (use !== undefined && use !== "sig") return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes("verify"));
}

type FoundKey = Pick<VerificationKey, "kind" | "key">;

function rsaKey({ n, e }: JsonObject): FoundKey | undefined {
  if (typeof n !== "string" || typeof e !== "string") return undefined;
  // 8192 bits take 1366 digits: nothing larger is even tried.
  if (n.length > Math.ceil(rsaBitsMax / 6) || e.length > 8) return undefined;
  const key = publicKey({ kty: "RSA", n, e });
  const { modulusLength = 0, publicExponent = 0n } = key?.asymmetricKeyDetails ?? {};
  const strong = modulusLength >= rsaBitsMin && modulusLength <= rsaBitsMax;
  // With an exponent of one every signature would be its own message.
  const sound = publicExponent >= 3n && publicExponent % 2n === 1n;
  return key !== undefined && strong && sound ? { kind: "RSA", key } : undefined;
}

function curveKey({ crv, x, y }: JsonObject): FoundKey | undefined {
  if (crv !== "P-256" && crv !== "P-384" && crv !== "P-521") return undefined;
  if (typeof x !== "string" || typeof y !== "string" || x.length > 88 || y.length > 88) return undefined;
  const key = publicKey({ kty: "EC", crv, x, y });
  return key && { kind: crv, key };
}

function publicKey(jwk: Readonly<Record<string, string>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    return undefined;
  }
}

/**
 * JSON Web Tokens (RFC 7519) signed in the compact form (RFC 7515): taking one apart, and verifying it by the
 * keys of its issuer. A token never brings its own key and never chooses how it is verified beyond the
 * asymmetric algorithms here; what its claims mean is for others to say.
 */
import { verify } from "node:crypto";
import type { KeySet, VerificationKey } from "./key-set.ts";
import { algorithmFacts, isSignatureAlgorithm, type SignatureAlgorithm } from "./signature-algorithm.ts";
import { parseStrictObject, type JsonObject } from "./strict-json.ts";

/** Characters of a token that is read. */
export const tokenCharactersMax = 20_000;

/** A token taken apart. Nothing of it is to be believed before it is verified. */
export interface JsonWebToken {
  readonly algorithm: SignatureAlgorithm;
  readonly keyId: string | undefined;
  readonly claims: JsonObject;
  /** What is signed: header and claims as sent. */
  readonly signed: string;
  readonly signature: Uint8Array;
}

/** Whether the signature holds; `unknown-key` where none of the keys is the one that the token names. */
export type SignatureVerdict = "verified" | "unknown-key" | "bad-signature";

/** Kinds of tokens by `typ`: a token made for another purpose is not taken for a proof of identity. */
const tokenTypes = new Set(["jwt", "jose"]);

/**
 * Takes a token apart; undefined when it is not one of the form, is signed by anything but the algorithms
 * here, or asks for an extension.
 */
export function parseToken(text: string): JsonWebToken | undefined {
  if (text.length > tokenCharactersMax) return undefined;
  const [header, claims, signature, ...more] = text.split(".");
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) {
    return undefined;
  }
  const read = headerOf(header);
  const body = objectIn(claims);
  const bytes = base64UrlBytes(signature);
  if (read === undefined || body === undefined || bytes === undefined) return undefined;
  return { ...read, claims: body, signed: `${header}.${claims}`, signature: bytes };
}

/** Verifies by the key that the token names, or by the only key that fits where it names none. */
export function verifyToken(token: JsonWebToken, { keys }: KeySet): SignatureVerdict {
  const { hash, kind } = algorithmFacts(token.algorithm);
  const fitting = keys.filter(
    (key) => key.kind === kind && (key.algorithm === undefined || key.algorithm === token.algorithm),
  );
  const named = token.keyId === undefined ? onlyOne(fitting) : fitting.filter(({ id }) => id === token.keyId);
  if (named.length === 0) return "unknown-key";
  const signed = Buffer.from(token.signed, "ascii");
  const holds = named.some(({ key }) =>
    verify(hash, signed, { key, dsaEncoding: "ieee-p1363" }, token.signature),
  );
  return holds ? "verified" : "bad-signature";
}

function onlyOne(keys: readonly VerificationKey[]): readonly VerificationKey[] {
  return keys.length === 1 ? keys : [];
}

function headerOf(encoded: string): Pick<JsonWebToken, "algorithm" | "keyId"> | undefined {
  const header = objectIn(encoded);
  if (header === undefined) return undefined;
  const { alg, kid, typ, crit, b64 } = header;
  // No extension is understood, so a token that makes one critical is not understood either.
  if (crit !== undefined || b64 !== undefined) return undefined;
  if (!isSignatureAlgorithm(alg)) return undefined;
  if (kid !== undefined && typeof kid !== "string") return undefined;
  if (typ !== undefined && (typeof typ !== "string" || !tokenTypes.has(typ.toLowerCase()))) return undefined;
  return { algorithm: alg, keyId: kid };
}

function objectIn(encoded: string): JsonObject | undefined {
  const bytes = base64UrlBytes(encoded);
  if (bytes === undefined) return undefined;
  try {
    return parseStrictObject(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The bytes; undefined for any text that is not exactly how they are written. */
function base64UrlBytes(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.length > 0 && bytes.toString("base64url") === text ? bytes : undefined;
}

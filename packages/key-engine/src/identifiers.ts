/** Identifiers and secrets in the shapes of AWS: access key ids, secret access keys and unique ids of IAM. */
import { createHash } from "node:crypto";
import type { Random } from "./random.ts";

/** What an access key id begins with: long-term or temporary. */
export type AccessKeyPrefix = "AKIA" | "ASIA";

/**
 * What a unique id begins with: group, user, instance profile, managed policy, policy version, role,
 * certificate ..
 */
export type UniqueIdPrefix =
  "ABIA" | "ACCA" | "AGPA" | "AIDA" | "AIPA" | "ANPA" | "ANVA" | "APKA" | "AROA" | "ASCA";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * A 20-character access key id that carries its account, as those of AWS do: bits 1 to 40 behind the prefix.
 * @throws RangeError when the account is not 12 digits
 */
export function generateAccessKeyId(random: Random, prefix: AccessKeyPrefix, accountId: string): string {
  if (!/^\d{12}$/.test(accountId)) throw new RangeError("An account id has 12 digits.");
  const bytes = Buffer.from(random(10));
  const low = bytes.readUIntBE(0, 6) % 128;
  // The first bit is set and the next 40 are the account; arithmetic, because bit operators end at 32 bits.
  bytes.writeUIntBE(2 ** 47 + Number(accountId) * 128 + low, 0, 6);
  return prefix + base32(bytes, 16);
}

/** The account an access key id carries, whoever made it; undefined when it carries none. */
export function accountOfAccessKeyId(accessKeyId: string): string | undefined {
  if (!/^A[A-Z]IA[A-Z2-7]{16}$/.test(accessKeyId)) return undefined;
  let bits = 0n;
  for (const letter of accessKeyId.slice(4, 14)) bits = bits * 32n + BigInt(alphabet.indexOf(letter));
  const top = (bits >> 2n) & 0x7fffffffff80n;
  const account = (top >> 7n).toString().padStart(12, "0");
  return account.length === 12 ? account : undefined;
}

/** A secret access key: 240 random bits as 40 characters. */
export function generateSecretAccessKey(random: Random): string {
  return Buffer.from(random(30)).toString("base64");
}

/** A unique id of IAM: the prefix and 17 characters, 85 random bits. */
export function uniqueId(random: Random, prefix: UniqueIdPrefix): string {
  return prefix + base32(Buffer.from(random(11)), 17);
}

/** The id of a signing certificate: 32 characters, 160 random bits. */
export function signingCertificateId(random: Random): string {
  return base32(Buffer.from(random(20)), 32);
}

/** The id of a SAML provider or of one of its private keys: 32 characters, 160 random bits. */
export function samlProviderId(random: Random): string {
  return base32(Buffer.from(random(20)), 32);
}

/**
 * What is kept of a secret that nobody could guess: enough to know it again, not to tell it. SHA-256,
 * base64.
 */
export function secretDigest(secret: string): string {
  return createHash("sha256").update(secret).digest("base64");
}

function base32(bytes: Buffer, length: number): string {
  let bits = BigInt(`0x${bytes.toString("hex")}`) >> BigInt(bytes.length * 8 - length * 5);
  let text = "";
  for (let place = 0; place < length; place += 1) {
    text = alphabet.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}

/**
 * Time-based one-time passwords as MFA devices show them: RFC 6238 with SHA-1, 30 seconds and six digits.
 * Time is an argument; which codes were taken already is for the caller to know.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Random } from "./random.ts";

/** How long a code stands. */
export const totpStepMs = 30_000;
/** Bytes of a new seed: 64 characters of Base32. */
export const totpSeedBytes = 40;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Where to look for codes: every step from `from` to `to`, both included. */
export interface TotpSearch {
  readonly from: number;
  readonly to: number;
}

/** Makes the secret of a device. */
export function generateTotpSeed(random: Random): Uint8Array {
  return random(totpSeedBytes);
}

/** The step that a moment lies in. */
export function totpStepAt(epochMs: number): number {
  return Math.floor(epochMs / totpStepMs);
}

/** The code that a device shows during a step. */
export function totpCode(seed: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", seed).update(counter).digest();
  const place = (digest.at(-1) ?? 0) & 0x0f;
  const number = digest.readUInt32BE(place) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/**
 * The step of the last of these codes, when the device shows them in consecutive steps that lie in the
 * search; else undefined. The time it takes does not tell how much of a code was right.
 */
export function findTotpStep(
  seed: Uint8Array,
  codes: readonly string[],
  { from, to }: TotpSearch,
): number | undefined {
  const given = Buffer.from(codes.join(""), "latin1");
  if (given.length !== 6 * codes.length || codes.length === 0) return undefined;
  let found: number | undefined;
  for (let first = Math.max(from, 0); first + codes.length - 1 <= to; first += 1) {
    const shown = Buffer.from(codes.map((_, index) => totpCode(seed, first + index)).join(""), "latin1");
    if (timingSafeEqual(shown, given)) found ??= first + codes.length - 1;
  }
  return found;
}

/** Base32 of RFC 4648 without padding; the bytes must come in groups of five. */
export function base32Text(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((held >> bits) & 31);
    }
  }
  return text;
}

/**
 * Password hashes: scrypt with a salt of the password's owner. All hashes of one owner share the salt, so
 * that a new password is held against the old ones at the price of one hash.
 */
import { scrypt, scryptSync, timingSafeEqual } from "node:crypto";
import type { Random } from "./random.ts";

/** Memory and time of a hash: 16 MiB, about 50 ms. */
const cost = { N: 16_384, r: 8, p: 1 };
const hashBytes = 32;

/** Makes the salt of an owner. */
export function generatePasswordSalt(random: Random): string {
  return Buffer.from(random(16)).toString("base64");
}

/** The hash of a password; its beginning names how it was made. */
export function passwordHash(password: string, salt: string): string {
  const hash = scryptSync(password.normalize("NFC"), Buffer.from(salt, "base64"), hashBytes, cost);
  return hashText(hash);
}

/** The same hash, worked out beside the caller's thread. */
export function passwordHashAsync(password: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const salted = Buffer.from(salt, "base64");
    scrypt(password.normalize("NFC"), salted, hashBytes, cost, (failure, hash) => {
      if (failure === null) resolve(hashText(hash));
      else reject(failure);
    });
  });
}

function hashText(hash: Buffer): string {
  return `scrypt-14-8-1:${hash.toString("base64")}`;
}

/** Whether two hashes are the same, in a time that does not tell where they differ. */
export function samePasswordHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

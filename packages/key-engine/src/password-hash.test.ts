import { describe, expect, it } from "vitest";
import { generatePasswordSalt, passwordHash, passwordHashAsync, samePasswordHash } from "./password-hash.ts";

const salt = generatePasswordSalt((size) => new Uint8Array(size).fill(7));

describe("password hashes", () => {
  it("are the same for the same password and salt alone", () => {
    const hash = passwordHash("Correct horse 1!", salt);
    expect(samePasswordHash(hash, passwordHash("Correct horse 1!", salt))).toBe(true);
    expect(samePasswordHash(hash, passwordHash("Correct horse 1?", salt))).toBe(false);
    const otherSalt = generatePasswordSalt((size) => new Uint8Array(size).fill(8));
    expect(samePasswordHash(hash, passwordHash("Correct horse 1!", otherSalt))).toBe(false);
    expect(samePasswordHash(hash, "")).toBe(false);
  });

  it("are the same beside the thread", async () => {
    expect(await passwordHashAsync("e\u0301 horse", salt)).toBe(passwordHash("\u00e9 horse", salt));
  });

  it("do not hold the password and name how they were made", () => {
    expect(passwordHash("hunter22", salt)).toMatch(/^scrypt-14-8-1:[A-Za-z0-9+/]{43}=$/);
  });
});

import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accountOfAccessKeyId,
  generateAccessKeyId,
  generateSecretAccessKey,
  secretDigest,
  signingCertificateId,
  uniqueId,
} from "./index.ts";

const accounts = fc.nat({ max: 999_999_999_999 }).map((account) => String(account).padStart(12, "0"));

describe("access key ids", () => {
  it("have the shape of AWS and carry their account", () => {
    fc.assert(
      fc.property(accounts, fc.constantFrom("AKIA" as const, "ASIA" as const), (account, prefix) => {
        const id = generateAccessKeyId(randomBytes, prefix, account);
        expect(id).toMatch(/^A[KS]IA[Q-Z2-7][A-Z2-7]{15}$/);
        expect(id.startsWith(prefix)).toBe(true);
        expect(accountOfAccessKeyId(id)).toBe(account);
      }),
    );
  });

  it("made by AWS tell their account too", () => {
    expect(accountOfAccessKeyId("ASIAQNZGKIQY56JQ7WML")).toBe("029608264753");
    expect(accountOfAccessKeyId("ASIAY34FZKBOKMUTVV7A")).toBe("609629065308");
  });

  it("of another shape tell none, and accounts of another shape are refused", () => {
    for (const id of ["", "AKIA", "AKIAIOSFODNN7EXAMPL1", "akiaqnzgkiqy56jq7wml", "AKIAQNZGKIQY56JQ7WMLA"]) {
      expect(accountOfAccessKeyId(id)).toBeUndefined();
    }
    for (const account of ["", "1", "1111222233334", "11112222333x"]) {
      expect(() => generateAccessKeyId(randomBytes, "AKIA", account)).toThrow(RangeError);
    }
  });

  it("use every bit that was drawn beside the account", () => {
    const drawn = (fill: number) =>
      generateAccessKeyId((size) => new Uint8Array(size).fill(fill), "AKIA", "111122223333");
    expect(drawn(0)).not.toBe(drawn(255));
    expect(drawn(255).endsWith("7777777")).toBe(true);
    expect(drawn(0).endsWith("AAAAAAA")).toBe(true);
  });
});

describe("secrets and unique ids", () => {
  it("have the shapes of AWS", () => {
    expect(generateSecretAccessKey(randomBytes)).toMatch(/^[A-Za-z0-9+/]{40}$/);
    for (const prefix of ["AIDA", "AROA", "AIPA", "ANPA"] as const) {
      expect(uniqueId(randomBytes, prefix)).toMatch(new RegExp(`^${prefix}[A-Z2-7]{17}$`));
    }
    expect(uniqueId((size) => new Uint8Array(size).fill(255), "AIDA")).toBe(`AIDA${"7".repeat(17)}`);
  });
});

describe("ids of signing certificates", () => {
  it("are 32 letters and digits", () => {
    expect(signingCertificateId(randomBytes)).toMatch(/^[A-Z2-7]{32}$/);
    expect(signingCertificateId(randomBytes)).not.toBe(signingCertificateId(randomBytes));
  });
});

describe("the digest of a secret", () => {
  it("is its SHA-256", () => {
    expect(secretDigest("abc")).toBe("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  });
});

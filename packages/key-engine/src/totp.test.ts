import { describe, expect, it } from "vitest";
import { base32Text, findTotpStep, generateTotpSeed, totpCode, totpStepAt } from "./totp.ts";

const seed = Buffer.from("12345678901234567890", "latin1");

describe("time-based one-time passwords", () => {
  // RFC 6238, appendix B, cut from eight digits to six.
  it.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ])("are those of RFC 6238 at second %d", (second, code) => {
    expect(totpCode(seed, totpStepAt(second * 1000))).toBe(code);
  });

  // RFC 4226, appendix D.
  it("are those of RFC 4226 by counter", () => {
    const codes = Array.from({ length: 10 }, (_, counter) => totpCode(seed, counter));
    expect(codes).toEqual([
      "755224",
      "287082",
      "359152",
      "969429",
      "338314",
      "254676",
      "287922",
      "162583",
      "399871",
      "520489",
    ]);
  });

  it("are found in the search and nowhere else", () => {
    const at = (step: number) => totpCode(seed, step);
    expect(findTotpStep(seed, [at(100)], { from: 99, to: 101 })).toBe(100);
    expect(findTotpStep(seed, [at(98)], { from: 99, to: 101 })).toBeUndefined();
    expect(findTotpStep(seed, [at(102)], { from: 99, to: 101 })).toBeUndefined();
    expect(findTotpStep(seed, [at(100), at(101)], { from: 99, to: 101 })).toBe(101);
    expect(findTotpStep(seed, [at(101), at(102)], { from: 99, to: 101 })).toBeUndefined();
    expect(findTotpStep(seed, [at(101), at(100)], { from: 99, to: 101 })).toBeUndefined();
    expect(findTotpStep(seed, [at(99), at(101)], { from: 90, to: 110 })).toBeUndefined();
  });

  it("are six digits, and nothing else is found", () => {
    for (const code of ["", "12345", "1234567", "75522４"]) {
      expect(findTotpStep(seed, [code], { from: 0, to: 9 })).toBeUndefined();
    }
    expect(findTotpStep(seed, [], { from: 0, to: 9 })).toBeUndefined();
  });

  it("come from seeds that an authenticator reads as Base32", () => {
    expect(base32Text(seed)).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    const made = generateTotpSeed((size) => new Uint8Array(size).fill(255));
    expect(base32Text(made)).toBe("7".repeat(64));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMetadataTokens, tokenTtlSecondsMax } from "./tokens.ts";

const key = Buffer.alloc(32, 7);
const zeros = (count: number): Uint8Array => new Uint8Array(count);
const holder = { vpcId: "vpc-1", instanceId: "i-1", interfaceId: "eni-1" };
const now = 1_700_000_000_000;

describe("metadata tokens", () => {
  const tokens = createMetadataTokens(key, zeros);

  it("hold for their holder until the moment they expire", () => {
    const token = tokens.issue(holder, 60, now);
    expect(tokens.remainingSeconds(token, holder, now)).toBe(60);
    expect(tokens.remainingSeconds(token, holder, now + 59_999)).toBe(1);
    expect(tokens.remainingSeconds(token, holder, now + 60_000)).toBeUndefined();
  });

  it("look like AWS's: 56 characters of URL-safe base64", () => {
    expect(tokens.issue(holder, tokenTtlSecondsMax, now)).toMatch(/^[A-Za-z0-9_-]{54}==$/);
  });

  it.each([
    ["another VPC", { ...holder, vpcId: "vpc-2" }],
    ["another instance", { ...holder, instanceId: "i-2" }],
    ["another interface", { ...holder, interfaceId: "eni-2" }],
    [
      "names shifted over their border",
      { ...holder, vpcId: "vpc-1\0i-1", instanceId: "eni-1", interfaceId: "" },
    ],
  ])("mean nothing to %s", (_name, other) => {
    expect(tokens.remainingSeconds(tokens.issue(holder, 60, now), other, now)).toBeUndefined();
  });

  it("mean nothing under another key", () => {
    const other = createMetadataTokens(Buffer.alloc(32, 8), zeros);
    expect(other.remainingSeconds(tokens.issue(holder, 60, now), holder, now)).toBeUndefined();
  });

  it("do not survive the change of any single bit", () => {
    const bytes = Buffer.from(tokens.issue(holder, 60, now), "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const token = `${changed.toString("base64url")}==`;
      expect(tokens.remainingSeconds(token, holder, now)).toBeUndefined();
    }
  });

  it("refuse any other text without throwing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_-]{54}==$/)), (text) => {
        expect(tokens.remainingSeconds(text, holder, now)).toBeUndefined();
      }),
    );
  });

  it("need a key of 32 bytes", () => {
    expect(() => createMetadataTokens(Buffer.alloc(31), zeros)).toThrow(RangeError);
  });
});

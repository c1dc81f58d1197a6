import { describe, expect, it } from "vitest";
import { defaultPermittedNames } from "./authority.ts";
import { decodeNameConstraints, encodeNameConstraints, isPermitted } from "./name-constraints.ts";

describe("name constraints", () => {
  it("are read back as they were written", () => {
    const names = [...defaultPermittedNames.names, "cloud.example.com", "x".repeat(63)];
    const blocks = ["10.0.0.0/8", "203.0.113.7/32", "0.0.0.0/0", "fc00:0:0:0:0:0:0:0/7", "192.168.128.0/17"];
    expect(decodeNameConstraints(encodeNameConstraints({ names, blocks }))).toEqual({ names, blocks });
    const short = decodeNameConstraints(
      encodeNameConstraints({ names: [], blocks: ["::1/128", "fe80::/10"] }),
    );
    expect(short.blocks).toEqual(["0:0:0:0:0:0:0:1/128", "fe80:0:0:0:0:0:0:0/10"]);
  });

  it.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/8/9", "x/8", "::1/129", "10.0.0.0/", "::1.2.3.4/128"])(
    "refuse the block %s",
    (block) => {
      expect(() => encodeNameConstraints({ names: [], blocks: [block] })).toThrow(RangeError);
    },
  );

  it("refuse bytes that they did not write", () => {
    const der = encodeNameConstraints({ names: ["localhost"], blocks: [] });
    for (let length = 0; length < der.length; length++)
      expect(() => decodeNameConstraints(der.subarray(0, length))).toThrow(RangeError);
  });

  it.each([
    ["localhost", true],
    ["ec2.us-east-1.amazonaws.com", true],
    ["*.us-east-1.amazonaws.com", true],
    ["*.amazonaws.com", true],
    ["notamazonaws.com", false],
    ["amazonaws.com.example.org", false],
    ["www.example.org", false],
    ["*.com", false],
    ["127.0.0.1", true],
    ["198.51.100.9", true],
    ["8.8.8.8", false],
    ["::1", true],
    ["fd00:ec2::254", true],
    ["2606:4700::1", false],
  ])("permit %s: %s", (name, permitted) => {
    expect(isPermitted(name, defaultPermittedNames)).toBe(permitted);
  });
});

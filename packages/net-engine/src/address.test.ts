import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains, formatAddress, formatCidr, parseAddress, parseCidr } from "./address.ts";

describe("addresses", () => {
  it.each([
    ["0.0.0.0", 0],
    ["10.0.1.11", 167_772_427],
    ["255.255.255.255", 4_294_967_295],
    ["::", 0n],
    ["::1", 1n],
    ["fd00:ec2::254", 0xfd00_0ec2_0000_0000_0000_0000_0000_0254n],
    ["::ffff:10.0.1.11", 0xffff_0a00_010bn],
    ["1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004_0005_0006_0007_0008n],
  ])("reads %s", (text, address) => {
    expect(parseAddress(text)).toBe(address);
  });

  it.each([
    "",
    "10.0.1",
    "10.0.1.",
    "10.0.1.256",
    "10.0.1.01",
    "10.0.1.1.1",
    " 10.0.1.1",
    "1:2",
    "1::2::3",
    ":::",
    "12345::",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8:9",
    "fe80::1%eth0",
    "10.0.0.1::",
  ])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it.each(["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0", "::/129", "/8", "10.0.0.0/-1"])(
    "refuses the block %j",
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  it("clears the host bits of a block", () => {
    const block = parseCidr("10.0.1.77/24");
    expect(block === undefined ? "" : formatCidr(block)).toBe("10.0.1.0/24");
    const block6 = parseCidr("2001:db8:a:ff::1/56");
    expect(block6 === undefined ? "" : formatCidr(block6)).toBe("2001:db8:a::/56");
  });

  it("never finds an address of one family in a block of the other", () => {
    const everything = parseCidr("::/0");
    expect(everything !== undefined && contains(everything, 1)).toBe(false);
  });

  it("reads what it prints", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseAddress(text);
        expect(address).toBeDefined();
        expect(parseAddress(formatAddress(address!))).toBe(address);
      }),
    );
  });
});

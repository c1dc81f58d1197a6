import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { QuestionType } from "./handle-dns.ts";
import { createVpcResolver } from "./vpc-names.ts";
import type { VpcNames } from "./vpc-names.ts";

function vpc(changes: Partial<VpcNames> = {}): VpcNames {
  return {
    region: "us-east-1",
    serviceAddress: "198.51.100.1",
    enableDnsSupport: true,
    enableDnsHostnames: true,
    isPrivateAddress: (address) => address.startsWith("10.0."),
    privateAddressOf: (address) => (address === "203.0.113.10" ? "10.0.1.10" : undefined),
    endpointAddresses: () => undefined,
    isPublicAddress: (address) => address.startsWith("203.0.113."),
    addressesOfInstance: (id) =>
      id === "i-0123456789abcdef0" ? { ipv4: "10.0.1.10", ipv6: "fd00::10" } : undefined,
    ...changes,
  };
}

function lookUp(name: string, type: QuestionType = "A", changes: Partial<VpcNames> = {}): unknown {
  const resolution = createVpcResolver(() => vpc(changes))(name, type);
  if (typeof resolution === "string") return resolution;
  return resolution.records.map((record) => (record.type === "PTR" ? record.name : record.address)).join(" ");
}

describe("the names of VPC endpoints", () => {
  const endpoint = "vpce-1-abc.ec2.us-east-1.vpce.amazonaws.com";
  const known: Readonly<Record<string, readonly string[] | "unknown">> = {
    [endpoint]: ["10.0.1.20", "10.0.2.20"],
    "ec2.us-east-1.amazonaws.com": ["10.0.1.20"],
    "vpce.amazonaws.com": [],
    "x.vpce.amazonaws.com": "unknown",
  };
  const changes = { endpointAddresses: (name: string) => known[name] };

  it.each([
    [endpoint, "10.0.1.20 10.0.2.20"],
    ["ec2.us-east-1.amazonaws.com", "10.0.1.20"],
    ["sts.us-east-1.amazonaws.com", "198.51.100.1"],
    ["x.vpce.amazonaws.com", "nxdomain"],
    ["vpce.amazonaws.com", "nodata"],
  ])("lead %s to %s", (name, address) => {
    expect(lookUp(name, "A", changes)).toBe(address);
    expect(lookUp(name, "AAAA", changes)).toBe(address === "nxdomain" ? "nxdomain" : "nodata");
  });

  it("are answered to nobody in a VPC without DNS support", () => {
    expect(lookUp(endpoint, "A", { ...changes, enableDnsSupport: false })).toBe("refused");
  });
});

describe("the names of a VPC", () => {
  it.each([
    ["ec2.us-east-1.amazonaws.com", "198.51.100.1"],
    ["sts.amazonaws.com", "198.51.100.1"],
    ["bucket.s3.eu-west-1.amazonaws.com", "198.51.100.1"],
    ["ec2.us-east-1.api.aws", "198.51.100.1"],
    ["ip-10-0-1-5.ec2.internal", "10.0.1.5"],
    ["i-0123456789abcdef0.ec2.internal", "10.0.1.10"],
    ["instance-data.ec2.internal", "169.254.169.254"],
    ["ec2-203-0-113-10.compute-1.amazonaws.com", "10.0.1.10"],
    ["ec2-203-0-113-11.compute-1.amazonaws.com", "203.0.113.11"],
  ])("lead %s to %s", (name, address) => {
    expect(lookUp(name)).toBe(address);
    expect(lookUp(name, "other")).toBe("nodata");
  });

  it.each([
    "example.com",
    "amazonaws.com.example.com",
    "notamazonaws.com",
    "localhost",
    "",
    "ip-10-0-1-5",
    "ip-8-8-8-8.ec2.internal",
    "ip-10-0-1.ec2.internal",
    "ip-10-0-01-5.ec2.internal",
    "ip-10-0-1-256.ec2.internal",
    "x.ip-10-0-1-5.ec2.internal",
    "ip-10-0-1-5.eu-west-1.compute.internal",
    "i-0123456789abcdef1.ec2.internal",
    "ec2-8-8-8-8.compute-1.amazonaws.com",
    "ec2-203-0-113-10.eu-west-1.compute.amazonaws.com",
    "ec2.compute-1.amazonaws.com",
    "5.1.0.10.ip6.arpa",
    "4.3.2.1.in-addr.arpa",
    "1.0.10.in-addr.arpa",
  ])("do not hold %j", (name) => {
    expect(lookUp(name)).toBe("nxdomain");
  });

  it("have a domain of their own in each region", () => {
    const changes = { region: "eu-west-1" };
    expect(lookUp("ip-10-0-1-5.eu-west-1.compute.internal", "A", changes)).toBe("10.0.1.5");
    expect(lookUp("ip-10-0-1-5.ec2.internal", "A", changes)).toBe("nxdomain");
    expect(lookUp("ec2-203-0-113-10.eu-west-1.compute.amazonaws.com", "A", changes)).toBe("10.0.1.10");
    expect(lookUp("10.113.0.203.in-addr.arpa", "PTR", changes)).toBe(
      "ec2-203-0-113-10.eu-west-1.compute.amazonaws.com",
    );
  });

  it("lead a public name to the public address when the VPC has no DNS hostnames", () => {
    const name = "ec2-203-0-113-10.compute-1.amazonaws.com";
    expect(lookUp(name, "A", { enableDnsHostnames: false })).toBe("203.0.113.10");
  });

  it("are refused, not dropped, in a VPC without DNS support", () => {
    expect(lookUp("sts.amazonaws.com", "A", { enableDnsSupport: false })).toBe("refused");
  });

  it("can be found by address", () => {
    expect(lookUp("5.1.0.10.in-addr.arpa", "PTR")).toBe("ip-10-0-1-5.ec2.internal");
    expect(lookUp("10.113.0.203.in-addr.arpa", "PTR")).toBe("ec2-203-0-113-10.compute-1.amazonaws.com");
    expect(lookUp("5.1.0.10.in-addr.arpa", "A")).toBe("nodata");
    expect(lookUp("8.8.8.8.in-addr.arpa", "PTR")).toBe("nxdomain");
  });

  it("answer by type", () => {
    expect(lookUp("i-0123456789abcdef0.ec2.internal", "AAAA")).toBe("fd00::10");
    expect(lookUp("i-0123456789abcdef0.ec2.internal", "ANY")).toBe("10.0.1.10 fd00::10");
    expect(lookUp("sts.amazonaws.com", "AAAA")).toBe("nodata");
    expect(lookUp("amazonaws.com")).toBe("nodata");
    expect(lookUp("ec2.internal")).toBe("nodata");
  });

  it("hold nothing else, whatever is asked", () => {
    fc.assert(
      fc.property(fc.domain(), fc.constantFrom<QuestionType>("A", "PTR", "ANY", "other"), (name, type) => {
        fc.pre(!/(amazonaws\.com|api\.aws|ec2\.internal|arpa)$/.test(name));
        expect(lookUp(name, type)).toBe("nxdomain");
      }),
    );
  });
});

import type { CreateNetworkAclResult, DescribeNetworkAclsResult, NetworkAcl } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";

let net: TestNetwork;

beforeEach(async () => {
  net = await openTestNetwork();
});

const create = (input: object = {}): string =>
  net.id("CreateNetworkAcl", { VpcId: net.vpcId, ...input }, "NetworkAcl.NetworkAclId");
const show = (NetworkAclId: string): NetworkAcl =>
  net.ask<DescribeNetworkAclsResult>("DescribeNetworkAcls", { NetworkAclIds: [NetworkAclId] })
    .NetworkAcls?.[0] ?? {};
const entry = (NetworkAclId: string, more: object = {}) => ({
  NetworkAclId,
  RuleNumber: 100,
  Egress: false,
  Protocol: "6",
  RuleAction: "allow",
  CidrBlock: "0.0.0.0/0",
  PortRange: { From: 443, To: 443 },
  ...more,
});
const add = (NetworkAclId: string, more: object = {}) =>
  net.ask("CreateNetworkAclEntry", entry(NetworkAclId, more));
/** Puts an ACL in force on a subnet and answers the new association. */
const enforce = (NetworkAclId: string, SubnetId: string): string => {
  const Filters = [{ Name: "association.subnet-id", Values: [SubnetId] }];
  const [acl] = net.ask<DescribeNetworkAclsResult>("DescribeNetworkAcls", { Filters }).NetworkAcls ?? [];
  const own = acl?.Associations?.find((each) => each.SubnetId === SubnetId);
  const input = { AssociationId: own?.NetworkAclAssociationId, NetworkAclId };
  return net.id("ReplaceNetworkAclAssociation", input, "NewAssociationId");
};

describe("a new network ACL", () => {
  it("denies everything, holds for nothing, and can be deleted", () => {
    const id = create();
    const deny = { RuleNumber: 32_767, Protocol: "-1", RuleAction: "deny", CidrBlock: "0.0.0.0/0" };
    expect(show(id)).toMatchObject({
      VpcId: net.vpcId,
      IsDefault: false,
      Associations: [],
      Entries: [
        { ...deny, Egress: true },
        { ...deny, Egress: false },
      ],
    });
    net.ask("DeleteNetworkAcl", { NetworkAclId: id });
    expect(net.refusal("DescribeNetworkAcls", { NetworkAclIds: [id] })).toContain(
      "InvalidNetworkAclID.NotFound",
    );
  });

  it("is made once per client token", () => {
    const make = () =>
      net.ask<CreateNetworkAclResult>("CreateNetworkAcl", { VpcId: net.vpcId, ClientToken: "t" });
    const [one, two] = [make(), make()];
    expect(one.ClientToken).toBe("t");
    expect(two).toEqual(one);
  });

  it("denies IPv6 too, last of all, in a VPC that has it", () => {
    net.ask("AssociateVpcCidrBlock", { VpcId: net.vpcId, AmazonProvidedIpv6CidrBlock: true });
    const last = { RuleNumber: 32_768, RuleAction: "deny", Ipv6CidrBlock: "::/0" };
    expect(show(create()).Entries?.filter(({ Egress }) => Egress)).toMatchObject([
      { RuleNumber: 32_767 },
      last,
    ]);
  });

  it("needs itself and its VPC", () => {
    expect(net.needs("CreateNetworkAcl", { VpcId: net.vpcId })).toEqual([
      ["ec2:CreateNetworkAcl", "arn:aws:ec2:us-east-1:111122223333:network-acl/*"],
      ["ec2:CreateNetworkAcl", `arn:aws:ec2:us-east-1:111122223333:vpc/${net.vpcId}`],
    ]);
  });
});

describe("entries of a network ACL", () => {
  it.each([
    [{}, { Protocol: "6", PortRange: { From: 443, To: 443 }, CidrBlock: "0.0.0.0/0" }],
    [{ Protocol: "tcp" }, { Protocol: "6" }],
    [
      { Protocol: "udp", PortRange: { From: 0, To: 65_535 } },
      { Protocol: "17", PortRange: { From: 0, To: 65_535 } },
    ],
    [{ Protocol: "-1" }, { Protocol: "-1", PortRange: undefined }],
    [{ Protocol: "47" }, { Protocol: "47", PortRange: undefined }],
    [
      { Protocol: "icmp", IcmpTypeCode: { Type: 8, Code: -1 } },
      { Protocol: "1", IcmpTypeCode: { Type: 8, Code: -1 } },
    ],
    [{ CidrBlock: "100.68.0.18/18" }, { CidrBlock: "100.68.0.0/18" }],
    [{ CidrBlock: undefined, Ipv6CidrBlock: "2001:DB8::1/32" }, { Ipv6CidrBlock: "2001:db8::/32" }],
    [
      { Protocol: "58", CidrBlock: undefined, Ipv6CidrBlock: "::/0", IcmpTypeCode: { Type: 128, Code: 0 } },
      { Protocol: "58", IcmpTypeCode: { Type: 128, Code: 0 } },
    ],
  ])("stated as %j are shown as %j", (input, shown) => {
    const id = create();
    add(id, input);
    expect(show(id).Entries?.find(({ RuleNumber }) => RuleNumber === 100)).toMatchObject(shown);
  });

  it.each([
    [{ RuleNumber: 0 }, "ruleNumber"],
    [{ RuleNumber: 32_767 }, "ruleNumber"],
    [{ Protocol: "carrier-pigeon" }, "IP protocol"],
    [{ Protocol: "256" }, "IP protocol"],
    [{ CidrBlock: "10.0.0.0/40" }, "CIDR block"],
    [{ CidrBlock: "::/0" }, "CIDR block"],
    [{ PortRange: { From: 1 } }, "portRange"],
    [{ PortRange: { From: 2, To: 1 } }, "Invalid port range"],
    [{ Protocol: "1" }, "icmpTypeCode"],
    [{ Protocol: "1", IcmpTypeCode: { Type: -1, Code: 0 } }, "ICMP"],
    [{ Protocol: "58", IcmpTypeCode: { Type: 128, Code: 0 } }, "IPv4 CIDR block"],
  ])("stated as %j are refused", (input, text) => {
    expect(net.refusal("CreateNetworkAclEntry", entry(create(), input))).toContain(text);
  });

  it("have a number once in each direction, are replaced and deleted by it", () => {
    const id = create();
    add(id);
    add(id, { Egress: true });
    expect(net.refusal("CreateNetworkAclEntry", entry(id))).toBe(
      "NetworkAclEntryAlreadyExists: The network acl entry identified by 100 already exists.",
    );
    net.ask("ReplaceNetworkAclEntry", entry(id, { RuleAction: "deny" }));
    const ingress = () => show(id).Entries?.filter(({ Egress, RuleNumber }) => !Egress && RuleNumber === 100);
    expect(ingress()).toMatchObject([{ RuleAction: "deny" }]);
    net.ask("DeleteNetworkAclEntry", { NetworkAclId: id, RuleNumber: 100, Egress: false });
    expect(ingress()).toEqual([]);
    const gone = "InvalidNetworkAclEntry.NotFound: The network acl entry identified by 100 does not exist.";
    expect(net.refusal("ReplaceNetworkAclEntry", entry(id))).toBe(gone);
    expect(net.refusal("DeleteNetworkAclEntry", { NetworkAclId: id, RuleNumber: 100, Egress: false })).toBe(
      gone,
    );
    expect(show(id).Entries?.filter(({ Egress }) => Egress)).toHaveLength(2);
  });

  it("are twenty in each direction and family, the implicit one included", () => {
    const id = create();
    for (let RuleNumber = 1; RuleNumber <= 19; RuleNumber += 1) add(id, { RuleNumber });
    expect(net.refusal("CreateNetworkAclEntry", entry(id, { RuleNumber: 20 }))).toContain(
      "NetworkAclEntryLimitExceeded",
    );
    add(id, { RuleNumber: 20, Egress: true });
    add(id, { RuleNumber: 20, CidrBlock: undefined, Ipv6CidrBlock: "::/0" });
    net.ask("ReplaceNetworkAclEntry", entry(id, { RuleNumber: 19, RuleAction: "deny" }));
  });
});

describe("network ACLs of subnets", () => {
  it("are replaced by another one of the VPC, under a new association", () => {
    const id = create();
    const association = enforce(id, net.privateSubnetId);
    expect(association).toMatch(/^aclassoc-0[0-9a-f]{16}$/);
    expect(show(id).Associations).toEqual([
      { NetworkAclAssociationId: association, NetworkAclId: id, SubnetId: net.privateSubnetId },
    ]);
    expect(net.refusal("DeleteNetworkAcl", { NetworkAclId: id })).toBe(
      `DependencyViolation: The networkAcl '${id}' has dependencies and cannot be deleted.`,
    );
    const other = net.id("CreateVpc", { CidrBlock: "10.1.0.0/16" }, "Vpc.VpcId");
    const elsewhere = net.id("CreateNetworkAcl", { VpcId: other }, "NetworkAcl.NetworkAclId");
    expect(
      net.refusal("ReplaceNetworkAclAssociation", { AssociationId: association, NetworkAclId: elsewhere }),
    ).toContain("belong to different networks");
  });

  it("decide about packets at the subnet's edge, in the order of their entries", () => {
    net.ask("ModifySubnetAttribute", { SubnetId: net.publicSubnetId, MapPublicIpOnLaunch: { Value: true } });
    const client = net.instanceIn(net.publicSubnetId);
    const server = net.instanceIn(net.privateSubnetId);
    const address = (eniId: string) => net.model().enis.find(({ id }) => id === eniId)?.privateIps[0] ?? "";
    const delivered = () =>
      net.verdict({
        from: client.eniId,
        source: address(client.eniId),
        destination: address(server.eniId),
        protocol: 6,
        sourcePort: 50_000,
        destinationPort: 443,
      }).allowed;
    expect(delivered()).toBe(true);
    const id = create();
    enforce(id, net.privateSubnetId);
    expect(delivered()).toBe(false);
    add(id, { RuleNumber: 110 });
    // Its answer is judged like any other packet.
    expect(delivered()).toBe(false);
    add(id, { Egress: true, PortRange: { From: 1024, To: 65_535 } });
    expect(delivered()).toBe(true);
    add(id, { RuleNumber: 105, RuleAction: "deny" });
    expect(delivered()).toBe(false);
    net.ask(
      "ReplaceNetworkAclEntry",
      entry(id, { RuleNumber: 105, CidrBlock: "192.0.2.0/24", RuleAction: "deny" }),
    );
    expect(delivered()).toBe(true);
  });
});

describe("the list of network ACLs", () => {
  it.each([
    ["entry.cidr", "198.51.100.0/24"],
    ["entry.ipv6-cidr", "2001:db8::/32"],
    ["entry.icmp.type", "8"],
    ["entry.icmp.code", "0"],
    ["entry.port-range.from", "80"],
    ["entry.port-range.to", "81"],
    ["entry.protocol", "6"],
    ["entry.rule-number", "7"],
    ["default", "false"],
  ])("is found by %s", (Name, value) => {
    const id = create();
    add(id, { RuleNumber: 7, CidrBlock: "198.51.100.0/24", PortRange: { From: 80, To: 81 } });
    add(id, { RuleNumber: 8, CidrBlock: undefined, Ipv6CidrBlock: "2001:db8::/32" });
    add(id, { RuleNumber: 9, Protocol: "1", IcmpTypeCode: { Type: 8, Code: 0 } });
    const found = (Values: readonly string[]) =>
      net
        .ask<DescribeNetworkAclsResult>("DescribeNetworkAcls", { Filters: [{ Name, Values }] })
        .NetworkAcls?.map(({ NetworkAclId }) => NetworkAclId);
    expect(found([value])).toContain(id);
    expect(found(["none"])).toEqual([]);
  });
});

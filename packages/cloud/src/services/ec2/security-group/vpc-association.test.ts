import { compileNetwork, evaluate } from "@casemate/net-engine";
import { beforeEach, describe, expect, it } from "vitest";
import { operationNamed } from "../testing-network.ts";
import { openConnectedWorld, other, type ConnectedWorld, type TestVpc } from "../testing-connections.ts";

interface Group {
  readonly GroupId: string;
  readonly PrimaryVpcId: string;
}

describe("a security group in further VPCs", () => {
  let world: ConnectedWorld;
  let home: TestVpc;
  let away: TestVpc;
  let id: string;

  beforeEach(async () => {
    world = await openConnectedWorld();
    home = world.makeVpc("10.1.0.0/16");
    away = world.makeVpc("10.2.0.0/16");
    id = group("web");
  });

  const group = (GroupName: string, vpc = home): string =>
    world.ask<{ GroupId: string }>("CreateSecurityGroup", { GroupName, Description: "d", VpcId: vpc.vpcId })
      .GroupId;
  const pair = (): object => ({ GroupId: id, VpcId: away.vpcId });
  const associate = (): object => world.ask("AssociateSecurityGroupVpc", pair());
  const usable = (input: object = {}): readonly Group[] =>
    world.ask<{ SecurityGroupForVpcs: Group[] }>("GetSecurityGroupsForVpc", {
      VpcId: away.vpcId,
      ...input,
    }).SecurityGroupForVpcs;
  const put = (eni: string): object =>
    world.ask("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId: eni, Groups: [id] });

  it("is put on interfaces there once it is associated, and its rules are enforced there", async () => {
    const one = world.instanceIn(away);
    const two = world.instanceIn(away);
    world.ask("AuthorizeSecurityGroupIngress", {
      GroupId: id,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupId: id }] }],
    });
    expect(
      world.refusal("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId: one.eniId, Groups: [id] }),
    ).toBe(
      `InvalidParameter: Security group ${id} and subnet ${away.subnetId} belong to different networks.`,
    );
    expect(associate()).toEqual({ State: "associated" });
    const reaches = async (): Promise<boolean> => {
      await world.settle();
      const packet = {
        from: one.eniId,
        source: one.address,
        destination: two.address,
        protocol: 6,
        destinationPort: 443,
      };
      return evaluate(compileNetwork(world.models.get(away.vpcId)!), packet).allowed;
    };
    put(two.eniId);
    expect(await reaches()).toBe(false);
    put(one.eniId);
    expect(await reaches()).toBe(true);
    expect(world.refusal("DisassociateSecurityGroupVpc", pair())).toBe(
      `DependencyViolation: The security group '${id}' is in use by network interfaces ` +
        `in the VPC '${away.vpcId}'`,
    );
  });

  it("is listed there with its own VPC, and as an association", () => {
    associate();
    expect(usable({ Filters: [{ Name: "group-name", Values: ["web"] }] })).toMatchObject([
      { GroupId: id, PrimaryVpcId: home.vpcId },
    ]);
    expect(
      usable()
        .map(({ PrimaryVpcId }) => PrimaryVpcId)
        .toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual([home.vpcId, away.vpcId].toSorted((a, b) => (a < b ? -1 : 1)));
    const listed = (input: object, caller = {}): readonly object[] =>
      world.ask<{ SecurityGroupVpcAssociations: object[] }>(
        "DescribeSecurityGroupVpcAssociations",
        input,
        caller,
      ).SecurityGroupVpcAssociations;
    const own = { GroupId: id, VpcId: away.vpcId, State: "associated" };
    expect(listed({})).toMatchObject([own]);
    expect(listed({ Filters: [{ Name: "vpc-id", Values: [away.vpcId] }] })).toMatchObject([own]);
    expect(listed({ Filters: [{ Name: "vpc-id", Values: [home.vpcId] }] })).toEqual([]);
    expect(listed({}, other)).toEqual([]);
  });

  it("is taken back, and goes with the group", () => {
    associate();
    expect(world.ask("DisassociateSecurityGroupVpc", pair())).toEqual({ State: "disassociated" });
    expect(usable().map(({ GroupId }) => GroupId)).not.toContain(id);
    associate();
    world.ask("DeleteSecurityGroup", { GroupId: id });
    expect(usable().map(({ GroupId }) => GroupId)).not.toContain(id);
  });

  it("needs the group and the VPC", () => {
    const needs = world
      .needsOf(operationNamed("AssociateSecurityGroupVpc"), pair())
      .map(({ action, target }) => [action, target.arn.split(":")[5]]);
    expect(needs).toEqual([
      ["ec2:AssociateSecurityGroupVpc", `security-group/${id}`],
      ["ec2:AssociateSecurityGroupVpc", `vpc/${away.vpcId}`],
    ]);
  });
});

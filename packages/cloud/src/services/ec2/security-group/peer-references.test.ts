import { compileNetwork, reachAcross } from "@casemate/net-engine";
import { beforeEach, describe, expect, it } from "vitest";
import {
  openConnectedWorld,
  other,
  otherAccount,
  type ConnectedWorld,
  type TestVpc,
} from "../testing-connections.ts";
import { testAccount } from "../testing.ts";

interface Rule {
  readonly ReferencedGroupInfo: object;
}

describe("rules that name groups of peers", () => {
  let world: ConnectedWorld;
  let here: TestVpc;
  let there: TestVpc;
  let peering: string;

  beforeEach(async () => {
    world = await openConnectedWorld();
    here = world.makeVpc("10.1.0.0/16");
    there = world.makeVpc("10.2.0.0/16", other);
    peering = world.ask<{ VpcPeeringConnection: { VpcPeeringConnectionId: string } }>(
      "CreateVpcPeeringConnection",
      { VpcId: here.vpcId, PeerVpcId: there.vpcId, PeerOwnerId: otherAccount },
    ).VpcPeeringConnection.VpcPeeringConnectionId;
    await world.settle();
  });

  const accept = async (): Promise<void> => {
    world.ask("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: peering }, other);
    await world.settle();
  };
  const group = (vpc: TestVpc, GroupName: string, caller = {}): string =>
    world.ask<{ GroupId: string }>(
      "CreateSecurityGroup",
      { GroupName, Description: "d", VpcId: vpc.vpcId },
      caller,
    ).GroupId;
  const permission = (pair: object): object => ({
    IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, UserIdGroupPairs: [pair] }],
  });
  const allow = (GroupId: string, pair: object): readonly Rule[] =>
    world.ask<{ SecurityGroupRules: Rule[] }>("AuthorizeSecurityGroupIngress", {
      GroupId,
      ...permission(pair),
    }).SecurityGroupRules;

  it("are refused before the peering stands, without the peer's account, and of any other VPC", async () => {
    const [own, theirs] = [group(here, "own"), group(there, "theirs", other)];
    const refused = (pair: object): string =>
      world.refusal("AuthorizeSecurityGroupIngress", { GroupId: own, ...permission(pair) });
    const missing = `InvalidGroup.NotFound: The security group '${theirs}' does not exist`;
    expect(refused({ GroupId: theirs, UserId: otherAccount })).toBe(missing);
    await accept();
    expect(refused({ GroupId: theirs })).toBe(missing);
    expect(refused({ GroupId: theirs, UserId: "123456789012" })).toBe(missing);
    expect(refused({ GroupId: theirs, UserId: otherAccount, VpcId: here.vpcId })).toBe(missing);
    expect(refused({ GroupId: theirs, VpcPeeringConnectionId: "pcx-0aaaaaaaaaaaaaaaa" })).toBe(
      "InvalidVpcPeeringConnectionID.NotFound: " +
        "The vpcPeeringConnection ID 'pcx-0aaaaaaaaaaaaaaaa' does not exist",
    );
    const far = group(world.makeVpc("10.3.0.0/16", other), "far", other);
    expect(refused({ GroupId: far, UserId: otherAccount })).toContain(far);
    allow(own, { GroupId: theirs, UserId: otherAccount, VpcPeeringConnectionId: peering });
  });

  it("show the peering and its state, are told to the peer, and are stale once it is gone", async () => {
    await accept();
    const [own, theirs] = [group(here, "own"), group(there, "theirs", other)];
    const info = {
      GroupId: theirs,
      UserId: otherAccount,
      VpcId: there.vpcId,
      VpcPeeringConnectionId: peering,
      PeeringStatus: "active",
    };
    const [rule] = allow(own, { GroupId: theirs, UserId: otherAccount });
    expect(rule?.ReferencedGroupInfo).toEqual(info);
    const shown = (): object | undefined =>
      world.ask<{ SecurityGroups: { IpPermissions: { UserIdGroupPairs: object[] }[] }[] }>(
        "DescribeSecurityGroups",
        { GroupIds: [own] },
      ).SecurityGroups[0]?.IpPermissions[0]?.UserIdGroupPairs[0];
    expect(shown()).toEqual(info);
    const references = (): object =>
      world.ask("DescribeSecurityGroupReferences", { GroupId: [theirs] }, other);
    const reference = { GroupId: theirs, ReferencingVpcId: here.vpcId, VpcPeeringConnectionId: peering };
    expect(references()).toEqual({ SecurityGroupReferenceSet: [reference] });
    const stale = (): object[] =>
      world.ask<{ StaleSecurityGroupSet: object[] }>("DescribeStaleSecurityGroups", { VpcId: here.vpcId })
        .StaleSecurityGroupSet;
    expect(stale()).toEqual([]);
    world.ask("DeleteVpcPeeringConnection", { VpcPeeringConnectionId: peering });
    await world.settle();
    expect(references()).toEqual({ SecurityGroupReferenceSet: [] });
    expect(shown()).toEqual({ ...info, PeeringStatus: "deleted" });
    expect(stale()).toMatchObject([
      {
        GroupId: own,
        VpcId: here.vpcId,
        StaleIpPermissions: [{ FromPort: 443, UserIdGroupPairs: [{ GroupId: theirs }] }],
        StaleIpPermissionsEgress: [],
      },
    ]);
  });

  it("do not keep the peer from deleting its group, and are stale then", async () => {
    await accept();
    const [own, theirs] = [group(here, "own"), group(there, "theirs", other)];
    allow(own, { GroupId: theirs, UserId: otherAccount });
    world.ask("DeleteSecurityGroup", { GroupId: theirs }, other);
    const { StaleSecurityGroupSet } = world.ask<{ StaleSecurityGroupSet: object[] }>(
      "DescribeStaleSecurityGroups",
      { VpcId: here.vpcId },
    );
    expect(StaleSecurityGroupSet).toMatchObject([{ GroupId: own }]);
  });

  it("let through what comes from interfaces of that group, and nothing else of the peer", async () => {
    await accept();
    const to = world.instanceIn(here);
    const from = world.instanceIn(there, other);
    const theirs = group(there, "theirs", other);
    await world.settle();
    for (const [vpc, cidr, caller] of [
      [here, "10.2.0.0/16", {}],
      [there, "10.1.0.0/16", other],
    ] as const) {
      world.ask(
        "CreateRoute",
        { RouteTableId: vpc.tableId, DestinationCidrBlock: cidr, VpcPeeringConnectionId: peering },
        caller,
      );
    }
    const own = world.models.get(here.vpcId)?.enis[0]?.securityGroupIds[0] ?? "";
    allow(own, { GroupId: theirs, UserId: otherAccount });
    const reaches = async (): Promise<boolean> => {
      await world.settle();
      const networks = [here, there].map(({ vpcId }) => compileNetwork(world.models.get(vpcId)!));
      return reachAcross(networks, { from: from.eniId, to: to.eniId }, { protocol: 6, destinationPort: 443 })
        .allowed;
    };
    expect(await reaches()).toBe(false);
    world.ask("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId: from.eniId, Groups: [theirs] }, other);
    expect(await reaches()).toBe(true);
  });

  it("are described for the caller's own groups and VPCs alone", () => {
    const own = group(here, "own");
    expect(world.refusal("DescribeSecurityGroupReferences", { GroupId: [own] }, other)).toContain(
      "InvalidGroup.NotFound",
    );
    expect(world.refusal("DescribeStaleSecurityGroups", { VpcId: here.vpcId }, other)).toContain(
      "InvalidVpcID.NotFound",
    );
    expect(testAccount).not.toBe(otherAccount);
  });
});

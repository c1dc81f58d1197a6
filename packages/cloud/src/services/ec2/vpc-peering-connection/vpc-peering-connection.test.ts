import { compileNetwork, evaluate, reachAcross } from "@casemate/net-engine";
import type { VpcPeeringConnection } from "@casemate/wire/ec2";
import { describe, expect, it } from "vitest";
import { vpcNameFacts } from "../dns/vpc-names.ts";
import { ec2Service } from "../index.ts";
import { networkInterfaces, withPublicIp } from "../network-interface/network-interface.ts";
import {
  openConnectedWorld,
  other,
  otherAccount,
  type ConnectedWorld,
  type TestVpc,
} from "../testing-connections.ts";
import { rootOf, testAccount, type Caller } from "../testing.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const abroad: Caller = { region: "eu-west-1" };

interface Made {
  readonly VpcPeeringConnection: VpcPeeringConnection;
}

function request(world: ConnectedWorld, from: TestVpc, to: TestVpc, more: object = {}): string {
  const input = { VpcId: from.vpcId, PeerVpcId: to.vpcId, ...more };
  const made = world.ask<Made>("CreateVpcPeeringConnection", input).VpcPeeringConnection;
  expect(made.Status?.Code).toBe("initiating-request");
  return made.VpcPeeringConnectionId ?? "";
}

function look(world: ConnectedWorld, id: string, caller?: Caller): VpcPeeringConnection | undefined {
  const { VpcPeeringConnections } = world.ask<{ VpcPeeringConnections: VpcPeeringConnection[] }>(
    "DescribeVpcPeeringConnections",
    {},
    caller,
  );
  return VpcPeeringConnections.find(({ VpcPeeringConnectionId }) => VpcPeeringConnectionId === id);
}

const transition = (id: string, from: string, to: string): string =>
  `InvalidStateTransition: Invalid state transition for ${id}, ` +
  `attempted to transition from ${from} to ${to}`;

const stateOf = (world: ConnectedWorld, id: string, caller?: Caller): string | undefined =>
  look(world, id, caller)?.Status?.Code;

/** Two VPCs of one account with an active peering. */
async function openPeered() {
  const world = await openConnectedWorld();
  const here = world.makeVpc("10.1.0.0/16");
  const there = world.makeVpc("10.2.0.0/16");
  const VpcPeeringConnectionId = request(world, here, there);
  world.ask("AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
  await world.settle();
  return { world, here, there, VpcPeeringConnectionId };
}

function route(world: ConnectedWorld, from: TestVpc, to: string, VpcPeeringConnectionId: string): void {
  world.ask("CreateRoute", { RouteTableId: from.tableId, DestinationCidrBlock: to, VpcPeeringConnectionId });
}

describe("the life of a peering", () => {
  it("goes by its acceptance to active, and shows the accepter's blocks only then", async () => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const there = world.makeVpc("10.2.0.0/16", other);
    const id = request(world, here, there, { PeerOwnerId: otherAccount });
    expect(look(world, id, other)).toMatchObject({
      RequesterVpcInfo: {
        CidrBlock: "10.1.0.0/16",
        OwnerId: testAccount,
        VpcId: here.vpcId,
        Region: "us-east-1",
      },
      AccepterVpcInfo: { OwnerId: otherAccount, VpcId: there.vpcId, Region: "us-east-1" },
      Status: { Code: "pending-acceptance", Message: `Pending Acceptance by ${otherAccount}` },
    });
    expect(look(world, id)?.AccepterVpcInfo?.CidrBlock).toBeUndefined();
    const accepted = world.ask<Made>("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: id }, other);
    expect(accepted.VpcPeeringConnection.Status?.Code).toBe("provisioning");
    await world.settle();
    expect(look(world, id)).toMatchObject({
      AccepterVpcInfo: {
        CidrBlock: "10.2.0.0/16",
        CidrBlockSet: [{ CidrBlock: "10.2.0.0/16" }],
        PeeringOptions: { AllowDnsResolutionFromRemoteVpc: false },
      },
      Status: { Code: "active", Message: "Active" },
    });
    expect(look(world, id)?.ExpirationTime).toBeUndefined();
  });

  it("stays on its way for as long as one of the networks does not stand", async () => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const there = world.makeVpc("10.2.0.0/16");
    world.instanceIn(here);
    world.instanceIn(there);
    const VpcPeeringConnectionId = request(world, here, there);
    world.ask("AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
    await world.settle([there.vpcId]);
    expect(stateOf(world, VpcPeeringConnectionId)).toBe("provisioning");
    await world.settle();
    expect(stateOf(world, VpcPeeringConnectionId)).toBe("active");
    world.ask("DeleteVpcPeeringConnection", { VpcPeeringConnectionId });
    await world.settle([here.vpcId]);
    expect(stateOf(world, VpcPeeringConnectionId)).toBe("deleting");
    await world.settle();
    expect(stateOf(world, VpcPeeringConnectionId)).toBe("deleted");
  });

  it("expires after seven days, is shown two more and then forgotten", async () => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const there = world.makeVpc("10.2.0.0/16");
    const id = request(world, here, there);
    world.advance(7 * dayMs - 1);
    expect(stateOf(world, id)).toBe("pending-acceptance");
    world.advance(1);
    expect(stateOf(world, id)).toBe("expired");
    expect(world.refusal("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: id })).toBe(
      transition(id, "expired", "provisioning"),
    );
    world.advance(2 * dayMs);
    expect(stateOf(world, id)).toBeUndefined();
    expect(request(world, here, there)).not.toBe(id);
  });

  it.each([
    ["overlapping blocks", "10.1.0.0/20", {}],
    ["another account than the VPC's", "10.2.0.0/16", { PeerOwnerId: "777788889999" }],
    ["another region than the VPC's", "10.2.0.0/16", { PeerRegion: "eu-west-1", PeerOwnerId: otherAccount }],
  ])("fails for %s, shown to the requester for two hours", async (_why, block, more) => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const there = world.makeVpc(block, other);
    const id = request(world, here, there, { PeerOwnerId: otherAccount, ...more });
    expect(look(world, id)?.Status).toEqual({
      Code: "failed",
      Message: "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
    });
    expect(stateOf(world, id, other)).toBeUndefined();
    expect(world.refusal("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: id }, other)).toContain(
      "InvalidVpcPeeringConnectionID.NotFound",
    );
    world.advance(2 * hourMs);
    expect(stateOf(world, id)).toBeUndefined();
  });

  it("fails at its acceptance when the blocks have come to overlap meanwhile", async () => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const there = world.makeVpc("10.2.0.0/16");
    const VpcPeeringConnectionId = request(world, here, there);
    world.ask("AssociateVpcCidrBlock", { VpcId: there.vpcId, CidrBlock: "10.3.0.0/16" });
    world.ask("AssociateVpcCidrBlock", { VpcId: here.vpcId, CidrBlock: "10.3.128.0/20" });
    const { VpcPeeringConnection } = world.ask<Made>("AcceptVpcPeeringConnection", {
      VpcPeeringConnectionId,
    });
    expect(VpcPeeringConnection.Status?.Code).toBe("failed");
  });

  it("is rejected by whom it asks, shown to it for two hours and to the requester for two days", async () => {
    const world = await openConnectedWorld();
    const there = world.makeVpc("10.2.0.0/16", other);
    const id = request(world, world.makeVpc("10.1.0.0/16"), there, { PeerOwnerId: otherAccount });
    world.ask("RejectVpcPeeringConnection", { VpcPeeringConnectionId: id }, other);
    world.advance(2 * hourMs);
    expect(stateOf(world, id, other)).toBeUndefined();
    expect(stateOf(world, id)).toBe("rejected");
    expect(world.refusal("DeleteVpcPeeringConnection", { VpcPeeringConnectionId: id })).toBe(
      transition(id, "rejected", "deleting"),
    );
    world.advance(46 * hourMs);
    expect(stateOf(world, id)).toBeUndefined();
  });

  it("is unknown to accounts and regions that are no side of it", async () => {
    const { world, VpcPeeringConnectionId } = await openPeered();
    for (const caller of [{ principal: rootOf("777788889999") }, abroad]) {
      for (const name of ["Accept", "Reject", "Delete"]) {
        expect(world.refusal(`${name}VpcPeeringConnection`, { VpcPeeringConnectionId }, caller)).toBe(
          "InvalidVpcPeeringConnectionID.NotFound: " +
            `The vpcPeeringConnection ID '${VpcPeeringConnectionId}' does not exist`,
        );
      }
    }
  });

  it("joins regions, and is accepted in the region of the accepter", async () => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const there = world.makeVpc("10.2.0.0/16", abroad);
    const id = request(world, here, there, { PeerRegion: "eu-west-1" });
    expect(world.refusal("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: id })).toBe(
      `OperationNotPermitted: User ${testAccount} cannot accept peering ${id}`,
    );
    world.ask("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: id }, abroad);
    await world.settle();
    expect(stateOf(world, id)).toBe("active");
  });

  it("keeps its VPCs from being deleted, and gives way once it is deleted", async () => {
    const { world, here, VpcPeeringConnectionId } = await openPeered();
    world.ask("DeleteSubnet", { SubnetId: here.subnetId });
    expect(world.refusal("DeleteVpc", { VpcId: here.vpcId })).toContain("DependencyViolation");
    world.ask("DeleteVpcPeeringConnection", { VpcPeeringConnectionId });
    world.ask("DeleteVpc", { VpcId: here.vpcId });
  });
});

describe("what is said of a peering", () => {
  it("has tags of its own for each side", async () => {
    const world = await openConnectedWorld();
    const there = world.makeVpc("10.2.0.0/16", other);
    const tags = [{ ResourceType: "vpc-peering-connection", Tags: [{ Key: "team", Value: "red" }] }];
    const id = request(world, world.makeVpc("10.1.0.0/16"), there, {
      PeerOwnerId: otherAccount,
      TagSpecifications: tags,
    });
    expect(look(world, id, other)?.Tags).toEqual([]);
    world.ask("CreateTags", { Resources: [id], Tags: [{ Key: "team", Value: "blue" }] }, other);
    expect(look(world, id)?.Tags).toEqual([{ Key: "team", Value: "red" }]);
    expect(look(world, id, other)?.Tags).toEqual([{ Key: "team", Value: "blue" }]);
    const { Tags } = world.ask<{ Tags: object[] }>("DescribeTags", {}, other);
    expect(Tags).toContainEqual({
      Key: "team",
      ResourceId: id,
      ResourceType: "vpc-peering-connection",
      Value: "blue",
    });
  });

  it("is filtered and paged", async () => {
    const { world, here, there, VpcPeeringConnectionId: id } = await openPeered();
    const found = (Name: string, Value: string): number =>
      world.ask<{ VpcPeeringConnections: object[] }>("DescribeVpcPeeringConnections", {
        Filters: [{ Name, Values: [Value] }],
      }).VpcPeeringConnections.length;
    const matching = {
      "accepter-vpc-info.cidr-block": "10.2.0.0/16",
      "accepter-vpc-info.owner-id": testAccount,
      "accepter-vpc-info.vpc-id": there.vpcId,
      "requester-vpc-info.cidr-block": "10.1.0.0/16",
      "requester-vpc-info.owner-id": testAccount,
      "requester-vpc-info.vpc-id": here.vpcId,
      "expiration-time": "2026-01-22T12:00:00.000Z",
      "status-code": "active",
      "status-message": "Active",
      "vpc-peering-connection-id": id,
    };
    for (const [name, value] of Object.entries(matching))
      expect([name, found(name, value)]).toEqual([name, 1]);
    for (const name of Object.keys(matching)) expect([name, found(name, "none")]).toEqual([name, 0]);
    const third = world.makeVpc("10.3.0.0/16");
    const second = request(world, here, third);
    const first = world.ask<{ VpcPeeringConnections: VpcPeeringConnection[]; NextToken: string }>(
      "DescribeVpcPeeringConnections",
      { MaxResults: 5 },
    );
    expect(new Set(first.VpcPeeringConnections.map((each) => each.VpcPeeringConnectionId))).toEqual(
      new Set([id, second]),
    );
  });

  it("changes whether the other VPC resolves its names, each side for itself", async () => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const there = world.makeVpc("10.2.0.0/16", other);
    const VpcPeeringConnectionId = request(world, here, there, { PeerOwnerId: otherAccount });
    world.ask("AcceptVpcPeeringConnection", { VpcPeeringConnectionId }, other);
    await world.settle();
    const dns = { AllowDnsResolutionFromRemoteVpc: true };
    const asked = { VpcPeeringConnectionId, AccepterPeeringConnectionOptions: dns };
    expect(world.refusal("ModifyVpcPeeringConnectionOptions", asked)).toBe(
      `OperationNotPermitted: User ${testAccount} does not have permission ` +
        "to modify the accepter side peering options",
    );
    expect(world.ask<object>("ModifyVpcPeeringConnectionOptions", asked, other)).toEqual({
      AccepterPeeringConnectionOptions: {
        ...dns,
        AllowEgressFromLocalClassicLinkToRemoteVpc: false,
        AllowEgressFromLocalVpcToRemoteClassicLink: false,
      },
    });
    expect(look(world, VpcPeeringConnectionId)).toMatchObject({
      AccepterVpcInfo: { PeeringOptions: dns },
      RequesterVpcInfo: { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: false } },
    });
  });
});

it("leads public names of a peer to private addresses once it lets the other VPC know", async () => {
  const { world, here, there, VpcPeeringConnectionId } = await openPeered();
  const { eniId, address } = world.instanceIn(there);
  const publicIp = "203.0.113.77";
  world.store.transaction((tx) => {
    const row = tx.get(networkInterfaces.collection, eniId);
    if (row !== undefined) networkInterfaces.change(tx, row, withPublicIp(row, publicIp));
  });
  const found = () => vpcNameFacts(world.store, world.environment, here.vpcId).privateAddressOf(publicIp);
  const options = { AccepterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: true } };
  expect(found()).toBeUndefined();
  world.ask("ModifyVpcPeeringConnectionOptions", { VpcPeeringConnectionId, ...options });
  expect(found()).toBeUndefined();
  world.ask("ModifyVpcAttribute", { VpcId: there.vpcId, EnableDnsHostnames: { Value: true } });
  expect(found()).toBe(address);
  expect(
    vpcNameFacts(world.store, world.environment, world.makeVpc("10.3.0.0/16").vpcId).privateAddressOf(
      publicIp,
    ),
  ).toBeUndefined();
  world.ask("DeleteVpcPeeringConnection", { VpcPeeringConnectionId });
  expect(found()).toBeUndefined();
});

describe("the needs of a peering", () => {
  const operation = (name: string) => ec2Service.operations.find((each) => each.name === name)!;
  const arn = (resource: string, account = testAccount) => `arn:aws:ec2:us-east-1:${account}:${resource}`;

  it("are on the requester's VPC and on the connection, with both VPCs as keys", async () => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const input = { VpcId: here.vpcId, PeerVpcId: "vpc-0bbbbbbbbbbbbbbbb", PeerOwnerId: otherAccount };
    const [vpc, peering] = world.needsOf(operation("CreateVpcPeeringConnection"), input);
    expect(vpc).toMatchObject({
      action: "ec2:CreateVpcPeeringConnection",
      target: { arn: arn(`vpc/${here.vpcId}`), keys: { "ec2:VpcID": here.vpcId } },
    });
    expect(peering).toMatchObject({
      action: "ec2:CreateVpcPeeringConnection",
      target: { arn: arn("vpc-peering-connection/*") },
      keys: {
        "ec2:RequesterVpc": arn(`vpc/${here.vpcId}`),
        "ec2:AccepterVpc": arn("vpc/vpc-0bbbbbbbbbbbbbbbb", otherAccount),
      },
    });
    const [, unnamed] = world.needsOf(operation("CreateVpcPeeringConnection"), { VpcId: here.vpcId });
    expect(Object.keys(unnamed?.keys ?? {})).not.toContain("ec2:AccepterVpc");
    expect(Object.keys(unnamed?.keys ?? {})).not.toContain("aws:TagKeys");
  });

  it("are on the accepter's own VPC, and carry the connection's keys and the viewer's tags", async () => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const there = world.makeVpc("10.2.0.0/16", other);
    const id = request(world, here, there, { PeerOwnerId: otherAccount });
    world.ask("CreateTags", { Resources: [id], Tags: [{ Key: "team", Value: "blue" }] }, other);
    const input = { VpcPeeringConnectionId: id };
    const [vpc, peering] = world.needsOf(operation("AcceptVpcPeeringConnection"), input, other);
    expect(vpc?.target).toMatchObject({
      arn: arn(`vpc/${there.vpcId}`, otherAccount),
      accountId: otherAccount,
    });
    const keys = {
      "ec2:AccepterVpc": arn(`vpc/${there.vpcId}`, otherAccount),
      "ec2:RequesterVpc": arn(`vpc/${here.vpcId}`),
      "ec2:VpcPeeringConnectionID": id,
    };
    expect(peering?.target).toEqual({
      arn: arn(`vpc-peering-connection/${id}`, otherAccount),
      accountId: otherAccount,
      keys: { ...keys, "aws:ResourceTag/team": "blue", "ec2:ResourceTag/team": "blue" },
    });
    for (const name of ["Reject", "Delete"]) {
      const [own] = world.needsOf(operation(`${name}VpcPeeringConnection`), input);
      expect(own?.target).toEqual({ arn: arn(`vpc-peering-connection/${id}`), accountId: testAccount, keys });
    }
    const [absent] = world.needsOf(operation("DeleteVpcPeeringConnection"), {
      VpcPeeringConnectionId: "pcx-0bbbbbbbbbbbbbbbb",
    });
    expect(absent?.target.keys).toEqual({});
  });

  it("name the attribute that is changed", async () => {
    const { world, VpcPeeringConnectionId } = await openPeered();
    const needs = (more: object) =>
      world.needsOf(operation("ModifyVpcPeeringConnectionOptions"), { VpcPeeringConnectionId, ...more })[0]
        ?.keys;
    expect(needs({ RequesterPeeringConnectionOptions: {} })).toMatchObject({
      "ec2:Attribute": "RequesterPeeringConnectionOptions",
    });
    expect(needs({})).not.toHaveProperty("ec2:Attribute");
  });
});

describe("the packets of a peering", () => {
  it("pass when both tables lead there, and no further than to the peer", async () => {
    const { world, here, there, VpcPeeringConnectionId: id } = await openPeered();
    const from = world.instanceIn(here);
    const to = world.instanceIn(there);
    const third = world.makeVpc("10.3.0.0/16");
    const beyond = world.instanceIn(third);
    const onward = request(world, there, third);
    world.ask("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: onward });
    const verdict = async (destination: string) => {
      await world.settle();
      const model = world.models.get(here.vpcId);
      if (model === undefined) throw new Error("The VPC has no network.");
      const packet = {
        from: from.eniId,
        source: from.address,
        destination,
        protocol: 6,
        destinationPort: 443,
      };
      return evaluate(compileNetwork(model), packet);
    };
    const leaves = async (destination: string): Promise<boolean> =>
      JSON.stringify(await verdict(destination)).includes(id);
    expect(await leaves(to.address)).toBe(false);
    route(world, here, "10.2.0.0/16", id);
    expect(await leaves(to.address)).toBe(true);
    route(world, there, "10.1.0.0/16", id);
    world.ask("AuthorizeSecurityGroupIngress", {
      GroupId: world.models.get(there.vpcId)?.enis[0]?.securityGroupIds[0],
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "10.1.0.0/16" }] },
      ],
    });
    await world.settle();
    const networks = [here, there].map(({ vpcId }) => compileNetwork(world.models.get(vpcId)!));
    const flow = reachAcross(
      networks,
      { from: from.eniId, to: to.eniId },
      { protocol: 6, destinationPort: 443 },
    );
    expect(flow).toMatchObject({ allowed: true, delivered: true, reply: "passes" });
    // The route to the third VPC may name the peering, which leads to the peer's own interfaces only.
    route(world, here, "10.3.0.0/16", id);
    route(world, there, "10.3.0.0/16", onward);
    await world.settle();
    expect(
      world.models
        .get(there.vpcId)
        ?.peerings?.map(({ peerVpcId }) => peerVpcId)
        .toSorted(),
    ).toEqual([here.vpcId, third.vpcId].toSorted());
    expect(world.models.get(here.vpcId)?.peerings?.map(({ peerCidrs }) => peerCidrs)).toEqual([
      ["10.2.0.0/16"],
    ]);
    expect(await verdict(beyond.address)).toMatchObject({
      allowed: false,
      denied: { code: "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR" },
    });
  });

  it("carry the peer's interfaces for rules about its groups, in one region only", async () => {
    const { world, here, there, VpcPeeringConnectionId } = await openPeered();
    const from = world.instanceIn(here);
    world.instanceIn(there);
    await world.settle();
    const peers = world.models.get(there.vpcId)?.peerings?.[0]?.peerEnis;
    expect(peers).toMatchObject([{ id: from.eniId, privateIps: [from.address] }]);
    const far = world.makeVpc("10.9.0.0/16", abroad);
    const id = request(world, here, far, { PeerRegion: "eu-west-1" });
    world.ask("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: id }, abroad);
    await world.settle();
    const models = world.models.get(here.vpcId)?.peerings ?? [];
    expect(models.find((each) => each.id === id)?.peerEnis).toBeUndefined();
    expect(models.find((each) => each.id === VpcPeeringConnectionId)?.peerEnis).toHaveLength(1);
  });

  it("follow a route that is a black hole before the acceptance and after the deletion", async () => {
    const world = await openConnectedWorld();
    const here = world.makeVpc("10.1.0.0/16");
    const there = world.makeVpc("10.2.0.0/16");
    const id = request(world, here, there);
    route(world, here, "10.2.0.0/16", id);
    const states = () =>
      world
        .ask<{ RouteTables: { Routes: object[] }[] }>("DescribeRouteTables", {
          RouteTableIds: [here.tableId],
        })
        .RouteTables[0]?.Routes.at(-1);
    const shown = { DestinationCidrBlock: "10.2.0.0/16", VpcPeeringConnectionId: id, Origin: "CreateRoute" };
    expect(states()).toEqual({ ...shown, State: "blackhole" });
    world.ask("AcceptVpcPeeringConnection", { VpcPeeringConnectionId: id });
    expect(states()).toEqual({ ...shown, State: "active" });
    world.ask("DeleteVpcPeeringConnection", { VpcPeeringConnectionId: id });
    expect(states()).toEqual({ ...shown, State: "blackhole" });
    const input = {
      RouteTableId: there.tableId,
      DestinationCidrBlock: "10.1.0.0/16",
      VpcPeeringConnectionId: id,
    };
    expect(world.refusal("CreateRoute", input)).toContain("InvalidVpcPeeringConnectionID.NotFound");
  });

  it("are not routed to a peering of another VPC", async () => {
    const { world, VpcPeeringConnectionId } = await openPeered();
    const third = world.makeVpc("10.3.0.0/16");
    const input = {
      RouteTableId: third.tableId,
      DestinationCidrBlock: "10.1.0.0/16",
      VpcPeeringConnectionId,
    };
    expect(world.refusal("CreateRoute", input)).toContain(VpcPeeringConnectionId);
  });
});

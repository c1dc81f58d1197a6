import type { Address, DescribeAddressesResult, DescribeInstancesResult } from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { becameRunning, becameStopped } from "../instance/transitions.ts";
import { createMetadataPort } from "../metadata/metadata-port.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { openTestNetwork, type TestNetwork } from "../testing-network.ts";
import { rootOf } from "../testing.ts";
import { elasticIps } from "./elastic-ip.ts";

let net: TestNetwork;
beforeEach(async () => {
  net = await openTestNetwork();
});

const arn = (resource: string): string => `arn:aws:ec2:us-east-1:111122223333:${resource}`;
const unknown = "0aaaaaaaaaaaaaaaa";

interface Allocated {
  readonly AllocationId: string;
  readonly PublicIp: string;
}

const allocate = (input = {}): Allocated => net.ask<Allocated>("AllocateAddress", input);
const addresses = (input = {}): readonly Address[] =>
  net.ask<DescribeAddressesResult>("DescribeAddresses", input).Addresses!;
const associate = (input: object): string => net.id("AssociateAddress", input, "AssociationId");
const publicIpOf = (id: string): string | undefined =>
  net.ask<DescribeInstancesResult>("DescribeInstances", { InstanceIds: [id] }).Reservations![0]!
    .Instances![0]!.PublicIpAddress;
/** An instance with an address of Amazon's. */
const mapped = () =>
  net.instanceIn(net.publicSubnetId, {
    NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: net.publicSubnetId, AssociatePublicIpAddress: true }],
    SubnetId: undefined,
  });

describe("an elastic IP", () => {
  it("is of the operator's pool, with tags, and of the account until it is released", () => {
    const Tags = [{ Key: "team", Value: "blue" }];
    const made = allocate({ Domain: "vpc", TagSpecifications: [{ ResourceType: "elastic-ip", Tags }] });
    expect(made).toEqual({
      AllocationId: expect.stringMatching(/^eipalloc-0[0-9a-f]{16}$/),
      PublicIp: expect.stringMatching(/^203\.0\.113\.\d+$/),
      PublicIpv4Pool: "amazon",
      NetworkBorderGroup: "us-east-1",
      Domain: "vpc",
    });
    expect(addresses()).toEqual([{ ...made, Tags }]);
    net.ask("ReleaseAddress", { AllocationId: made.AllocationId });
    expect(addresses()).toEqual([]);
    expect(net.refusal("ReleaseAddress", { AllocationId: made.AllocationId })).toBe(
      `InvalidAllocationID.NotFound: The allocation ID '${made.AllocationId}' does not exist`,
    );
    expect(net.refusal("ReleaseAddress", { PublicIp: made.PublicIp })).toBe(
      `InvalidAddress.NotFound: Address '${made.PublicIp}' not found.`,
    );
  });

  it("is refused from another pool, border group or domain, and is not recovered", () => {
    expect(net.refusal("AllocateAddress", { PublicIpv4Pool: "ipv4pool-ec2-1" })).toMatch(
      /^InvalidPublicIpv4PoolID.NotFound/,
    );
    expect(net.refusal("AllocateAddress", { NetworkBorderGroup: "us-east-1-wl1" })).toMatch(
      /^InvalidParameterValue/,
    );
    expect(net.refusal("AllocateAddress", { Domain: "standard" })).toMatch(/^InvalidParameterValue/);
    expect(net.refusal("AllocateAddress", { Address: "203.0.113.9" })).toBe("UnsupportedOperation: Address");
    expect(net.refusal("AllocateAddress", { IpamPoolId: "x" })).toBe("UnsupportedOperation: IpamPoolId");
    expect(net.refusal("AllocateAddress", { CustomerOwnedIpv4Pool: "x" })).toMatch(/^UnsupportedOperation/);
  });

  it("is one of five in a region", () => {
    for (let made = 0; made < 5; made += 1) allocate();
    expect(net.refusal("AllocateAddress")).toBe(
      "AddressLimitExceeded: The maximum number of addresses has been reached.",
    );
    net.ask("AllocateAddress", {}, { region: "eu-west-1" });
  });

  it("shares the pool with the addresses of running instances: nobody gets what another has", () => {
    const { id } = mapped();
    const taken = publicIpOf(id)!;
    net.store.transaction((tx) => {
      for (let last = 1; last < 255; last += 1) {
        const publicIp = `203.0.113.${last}`;
        if (publicIp === taken || last === 77) continue;
        elasticIps.put(tx, {
          id: `eipalloc-1${String(last).padStart(16, "0")}`,
          accountId: "999988887777",
          region: "us-east-1",
          tags: {},
          publicIp,
          allocatedAt: 0,
        });
      }
    });
    expect(allocate().PublicIp).toBe("203.0.113.77");
    expect(net.refusal("AllocateAddress")).toMatch(/^InsufficientAddressCapacity/);
    const launch = { ImageId: "ami-0ca5e3a7e00000001", InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 };
    expect(net.refusal("RunInstances", launch)).toMatch(/^InsufficientAddressCapacity/);
  });

  it("is found by what it is associated with", () => {
    const { id, eniId } = net.instanceIn(net.publicSubnetId);
    const used = allocate();
    allocate();
    const AssociationId = associate({ AllocationId: used.AllocationId, InstanceId: id });
    const PrivateIpAddress = net.model().enis[0]!.privateIps[0]!;
    const cases = {
      "allocation-id": used.AllocationId,
      "association-id": AssociationId,
      "instance-id": id,
      "network-interface-id": eniId,
      "network-interface-owner-id": "111122223333",
      "private-ip-address": PrivateIpAddress,
      "public-ip": used.PublicIp,
    };
    const shown = addresses({ AllocationIds: [used.AllocationId] });
    expect(shown).toMatchObject([
      {
        ...used,
        AssociationId,
        InstanceId: id,
        NetworkInterfaceId: eniId,
        NetworkInterfaceOwnerId: "111122223333",
        PrivateIpAddress,
      },
    ]);
    for (const [Name, Value] of Object.entries(cases)) {
      expect([Name, addresses({ Filters: [{ Name, Values: [Value] }] })]).toEqual([Name, shown]);
    }
    expect(addresses({ Filters: [{ Name: "domain", Values: ["vpc"] }] })).toHaveLength(2);
    expect(addresses({ PublicIps: [used.PublicIp] })).toEqual(shown);
    expect(net.refusal("DescribeAddresses", { PublicIps: ["203.0.113.0"] })).toMatch(
      /^InvalidAddress.NotFound/,
    );
    expect(net.refusal("DescribeAddresses", { Filters: [{ Name: "color", Values: ["x"] }] })).toMatch(
      /^InvalidParameterValue/,
    );
  });

  it("has no reverse name", () => {
    const { AllocationId, PublicIp } = allocate();
    allocate();
    expect(net.ask("DescribeAddressesAttribute", { AllocationIds: [AllocationId] })).toEqual({
      Addresses: [{ AllocationId, PublicIp }],
      NextToken: undefined,
    });
    const first = net.ask<{ NextToken: string }>("DescribeAddressesAttribute", { MaxResults: 1 });
    const { NextToken } = first;
    expect(net.ask("DescribeAddressesAttribute", { MaxResults: 1, NextToken })).toMatchObject({
      Addresses: [expect.anything()],
    });
  });

  it("is its own resource in policies, by id or by address", () => {
    const { AllocationId, PublicIp } = allocate();
    const own = [["ec2:ReleaseAddress", arn(`elastic-ip/${AllocationId}`)]];
    expect(net.needs("ReleaseAddress", { AllocationId })).toEqual(own);
    expect(net.needs("ReleaseAddress", { PublicIp })).toEqual(own);
    expect(net.needs("ReleaseAddress", { PublicIp: "203.0.113.0" })).toEqual([
      ["ec2:ReleaseAddress", arn("elastic-ip/*")],
    ]);
    const keys = net.store.read((tx) =>
      elasticIps.targetOf(tx.get(elasticIps.collection, AllocationId)!, tx),
    ).keys;
    expect(keys).toEqual({
      "ec2:AllocationId": AllocationId,
      "ec2:Domain": "vpc",
      "ec2:PublicIpAddress": PublicIp,
    });
    const TagSpecifications = [{ ResourceType: "elastic-ip", Tags: [{ Key: "a", Value: "b" }] }];
    expect(net.needs("AllocateAddress", { TagSpecifications })).toEqual([
      ["ec2:AllocateAddress", arn("elastic-ip/*")],
      ["ec2:CreateTags", arn("elastic-ip/*")],
    ]);
  });
});

describe("the association of an elastic IP", () => {
  it("takes the place of Amazon's address, in the model and in the metadata at once, and gives it back", () => {
    net.ask("ModifyVpcAttribute", { VpcId: net.vpcId, EnableDnsHostnames: { Value: true } });
    const { id, eniId } = mapped();
    const before = publicIpOf(id);
    const { AllocationId, PublicIp } = allocate();
    const AssociationId = associate({ AllocationId, InstanceId: id });
    expect(AssociationId).toMatch(/^eipassoc-/);
    expect(publicIpOf(id)).toBe(PublicIp);
    const eni = net.model().enis.find((each) => each.id === eniId)!;
    expect(eni.publicIps).toEqual([{ privateIp: eni.privateIps[0], publicIp: PublicIp }]);
    const facts = createMetadataPort(net.store, net.environment).find(net.vpcId, eni.privateIps[0]!);
    expect(facts).toMatchObject({
      publicIpv4: PublicIp,
      publicHostname: `ec2-${PublicIp.replaceAll(".", "-")}.compute-1.amazonaws.com`,
      interfaces: [{ ipv4Associations: [{ publicIpv4: PublicIp, privateIpv4: eni.privateIps[0] }] }],
    });
    expect(
      net.id(
        "DescribeNetworkInterfaces",
        { NetworkInterfaceIds: [eniId] },
        "NetworkInterfaces.0.Association.IpOwnerId",
      ),
    ).toBe("111122223333");
    net.ask("DisassociateAddress", { AssociationId });
    expect(addresses()[0]).not.toHaveProperty("AssociationId");
    const after = publicIpOf(id);
    expect(after).toMatch(/^203\.0\.113\./);
    expect(after).not.toBe(PublicIp);
    expect([before, after]).not.toContain(undefined);
  });

  it("ends also when the pool has no other address for the instance", () => {
    const { id } = mapped();
    const { AllocationId } = allocate();
    const AssociationId = associate({ AllocationId, InstanceId: id });
    net.store.transaction((tx) => {
      const row = tx.get(elasticIps.collection, AllocationId)!;
      for (let last = 1; last < 255; last += 1) {
        const publicIp = `203.0.113.${last}`;
        const other = { ...row, id: `eipalloc-1${String(last).padStart(16, "0")}`, publicIp };
        if (publicIp !== row.publicIp) elasticIps.put(tx, { ...other, accountId: "999988887777" });
      }
    });
    net.ask("DisassociateAddress", { AssociationId });
    expect(publicIpOf(id)).toBeUndefined();
  });

  it("stays over a stop, and an instance without another has none", () => {
    const { id } = net.instanceIn(net.publicSubnetId);
    const { AllocationId, PublicIp } = allocate();
    const AssociationId = associate({ AllocationId, InstanceId: id });
    const row = net.row(id);
    net.store.transaction((tx) => becameStopped(tx, row));
    expect(publicIpOf(id)).toBe(PublicIp);
    net.ask("StartInstances", { InstanceIds: [id] });
    const started = net.row(id);
    net.store.transaction((tx) => becameRunning(tx, started));
    expect(publicIpOf(id)).toBe(PublicIp);
    net.ask("DisassociateAddress", { AssociationId });
    expect(publicIpOf(id)).toBeUndefined();
  });

  it("ends with the instance, and the account keeps the address", () => {
    const { id } = net.instanceIn(net.publicSubnetId);
    const { AllocationId } = allocate();
    associate({ AllocationId, InstanceId: id });
    net.endInstance(id);
    expect(addresses()).toMatchObject([{ AllocationId }]);
    expect(addresses()[0]).not.toHaveProperty("AssociationId");
  });

  it("moves from one instance to another, unless that was not to be, and is told once", () => {
    const one = net.instanceIn(net.publicSubnetId);
    const other = net.instanceIn(net.publicSubnetId);
    const { AllocationId, PublicIp } = allocate();
    const first = associate({ AllocationId, InstanceId: one.id });
    expect(associate({ AllocationId, NetworkInterfaceId: one.eniId })).toBe(first);
    const move = { AllocationId, NetworkInterfaceId: other.eniId };
    expect(net.refusal("AssociateAddress", { ...move, AllowReassociation: false })).toBe(
      `Resource.AlreadyAssociated: resource ${AllocationId} is already associated with associate-id ${first}`,
    );
    const second = associate(move);
    expect(second).not.toBe(first);
    expect([publicIpOf(one.id), publicIpOf(other.id)]).toEqual([undefined, PublicIp]);
    expect(net.refusal("DisassociateAddress", { AssociationId: first })).toMatch(
      /^InvalidAssociationID.NotFound/,
    );
    net.ask("DisassociateAddress", { PublicIp });
    net.ask("DisassociateAddress", { PublicIp });
    expect(publicIpOf(other.id)).toBeUndefined();
  });

  it("leaves one that the instance had to the account", () => {
    const { id } = net.instanceIn(net.publicSubnetId);
    const [one, other] = [allocate(), allocate()];
    associate({ AllocationId: one.AllocationId, InstanceId: id });
    associate({ PublicIp: other.PublicIp, InstanceId: id });
    expect(publicIpOf(id)).toBe(other.PublicIp);
    expect(addresses({ AllocationIds: [one.AllocationId] })[0]).not.toHaveProperty("AssociationId");
  });

  it("is with any private address of an interface, each having one of its own", () => {
    const { eniId } = mapped();
    net.store.transaction((tx) => {
      const row = tx.get(networkInterfaces.collection, eniId)!;
      networkInterfaces.change(tx, row, { privateIps: [...row.privateIps, "10.0.1.99"] });
    });
    const { AllocationId, PublicIp } = allocate();
    const asked = { AllocationId, NetworkInterfaceId: eniId };
    associate({ ...asked, PrivateIpAddress: "10.0.1.99" });
    const eni = net.model().enis.find(({ id }) => id === eniId)!;
    expect(eni.publicIps).toHaveLength(2);
    expect(eni.publicIps?.[1]).toEqual({ privateIp: "10.0.1.99", publicIp: PublicIp });
    expect(net.refusal("AssociateAddress", { ...asked, PrivateIpAddress: "10.0.1.98" })).toBe(
      `InvalidParameterValue: The private IP address 10.0.1.98 is not assigned to the network interface ${eniId}`,
    );
  });

  it("names one address and one interface, both of which are there", () => {
    const { AllocationId, PublicIp } = allocate();
    const { id, eniId } = net.instanceIn(net.publicSubnetId);
    const refused = (input: object) => net.refusal("AssociateAddress", input);
    expect(refused({ InstanceId: id })).toMatch(/^MissingParameter: Either public IP or allocation id/);
    expect(refused({ InstanceId: id, AllocationId, PublicIp })).toMatch(/^InvalidParameterCombination/);
    expect(refused({ AllocationId })).toMatch(/^MissingParameter: Either instance ID/);
    expect(refused({ AllocationId, InstanceId: id, NetworkInterfaceId: eniId })).toMatch(
      /^InvalidParameterCombination/,
    );
    expect(refused({ AllocationId: `eipalloc-${unknown}`, InstanceId: id })).toMatch(/^InvalidAllocationID/);
    expect(refused({ AllocationId, InstanceId: `i-${unknown}` })).toMatch(/^InvalidInstanceID.NotFound/);
    for (const state of ["pending", "shutting-down"] as const) {
      net.become(id, { state });
      expect(refused({ AllocationId, InstanceId: id })).toBe(
        `InvalidInstanceID: The ${state} instance '${id}' is not in a valid state for this operation.`,
      );
    }
    net.become(id, { state: "running" });
    net.endInstance(id);
    expect(refused({ AllocationId, InstanceId: id })).toMatch(/^InvalidInstanceID: The terminated instance/);
    expect(net.refusal("DisassociateAddress")).toMatch(/^MissingParameter/);
    expect(net.refusal("DisassociateAddress", { PublicIp, AssociationId: "x" })).toMatch(
      /^InvalidParameterCombination/,
    );
    expect(net.refusal("ReleaseAddress")).toMatch(/^MissingParameter/);
    expect(net.refusal("ReleaseAddress", { PublicIp, AllocationId })).toMatch(/^InvalidParameterCombination/);
    expect(net.refusal("ReleaseAddress", { AllocationId, NetworkBorderGroup: "elsewhere" })).toMatch(
      /^InvalidAddress.NotFound/,
    );
  });

  it("wants an internet gateway", () => {
    net.ask("DetachInternetGateway", { InternetGatewayId: net.gatewayId, VpcId: net.vpcId });
    const { id } = net.instanceIn(net.publicSubnetId);
    const { AllocationId } = allocate();
    expect(net.refusal("AssociateAddress", { AllocationId, InstanceId: id })).toBe(
      `Gateway.NotAttached: Network ${net.vpcId} is not attached to any internet gateway`,
    );
  });

  it("keeps the address from being released, but in a default VPC it ends with that", () => {
    const { AllocationId, PublicIp } = allocate();
    associate({ AllocationId, InstanceId: net.instanceIn(net.publicSubnetId).id });
    expect(net.refusal("ReleaseAddress", { AllocationId })).toBe(
      `InvalidIPAddress.InUse: Address ${PublicIp} is in use.`,
    );
    const id = net.launchOne();
    net.become(id, { state: "running" });
    associate({ AllocationId, InstanceId: id });
    expect(publicIpOf(id)).toBe(PublicIp);
    net.ask("ReleaseAddress", { AllocationId });
    expect(addresses()).toEqual([]);
    expect(publicIpOf(id)).not.toBe(PublicIp);
    expect(publicIpOf(id)).toBeDefined();
  });

  it("needs the address and what it is associated with", () => {
    const { AllocationId, PublicIp } = allocate();
    const { id, eniId } = net.instanceIn(net.publicSubnetId);
    const address = arn(`elastic-ip/${AllocationId}`);
    expect(net.needs("AssociateAddress", { AllocationId, InstanceId: id })).toEqual([
      ["ec2:AssociateAddress", address],
      ["ec2:AssociateAddress", arn(`instance/${id}`)],
    ]);
    expect(net.needs("AssociateAddress", { PublicIp, NetworkInterfaceId: eniId })).toEqual([
      ["ec2:AssociateAddress", address],
      ["ec2:AssociateAddress", arn(`network-interface/${eniId}`)],
    ]);
    const AssociationId = associate({ AllocationId, InstanceId: id });
    expect(net.needs("DisassociateAddress", { AssociationId })).toEqual([
      ["ec2:DisassociateAddress", address],
      ["ec2:DisassociateAddress", arn(`network-interface/${eniId}`)],
    ]);
    expect(net.needs("DisassociateAddress", { AssociationId: `eipassoc-${unknown}` })).toEqual([
      ["ec2:DisassociateAddress", arn("elastic-ip/*")],
    ]);
  });
});

describe("the transfer of an elastic IP", () => {
  const other = { principal: rootOf("444455556666") };
  const third = { principal: rootOf("777788889999") };
  const offer = (AllocationId: string): object =>
    net.ask("EnableAddressTransfer", { AllocationId, TransferAccountId: "444455556666" });
  const transfers = (input = {}, caller = {}): unknown =>
    net.ask<{ AddressTransfers: unknown }>("DescribeAddressTransfers", input, caller).AddressTransfers;

  it("is offered, accepted by that account alone, and leaves the tags behind", () => {
    const Tags = [{ Key: "team", Value: "blue" }];
    const made = allocate({ TagSpecifications: [{ ResourceType: "elastic-ip", Tags }] });
    const pending = {
      AllocationId: made.AllocationId,
      PublicIp: made.PublicIp,
      TransferAccountId: "444455556666",
      TransferOfferExpirationTimestamp: new Date(net.environment.clock() + 7 * 86_400_000),
      AddressTransferStatus: "pending",
    };
    expect(offer(made.AllocationId)).toEqual({ AddressTransfer: pending });
    expect(transfers()).toEqual([pending]);
    expect(transfers({}, other)).toEqual([]);
    const accept = { Address: made.PublicIp };
    expect(net.refusal("AcceptAddressTransfer", accept, third)).toMatch(/^InvalidTransfer.NotFound/);
    expect(net.refusal("AcceptAddressTransfer", accept, { ...other, region: "eu-west-1" })).toMatch(
      /^InvalidTransfer.NotFound/,
    );
    const TagSpecifications = [{ ResourceType: "elastic-ip", Tags: [{ Key: "new", Value: "1" }] }];
    const accepted = {
      ...pending,
      TransferOfferAcceptedTimestamp: new Date(net.environment.clock()),
      AddressTransferStatus: "accepted",
    };
    expect(net.ask("AcceptAddressTransfer", { ...accept, TagSpecifications }, other)).toEqual({
      AddressTransfer: accepted,
    });
    expect(addresses()).toEqual([]);
    const there = net.ask<DescribeAddressesResult>("DescribeAddresses", {}, other).Addresses!;
    expect(there).toMatchObject([{ PublicIp: made.PublicIp, Tags: [{ Key: "new", Value: "1" }] }]);
    expect(there[0]?.AllocationId).not.toBe(made.AllocationId);
    expect(transfers({ AllocationIds: [made.AllocationId] })).toEqual([accepted]);
    net.advance(14 * 86_400_000);
    expect(transfers()).toEqual([]);
    expect(net.refusal("DescribeAddressTransfers", { AllocationIds: [made.AllocationId] })).toMatch(
      /^InvalidAllocationID.NotFound/,
    );
  });

  it("is called off, or expires", () => {
    const { AllocationId, PublicIp } = allocate();
    offer(AllocationId);
    expect(net.ask("DisableAddressTransfer", { AllocationId })).toMatchObject({
      AddressTransfer: { AddressTransferStatus: "disabled" },
    });
    expect(net.refusal("DisableAddressTransfer", { AllocationId })).toBe(
      `InvalidTransfer.NotFound: There is no pending transfer of the address ${PublicIp}`,
    );
    offer(AllocationId);
    net.advance(7 * 86_400_000);
    expect(transfers()).toEqual([]);
    expect(net.refusal("AcceptAddressTransfer", { Address: PublicIp }, other)).toMatch(/^InvalidTransfer/);
    expect(addresses()).toHaveLength(1);
  });

  it("is refused of an address that is associated, to an account that is full, and to oneself", () => {
    const { AllocationId, PublicIp } = allocate();
    const refused = (TransferAccountId: string) =>
      net.refusal("EnableAddressTransfer", { AllocationId, TransferAccountId });
    expect(refused("111122223333")).toMatch(/^InvalidParameterValue: The address is already owned/);
    expect(refused("me")).toMatch(/^InvalidParameterValue: Value \(me\)/);
    offer(AllocationId);
    const { id } = net.instanceIn(net.publicSubnetId);
    const AssociationId = associate({ AllocationId, InstanceId: id });
    expect(net.refusal("AcceptAddressTransfer", { Address: PublicIp }, other)).toMatch(
      /^InvalidTransfer.AddressAssociated/,
    );
    net.ask("DisassociateAddress", { AssociationId });
    for (let made = 0; made < 5; made += 1) net.ask("AllocateAddress", {}, other);
    expect(net.refusal("AcceptAddressTransfer", { Address: PublicIp }, other)).toMatch(
      /^AddressLimitExceeded/,
    );
    net.ask("ReleaseAddress", { AllocationId });
    expect(transfers()).toEqual([]);
  });

  it("comes in pages", () => {
    for (const { AllocationId } of [allocate(), allocate(), allocate()]) offer(AllocationId);
    const first = net.ask<{ AddressTransfers: object[]; NextToken: string }>("DescribeAddressTransfers", {
      MaxResults: 2,
    });
    expect(first.AddressTransfers).toHaveLength(2);
    expect(transfers({ MaxResults: 2, NextToken: first.NextToken })).toHaveLength(1);
    expect(net.refusal("DescribeAddressTransfers", { MaxResults: 5, AllocationIds: ["eipalloc-1"] })).toMatch(
      /^InvalidParameterCombination/,
    );
  });

  it("needs the address; to accept one needs any, of which only its address is known", () => {
    const { AllocationId, PublicIp } = allocate();
    for (const operation of ["EnableAddressTransfer", "DisableAddressTransfer"]) {
      const asked = { AllocationId, TransferAccountId: "444455556666" };
      expect(net.needs(operation, asked)).toEqual([[`ec2:${operation}`, arn(`elastic-ip/${AllocationId}`)]]);
    }
    expect(net.needs("AcceptAddressTransfer", { Address: PublicIp })).toEqual([
      ["ec2:AcceptAddressTransfer", arn("elastic-ip/*")],
    ]);
  });
});

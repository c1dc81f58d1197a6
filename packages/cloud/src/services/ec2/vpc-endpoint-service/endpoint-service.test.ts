import { compileNetwork, reachAcross } from "@casemate/net-engine";
import type {
  AllowedPrincipal,
  ServiceConfiguration,
  ServiceDetail,
  VpcEndpoint,
  VpcEndpointConnection,
} from "@casemate/wire/ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { ec2Service } from "../index.ts";
import {
  openConnectedWorld,
  other,
  otherAccount,
  type ConnectedWorld,
  type TestVpc,
} from "../testing-connections.ts";
import { testAccount, type Caller } from "../testing.ts";

const arn = (resource: string, account = testAccount) => `arn:aws:ec2:us-east-1:${account}:${resource}`;
const root = (account: string) => `arn:aws:iam::${account}:root`;
const operation = (name: string) => ec2Service.operations.find((each) => each.name === name)!;

let world: ConnectedWorld;
let provider: TestVpc;
let server: { readonly eniId: string; readonly address: string };
let consumer: TestVpc;

beforeEach(async () => {
  world = await openConnectedWorld();
  provider = world.makeVpc("10.1.0.0/16");
  // The consumer has the same addresses: nothing of PrivateLink depends on them.
  consumer = world.makeVpc("10.1.0.0/16", other);
  server = world.instanceIn(provider);
});

const target = (port = "tcp/443") => arn(`network-interface/${server.eniId}/${port}`);

function provide(more: object = {}): ServiceConfiguration {
  const input = { NetworkLoadBalancerArns: [target()], ...more };
  return world.ask<{ ServiceConfiguration: ServiceConfiguration }>(
    "CreateVpcEndpointServiceConfiguration",
    input,
  ).ServiceConfiguration;
}

const allow = (ServiceId: string | undefined, ...AddAllowedPrincipals: string[]) =>
  world.ask<object>("ModifyVpcEndpointServicePermissions", { ServiceId, AddAllowedPrincipals });

const asked = (ServiceName: string | undefined) => ({
  VpcEndpointType: "Interface",
  VpcId: consumer.vpcId,
  SubnetIds: [consumer.subnetId],
  ServiceName,
});

const consume = (service: ServiceConfiguration): VpcEndpoint =>
  world.ask<{ VpcEndpoint: VpcEndpoint }>("CreateVpcEndpoint", asked(service.ServiceName), other).VpcEndpoint;

const stateOf = (id: string | undefined): string | undefined =>
  world.ask<{ VpcEndpoints: VpcEndpoint[] }>("DescribeVpcEndpoints", { VpcEndpointIds: [id] }, other)
    .VpcEndpoints[0]?.State;

const answer = (verb: "Accept" | "Reject", service: ServiceConfiguration, ...VpcEndpointIds: unknown[]) =>
  world.ask<{ Unsuccessful: object[] }>(`${verb}VpcEndpointConnections`, {
    ServiceId: service.ServiceId,
    VpcEndpointIds,
  }).Unsuccessful;

describe("an endpoint service", () => {
  it("is shown with its targets, and provided from an interface of its own", () => {
    const made = provide({ NetworkLoadBalancerArns: [target(), target("udp/53/5353")] });
    expect(made).toMatchObject({
      ServiceType: [{ ServiceType: "Interface" }],
      ServiceName: `com.amazonaws.vpce.us-east-1.${made.ServiceId}`,
      ServiceState: "Available",
      AcceptanceRequired: true,
      NetworkLoadBalancerArns: [target(), target("udp/53/5353")],
      BaseEndpointDnsNames: [`${made.ServiceId}.us-east-1.vpce.amazonaws.com`],
    });
    const Filters = [{ Name: "interface-type", Values: ["network_load_balancer"] }];
    const { NetworkInterfaces } = world.ask<{ NetworkInterfaces: object[] }>("DescribeNetworkInterfaces", {
      Filters,
    });
    expect(NetworkInterfaces).toMatchObject([
      {
        Description: `Endpoint service ${made.ServiceId}`,
        RequesterManaged: true,
        SubnetId: provider.subnetId,
      },
    ]);
  });

  it("changes its targets and whether it accepts by itself", () => {
    const { ServiceId } = provide();
    world.ask("ModifyVpcEndpointServiceConfiguration", {
      ServiceId,
      AcceptanceRequired: false,
      AddNetworkLoadBalancerArns: [target("tcp/80/8080")],
      RemoveNetworkLoadBalancerArns: [target()],
    });
    const { ServiceConfigurations } = world.ask<{ ServiceConfigurations: object[] }>(
      "DescribeVpcEndpointServiceConfigurations",
      { ServiceIds: [ServiceId] },
    );
    expect(ServiceConfigurations).toMatchObject([
      { AcceptanceRequired: false, NetworkLoadBalancerArns: [target("tcp/80/8080")] },
    ]);
  });

  it("is filtered and tagged", () => {
    const tags = [{ ResourceType: "vpc-endpoint-service", Tags: [{ Key: "team", Value: "red" }] }];
    const made = provide({ TagSpecifications: tags });
    const found = (Name: string, Value = "") =>
      world.ask<{ ServiceConfigurations: object[] }>("DescribeVpcEndpointServiceConfigurations", {
        Filters: [{ Name, Values: [Value] }],
      }).ServiceConfigurations.length;
    const matching: [string, string | undefined][] = [
      ["service-id", made.ServiceId],
      ["service-name", made.ServiceName],
      ["service-state", "Available"],
      ["supported-ip-address-types", "ipv4"],
      ["tag:team", "red"],
    ];
    for (const [name, value] of matching) expect([name, found(name, value)]).toEqual([name, 1]);
    for (const [name] of matching) expect([name, found(name, "none")]).toEqual([name, 0]);
  });

  it("is deleted once nobody is connected, with its interface", async () => {
    const service = provide({ AcceptanceRequired: false });
    allow(service.ServiceId, root(otherAccount));
    const { VpcEndpointId } = consume(service);
    const remove = () =>
      world.ask<{ Unsuccessful: object[] }>("DeleteVpcEndpointServiceConfigurations", {
        ServiceIds: [service.ServiceId],
      }).Unsuccessful;
    expect(remove()).toEqual([
      {
        ResourceId: service.ServiceId,
        Error: {
          Code: "ExistingVpcEndpointConnections",
          Message: `Service ${service.ServiceId} has existing active VPC Endpoint connections!`,
        },
      },
    ]);
    world.ask("DeleteVpcEndpoints", { VpcEndpointIds: [VpcEndpointId] }, other);
    expect(remove()).toEqual([]);
    await world.settle();
    expect(world.models.get(provider.vpcId)?.enis.map(({ id }) => id)).toEqual([server.eniId]);
  });
});

describe("who may consume", () => {
  const offered = (caller: Caller = other) =>
    world.ask<{ ServiceDetails: ServiceDetail[] }>(
      "DescribeVpcEndpointServices",
      { Filters: [{ Name: "owner", Values: [testAccount] }] },
      caller,
    ).ServiceDetails;

  it("is nobody of another account until allowed, and not told that the service is there", () => {
    const service = provide();
    const refused = `InvalidServiceName: The Vpc Endpoint Service '${service.ServiceName}' does not exist`;
    expect(world.refusal("CreateVpcEndpoint", asked(service.ServiceName), other)).toBe(refused);
    expect(offered()).toEqual([]);
    expect(offered({})).toHaveLength(1);
    allow(service.ServiceId, `arn:aws:iam::${otherAccount}:user/ana`);
    expect(offered()).toEqual([]);
    allow(service.ServiceId, root(otherAccount));
    expect(offered()).toMatchObject([
      { ServiceName: service.ServiceName, Owner: testAccount, AcceptanceRequired: true, Tags: [] },
    ]);
    world.ask("ModifyVpcEndpointServicePermissions", {
      ServiceId: service.ServiceId,
      RemoveAllowedPrincipals: [root(otherAccount)],
    });
    expect(offered()).toEqual([]);
    allow(service.ServiceId, "*");
    expect(offered()).toHaveLength(1);
  });

  it("is listed with a permission for each, which is added once", () => {
    const { ServiceId } = provide();
    const role = `arn:aws:iam::${otherAccount}:role/app/web`;
    const added = (Principal: string, PrincipalType: string) => ({
      Principal,
      PrincipalType,
      ServiceId,
      ServicePermissionId: expect.stringMatching(/^vpce-svc-perm-/),
    });
    expect(allow(ServiceId, role, "*")).toEqual({
      AddedPrincipals: [added(role, "Role"), added("*", "All")],
      ReturnValue: true,
    });
    expect(allow(ServiceId, role)).toEqual({ AddedPrincipals: [], ReturnValue: true });
    const listed = (...Filters: object[]) =>
      world
        .ask<{ AllowedPrincipals: AllowedPrincipal[] }>("DescribeVpcEndpointServicePermissions", {
          ServiceId,
          Filters,
        })
        .AllowedPrincipals.map(({ Principal }) => Principal);
    expect(new Set(listed())).toEqual(new Set([role, "*"]));
    expect(listed({ Name: "principal-type", Values: ["Role"] })).toEqual([role]);
    expect(listed({ Name: "principal", Values: ["\\*"] })).toEqual(["*"]);
  });
});

describe("a connection", () => {
  it("waits for its acceptance, is pending then, and available once both networks stand", async () => {
    const service = provide();
    allow(service.ServiceId, root(otherAccount));
    const endpoint = consume(service);
    expect(endpoint).toMatchObject({ State: "pendingAcceptance", PrivateDnsEnabled: false });
    await world.settle();
    expect(stateOf(endpoint.VpcEndpointId)).toBe("pendingAcceptance");
    expect(world.models.get(consumer.vpcId)).toBeUndefined();
    expect(answer("Accept", service, endpoint.VpcEndpointId)).toEqual([]);
    await world.settle([provider.vpcId]);
    expect(stateOf(endpoint.VpcEndpointId)).toBe("pending");
    await world.settle();
    expect(stateOf(endpoint.VpcEndpointId)).toBe("available");
  });

  it("is rejected before or after, which cuts it off", async () => {
    const service = provide({ AcceptanceRequired: false });
    allow(service.ServiceId, root(otherAccount));
    const { VpcEndpointId } = consume(service);
    await world.settle();
    expect(stateOf(VpcEndpointId)).toBe("available");
    expect(world.models.get(provider.vpcId)?.endpointServices?.[0]?.consumers).toHaveLength(1);
    answer("Reject", service, VpcEndpointId);
    await world.settle();
    expect(stateOf(VpcEndpointId)).toBe("rejected");
    expect(world.models.get(provider.vpcId)?.endpointServices?.[0]?.consumers).toEqual([]);
    expect(world.models.get(consumer.vpcId)).toBeUndefined();
  });

  it("is answered one by one: what cannot be is listed", () => {
    const service = provide({ AcceptanceRequired: false });
    allow(service.ServiceId, root(otherAccount));
    const { VpcEndpointId } = consume(service);
    const foreign = "vpce-0bbbbbbbbbbbbbbbb";
    expect(answer("Accept", service, VpcEndpointId, foreign)).toEqual([
      {
        ResourceId: VpcEndpointId,
        Error: {
          Code: "InvalidState",
          Message: `The VPC endpoint connection of ${VpcEndpointId} cannot be accepted in the state pending.`,
        },
      },
      {
        ResourceId: foreign,
        Error: {
          Code: "InvalidVpcEndpointId.NotFound",
          Message: `The Vpc Endpoint Id '${foreign}' is not connected to ${service.ServiceId}`,
        },
      },
    ]);
  });

  it("is listed to the provider alone, without what is only the consumer's", () => {
    const service = provide();
    allow(service.ServiceId, root(otherAccount));
    const { VpcEndpointId } = consume(service);
    world.ask("CreateTags", { Resources: [VpcEndpointId], Tags: [{ Key: "secret", Value: "s" }] }, other);
    const listed = (more: object = {}, caller?: Caller) =>
      world.ask<{ VpcEndpointConnections: VpcEndpointConnection[] }>(
        "DescribeVpcEndpointConnections",
        more,
        caller,
      ).VpcEndpointConnections;
    expect(listed()).toMatchObject([
      {
        ServiceId: service.ServiceId,
        VpcEndpointId,
        VpcEndpointOwner: otherAccount,
        VpcEndpointState: "pendingAcceptance",
        VpcEndpointConnectionId: expect.stringMatching(/^vpce-con-/),
        NetworkLoadBalancerArns: [target()],
        Tags: [],
      },
    ]);
    expect(listed({}, other)).toEqual([]);
    const found = (Name: string, Value = "") => listed({ Filters: [{ Name, Values: [Value] }] }).length;
    const matching: [string, string | undefined][] = [
      ["ip-address-type", "ipv4"],
      ["service-id", service.ServiceId],
      ["vpc-endpoint-id", VpcEndpointId],
      ["vpc-endpoint-owner", otherAccount],
      ["vpc-endpoint-region", "us-east-1"],
      ["vpc-endpoint-state", "pendingAcceptance"],
    ];
    for (const [name, value] of matching) expect([name, found(name, value)]).toEqual([name, 1]);
    for (const [name] of matching) expect([name, found(name, "none")]).toEqual([name, 0]);
  });
});

it("packets go one way, from the consumer to the port of the service, and hide where they are from", async () => {
  const service = provide({ AcceptanceRequired: false, NetworkLoadBalancerArns: [target("tcp/443/8443")] });
  allow(service.ServiceId, root(otherAccount));
  const client = world.instanceIn(consumer, other);
  const endpoint = consume(service);
  const addressOf = (input: object, caller?: Caller): string =>
    world.ask<{ NetworkInterfaces: { PrivateIpAddress: string }[] }>(
      "DescribeNetworkInterfaces",
      input,
      caller,
    ).NetworkInterfaces[0]?.PrivateIpAddress ?? "";
  const door = addressOf({ NetworkInterfaceIds: endpoint.NetworkInterfaceIds }, other);
  const Filters = [{ Name: "interface-type", Values: ["network_load_balancer"] }];
  const front = addressOf({ Filters });
  await world.settle();
  const group = world.models.get(provider.vpcId)?.enis.find(({ id }) => id === server.eniId)
    ?.securityGroupIds[0];
  const IpRanges = [{ CidrIp: `${front}/32` }];
  world.ask("AuthorizeSecurityGroupIngress", {
    GroupId: group,
    IpPermissions: [{ IpProtocol: "tcp", FromPort: 8443, ToPort: 8443, IpRanges }],
  });
  await world.settle();
  const networks = [consumer, provider].map(({ vpcId }) => compileNetwork(world.models.get(vpcId)!));
  const go = (from: string, to: string, destinationPort: number) =>
    reachAcross(networks, { from, to }, { protocol: 6, destinationPort });
  const there = go(client.eniId, door, 443);
  expect(there).toMatchObject({ delivered: true, reply: "passes" });
  const arrival = there.hops.find(({ stage, vpcId }) => stage === "sg-in" && vpcId === provider.vpcId);
  expect(arrival?.header).toMatchObject({
    source: front,
    destination: server.address,
    destinationPort: 8443,
  });
  expect(go(client.eniId, door, 8443)).toMatchObject({ delivered: false });
  const backwards = reachAcross(
    networks.toReversed(),
    { from: server.eniId, to: front },
    { protocol: 6, destinationPort: 443 },
  );
  expect(backwards.hops.some(({ vpcId }) => vpcId === consumer.vpcId)).toBe(false);
});

describe("the needs of a service", () => {
  it("are on itself and on each interface that it offers", () => {
    const input = { NetworkLoadBalancerArns: [target(), target("tcp/80")] };
    const needs = world.needsOf(operation("CreateVpcEndpointServiceConfiguration"), input);
    expect(needs.map(({ action, target: on }) => [action, on.arn])).toEqual(
      ["vpc-endpoint-service/*", `network-interface/${server.eniId}`].map((resource) => [
        "ec2:CreateVpcEndpointServiceConfiguration",
        arn(resource),
      ]),
    );
    expect(needs[1]?.target.keys).toMatchObject({ "ec2:NetworkInterfaceID": server.eniId });
    expect(needs[0]?.keys["ec2:VpceServicePrivateDnsName"]).toBeUndefined();
    const [named] = world.needsOf(operation("CreateVpcEndpointServiceConfiguration"), {
      ...input,
      PrivateDnsName: "api.example.com",
    });
    expect(named?.keys["ec2:VpceServicePrivateDnsName"]).toBe("api.example.com");
  });

  it("name its owner to whoever makes an endpoint for it", () => {
    const { ServiceName } = provide();
    const needs = world.needsOf(operation("CreateVpcEndpoint"), asked(ServiceName), other);
    expect(needs[1]?.keys).toMatchObject({
      "ec2:VpceServiceName": ServiceName,
      "ec2:VpceServiceOwner": testAccount,
    });
  });
});

/** Test support: requests about VPC endpoints and endpoint services that are refused, one for each fault. */
import { principalsPerServiceMax } from "./vpc-endpoint-service/permission-operations.ts";
import { endpointServicesPerRegionMax } from "./vpc-endpoint-service/service-operations.ts";
import { targetsPerServiceMax } from "./vpc-endpoint-service/service-target.ts";
import { endpointPolicyLengthMax } from "./vpc-endpoint/endpoint-policy.ts";
import { endpointsPerVpcMax } from "./vpc-endpoint/create-endpoint.ts";
import { endpointServices } from "./vpc-endpoint-service/endpoint-service.ts";
import { vpcEndpoints } from "./vpc-endpoint/vpc-endpoint.ts";
import type { ConnectedWorld, TestVpc } from "./testing-connections.ts";
import type { Caller } from "./testing.ts";

type Refusal = readonly [name: string, input: (world: ConnectedWorld) => object, caller?: Caller];

const block = "10.1.0.0/16";
const absent = "0bbbbbbbbbbbbbbbb";
const ec2 = "com.amazonaws.us-east-1.ec2";
/** An interface endpoint without private names, which VPCs need attributes for. */
const plain = { VpcEndpointType: "Interface", ServiceName: ec2, PrivateDnsEnabled: false };

const create =
  (more: object) =>
  (world: ConnectedWorld): object => ({ ...plain, VpcId: world.makeVpc(block).vpcId, ...more });

function named(world: ConnectedWorld, vpc: TestVpc): void {
  const EnableDnsHostnames = { Value: true };
  world.ask("ModifyVpcAttribute", { VpcId: vpc.vpcId, EnableDnsHostnames });
}

function endpoint(world: ConnectedWorld, more: object = {}): string {
  const input = create(more)(world);
  return world.ask<{ VpcEndpoint: { VpcEndpointId: string } }>("CreateVpcEndpoint", input).VpcEndpoint
    .VpcEndpointId;
}

const modify =
  (more: object) =>
  (world: ConnectedWorld): object => ({ VpcEndpointId: endpoint(world), ...more });

/** The ARN of a port of a new instance's interface. */
function target(world: ConnectedWorld, port = "tcp/443", vpc = world.makeVpc(block)): string {
  return `arn:aws:ec2:us-east-1:111122223333:network-interface/${world.instanceIn(vpc).eniId}/${port}`;
}

function service(world: ConnectedWorld): { readonly id: string; readonly arn: string } {
  const arn = target(world);
  const made = world.ask<{ ServiceConfiguration: { ServiceId: string } }>(
    "CreateVpcEndpointServiceConfiguration",
    { NetworkLoadBalancerArns: [arn] },
  );
  return { id: made.ServiceConfiguration.ServiceId, arn };
}

const configure =
  (arns: (world: ConnectedWorld) => readonly string[], more: object = {}) =>
  (world: ConnectedWorld): object => ({ NetworkLoadBalancerArns: arns(world), ...more });

const provided = (world: ConnectedWorld): object => {
  const { id } = service(world);
  return { VpcId: world.makeVpc("10.2.0.0/16").vpcId, ServiceName: `com.amazonaws.vpce.us-east-1.${id}` };
};

const endpoints: readonly Refusal[] = [
  ["ModifyVpcEndpoint", () => ({ VpcEndpointId: `vpce-${absent}` })],
  ["ModifyVpcEndpoint", () => ({ VpcEndpointId: "vpce-x" })],
  [
    "CreateVpcEndpoint",
    (world) => {
      const input = create({})(world) as { readonly VpcId: string };
      const { store } = world;
      const first = endpointIn(world, input);
      const row = store.read((tx) => tx.get(vpcEndpoints.collection, first));
      store.transaction((tx) => {
        for (let index = 1; row !== undefined && index < endpointsPerVpcMax; index += 1) {
          tx.put(vpcEndpoints.collection, { ...row, id: `vpce-1${String(index).padStart(16, "0")}` });
        }
      });
      return input;
    },
  ],
  [
    "ModifyVpcEndpoint",
    (world) => {
      const VpcEndpointId = endpoint(world);
      world.ask("DeleteVpcEndpoints", { VpcEndpointIds: [VpcEndpointId] });
      return { VpcEndpointId, ResetPolicy: true };
    },
  ],
  ["CreateVpcEndpoint", create({ ServiceName: undefined })],
  ["CreateVpcEndpoint", create({ ServiceName: "com.amazonaws.us-east-1.s3" })],
  ["CreateVpcEndpoint", create({ VpcEndpointType: undefined })],
  ["CreateVpcEndpoint", create({ RouteTableIds: [`rtb-${absent}`] })],
  ["CreateVpcEndpoint", create({ IpAddressType: "dualstack" })],
  ["CreateVpcEndpoint", create({ DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: true } })],
  ["CreateVpcEndpoint", create({ PrivateDnsEnabled: undefined })],
  [
    "CreateVpcEndpoint",
    (world) => {
      const vpc = world.makeVpc(block);
      named(world, vpc);
      const input = { ...plain, VpcId: vpc.vpcId, PrivateDnsEnabled: true };
      world.ask("CreateVpcEndpoint", input);
      return input;
    },
  ],
  ["CreateVpcEndpoint", (world) => ({ ...plain, ...provided(world), PrivateDnsEnabled: true })],
  ["CreateVpcEndpoint", create({ PolicyDocument: "{}" })],
  ["CreateVpcEndpoint", create({ PolicyDocument: " ".repeat(endpointPolicyLengthMax + 1) })],
  ["CreateVpcEndpoint", (world) => ({ ...plain, ...provided(world), PolicyDocument: "{}" })],
  ["ModifyVpcEndpoint", modify({ ResetPolicy: true, PolicyDocument: "{}" })],
  ["CreateVpcEndpoint", (world) => create({ SubnetIds: [world.makeVpc("10.2.0.0/16").subnetId] })(world)],
  [
    "CreateVpcEndpoint",
    (world) => {
      const vpc = world.makeVpc(block);
      const inZone = { VpcId: vpc.vpcId, AvailabilityZone: "us-east-1a" };
      const SubnetIds = ["10.1.8.0/24", "10.1.9.0/24"].map(
        (CidrBlock) =>
          world.ask<{ Subnet: { SubnetId: string } }>("CreateSubnet", { ...inZone, CidrBlock }).Subnet
            .SubnetId,
      );
      return { ...plain, VpcId: vpc.vpcId, SubnetIds };
    },
  ],
  ["ModifyVpcEndpoint", modify({ RemoveSubnetIds: [`subnet-${absent}`] })],
  ["CreateVpcEndpoint", create({ SubnetConfigurations: [{ SubnetId: "subnet-x", Ipv4: "10.1.0.9" }] })],
  ["CreateVpcEndpoint", (world) => create({ SecurityGroupIds: [world.defaultGroupId()] })(world)],
  [
    "ModifyVpcEndpoint",
    (world) => {
      const VpcEndpointId = endpoint(world);
      const row = world.store.read((tx) => tx.get(vpcEndpoints.collection, VpcEndpointId));
      return { VpcEndpointId, RemoveSecurityGroupIds: row?.securityGroupIds };
    },
  ],
];

/** Makes an endpoint as asked and gives its id. */
function endpointIn(world: ConnectedWorld, input: object): string {
  return world.ask<{ VpcEndpoint: { VpcEndpointId: string } }>("CreateVpcEndpoint", input).VpcEndpoint
    .VpcEndpointId;
}

const loadBalancer =
  "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/web/50dc6c495c0c9188";

const services: readonly Refusal[] = [
  ["ModifyVpcEndpointServiceConfiguration", () => ({ ServiceId: `vpce-svc-${absent}` })],
  ["ModifyVpcEndpointServiceConfiguration", () => ({ ServiceId: "vpce-svc-x" })],
  [
    "CreateVpcEndpointServiceConfiguration",
    (world) => {
      const { id, arn } = service(world);
      world.store.transaction((tx) => {
        const row = tx.get(endpointServices.collection, id);
        for (let index = 1; row !== undefined && index < endpointServicesPerRegionMax; index += 1) {
          tx.put(endpointServices.collection, { ...row, id: `vpce-svc-1${String(index).padStart(16, "0")}` });
        }
      });
      return { NetworkLoadBalancerArns: [arn] };
    },
  ],
  ["CreateVpcEndpointServiceConfiguration", () => ({})],
  ["CreateVpcEndpointServiceConfiguration", () => ({ NetworkLoadBalancerArns: [loadBalancer] })],
  [
    "CreateVpcEndpointServiceConfiguration",
    configure((world) => [target(world), target(world, "tcp/443", world.makeVpc("10.2.0.0/16"))]),
  ],
  [
    "CreateVpcEndpointServiceConfiguration",
    (world) => {
      const { id, arn } = service(world);
      const row = world.store.read((tx) => tx.get(endpointServices.collection, id));
      return { NetworkLoadBalancerArns: [arn.replace(/eni-\w+/, row?.networkInterfaceId ?? "")] };
    },
  ],
  [
    "CreateVpcEndpointServiceConfiguration",
    configure((world) => {
      const arn = target(world, "tcp");
      return Array.from({ length: targetsPerServiceMax + 1 }, (_, index) => `${arn}/${index + 1}`);
    }),
  ],
  [
    "ModifyVpcEndpointServiceConfiguration",
    (world) => ({ ServiceId: service(world).id, RemoveNetworkLoadBalancerArns: [loadBalancer] }),
  ],
  [
    "ModifyVpcEndpointServiceConfiguration",
    (world) => {
      const { id, arn } = service(world);
      return { ServiceId: id, RemoveNetworkLoadBalancerArns: [arn] };
    },
  ],
  [
    "CreateVpcEndpointServiceConfiguration",
    configure((world) => [target(world)], { SupportedIpAddressTypes: ["ipv6"] }),
  ],
  [
    "ModifyVpcEndpointServicePermissions",
    (world) => ({ ServiceId: service(world).id, AddAllowedPrincipals: ["everybody"] }),
  ],
  [
    "ModifyVpcEndpointServicePermissions",
    (world) => ({
      ServiceId: service(world).id,
      AddAllowedPrincipals: Array.from(
        { length: principalsPerServiceMax + 1 },
        (_, index) => `arn:aws:iam::111122223333:user/u${index}`,
      ),
    }),
  ],
];

/** The refusals. */
export const endpointRefusals: readonly Refusal[] = [...endpoints, ...services];

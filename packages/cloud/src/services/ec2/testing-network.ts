/** Test support: a world with a network of one's own, made by the operations themselves. */
import { compileNetwork, evaluate, type Packet, type Verdict, type VpcModel } from "@casemate/net-engine";
import type { Operation } from "../../kit/index.ts";
import { ec2Service } from "./index.ts";
import { metadataSetting } from "./instance/metadata-setting.ts";
import { becameTerminated } from "./instance/transitions.ts";
import { vpcModel } from "./network/vpc-model.ts";
import { openTestWorld, type TestWorld } from "./testing-world.ts";
import type { Caller } from "./testing.ts";
import { vpcs } from "./vpc/vpc.ts";

/** A world with a VPC of 10.0.0.0/16, its gateway attached, and two subnets of it. */
export interface TestNetwork extends TestWorld {
  readonly vpcId: string;
  readonly gatewayId: string;
  readonly mainTableId: string;
  /** 10.0.1.0/24; its own table leads to the internet gateway. */
  readonly publicSubnetId: string;
  readonly publicTableId: string;
  /** 10.0.2.0/24, under the main table. */
  readonly privateSubnetId: string;
  /** Runs an operation by its name. @throws Fault */
  ask<Output = Readonly<Record<string, never>>>(operation: string, input?: object, caller?: Caller): Output;
  /** The code and the text that an operation is refused with. */
  refusal(operation: string, input?: object, caller?: Caller): string;
  /** The actions and targets that an operation needs. */
  needs(operation: string, input?: object): readonly (readonly [action: string, arn: string])[];
  /** Runs an operation and gives one member of what its answer holds, such as `RouteTable.RouteTableId`. */
  id(operation: string, input: object, path: string): string;
  /** Launches one instance that runs, and gives its id and its interface's. */
  instanceIn(subnetId: string, input?: object): { readonly id: string; readonly eniId: string };
  /** Takes an instance through its termination. */
  endInstance(id: string): void;
  model(vpcId?: string): VpcModel;
  /** What the engine says of a packet in the model of the VPC. */
  verdict(packet: Packet): Verdict;
}

/** The operation of this name. */
export function operationNamed(name: string): Operation {
  const found = ec2Service.operations.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  return found;
}

/** Opens it. */
export async function openTestNetwork(): Promise<TestNetwork> {
  const world = await openTestWorld();
  const ask: TestNetwork["ask"] = (operation, input = {}, caller = {}) =>
    world.run(operationNamed(operation), input, caller);
  const id: TestNetwork["id"] = (operation, input, path) => member(ask<object>(operation, input), path);
  const vpcId = id("CreateVpc", { CidrBlock: "10.0.0.0/16" }, "Vpc.VpcId");
  const gatewayId = id("CreateInternetGateway", {}, "InternetGateway.InternetGatewayId");
  ask("AttachInternetGateway", { InternetGatewayId: gatewayId, VpcId: vpcId });
  const subnet = (CidrBlock: string) =>
    id("CreateSubnet", { VpcId: vpcId, CidrBlock, AvailabilityZone: "us-east-1a" }, "Subnet.SubnetId");
  const publicSubnetId = subnet("10.0.1.0/24");
  const privateSubnetId = subnet("10.0.2.0/24");
  const publicTableId = id("CreateRouteTable", { VpcId: vpcId }, "RouteTable.RouteTableId");
  ask("CreateRoute", {
    RouteTableId: publicTableId,
    DestinationCidrBlock: "0.0.0.0/0",
    GatewayId: gatewayId,
  });
  ask("AssociateRouteTable", { RouteTableId: publicTableId, SubnetId: publicSubnetId });
  const inVpc = [{ Name: "vpc-id", Values: [vpcId] }];
  const main = [...inVpc, { Name: "association.main", Values: ["true"] }];
  const network: TestNetwork = {
    ...world,
    vpcId,
    gatewayId,
    mainTableId: id("DescribeRouteTables", { Filters: main }, "RouteTables.0.RouteTableId"),
    publicSubnetId,
    publicTableId,
    privateSubnetId,
    ask,
    id,
    refusal(operation, input = {}, caller = {}) {
      const { code, message } = world.faultOf(operationNamed(operation), input, caller);
      return `${code}: ${message}`;
    },
    needs: (operation, input = {}) =>
      world.needsOf(operationNamed(operation), input).map(({ action, target }) => [action, target.arn]),
    instanceIn(SubnetId, input = {}) {
      const made = world.launch({ SubnetId, ...input }).Instances?.[0];
      const instanceId = made?.InstanceId ?? "";
      world.become(instanceId, { state: "running" });
      return { id: instanceId, eniId: made?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "" };
    },
    endInstance(instanceId) {
      const row = world.row(instanceId);
      world.store.transaction((tx) => becameTerminated(tx, row, world.environment.clock()));
    },
    model: (of = vpcId) =>
      world.store.read((tx) => {
        const vpc = tx.get(vpcs.collection, of);
        if (vpc === undefined) throw new Error(`There is no ${of}.`);
        return vpcModel(tx, vpc, metadataSetting);
      }),
    verdict: (packet) => evaluate(compileNetwork(network.model()), packet),
  };
  return network;
}

function member(value: unknown, path: string): string {
  const found = path
    .split(".")
    .reduce<unknown>((part, name) => (part as Readonly<Record<string, unknown>> | undefined)?.[name], value);
  if (typeof found !== "string") throw new Error(`The answer has no ${path}: ${JSON.stringify(value)}`);
  return found;
}

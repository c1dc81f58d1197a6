/** Test support of what joins VPCs: two accounts with VPCs, and a network that takes every model. */
import type { VpcModel } from "@casemate/net-engine";
import type { NetworkDriver } from "../../kit/index.ts";
import { ec2Service } from "./index.ts";
import { instances } from "./instance/instance.ts";
import { metadataSetting } from "./instance/metadata-setting.ts";
import { networkReconciler } from "./network/reconciler.ts";
import { openTestWorld, type TestWorld } from "./testing-world.ts";
import { rootOf, type Caller } from "./testing.ts";

/** The other account. */
export const otherAccount = "444455556666";
/** Its root. */
export const other: Caller = { principal: rootOf(otherAccount) };

/** A VPC with one subnet, under the main table. */
export interface TestVpc {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly tableId: string;
}

/** A world with a network. */
export interface ConnectedWorld extends TestWorld {
  /** Runs an operation by its name. @throws Fault */
  ask<Output = Record<string, never>>(name: string, input?: object, caller?: Caller): Output;
  /** The code and the text that an operation is refused with. */
  refusal(name: string, input?: object, caller?: Caller): string;
  /** Makes a VPC; its subnet is the first /24 of its block. */
  makeVpc(cidr: string, caller?: Caller): TestVpc;
  /** Launches an instance that runs, and gives its interface's id and address. */
  instanceIn(vpc: TestVpc, caller?: Caller): { readonly eniId: string; readonly address: string };
  /** One pass over the networks, of which those named fail. */
  settle(failing?: readonly string[]): Promise<void>;
  /** The models that the last pass applied, by VPC. */
  readonly models: ReadonlyMap<string, VpcModel>;
}

/** A network that keeps the models it is given, but for those of VPCs that fail. */
function driverOf(models: Map<string, VpcModel>, failing: readonly string[]): NetworkDriver {
  return {
    mode: "recorded",
    apply(model) {
      if (failing.includes(model.vpcId)) return Promise.reject(new Error(`${model.vpcId} fails`));
      models.set(model.vpcId, model);
      return Promise.resolve();
    },
    remove: () => Promise.resolve(),
    standing: () => Promise.resolve([]),
    netnsOf: (number) => `test-${number}`,
  };
}

/** Opens it. */
export async function openConnectedWorld(): Promise<ConnectedWorld> {
  const world = await openTestWorld();
  const named = new Map(ec2Service.operations.map((each) => [each.name, each]));
  const operation = (name: string) => {
    const found = named.get(name);
    if (found === undefined) throw new Error(`There is no operation ${name}.`);
    return found;
  };
  const ask: ConnectedWorld["ask"] = (name, input = {}, caller = {}) =>
    world.run(operation(name), input, caller);
  const models = new Map<string, VpcModel>();
  return {
    ...world,
    ask,
    refusal(name, input = {}, caller = {}) {
      const { code, message } = world.faultOf(operation(name), input, caller);
      return `${code}: ${message}`;
    },
    makeVpc(cidr, caller) {
      const made = ask<{ Vpc: { VpcId: string } }>("CreateVpc", { CidrBlock: cidr }, caller);
      const { VpcId } = made.Vpc;
      const CidrBlock = cidr.replace(/\/\d+$/, "/24");
      const { Subnet } = ask<{ Subnet: { SubnetId: string } }>("CreateSubnet", { VpcId, CidrBlock }, caller);
      const Filters = [{ Name: "vpc-id", Values: [VpcId] }];
      const { RouteTables } = ask<{ RouteTables: readonly { RouteTableId: string }[] }>(
        "DescribeRouteTables",
        { Filters },
        caller,
      );
      return { vpcId: VpcId, subnetId: Subnet.SubnetId, tableId: RouteTables[0]?.RouteTableId ?? "" };
    },
    instanceIn({ subnetId }, caller) {
      const { Instances } = world.launch({ SubnetId: subnetId }, caller);
      const [eni] = Instances?.[0]?.NetworkInterfaces ?? [];
      const id = Instances?.[0]?.InstanceId ?? "";
      world.store.transaction((tx) => {
        const row = tx.get(instances.collection, id);
        if (row !== undefined) instances.change(tx, row, { state: "running" });
      });
      return { eniId: eni?.NetworkInterfaceId ?? "", address: eni?.PrivateIpAddress ?? "" };
    },
    models,
    async settle(failing = []) {
      models.clear();
      const pass = networkReconciler(driverOf(models, failing), metadataSetting).run(
        world.store,
        world.environment,
      );
      await pass.catch((failure: unknown) => {
        if (failing.length === 0) throw failure;
      });
    },
  };
}

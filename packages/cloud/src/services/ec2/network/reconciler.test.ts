import type { VpcModel } from "@casemate/net-engine";
import { beforeEach, expect, it } from "vitest";
import type { NetworkDriver } from "../../../kit/index.ts";
import { metadataSetting } from "../instance/metadata-setting.ts";
import { openConnectedWorld, type ConnectedWorld, type TestVpc } from "../testing-connections.ts";
import { networkReconciler } from "./reconciler.ts";

let world: ConnectedWorld;
let vpcs: readonly TestVpc[];
let standing: Map<string, VpcModel>;
/** Runs while the first network of a pass is applied. */
let meanwhile: (first: string) => void;
let applied: string[];

const driver: NetworkDriver = {
  mode: "recorded",
  async apply(model) {
    applied.push(model.vpcId);
    standing.set(model.vpcId, model);
    if (applied.length === 1) meanwhile(model.vpcId);
  },
  async remove({ vpcId }) {
    standing.delete(vpcId);
  },
  standing: () => Promise.resolve(Array.from(standing.values(), ({ vpcId, number }) => ({ vpcId, number }))),
  netnsOf: (number) => `test-${number}`,
};
const pass = () => networkReconciler(driver, metadataSetting).run(world.store, world.environment);

beforeEach(async () => {
  world = await openConnectedWorld();
  vpcs = [world.makeVpc("10.1.0.0/16"), world.makeVpc("10.2.0.0/16")];
  standing = new Map();
  applied = [];
  meanwhile = () => undefined;
});

it("applies of every network what holds when it is its turn, not what held when the pass began", async () => {
  for (const vpc of vpcs) world.instanceIn(vpc);
  const rulesOf = (vpcId: string) =>
    standing.get(vpcId)?.securityGroups.flatMap(({ egress }) => egress).length;
  meanwhile = (first) => {
    const second = vpcs.find(({ vpcId }) => vpcId !== first);
    const Filters = [{ Name: "vpc-id", Values: [second?.vpcId ?? ""] }];
    const { SecurityGroups } = world.ask<{ SecurityGroups: { GroupId: string }[] }>(
      "DescribeSecurityGroups",
      {
        Filters,
      },
    );
    world.ask("RevokeSecurityGroupEgress", {
      GroupId: SecurityGroups[0]?.GroupId,
      IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
  };
  await pass();
  expect(applied.map(rulesOf)).toEqual([1, 0]);
});

it("leaves a network that came to be wanted, and that somebody else applied, during the pass", async () => {
  const [one, other] = vpcs;
  world.instanceIn(one!);
  meanwhile = () => {
    world.instanceIn(other!);
    standing.set(other!.vpcId, { vpcId: other!.vpcId, number: 9 } as VpcModel);
  };
  await pass();
  expect(new Set(standing.keys())).toEqual(new Set([one!.vpcId, other!.vpcId]));
});

it("removes networks that nobody wants, whoever applied them", async () => {
  standing.set("vpc-gone", { vpcId: "vpc-gone", number: 9 } as VpcModel);
  await pass();
  expect(standing.size).toBe(0);
});

/**
 * Test support: a test cloud with what launches need beside EC2: roles, instance profiles, client tokens, and
 * instances in any state.
 */
import type {
  DescribeSecurityGroupsResult,
  DescribeSubnetsResult,
  Instance,
  Reservation,
} from "@casemate/wire/ec2";
import { clientTokens, noGuardrails, type DeclaredSetting } from "../../kit/index.ts";
import { iamService, instanceProfileArn, instanceProfiles, roleArn, roles } from "../iam/index.ts";
import { ec2Service } from "./index.ts";
import { instances, type InstanceRow } from "./instance/instance.ts";
import { runInstances } from "./instance/launch/run-instances.ts";
import { describeSecurityGroups } from "./security-group/group-operations.ts";
import { describeSubnets } from "./subnet/operations.ts";
import { openTestCloud, testAccount, testNow, type Caller, type TestCloud } from "./testing.ts";

/** An image that every region has. */
export const testImage = "ami-0ca5e3a7e00000001";

/** A cloud with helpers for launching. */
export interface TestWorld extends TestCloud {
  /** Makes a role and a profile of that name that holds it, or a profile that holds none. */
  makeProfile(name: string, holding?: "role" | "nothing"): { readonly arn: string; readonly roleArn: string };
  /** Runs one instance, or as many as asked. */
  launch(input?: object, caller?: Caller): Reservation;
  /** Runs one instance and gives its id. */
  launchOne(input?: object, caller?: Caller): string;
  /** The instance as launched, described by its row. */
  row(id: string): InstanceRow;
  /** Sets columns of an instance, as the reconciler would. */
  become(id: string, changes: Partial<InstanceRow>): void;
  /** Declares a setting of EC2 for every account, as an organization would. */
  declare(name: string, setting: DeclaredSetting): void;
  /** The default subnets, in the order of their zones. */
  subnetIds(): readonly string[];
  /** The default security group. */
  defaultGroupId(): string;
}

/** Opens a cloud of EC2 and IAM in memory. */
export async function openTestWorld(): Promise<TestWorld> {
  const declared = new Map<string, DeclaredSetting>();
  const cloud = await openTestCloud([clientTokens, ...iamService.collections, ...ec2Service.collections], {
    ...noGuardrails,
    declaredSettingOf: (_tx, _accountId, name) => declared.get(name),
  });
  const { store } = cloud;
  const launch: TestWorld["launch"] = (input = {}, caller) =>
    cloud.run<Reservation>(
      runInstances,
      { ImageId: testImage, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, ...input },
      caller,
    );
  const row: TestWorld["row"] = (id) => {
    const found = store.read((tx) => tx.get(instances.collection, id));
    if (found === undefined) throw new Error(`There is no instance ${id}.`);
    return found;
  };
  return {
    ...cloud,
    launch,
    row,
    makeProfile(name, holding = "role") {
      const owner = { accountId: testAccount, path: "/", name, createdAt: testNow, tags: {} };
      store.transaction((tx) => {
        const role = holding === "role" ? { roleId: `AROA${name}` } : {};
        if (holding === "role") {
          tx.put(roles, {
            ...owner,
            id: `AROA${name}`,
            tags: { team: name },
            trustDocument: "{}",
            maxSessionSeconds: 3600,
            attachedPolicyArns: [],
            inlinePolicies: [],
          });
        }
        tx.put(instanceProfiles, { ...owner, id: `AIPA${name}`, ...role });
      });
      return { arn: instanceProfileArn(owner), roleArn: roleArn(owner) };
    },
    launchOne(input, caller) {
      const [instance]: readonly Instance[] = launch(input, caller).Instances ?? [];
      if (instance?.InstanceId === undefined) throw new Error("Nothing was launched.");
      return instance.InstanceId;
    },
    become(id, changes) {
      const before = row(id);
      store.transaction((tx) => instances.change(tx, before, changes));
    },
    declare(name, setting) {
      declared.set(name, setting);
    },
    subnetIds: () =>
      (cloud.run<DescribeSubnetsResult>(describeSubnets, {}).Subnets ?? [])
        .toSorted((a, b) => ((a.AvailabilityZone ?? "") < (b.AvailabilityZone ?? "") ? -1 : 1))
        .map(({ SubnetId = "" }) => SubnetId),
    defaultGroupId: () =>
      cloud.run<DescribeSecurityGroupsResult>(describeSecurityGroups, { GroupNames: ["default"] })
        .SecurityGroups?.[0]?.GroupId ?? "",
  };
}

import { memoryLog, openStore, type Store, type Tx } from "@casemate/store";
import { beforeEach, describe, expect, it } from "vitest";
import type { PolicyLevels, Principal } from "../../../kit/index.ts";
import { rootOf } from "../../../kit/testing.ts";
import { members } from "../account/member.ts";
import { organizations, putOrganization } from "../organization/organization.ts";
import { putPolicy, policies } from "../policy/policy.ts";
import { iamService } from "../../iam/index.ts";
import { organizationsService } from "../service.ts";
import { putUnit, units } from "../unit/unit.ts";
import { createGuardrails } from "./guardrails.ts";
import {
  managementAccount,
  memberAccount,
  plantTree,
  putWorker,
  sessionOf,
  type TreeSetting,
} from "./tree.ts";

const guardrails = createGuardrails();
const linkedPath = "/aws-service-role/ec2.amazonaws.com/";
const denyAll = { Effect: "Deny", Action: "*", Resource: "*" };
const setting: TreeSetting = {
  policies: [
    { id: "p-scp00000", type: "SERVICE_CONTROL_POLICY", statements: [denyAll] },
    { id: "p-rcp00000", type: "RESOURCE_CONTROL_POLICY", statements: [{ ...denyAll, Principal: "*" }] },
  ],
  attached: [
    ["p-FullAWSAccess", "p-RCPFullAWSAccess"],
    ["p-FullAWSAccess", "p-scp00000", "p-RCPFullAWSAccess", "p-rcp00000"],
    ["p-FullAWSAccess", "p-RCPFullAWSAccess"],
  ],
};

let store: Store;
beforeEach(async () => {
  const collections = [...organizationsService.collections, ...iamService.collections];
  store = await openStore({ collections, tables: [], log: memoryLog(), freeze: true });
  store.transaction((tx) => plantTree(tx, setting));
});

function write(change: (tx: Tx) => unknown): void {
  store.transaction((tx) => {
    change(tx);
  });
}

const names = (levels: PolicyLevels | undefined): string[] | undefined =>
  levels?.map((level) => level.map(({ source }) => source.id.replace(/^.*\//, "")).join("+"));
const scps = (principal: Principal) => names(store.read((tx) => guardrails.scpsOf(tx, principal)));
const rcps = (principal: Principal, action: string, resourceAccount: string) =>
  names(store.read((tx) => guardrails.rcpsOf(tx, { principal, action, resource: "*", resourceAccount })));

const stranger = rootOf("777788889999");
const member = rootOf(memberAccount);

describe("the place of an account", () => {
  const place = (accountId: string) => store.read((tx) => guardrails.organizationOf(tx, accountId));

  it("names the organization and the way down to the account", () => {
    const shared = { id: "o-tree000000", managementAccountId: managementAccount };
    expect(place(managementAccount)).toEqual({ ...shared, path: "o-tree000000/r-tree/" });
    expect(place(memberAccount)).toEqual({ ...shared, path: "o-tree000000/r-tree/ou-tree-aaaaaaaa/" });
    expect(place("777788889999")).toBeUndefined();
  });

  it("changes with a move and ends with the membership", () => {
    expect(place(memberAccount)?.path).toContain("ou-tree");
    write((tx) => tx.put(members, { ...tx.get(members, memberAccount)!, parentId: "r-tree" }));
    expect(place(memberAccount)?.path).toBe("o-tree000000/r-tree/");
    write((tx) => tx.delete(members, memberAccount));
    expect(place(memberAccount)).toBeUndefined();
  });
});

describe("service control policies", () => {
  const three = ["p-FullAWSAccess", "p-FullAWSAccess+p-scp00000", "p-FullAWSAccess"];

  it("bound every principal of a member account, its root user included, level by level", () => {
    expect(scps(member)).toEqual(three);
    expect(scps(sessionOf(memberAccount, "/"))).toEqual(three);
    const user = { ...member, type: "user", userName: "ana" } as Principal;
    expect(scps(user)).toEqual(three);
  });

  it.each([
    ["the management account", rootOf(managementAccount)],
    ["an account of no organization", stranger],
    ["a service-linked role", sessionOf(memberAccount, linkedPath)],
  ])("leave out %s", (_whom, principal) => {
    write((tx) => putWorker(tx, { linkedService: "ec2.amazonaws.com" }));
    expect(scps(principal)).toBeUndefined();
  });

  it("bound a role that has only the path of a service-linked one", () => {
    write((tx) => putWorker(tx, {}));
    expect(scps(sessionOf(memberAccount, linkedPath))).toEqual(three);
  });

  it("bound nobody while their type is off", () => {
    write((tx) => {
      const row = tx.get(organizations, "o-tree000000")!;
      putOrganization(tx, { ...row, root: { ...row.root, policyTypes: [] } });
    });
    expect(scps(member)).toBeUndefined();
  });

  it("follow every change of a policy, an attachment or the tree", () => {
    expect(scps(member)).toEqual(three);
    write((tx) => putUnit(tx, { ...tx.get(units, "ou-tree-aaaaaaaa")!, policyIds: ["p-FullAWSAccess"] }));
    expect(scps(member)).toEqual(["p-FullAWSAccess", "p-FullAWSAccess", "p-FullAWSAccess"]);
    write((tx) => tx.put(members, { ...tx.get(members, memberAccount)!, policyIds: ["p-scp00000"] }));
    expect(scps(member)?.at(2)).toBe("p-scp00000");
    const before = store.read((tx) => guardrails.scpsOf(tx, member));
    write((tx) => putPolicy(tx, { ...tx.get(policies, "p-scp00000")!, content: "{}" }));
    expect(() => store.read((tx) => guardrails.scpsOf(tx, member))).not.toThrow();
    expect(store.read((tx) => guardrails.scpsOf(tx, member))).not.toBe(before);
  });

  it("are compiled once for as long as no row changes", () => {
    const levels = () => store.read((tx) => guardrails.scpsOf(tx, member));
    expect(levels()).toBe(levels());
  });

  it("fail loudly, never open, when an attached policy is missing", () => {
    write((tx) => tx.delete(policies, "p-scp00000"));
    expect(() => scps(member)).toThrow("There is no policy p-scp00000");
  });
});

describe("resource control policies", () => {
  const three = ["p-RCPFullAWSAccess", "p-RCPFullAWSAccess+p-rcp00000", "p-RCPFullAWSAccess"];

  it("bound whoever uses a member account's resource, from wherever", () => {
    expect(rcps(stranger, "sts:AssumeRole", memberAccount)).toEqual(three);
    expect(rcps(rootOf(managementAccount), "STS:assumerole", memberAccount)).toEqual(three);
    expect(rcps(member, "kms:Decrypt", memberAccount)).toEqual(three);
  });

  it.each([
    ["resources of the management account", member, "sts:AssumeRole", managementAccount],
    ["resources outside of the organization", member, "sts:AssumeRole", "777788889999"],
    ["services without support for them", member, "ec2:RunInstances", memberAccount],
    ["the retiring of grants", member, "kms:RetireGrant", memberAccount],
    ["service-linked roles", sessionOf(memberAccount, linkedPath), "kms:Decrypt", memberAccount],
  ])("leave out %s", (_what, principal, action, owner) => {
    write((tx) => putWorker(tx, { linkedService: "ec2.amazonaws.com" }));
    expect(rcps(principal, action, owner)).toBeUndefined();
  });

  it("bound one whom an identity provider vouches for, whom no service control policy bounds", () => {
    const { type: _, ...facts } = member;
    const subject: Principal = {
      ...facts,
      type: "web-identity",
      provider: "p",
      userName: "ana",
      identityProvider: "idp",
    } as unknown as Principal;
    expect(scps(subject)).toBeUndefined();
    expect(rcps(subject, "sts:AssumeRoleWithWebIdentity", memberAccount)).toEqual(three);
  });
});

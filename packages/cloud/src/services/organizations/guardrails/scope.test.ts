import { memoryLog, openStore, type Store } from "@casemate/store";
import { beforeEach, describe, expect, it } from "vitest";
import type { ScopeOfPolicies } from "../../../kit/index.ts";
import { iamService } from "../../iam/index.ts";
import { organizationsService } from "../service.ts";
import { scopeOf } from "./scope.ts";
import { serviceStandingOf } from "./service-standing.ts";
import { managementAccount, memberAccount, plantTree, type TreeSetting } from "./tree.ts";

const noEc2 = { Effect: "Deny", Action: "ec2:*", Resource: "*" };
const setting: TreeSetting = {
  policies: [
    { id: "p-scp00000", type: "SERVICE_CONTROL_POLICY", statements: [noEc2] },
    { id: "p-rcp00000", type: "RESOURCE_CONTROL_POLICY", statements: [{ ...noEc2, Principal: "*" }] },
  ],
  attached: [["p-FullAWSAccess"], ["p-FullAWSAccess", "p-scp00000", "p-rcp00000"], ["p-FullAWSAccess"]],
};
const root = "o-tree000000/r-tree";
const unit = `${root}/ou-tree-aaaaaaaa`;
const managementPath = `${root}/${managementAccount}`;
const memberPath = `${unit}/${memberAccount}`;

let store: Store;
beforeEach(async () => {
  const collections = [...organizationsService.collections, ...iamService.collections];
  store = await openStore({ collections, tables: [], log: memoryLog(), freeze: true });
});

function plant(more: TreeSetting = {}): void {
  store.transaction((tx) => plantTree(tx, { ...setting, ...more }));
}
const scope = (entityPath: string, policyId?: string) =>
  store.read((tx) => scopeOf(tx, { accountId: managementAccount, entityPath, policyId }));
const shape = (entityPath: string, policyId?: string) => {
  const { levels, accounts } = scope(entityPath, policyId) as ScopeOfPolicies;
  return {
    levels: levels.map((level) => level.length),
    accounts: accounts.map(({ path }) => path).toSorted(),
  };
};

describe("the scope of service control policies", () => {
  it("is of the root, of a unit or of an account, with the levels down to it", () => {
    plant();
    expect(shape(root)).toEqual({ levels: [1], accounts: [managementPath, memberPath].toSorted() });
    expect(shape(unit)).toEqual({ levels: [1, 2], accounts: [memberPath] });
    expect(shape(memberPath)).toEqual({ levels: [1, 2, 1], accounts: [memberPath] });
  });

  it("has no levels for the management account", () => {
    plant();
    expect(shape(managementPath)).toEqual({ levels: [], accounts: [managementPath] });
  });

  it("is that of one policy with the accounts that it reaches", () => {
    plant();
    expect(shape(root, "p-scp00000")).toEqual({ levels: [1], accounts: [memberPath] });
    expect(shape(root, "p-FullAWSAccess")).toEqual({ levels: [1], accounts: [memberPath] });
    expect(scope(root, "p-rcp00000")).toBe("no-such-policy");
    expect(scope(root, "p-nothing0")).toBe("no-such-policy");
  });

  it("is refused where nothing is", () => {
    expect(scope(root)).toBe("no-organization");
    plant();
    for (const path of [
      "o-tree000000",
      "o-other00000/r-tree",
      `${root}/ou-tree-bbbbbbbb`,
      `${root}/${memberAccount}`,
    ]) {
      expect(scope(path)).toBe("no-such-entity");
    }
    expect(scope(`${unit}/ou-tree-aaaaaaaa`)).toBe("no-such-entity");
  });

  it("is refused while the root has no service control policies", () => {
    plant({ policyTypes: [] });
    expect(scope(root)).toBe("policies-disabled");
  });
});

describe("the standing of a service", () => {
  it("is nothing without an organization, and untrusted until somebody trusts it", () => {
    const standing = (accountId: string) =>
      store.read((tx) => serviceStandingOf(tx, accountId, "iam.amazonaws.com"));
    expect(standing(memberAccount)).toBeUndefined();
    plant();
    expect(standing(memberAccount)).toEqual({ allFeatures: true, trusted: false, delegated: false });
  });
});

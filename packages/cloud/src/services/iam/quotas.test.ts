import type { Tx } from "@casemate/store";
import { beforeEach, describe, expect, it } from "vitest";
import { putGroup } from "./group/group.ts";
import { groupsPerAccountMax } from "./group/operations.ts";
import { instanceProfilesPerAccountMax } from "./instance-profile/operations.ts";
import { putInstanceProfile } from "./instance-profile/instance-profile.ts";
import { policiesPerAccountMax } from "./policy/operations.ts";
import { policies, policyArn } from "./policy/policy.ts";
import { rolesPerAccountMax } from "./role/operations.ts";
import { putRole } from "./role/role.ts";
import { openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "./testing.ts";
import { usersPerAccountMax } from "./user/operations.ts";
import { putUser } from "./user/user.ts";

const document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
const trust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},' +
  '"Action":"sts:AssumeRole"}]}';
const facts = { accountId: testAccount, path: "/", createdAt: testNow, tags: {} };
const holder = { attachedPolicyArns: [], inlinePolicies: [] };

const kinds = [
  {
    quota: "UsersPerAccount",
    most: usersPerAccountMax,
    put: (tx: Tx, name: string) => putUser(tx, { ...facts, ...holder, id: name, name }),
    operation: "CreateUser",
    input: { UserName: "last" },
  },
  {
    quota: "GroupsPerAccount",
    most: groupsPerAccountMax,
    put: (tx: Tx, name: string) => putGroup(tx, { ...facts, ...holder, id: name, name }),
    operation: "CreateGroup",
    input: { GroupName: "last" },
  },
  {
    quota: "RolesPerAccount",
    most: rolesPerAccountMax,
    put: (tx: Tx, name: string) =>
      putRole(tx, { ...facts, ...holder, id: name, name, trustDocument: trust, maxSessionSeconds: 3600 }),
    operation: "CreateRole",
    input: { RoleName: "last", AssumeRolePolicyDocument: trust },
  },
  {
    quota: "InstanceProfilesPerAccount",
    most: instanceProfilesPerAccountMax,
    put: (tx: Tx, name: string) => putInstanceProfile(tx, { ...facts, id: name, name }),
    operation: "CreateInstanceProfile",
    input: { InstanceProfileName: "last" },
  },
  {
    quota: "PoliciesPerAccount",
    most: policiesPerAccountMax,
    put: (tx: Tx, name: string) =>
      tx.put(policies, {
        ...facts,
        id: name,
        name,
        arn: policyArn({ ...facts, name }),
        versions: [{ versionId: "v1", document, createdAt: testNow }],
        defaultVersionId: "v1",
        nextVersion: 2,
        updatedAt: testNow,
      }),
    operation: "CreatePolicy",
    input: { PolicyName: "last", PolicyDocument: document },
  },
];

describe.each(kinds)("$quota", ({ quota, most, put, operation, input }) => {
  let iam: TestIam;
  beforeEach(async () => {
    iam = await openTestIam();
  });

  it(`is ${most}, for each account by itself`, () => {
    const fill = (count: number) =>
      iam.store.transaction((tx) => {
        for (let index = 0; index < count; index += 1) put(tx, `n${index}`);
      });
    fill(most);
    expect(iam.faultOf(operation, input)).toBe(`LimitExceeded: Cannot exceed quota for ${quota}: ${most}`);
    iam.run(operation, input, { principal: rootOf(otherAccount) });
  });

  it("lets the last one in", () => {
    iam.store.transaction((tx) => {
      for (let index = 1; index < most; index += 1) put(tx, `n${index}`);
    });
    expect(iam.run(operation, input)).toBeDefined();
  });
});

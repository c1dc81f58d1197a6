import { describe, expect, it } from "vitest";
import type { DeclaredFault } from "../../kit/index.ts";
import { accounts } from "../iam/index.ts";
import { accountsPerOrganizationMax } from "./account/create-account.ts";
import { members, putMember } from "./account/member.ts";
import { closedAccountsPerMonthMin } from "./account/operations.ts";
import { delegatedAdministratorsPerServiceMax } from "./delegation/operations.ts";
import { handshakesPerDayMax } from "./handshake/invite-account.ts";
import { policiesPerTypeMax } from "./policy/operations.ts";
import { policies, putPolicy } from "./policy/policy.ts";
import { policyTypes } from "./policy/policy-type.ts";
import { organizationsService } from "./service.ts";
import {
  allowAll,
  openTestOrganizations,
  otherOutsideAccount,
  outsideAccount,
  testAccount,
  testNow,
  type TestOrganizations,
} from "./testing.ts";
import { unitLevelsMax, unitsPerOrganizationMax } from "./unit/operations.ts";
import { putUnit, units } from "./unit/unit.ts";

const service = "access-analyzer.amazonaws.com";
const declarative = "DECLARATIVE_POLICY_EC2";
const nobody = "000000000000";
const scp = { Type: "SERVICE_CONTROL_POLICY", Description: "", Content: allowAll };
const resourcePolicy = (more: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: "*", Action: "organizations:ListRoots", Resource: "*", ...more },
    ],
  });

function invited(on: TestOrganizations, Id = outsideAccount): string {
  const target = { Target: { Type: "ACCOUNT", Id } };
  return on.run<{ Handshake: { Id: string } }>("InviteAccountToOrganization", target).Handshake.Id;
}

function delegated(on: TestOrganizations, name: string): string {
  const AccountId = on.account(name);
  on.run("EnableAWSServiceAccess", { ServicePrincipal: service });
  on.run("RegisterDelegatedAdministrator", { AccountId, ServicePrincipal: service });
  return AccountId;
}

function closed(on: TestOrganizations, name: string): string {
  const AccountId = on.account(name);
  on.run("CloseAccount", { AccountId });
  return AccountId;
}

/** Writes members by the thousand, from the one that is there. */
function crowd(on: TestOrganizations, count: number, closedAt?: number): void {
  on.store.transaction((tx) => {
    const row = tx.get(members, testAccount)!;
    for (let index = 0; index < count; index += 1) {
      const id = `9${String(index).padStart(11, "0")}`;
      putMember(tx, { ...row, accountId: id });
      if (closedAt !== undefined) tx.put(accounts, { id, name: id, createdAt: 0, closedAt });
    }
  });
}

type Asked = readonly [input?: object, accountId?: string];
type Case = readonly [fault: string, operation: string, prepare: (on: TestOrganizations) => Asked];

const cases: readonly Case[] = [
  ["AWSOrganizationsNotInUse", "DescribeOrganization", () => [{}, outsideAccount]],
  ["AccessDenied", "ListAccounts", (on) => [{}, on.account("member")]],
  ["AlreadyInOrganization", "CreateOrganization", () => []],
  [
    "OrganizationNotEmpty",
    "DeleteOrganization",
    (on) => {
      on.account("member");
      return [];
    },
  ],
  ["MasterCannotLeaveOrganization", "LeaveOrganization", () => []],
  ["AccountNotFound", "DescribeAccount", () => [{ AccountId: nobody }]],
  ["AccountAlreadyClosed", "CloseAccount", (on) => [{ AccountId: closed(on, "member") }]],
  [
    "CreateAccountStatusNotFound",
    "DescribeCreateAccountStatus",
    () => [{ CreateAccountRequestId: "car-00000000" }],
  ],
  [
    "DuplicateAccount",
    "MoveAccount",
    (on) => [{ AccountId: testAccount, SourceParentId: on.rootId(), DestinationParentId: on.rootId() }],
  ],
  [
    "SourceParentNotFound",
    "MoveAccount",
    (on) => [{ AccountId: testAccount, SourceParentId: on.unit("empty"), DestinationParentId: on.rootId() }],
  ],
  [
    "DestinationParentNotFound",
    "MoveAccount",
    (on) => [{ AccountId: testAccount, SourceParentId: on.rootId(), DestinationParentId: "r-none" }],
  ],
  ["ParentNotFound", "ListChildren", () => [{ ParentId: "r-none", ChildType: "ACCOUNT" }]],
  ["ChildNotFound", "ListParents", () => [{ ChildId: nobody }]],
  ["RootNotFound", "EnablePolicyType", () => [{ RootId: "r-none", PolicyType: declarative }]],
  ["TargetNotFound", "ListPoliciesForTarget", () => [{ TargetId: nobody, Filter: scp.Type }]],
  [
    "OrganizationalUnitNotFound",
    "DescribeOrganizationalUnit",
    () => [{ OrganizationalUnitId: "ou-none-00000000" }],
  ],
  [
    "OrganizationalUnitNotEmpty",
    "DeleteOrganizationalUnit",
    (on) => {
      const OrganizationalUnitId = on.unit("outer");
      on.unit("inner", OrganizationalUnitId);
      return [{ OrganizationalUnitId }];
    },
  ],
  [
    "DuplicateOrganizationalUnit",
    "UpdateOrganizationalUnit",
    (on) => {
      on.unit("one");
      return [{ OrganizationalUnitId: on.unit("two"), Name: "one" }];
    },
  ],
  ["PolicyNotFound", "DescribePolicy", () => [{ PolicyId: "p-none0000" }]],
  [
    "PolicyInUse",
    "DeletePolicy",
    (on) => {
      const PolicyId = on.policy("used");
      on.run("AttachPolicy", { PolicyId, TargetId: on.rootId() });
      return [{ PolicyId }];
    },
  ],
  ["PolicyNotAttached", "DetachPolicy", (on) => [{ PolicyId: on.policy("free"), TargetId: on.rootId() }]],
  ["DuplicatePolicy", "CreatePolicy", () => [{ ...scp, Name: "FullAWSAccess" }]],
  [
    "DuplicatePolicyAttachment",
    "AttachPolicy",
    (on) => [{ PolicyId: "p-FullAWSAccess", TargetId: on.rootId() }],
  ],
  ["PolicyTypeAlreadyEnabled", "EnablePolicyType", (on) => [{ RootId: on.rootId(), PolicyType: scp.Type }]],
  ["PolicyTypeNotEnabled", "DisablePolicyType", (on) => [{ RootId: on.rootId(), PolicyType: declarative }]],
  [
    "PolicyTypeNotAvailableForOrganization",
    "EnablePolicyType",
    (on) => [{ RootId: on.rootId(), PolicyType: "BACKUP_POLICY" }],
  ],
  ["EffectivePolicyNotFound", "DescribeEffectivePolicy", () => [{ PolicyType: declarative }]],
  ["ResourcePolicyNotFound", "DescribeResourcePolicy", () => []],
  ["MalformedPolicyDocument", "CreatePolicy", () => [{ ...scp, Name: "bad", Content: "{}" }]],
  ["HandshakeNotFound", "DescribeHandshake", () => [{ HandshakeId: "h-00000000" }]],
  [
    "HandshakeAlreadyInState",
    "CancelHandshake",
    (on) => {
      const HandshakeId = invited(on);
      on.run("CancelHandshake", { HandshakeId });
      return [{ HandshakeId }];
    },
  ],
  [
    "InvalidHandshakeTransition",
    "AcceptHandshake",
    (on) => {
      const HandshakeId = invited(on);
      on.run("CancelHandshake", { HandshakeId });
      return [{ HandshakeId }, outsideAccount];
    },
  ],
  [
    "DuplicateHandshake",
    "InviteAccountToOrganization",
    (on) => {
      invited(on);
      return [{ Target: { Type: "ACCOUNT", Id: outsideAccount } }];
    },
  ],
  [
    "AccountAlreadyRegistered",
    "RegisterDelegatedAdministrator",
    (on) => [{ AccountId: delegated(on, "delegate"), ServicePrincipal: service }],
  ],
  ["AccountNotRegistered", "ListDelegatedServicesForAccount", (on) => [{ AccountId: on.account("member") }]],
  [
    "ConstraintViolation ACCOUNT_NUMBER_LIMIT_EXCEEDED",
    "CreateAccount",
    (on) => {
      crowd(on, accountsPerOrganizationMax);
      return [{ AccountName: "more", Email: "more@example.com" }];
    },
  ],
  ["ConstraintViolation CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "CloseAccount", () => [{ AccountId: testAccount }]],
  [
    "ConstraintViolation CLOSE_ACCOUNT_QUOTA_EXCEEDED",
    "CloseAccount",
    (on) => {
      crowd(on, closedAccountsPerMonthMin, testNow - 1);
      return [{ AccountId: on.account("member") }];
    },
  ],
  [
    "ConstraintViolation CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
    "LeaveOrganization",
    (on) => [{}, delegated(on, "delegate")],
  ],
  [
    "ConstraintViolation OU_DEPTH_LIMIT_EXCEEDED",
    "CreateOrganizationalUnit",
    (on) => {
      let ParentId = on.rootId();
      for (let level = 0; level < unitLevelsMax; level += 1) ParentId = on.unit("deeper", ParentId);
      return [{ ParentId, Name: "too deep" }];
    },
  ],
  [
    "ConstraintViolation OU_NUMBER_LIMIT_EXCEEDED",
    "CreateOrganizationalUnit",
    (on) => {
      const first = on.unit("first");
      on.store.transaction((tx) => {
        const row = tx.get(units, first)!;
        for (let index = 1; index < unitsPerOrganizationMax; index += 1) {
          putUnit(tx, { ...row, id: `ou-many-${String(index).padStart(8, "0")}`, name: `${index}` });
        }
      });
      return [{ ParentId: on.rootId(), Name: "one more" }];
    },
  ],
  [
    "ConstraintViolation POLICY_CONTENT_LIMIT_EXCEEDED",
    "CreatePolicy",
    () => [
      {
        ...scp,
        Name: "long",
        Content: `${allowAll}${" ".repeat(policyTypes.SERVICE_CONTROL_POLICY.charactersMax)}`,
      },
    ],
  ],
  [
    "ConstraintViolation POLICY_NUMBER_LIMIT_EXCEEDED",
    "CreatePolicy",
    (on) => {
      const first = on.policy("first");
      on.store.transaction((tx) => {
        const row = tx.get(policies, first)!;
        for (let index = 1; index < policiesPerTypeMax; index += 1) {
          putPolicy(tx, { ...row, id: `p-${String(index).padStart(8, "0")}`, name: `${index}` });
        }
      });
      return [{ ...scp, Name: "one more" }];
    },
  ],
  [
    "ConstraintViolation MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
    "AttachPolicy",
    (on) => {
      for (const name of ["a", "b", "c", "d"]) {
        on.run("AttachPolicy", { PolicyId: on.policy(name), TargetId: on.rootId() });
      }
      return [{ PolicyId: on.policy("e"), TargetId: on.rootId() }];
    },
  ],
  [
    "ConstraintViolation MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
    "DetachPolicy",
    (on) => [{ PolicyId: "p-FullAWSAccess", TargetId: on.rootId() }],
  ],
  [
    "ConstraintViolation MAX_TAG_LIMIT_EXCEEDED",
    "TagResource",
    (on) => [
      {
        ResourceId: on.rootId(),
        Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: "" })),
      },
    ],
  ],
  [
    "ConstraintViolation CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
    "RegisterDelegatedAdministrator",
    () => [{ AccountId: testAccount, ServicePrincipal: service }],
  ],
  [
    "ConstraintViolation CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
    "RegisterDelegatedAdministrator",
    (on) => [{ AccountId: closed(on, "member"), ServicePrincipal: service }],
  ],
  [
    "ConstraintViolation MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED",
    "RegisterDelegatedAdministrator",
    (on) => {
      for (let index = 0; index < delegatedAdministratorsPerServiceMax; index += 1)
        delegated(on, `d${index}`);
      return [{ AccountId: on.account("one-more"), ServicePrincipal: service }];
    },
  ],
  [
    "ConstraintViolation SERVICE_ACCESS_NOT_ENABLED",
    "RegisterDelegatedAdministrator",
    (on) => [{ AccountId: on.account("member"), ServicePrincipal: service }],
  ],
  [
    "ConstraintViolation HANDSHAKE_RATE_LIMIT_EXCEEDED",
    "InviteAccountToOrganization",
    (on) => {
      for (let index = 0; index < handshakesPerDayMax; index += 1) invited(on, `${300000000000 + index}`);
      return [{ Target: { Type: "ACCOUNT", Id: outsideAccount } }];
    },
  ],
  [
    "HandshakeConstraintViolation ALREADY_IN_AN_ORGANIZATION",
    "AcceptHandshake",
    (on) => {
      const HandshakeId = invited(on);
      on.run("CreateOrganization", {}, outsideAccount);
      return [{ HandshakeId }, outsideAccount];
    },
  ],
  [
    "HandshakeConstraintViolation ACCOUNT_NUMBER_LIMIT_EXCEEDED",
    "InviteAccountToOrganization",
    (on) => {
      crowd(on, accountsPerOrganizationMax);
      return [{ Target: { Type: "ACCOUNT", Id: outsideAccount } }];
    },
  ],
  ["InvalidInput INVALID_PAGINATION_TOKEN", "ListAccounts", () => [{ NextToken: "nothing of ours" }]],
  [
    "InvalidInput DUPLICATE_TAG_KEY",
    "TagResource",
    (on) => [
      {
        ResourceId: on.rootId(),
        Tags: [
          { Key: "team", Value: "a" },
          { Key: "team", Value: "b" },
        ],
      },
    ],
  ],
  [
    "InvalidInput INVALID_SYSTEM_TAGS_PARAMETER",
    "TagResource",
    (on) => [{ ResourceId: on.rootId(), Tags: [{ Key: "AWS:team", Value: "a" }] }],
  ],
  [
    "InvalidInput INVALID_ROLE_NAME",
    "CreateAccount",
    () => [{ AccountName: "a", Email: "a@example.com", RoleName: "AWSServiceRoleForMe" }],
  ],
  ["InvalidInput IMMUTABLE_POLICY", "UpdatePolicy", () => [{ PolicyId: "p-FullAWSAccess", Name: "mine" }]],
  [
    "InvalidInput NON_DETACHABLE_POLICY",
    "DetachPolicy",
    (on) => {
      on.run("EnablePolicyType", { RootId: on.rootId(), PolicyType: "RESOURCE_CONTROL_POLICY" });
      return [{ PolicyId: "p-RCPFullAWSAccess", TargetId: on.rootId() }];
    },
  ],
  [
    "InvalidInput UNRECOGNIZED_SERVICE_PRINCIPAL",
    "EnableAWSServiceAccess",
    () => [{ ServicePrincipal: "example.com" }],
  ],
  [
    "InvalidInput TARGET_NOT_SUPPORTED",
    "TagResource",
    () => [{ ResourceId: "p-FullAWSAccess", Tags: [{ Key: "team", Value: "a" }] }],
  ],
  [
    "InvalidInput INVALID_PARTY_TYPE_TARGET",
    "InviteAccountToOrganization",
    () => [{ Target: { Type: "ORGANIZATION", Id: "o-0000000000" } }],
  ],
  [
    "InvalidInput INVALID_PATTERN_TARGET_ID",
    "InviteAccountToOrganization",
    () => [{ Target: { Type: "ACCOUNT", Id: "12" } }],
  ],
  [
    "InvalidInput INVALID_EMAIL_ADDRESS_TARGET",
    "InviteAccountToOrganization",
    () => [{ Target: { Type: "EMAIL", Id: "nobody" } }],
  ],
  [
    "InvalidInput INVALID_PRINCIPAL",
    "PutResourcePolicy",
    () => [{ Content: resourcePolicy({ Principal: { AWS: "999999999999" } }) }],
  ],
  [
    "InvalidInput INVALID_RESOURCE_POLICY_JSON",
    "PutResourcePolicy",
    () => [{ Content: resourcePolicy({ Action: "iam:*" }) }],
  ],
];

const identity = ({ code, pattern }: DeclaredFault): string => `${code}: ${pattern}`;

describe("faults", () => {
  const met = new Set<string>();

  it.each(cases)("%s is what %s is refused with", async (fault, operation, prepare) => {
    const on = await openTestOrganizations();
    const [input, accountId] = prepare(on);
    const [code, reason] = fault.split(" ");
    const refused = on.refusalOf(operation, input, accountId);
    expect([refused.code, refused.details?.["Reason"]]).toEqual([`${code}Exception`, reason]);
    met.add(`${refused.code}: ${refused.message}`);
  });

  it("need all features where policies and services are meant", async () => {
    const on = await openTestOrganizations("CONSOLIDATED_BILLING");
    const { code, message, details } = on.refusalOf("EnableAWSServiceAccess", { ServicePrincipal: service });
    expect([code, details]).toEqual([
      "ConstraintViolationException",
      { Reason: "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE" },
    ]);
    met.add(`${code}: ${message}`);
    expect(on.faultOf("CreatePolicy", { ...scp, Name: "a" })).toMatch(/^PolicyTypeNotAvailable/);
    expect(on.faultOf("PutResourcePolicy", { Content: resourcePolicy({}) })).toMatch(/^ConstraintViolation/);
  });

  it("have each a case, and are declared once", () => {
    const declared = organizationsService.faults.map(identity);
    expect(new Set(declared).size).toBe(declared.length);
    const texts = [...met];
    const unmet = organizationsService.faults.filter(({ code, pattern }) => {
      const start = `${code}: ${pattern.split("{0}")[0] ?? ""}`;
      return !texts.some((text) => text.startsWith(start));
    });
    expect(unmet.map(identity)).toEqual([]);
  });
});

it("lets a member of another organization know nothing of this one", async () => {
  const on = await openTestOrganizations();
  on.run("CreateOrganization", {}, otherOutsideAccount);
  const member = on.account("member");
  expect(on.faultOf("DescribeAccount", { AccountId: member }, otherOutsideAccount)).toMatch(
    /^AccountNotFound/,
  );
  const unit = { OrganizationalUnitId: on.unit("unit") };
  expect(on.faultOf("DescribeOrganizationalUnit", unit, otherOutsideAccount)).toMatch(
    /^OrganizationalUnitNot/,
  );
  const policy = { PolicyId: on.policy("policy") };
  expect(on.faultOf("DescribePolicy", policy, otherOutsideAccount)).toMatch(/^PolicyNotFound/);
  expect(on.faultOf("AttachPolicy", { ...policy, TargetId: on.rootId() }, otherOutsideAccount)).toMatch(
    /^PolicyNotFound/,
  );
  expect(on.faultOf("DescribeHandshake", { HandshakeId: invited(on) }, otherOutsideAccount)).toMatch(
    /^HandshakeNotFound/,
  );
});

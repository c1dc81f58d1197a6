import type {
  FindingDetails,
  GetFindingsStatisticsResponse,
  GetFindingV2Response,
  ListFindingsV2Response,
} from "@casemate/wire/access-analyzer";
import { beforeEach, describe, expect, it } from "vitest";
import type { Principal } from "../../../kit/index.ts";
import { createIdentity, findRole, findUser, putUser } from "../../iam/index.ts";
import {
  asAccount,
  dayMs,
  openTestAnalyzer,
  otherAccount,
  testAccount,
  testNow,
  type TestAnalyzer,
} from "../testing.ts";

let cloud: TestAnalyzer;
let analyzerArn: string;
let now: number;
beforeEach(async () => {
  cloud = await openTestAnalyzer();
  now = testNow;
  analyzerArn = cloud.analyzer("ACCOUNT_UNUSED_ACCESS", setting());
});

const setting = (more: object = {}) => ({
  configuration: { unusedAccess: { unusedAccessAge: 30, ...more } },
});
const days = (count: number) => {
  now += count * dayMs;
  cloud.advance(count * dayMs);
};
const list = () => cloud.run<ListFindingsV2Response>("ListFindingsV2", { analyzerArn }).findings;
const active = () => list().filter(({ status }) => status === "ACTIVE");
const kinds = () => active().map(({ findingType, resource }) => [findingType, resource?.split("/").at(-1)]);
const details = (more: object = {}) => {
  const id = active()[0]?.id ?? "";
  return cloud.run<GetFindingV2Response>("GetFindingV2", { analyzerArn, id, ...more });
};
const allow = (...Action: string[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });

function user(UserName: string, ...actions: string[]): string {
  cloud.run("CreateUser", { UserName });
  if (actions.length > 0) {
    cloud.run("PutUserPolicy", { UserName, PolicyName: "p", PolicyDocument: allow(...actions) });
  }
  return cloud.run<{ AccessKey: { AccessKeyId: string } }>("CreateAccessKey", { UserName }).AccessKey
    .AccessKeyId;
}

/** A call by a user with a key, or by a session of a role, with what was decided. */
function use(by: { user: string; accessKeyId: string } | { role: string }, ...actions: string[]): void {
  cloud.store.transaction((tx) => {
    let principal: Principal;
    if ("user" in by) {
      const row = findUser(tx, testAccount, by.user)!;
      const base = { type: "user", accountId: testAccount, arn: "", id: row.id } as const;
      principal = { ...base, accessKeyId: by.accessKeyId, userName: row.name };
    } else {
      const row = findRole(tx, testAccount, by.role)!;
      const session = {
        issuedAt: now,
        expiresAt: now + 1,
        tags: {},
        transitiveTagKeys: [],
        policies: [],
        chained: false,
      };
      const role = { roleArn: "", roleId: row.id, roleName: row.name, sessionName: "s" };
      const base = { type: "role-session", accountId: testAccount, arn: "", id: `${row.id}:s` } as const;
      principal = { ...base, accessKeyId: "ASIA", ...role, session } as Principal;
    }
    const identity = createIdentity(cloud.environment);
    identity.noteUse(tx, { principal, service: "ec2", region: "us-east-1", now });
    identity.noteAccess(tx, { principal, actions, region: "us-east-1", now });
  });
}

describe("a role", () => {
  it("is unused when nobody assumed it for as long as the analyzer says, and not before", () => {
    const resource = cloud.role("idle", { AWS: testAccount });
    days(29);
    expect(list()).toEqual([]);
    days(1);
    expect(active()).toMatchObject([
      {
        findingType: "UnusedIAMRole",
        resource,
        resourceType: "AWS::IAM::Role",
        resourceOwnerAccount: testAccount,
      },
    ]);
    expect(details().findingDetails).toEqual([{ unusedIamRoleDetails: {} }]);
  });

  it("is not while it is used, and is again thereafter", () => {
    cloud.role("app", { AWS: testAccount });
    days(30);
    use({ role: "app" });
    const last = new Date(now);
    expect(kinds()).toEqual([]);
    days(31);
    expect(kinds()).toEqual([["UnusedIAMRole", "app"]]);
    expect(details().findingDetails).toEqual([{ unusedIamRoleDetails: { lastAccessed: last } }]);
    const { id } = active()[0]!;
    use({ role: "app" });
    expect(list()).toMatchObject([{ id, status: "RESOLVED" }]);
  });

  it("made again under its name is another one", () => {
    cloud.role("app", { AWS: testAccount });
    days(30);
    const { id } = active()[0]!;
    cloud.run("DeleteRole", { RoleName: "app" });
    cloud.role("app", { AWS: testAccount });
    expect(list()).toMatchObject([{ id, status: "RESOLVED" }]);
    days(30);
    expect(active().some((finding) => finding.id === id)).toBe(false);
  });

  it("of a service is not judged", () => {
    cloud.run("CreateServiceLinkedRole", { AWSServiceName: "spot.amazonaws.com" });
    days(400);
    expect(list()).toEqual([]);
  });
});

describe("the credentials of a user", () => {
  it("are unused keys, each by itself, unless they are inactive", () => {
    const used = user("ana");
    const second = cloud.run<{ AccessKey: { AccessKeyId: string } }>("CreateAccessKey", { UserName: "ana" });
    const accessKeyId = second.AccessKey.AccessKeyId;
    days(30);
    use({ user: "ana", accessKeyId: used });
    expect(kinds()).toEqual([["UnusedIAMUserAccessKey", "ana"]]);
    expect(details().findingDetails).toEqual([{ unusedIamUserAccessKeyDetails: { accessKeyId } }]);
    cloud.run("UpdateAccessKey", { UserName: "ana", AccessKeyId: accessKeyId, Status: "Inactive" });
    expect(kinds()).toEqual([]);
  });

  it("are an unused password", () => {
    cloud.run("CreateUser", { UserName: "bob" });
    cloud.run("CreateLoginProfile", { UserName: "bob", Password: "Correct-Horse-7-Battery" });
    days(30);
    expect(kinds()).toEqual([["UnusedIAMUserPassword", "bob"]]);
    const used = now - 40 * dayMs;
    cloud.store.transaction((tx) =>
      putUser(tx, { ...findUser(tx, testAccount, "bob")!, passwordLastUsedAt: used }),
    );
    expect(details().findingDetails).toEqual([
      { unusedIamUserPasswordDetails: { lastAccessed: new Date(used) } },
    ]);
    cloud.store.transaction((tx) =>
      putUser(tx, { ...findUser(tx, testAccount, "bob")!, passwordLastUsedAt: now }),
    );
    expect(kinds()).toEqual([]);
  });
});

describe("permissions", () => {
  const unused = () =>
    details().findingDetails.map(({ unusedPermissionDetails }: FindingDetails) => [
      unusedPermissionDetails?.serviceNamespace,
      unusedPermissionDetails?.actions?.map(({ action }) => action),
    ]);

  it("are unused services, and unused actions of services in use", () => {
    const accessKeyId = user(
      "ana",
      "ec2:RunInstances",
      "ec2:StopInstances",
      "iam:PassRole",
      "s3:*",
      "sts:AssumeRole",
    );
    const last = new Date(now);
    use({ user: "ana", accessKeyId }, "ec2:StopInstances", "sts:AssumeRole");
    days(31);
    use({ user: "ana", accessKeyId }, "ec2:RunInstances");
    expect(kinds()).toEqual([["UnusedPermission", "ana"]]);
    const ec2 = {
      serviceNamespace: "ec2",
      actions: [{ action: "ec2:StopInstances", lastAccessed: last }],
      lastAccessed: new Date(now),
    };
    // PassRole is used by way of other operations, so that nothing is said of iam.
    expect(details().findingDetails.map((each) => each.unusedPermissionDetails)).toEqual([
      ec2,
      { serviceNamespace: "s3" },
      { serviceNamespace: "sts", lastAccessed: last },
    ]);
  });

  it("are those of groups too, without what a Deny takes away for good", () => {
    const accessKeyId = user("ana");
    cloud.run("CreateGroup", { GroupName: "team" });
    cloud.run("AddUserToGroup", { GroupName: "team", UserName: "ana" });
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: ["sts:*", "sqs:SendMessage", "sns:Publish"], Resource: "*" },
        {
          Effect: "Deny",
          NotAction: ["sts:AssumeRole", "sts:GetSessionToken", "sqs:*", "sns:*"],
          Resource: "*",
        },
        {
          Effect: "Deny",
          Action: "sqs:*",
          Resource: "*",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        { Effect: "Deny", Action: "sns:*", Resource: "*" },
      ],
    });
    cloud.run("PutGroupPolicy", { GroupName: "team", PolicyName: "p", PolicyDocument });
    days(30);
    use({ user: "ana", accessKeyId }, "sts:AssumeRole");
    expect(unused()).toEqual([
      ["sqs", undefined],
      ["sts", ["sts:GetSessionToken"]],
    ]);
  });

  it("are not judged of who is idle or young", () => {
    user("idle", "s3:*");
    days(29);
    const accessKeyId = user("young", "s3:*");
    use({ user: "young", accessKeyId }, "s3:GetObject");
    days(1);
    expect(kinds()).toEqual([["UnusedIAMUserAccessKey", "idle"]]);
  });

  it("of everything are every service there is, in pages", () => {
    cloud.role("admin", { AWS: testAccount });
    cloud.run("AttachRolePolicy", {
      RoleName: "admin",
      PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
    });
    days(30);
    use({ role: "admin" }, "ec2:RunInstances");
    const first = details({ maxResults: 1000 });
    const services = first.findingDetails.map((each) => each.unusedPermissionDetails?.serviceNamespace);
    expect(services.length).toBeGreaterThan(200);
    expect(services).toContain("s3");
    const page = details({ maxResults: 3 });
    expect([page.findingDetails.length, page.nextToken === undefined]).toEqual([3, false]);
    expect(details({ maxResults: 3, nextToken: page.nextToken }).findingDetails).toEqual(
      first.findingDetails.slice(3, 6),
    );
  });
});

describe("an analyzer of unused access", () => {
  it("leaves out users and roles by their tags", () => {
    cloud.run("CreateUser", { UserName: "tagged", Tags: [{ Key: "team", Value: "red" }] });
    cloud.run("CreateAccessKey", { UserName: "tagged" });
    cloud.role("plain", { AWS: testAccount });
    days(30);
    expect(kinds()).toHaveLength(2);
    const exclude = (resourceTags: object[]) => {
      const analysisRule = { exclusions: [{ resourceTags }] };
      cloud.run("UpdateAnalyzer", { analyzerName: "a", configuration: { unusedAccess: { analysisRule } } });
    };
    for (const [tags, count] of [
      [[{ team: "red" }], 1],
      [[{ team: "blue" }], 2],
      [[{ team: "" }], 1],
      [[{ constructor: "" }], 2],
      [[{ x: "y" }, { team: "red" }], 1],
    ] as const) {
      exclude([...tags]);
      expect(kinds()).toHaveLength(count);
    }
  });

  it("of an organization is about its members, but for those left out", () => {
    cloud.organization.members = [testAccount, otherAccount];
    const make = (exclusions: object[]) => {
      const asked = { analyzerName: `o${exclusions.length}`, type: "ORGANIZATION_UNUSED_ACCESS" };
      const more = setting({ analysisRule: { exclusions } });
      analyzerArn = cloud.run<{ arn: string }>("CreateAnalyzer", { ...asked, ...more }).arn;
    };
    cloud.run("CreateUser", { UserName: "theirs" }, asAccount(otherAccount));
    cloud.run("CreateAccessKey", { UserName: "theirs" }, asAccount(otherAccount));
    cloud.role("mine", { AWS: testAccount });
    days(30);
    make([]);
    expect(
      active()
        .map(({ resourceOwnerAccount }) => resourceOwnerAccount)
        .toSorted(),
    ).toEqual([testAccount, otherAccount]);
    make([{ accountIds: [otherAccount] }]);
    expect(kinds()).toEqual([["UnusedIAMRole", "mine"]]);
  });

  it("counts what it found by type and account", () => {
    user("ana");
    cloud.role("idle", { AWS: testAccount });
    days(30);
    const statistics = cloud.run<GetFindingsStatisticsResponse>("GetFindingsStatistics", { analyzerArn });
    expect(statistics.findingsStatistics).toEqual([
      {
        unusedAccessFindingsStatistics: {
          unusedAccessTypeStatistics: [
            { unusedAccessType: "UnusedIAMRole", total: 1 },
            { unusedAccessType: "UnusedIAMUserAccessKey", total: 1 },
            { unusedAccessType: "UnusedIAMUserPassword", total: 0 },
            { unusedAccessType: "UnusedPermission", total: 0 },
          ],
          topAccounts: [
            {
              account: testAccount,
              numberOfActiveFindings: 2,
              details: { UnusedIAMRole: 1, UnusedIAMUserAccessKey: 1 },
            },
          ],
          totalActiveFindings: 2,
          totalArchivedFindings: 0,
          totalResolvedFindings: 0,
        },
      },
    ]);
  });
});

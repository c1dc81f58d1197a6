import type { Credentials } from "@casemate/wire";
import { beforeEach, describe, expect, it } from "vitest";
import { noGuardrails, type ServiceStanding } from "../../../kit/index.ts";
import { issueCredentials } from "../../iam/index.ts";
import {
  allowing,
  credentialsIn,
  field,
  openSignedCloud,
  type SignedCloud,
} from "../../../request-path/testing/signed-calls.ts";

const management = "111122223333";
const member = "444455556666";
const organizationId = "o-a1b2c3d4e5";
const taskArn = (task: string): string => `arn:aws:iam::aws:policy/root-task/${task}`;

let cloud: SignedCloud;
let members: Set<string>;
let standings: Map<string, ServiceStanding>;
/** May assume every root as far as her own policies go. */
let ana: Credentials;

beforeEach(async () => {
  members = new Set([management, member]);
  const standing = { allFeatures: true, trusted: true, delegated: false };
  standings = new Map([management, member].map((id) => [id, standing]));
  cloud = await openSignedCloud({
    guardrails: {
      ...noGuardrails,
      organizationOf: (_tx, id) =>
        members.has(id)
          ? { id: organizationId, managementAccountId: management, path: `${organizationId}/r-ab12/` }
          : undefined,
      serviceStandingOf: (_tx, id) => standings.get(id),
    },
  });
  ana = await cloud.user("ana", allowing("sts:AssumeRoot"));
});

const enable = (feature: string) => cloud.must(cloud.admin, `EnableOrganizations${feature}`);
const ask = (as: Credentials, task: string, more: Readonly<Record<string, string>> = {}) =>
  cloud.call(as, "sts:AssumeRoot", { TargetPrincipal: member, "TaskPolicyArn.arn": taskArn(task), ...more });
async function assume(task: string): Promise<Credentials> {
  const answer = await ask(ana, task);
  if (answer.status !== 200) throw new Error(`${answer.code}: ${answer.message}`);
  return credentialsIn(answer);
}
const told = async (answer: ReturnType<typeof ask>) => {
  const { status, code, message } = await answer;
  return [status, code, message];
};

describe("the features of centralized root access", () => {
  const features = async (as = cloud.admin): Promise<string[]> => {
    const answer = await cloud.must(as, "ListOrganizationsFeatures");
    expect(field(answer, "OrganizationId")).toBe(organizationId);
    return [...answer.text.matchAll(/<member>(\w+)<\/member>/g)].map(([, name = ""]) => name);
  };

  it("are enabled and disabled one by one", async () => {
    expect(await features()).toEqual([]);
    await enable("RootSessions");
    await enable("RootCredentialsManagement");
    await enable("RootSessions");
    expect(await features()).toEqual(["RootCredentialsManagement", "RootSessions"]);
    await cloud.must(cloud.admin, "DisableOrganizationsRootCredentialsManagement");
    expect(await features()).toEqual(["RootSessions"]);
    await cloud.must(cloud.admin, "DisableOrganizationsRootSessions");
    expect(await features()).toEqual([]);
  });

  it("are the management account's to enable, and a delegated administrator's to see and disable", async () => {
    const codeOf = async (as: Credentials, name: string) => (await cloud.call(as, name)).code;
    const list = "ListOrganizationsFeatures";
    const turnOn = "EnableOrganizationsRootSessions";
    expect(await codeOf(cloud.stranger, list)).toBe("AccountNotManagementOrDelegatedAdministratorException");
    expect(await codeOf(cloud.stranger, turnOn)).toBe("CallerIsNotManagementAccountException");
    standings.set(member, { allFeatures: true, trusted: true, delegated: true });
    expect(await codeOf(cloud.stranger, list)).toBeUndefined();
    expect(await codeOf(cloud.stranger, turnOn)).toBe("CallerIsNotManagementAccountException");
    expect(await codeOf(cloud.stranger, "DisableOrganizationsRootSessions")).toBeUndefined();
    standings.set(management, { allFeatures: true, trusted: false, delegated: false });
    expect(await codeOf(cloud.admin, turnOn)).toBe("ServiceAccessNotEnabledException");
    standings.set(management, { allFeatures: false, trusted: true, delegated: false });
    expect(await codeOf(cloud.admin, turnOn)).toBe("OrganizationNotInAllFeaturesModeException");
    members.clear();
    expect(await codeOf(cloud.admin, turnOn)).toBe("OrganizationNotFoundException");
  });
});

describe("AssumeRoot", () => {
  it("gives a root session of the member account for a quarter of an hour", async () => {
    await enable("RootCredentialsManagement");
    const answer = await ask(ana, "IAMAuditRootUserCredentials");
    expect(field(answer, "Expiration")).toBe("2026-01-15T12:15:00Z");
    const root = credentialsIn(answer);
    const who = await cloud.must(root, "sts:GetCallerIdentity");
    expect([field(who, "Arn"), field(who, "Account"), field(who, "UserId")]).toEqual([
      `arn:aws:iam::${member}:root`,
      member,
      member,
    ]);
    cloud.advance(900_000);
    expect((await cloud.call(root, "sts:GetCallerIdentity")).code).toBe("ExpiredToken");
    expect((await ask(ana, "IAMAuditRootUserCredentials", { DurationSeconds: "901" })).code).toBe(
      "ValidationError",
    );
  });

  it("bounds the session by its task", async () => {
    await enable("RootCredentialsManagement");
    await cloud.must(cloud.stranger, "CreateUser", { UserName: "zoe" });
    const auditor = await assume("IAMAuditRootUserCredentials");
    const key = credentialsIn(await cloud.must(rootOf(member), "CreateAccessKey"));
    for (const name of ["ListAccessKeys", "ListSigningCertificates", "ListMFADevices", "GetAccountSummary"]) {
      await cloud.must(auditor, name);
    }
    await cloud.must(auditor, "GetAccessKeyLastUsed", { AccessKeyId: key.accessKeyId });
    expect(field(await cloud.must(auditor, "GetUser"), "Arn")).toBe(`arn:aws:iam::${member}:root`);
    expect((await cloud.call(auditor, "ListAccessKeys", { UserName: "zoe" })).message).toContain(
      "with an explicit deny in an identity-based policy",
    );
    for (const name of ["CreateAccessKey", "ListUsers", "DeleteLoginProfile", "ec2:DescribeVpcs"]) {
      expect((await cloud.call(auditor, name)).status).toBe(403);
    }
    const role = { RoleArn: `arn:aws:iam::${member}:role/r`, RoleSessionName: "job" };
    for (const [name, parameters] of [
      ["sts:GetSessionToken", {}],
      ["sts:GetFederationToken", { Name: "zoe" }],
      ["sts:AssumeRole", role],
    ] as const) {
      expect((await cloud.call(auditor, name, parameters)).code).toBe("AccessDenied");
    }
  });

  it("takes the credentials of a root away, and allows its password to be recovered", async () => {
    await enable("RootCredentialsManagement");
    const key = credentialsIn(await cloud.must(rootOf(member), "CreateAccessKey")).accessKeyId;
    const creator = await assume("IAMCreateRootUserPassword");
    const cleaner = await assume("IAMDeleteRootUserCredentials");
    expect((await cloud.call(creator, "GetLoginProfile")).code).toBe("NoSuchEntity");
    expect((await cloud.call(creator, "CreateLoginProfile", { Password: "Correct-Horse-7-B" })).code).toBe(
      "InvalidInput",
    );
    const made = await cloud.must(creator, "CreateLoginProfile");
    expect(field(made, "UserName")).not.toBe("");
    expect((await cloud.call(creator, "CreateLoginProfile")).code).toBe("EntityAlreadyExists");
    await cloud.must(cleaner, "GetLoginProfile");
    await cloud.must(cleaner, "DeleteLoginProfile");
    expect((await cloud.call(cleaner, "DeleteLoginProfile")).code).toBe("NoSuchEntity");
    await cloud.must(cleaner, "DeleteAccessKey", { AccessKeyId: key });
    expect((await cloud.must(cleaner, "ListAccessKeys")).text).not.toContain(key);
    expect((await cloud.call(cleaner, "CreateLoginProfile")).status).toBe(403);
  });

  it("needs sts:AssumeRoot, on that root and for that task: sts:TaskPolicyArn", async () => {
    await enable("RootCredentialsManagement");
    const root = `arn:aws:iam::${member}:root`;
    const condition = { StringEquals: { "sts:TaskPolicyArn": taskArn("IAMAuditRootUserCredentials") } };
    const nobody = await cloud.user("nobody");
    const auditor = await cloud.user("auditor", allowing("sts:AssumeRoot", root, condition));
    expect((await ask(nobody, "IAMAuditRootUserCredentials")).message).toBe(
      `User: arn:aws:iam::${management}:user/nobody is not authorized to perform: sts:AssumeRoot on resource: ` +
        `${root} because no identity-based policy allows the sts:AssumeRoot action`,
    );
    expect((await ask(auditor, "IAMAuditRootUserCredentials")).status).toBe(200);
    expect((await ask(auditor, "IAMDeleteRootUserCredentials")).status).toBe(403);
    expect((await ask(auditor, "IAMAuditRootUserCredentials", { TargetPrincipal: root })).status).toBe(200);
  });

  it("is refused to every account but those that manage the organization, and for no other account", async () => {
    await enable("RootCredentialsManagement");
    const target = { TargetPrincipal: management };
    expect((await ask(cloud.stranger, "IAMAuditRootUserCredentials", target)).code).toBe("AccessDenied");
    // Its own root, and accounts that are in no organization or that there are not at all.
    expect((await ask(ana, "IAMAuditRootUserCredentials", target)).code).toBe("AccessDenied");
    expect((await ask(ana, "IAMAuditRootUserCredentials", { TargetPrincipal: "999988887777" })).code).toBe(
      "AccessDenied",
    );
    members.delete(member);
    expect((await ask(ana, "IAMAuditRootUserCredentials")).code).toBe("AccessDenied");
    members.add(member);
    standings.set(management, { allFeatures: true, trusted: false, delegated: false });
    expect((await ask(ana, "IAMAuditRootUserCredentials")).code).toBe("AccessDenied");
  });

  it("is not for roots, nor for features that are not enabled, nor for other policies", async () => {
    await enable("RootCredentialsManagement");
    const root = credentialsIn(await cloud.must(rootOf(management), "CreateAccessKey"));
    expect(await told(ask(root, "IAMAuditRootUserCredentials"))).toEqual([
      403,
      "AccessDenied",
      "AssumeRoot cannot be called by root accounts.",
    ]);
    expect(await told(ask(ana, "S3UnlockBucketPolicy"))).toEqual([
      403,
      "AccessDenied",
      "The feature RootSessions is not enabled in the organization.",
    ]);
    expect(await told(ask(ana, "Everything"))).toEqual([
      400,
      "ValidationError",
      `${taskArn("Everything")} is not one of the managed policies for privileged root tasks.`,
    ]);
    const TargetPrincipal = `arn:aws:iam::${member}:user/zoe`;
    expect(await told(ask(ana, "IAMAuditRootUserCredentials", { TargetPrincipal }))).toEqual([
      400,
      "ValidationError",
      `${TargetPrincipal} is neither an account ID nor the ARN of the root of an account.`,
    ]);
  });
});

/** Credentials of a root, issued by hand. */
function rootOf(accountId: string): Credentials {
  const now = cloud.environment.clock();
  return issueCredentials(cloud.environment, {
    accountId,
    holder: { type: "root" },
    session: {
      issuedAt: now,
      expiresAt: now + 900_000,
      mfaAt: now,
      tags: {},
      transitiveTagKeys: [],
      policies: [],
      chained: false,
    },
  });
}

import type { Credentials } from "@casemate/wire";
import { beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../../request-path/testing.ts";
import {
  allowing,
  credentialsIn,
  field,
  openSignedCloud,
  policyOf,
  trusting,
  type SignedCloud,
} from "../../../request-path/testing/signed-calls.ts";

const account = "111122223333";
const other = "444455556666";
const roleArn = (name: string, accountId = account): string => `arn:aws:iam::${accountId}:role/${name}`;

type Parameters = Readonly<Record<string, string>>;

let cloud: SignedCloud;
/** May assume every role as far as her own policies go. */
let ana: Credentials;
beforeEach(async () => {
  cloud = await openSignedCloud();
  ana = await cloud.user("ana", allowing("sts:*"));
});

const createRole = (name: string, trust: string, more: Parameters = {}): Promise<Answer> =>
  cloud.must(cloud.admin, "CreateRole", { RoleName: name, AssumeRolePolicyDocument: trust, ...more });
const assume = (as: Credentials, name: string, more: Parameters = {}): Promise<Answer> =>
  cloud.call(as, "sts:AssumeRole", { RoleArn: roleArn(name), RoleSessionName: "job", ...more });
const session = async (as: Credentials, name: string, more: Parameters = {}): Promise<Credentials> => {
  const answer = await assume(as, name, more);
  if (answer.status !== 200) throw new Error(`${answer.code}: ${answer.message}`);
  return credentialsIn(answer);
};
const who = async (as: Credentials): Promise<string> =>
  field(await cloud.must(as, "sts:GetCallerIdentity"), "Arn");
const give = (role: string, document: string): Promise<Answer> =>
  cloud.must(cloud.admin, "PutRolePolicy", {
    RoleName: role,
    PolicyName: "own",
    PolicyDocument: document,
  });
const tag = (index: number, key: string, value: string): Parameters => ({
  [`Tags.member.${index}.Key`]: key,
  [`Tags.member.${index}.Value`]: value,
});
const trustAll = (principal: unknown): string =>
  trusting(principal, { Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] });

describe("AssumeRole", () => {
  it("gives a session named after role and session name, with the permissions of the role alone", async () => {
    await createRole("app", trusting({ AWS: account }), { Path: "/svc/" });
    await give("app", allowing("iam:ListRoles"));
    const answer = await cloud.must(ana, "sts:AssumeRole", {
      RoleArn: roleArn("svc/app"),
      RoleSessionName: "job",
    });
    expect(field(answer, "Arn")).toBe(`arn:aws:sts::${account}:assumed-role/app/job`);
    expect(field(answer, "AssumedRoleId")).toMatch(/^AROA[A-Z2-7]{17}:job$/);
    expect(field(answer, "Expiration")).toBe("2026-01-15T13:00:00Z");
    const credentials = credentialsIn(answer);
    expect(credentials.accessKeyId).toMatch(/^ASIA/);
    expect(await who(credentials)).toBe(`arn:aws:sts::${account}:assumed-role/app/job`);
    await cloud.must(credentials, "ListRoles");
    expect((await cloud.call(credentials, "ListUsers")).message).toContain(
      `User: arn:aws:sts::${account}:assumed-role/app/job is not authorized to perform: iam:ListUsers`,
    );
  });

  it("needs the caller's own permission where the role trusts the account, and none where it names the caller", async () => {
    const bob = await cloud.user("bob");
    await createRole("open", trusting({ AWS: account }));
    await createRole("named", trusting({ AWS: `arn:aws:iam::${account}:user/bob` }));
    expect((await assume(bob, "open")).message).toContain(
      "because no identity-based policy allows the sts:AssumeRole action",
    );
    expect((await assume(bob, "named")).status).toBe(200);
    expect((await assume(ana, "named")).message).toContain(
      "because no role trust policy allows the sts:AssumeRole action",
    );
    const deny = policyOf({ Effect: "Deny", Action: "sts:AssumeRole", Resource: roleArn("named") });
    const named = { UserName: "bob", PolicyName: "no", PolicyDocument: deny };
    await cloud.must(cloud.admin, "PutUserPolicy", named);
    expect((await assume(bob, "named")).code).toBe("AccessDenied");
  });

  it("does not take a user made again under a trusted name", async () => {
    await cloud.user("bob");
    await createRole("named", trusting({ AWS: `arn:aws:iam::${account}:user/bob` }));
    const keys = await cloud.must(cloud.admin, "ListAccessKeys", { UserName: "bob" });
    const key = { UserName: "bob", AccessKeyId: field(keys, "AccessKeyId") };
    await cloud.must(cloud.admin, "DeleteAccessKey", key);
    await cloud.must(cloud.admin, "DeleteUser", { UserName: "bob" });
    const bob = await cloud.user("bob", allowing("sts:AssumeRole"));
    expect((await assume(bob, "named")).code).toBe("AccessDenied");
  });

  it("answers for an unknown role as for one that does not trust the caller, in any account", async () => {
    await createRole("machines", trusting({ Service: "ec2.amazonaws.com" }));
    const told = async (as: Credentials, name: string) => {
      const { status, code, message } = await assume(as, name);
      return [status, code, message?.replace(name, "ROLE")];
    };
    for (const caller of [ana, cloud.admin, cloud.stranger]) {
      const untrusting = await told(caller, "machines");
      expect(untrusting[1]).toBe("AccessDenied");
      expect(await told(caller, "nothing")).toEqual(untrusting);
    }
    const noAccount = await cloud.call(ana, "sts:AssumeRole", {
      RoleArn: roleArn("r", "999988887777"),
      RoleSessionName: "job",
    });
    expect(noAccount.code).toBe("AccessDenied");
  });

  it("takes a role's ARN as it is: path, case and kind", async () => {
    await createRole("app", trusting({ AWS: account }), { Path: "/svc/" });
    for (const name of ["app", "svc/App", "other/app"]) {
      expect((await assume(ana, name)).code).toBe("AccessDenied");
    }
    for (const RoleArn of [
      `arn:aws:iam::${account}:user/ana`,
      "arn:aws:s3:::bucket/role/x",
      "x".repeat(20),
    ]) {
      const answer = await cloud.call(ana, "sts:AssumeRole", { RoleArn, RoleSessionName: "job" });
      expect([answer.code, answer.message]).toEqual(["ValidationError", `${RoleArn} is invalid`]);
    }
  });

  it("holds a caller to the external id, which another account must know", async () => {
    await createRole(
      "shared",
      trusting({ AWS: other }, { Condition: { StringEquals: { "sts:ExternalId": "open-sesame" } } }),
    );
    const { stranger } = cloud;
    expect((await assume(stranger, "shared")).code).toBe("AccessDenied");
    expect((await assume(stranger, "shared", { ExternalId: "guessing" })).code).toBe("AccessDenied");
    const inside = await session(stranger, "shared", { ExternalId: "open-sesame" });
    expect(await who(inside)).toBe(`arn:aws:sts::${account}:assumed-role/shared/job`);
  });

  it("crosses accounts only when both sides allow", async () => {
    await createRole("shared", trusting({ AWS: other }));
    const { stranger, must, call } = cloud;
    await must(stranger, "CreateUser", { UserName: "guest" });
    const guest = credentialsIn(await must(stranger, "CreateAccessKey", { UserName: "guest" }));
    const refused = await assume(guest, "shared");
    expect(refused.message).toContain("because no identity-based policy allows the sts:AssumeRole action");
    const named = { UserName: "guest", PolicyName: "p", PolicyDocument: allowing("sts:AssumeRole") };
    await must(stranger, "PutUserPolicy", named);
    await give("shared", allowing("iam:GetRole"));
    const inside = await session(guest, "shared");
    // The session acts in the role's account, not in the caller's.
    await must(inside, "GetRole", { RoleName: "shared" });
    await must(cloud.admin, "UpdateAssumeRolePolicy", {
      RoleName: "shared",
      PolicyDocument: trusting({ AWS: account }),
    });
    expect((await assume(guest, "shared")).message).toContain("because no role trust policy allows");
    // Trust decides who comes in, not who stays.
    expect((await call(inside, "GetRole", { RoleName: "shared" })).status).toBe(200);
  });

  it("is not for root users", async () => {
    const root = credentialsIn(await rootKey());
    await createRole("app", trusting({ AWS: account }));
    const answer = await assume(root, "app");
    expect([answer.status, answer.code, answer.message]).toEqual([
      403,
      "AccessDenied",
      "Roles may not be assumed by root accounts.",
    ]);
  });

  it("ends its sessions when the role goes, also when a namesake comes", async () => {
    await createRole("app", trusting({ AWS: account }));
    const inside = await session(ana, "app");
    await who(inside);
    await cloud.must(cloud.admin, "DeleteRole", { RoleName: "app" });
    expect((await cloud.call(inside, "sts:GetCallerIdentity")).code).toBe("InvalidClientTokenId");
    await createRole("app", trusting({ AWS: account }));
    expect((await cloud.call(inside, "sts:GetCallerIdentity")).code).toBe("InvalidClientTokenId");
  });

  it("notes when and where the role was last used", async () => {
    await createRole("app", trusting({ AWS: account }));
    const inside = await session(ana, "app");
    const used = async () => field(await cloud.must(cloud.admin, "GetRole", { RoleName: "app" }), "Region");
    expect(await used()).toBe("");
    await cloud.send({
      service: "sts",
      action: "GetCallerIdentity",
      region: "eu-west-1",
      credentials: inside,
    });
    expect(await used()).toBe("eu-west-1");
  });
});

/** A key of the root user, which only the root user makes: its first session is issued by hand. */
async function rootKey(): Promise<Answer> {
  const { issueCredentials } = await import("../../iam/index.ts");
  const issued = issueCredentials(cloud.environment, {
    accountId: account,
    holder: { type: "root" },
    session: {
      issuedAt: cloud.environment.clock(),
      expiresAt: cloud.environment.clock() + 900_000,
      mfaAt: cloud.environment.clock(),
      tags: {},
      transitiveTagKeys: [],
      policies: [],
      chained: false,
    },
  });
  return cloud.must(issued, "CreateAccessKey");
}

describe("the length of a session", () => {
  it("is an hour unless asked, at most the role's, and to the second", async () => {
    await createRole("app", trusting({ AWS: account }), { MaxSessionDuration: "7200" });
    const long = await session(ana, "app", { DurationSeconds: "7200" });
    const beyond = await assume(ana, "app", { DurationSeconds: "7201" });
    expect([beyond.code, beyond.message]).toEqual([
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ]);
    expect((await assume(ana, "app", { DurationSeconds: "899" })).code).toBe("ValidationError");
    cloud.advance(7_199_000);
    await who(long);
    cloud.advance(1000);
    expect((await cloud.call(long, "sts:GetCallerIdentity")).code).toBe("ExpiredToken");
  });

  it("is an hour at most in a role chain", async () => {
    await createRole("first", trusting({ AWS: account }));
    await give("first", allowing("sts:AssumeRole"));
    await createRole("second", trusting({ AWS: roleArn("first") }), { MaxSessionDuration: "43200" });
    const first = await session(ana, "first");
    const beyond = await assume(first, "second", { DurationSeconds: "3601" });
    expect([beyond.code, beyond.message]).toEqual([
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    ]);
    await session(first, "second", { DurationSeconds: "3600" });
  });
});

describe("a session policy", () => {
  beforeEach(async () => {
    await createRole("app", trusting({ AWS: account }));
    await give("app", allowing(["iam:ListRoles", "iam:ListUsers"]));
  });

  it("leaves of the role's permissions what it allows, and adds nothing", async () => {
    const inside = await session(ana, "app", { Policy: allowing(["iam:ListRoles", "iam:ListPolicies"]) });
    await cloud.must(inside, "ListRoles");
    expect((await cloud.call(inside, "ListUsers")).message).toContain(
      "because no session policy allows the iam:ListUsers action",
    );
    expect((await cloud.call(inside, "ListPolicies")).message).toContain("because no identity-based policy");
  });

  it("may be managed policies of the role's account, as they are when the session begins", async () => {
    const PolicyArn = `arn:aws:iam::${account}:policy/half`;
    await cloud.must(cloud.admin, "CreatePolicy", {
      PolicyName: "half",
      PolicyDocument: allowing("iam:ListUsers"),
    });
    const answer = await assume(ana, "app", { "PolicyArns.member.1.arn": PolicyArn });
    expect(field(answer, "PackedPolicySize")).toBe("1");
    const inside = credentialsIn(answer);
    await cloud.must(inside, "ListUsers");
    expect((await cloud.call(inside, "ListRoles")).code).toBe("AccessDenied");
    const gone = await assume(ana, "app", { "PolicyArns.member.1.arn": `${PolicyArn}s` });
    expect(gone.code).toBe("ValidationError");
    const eleven = Array.from({ length: 11 }, (_, index) => [
      `PolicyArns.member.${index + 1}.arn`,
      PolicyArn,
    ]);
    expect((await assume(ana, "app", Object.fromEntries(eleven) as Parameters)).code).toBe("ValidationError");
  });

  it("is judged and measured", async () => {
    expect((await assume(ana, "app", { Policy: "{" })).code).toBe("MalformedPolicyDocument");
    const long = allowing(`iam:${"x".repeat(5000)}`);
    const answer = await assume(ana, "app", { Policy: long });
    expect(answer.code).toBe("PackedPolicyTooLarge");
    expect(answer.message).toMatch(/^Packed policy consumes 12\d% of allotted space/);
  });
});

describe("session tags", () => {
  const mine = allowing("iam:ListUsers", "*", { StringEquals: { "aws:PrincipalTag/Team": "red" } });

  it("become the session's, over the role's own whatever their case", async () => {
    await createRole("app", trustAll({ AWS: account }), tag(1, "TEAM", "blue"));
    await give("app", mine);
    expect((await cloud.call(await session(ana, "app"), "ListUsers")).code).toBe("AccessDenied");
    await cloud.must(await session(ana, "app", tag(1, "team", "red")), "ListUsers");
    // A value of the role that a session replaces is gone, not kept beside it.
    const blue = allowing("iam:ListUsers", "*", { StringEquals: { "aws:PrincipalTag/Team": "blue" } });
    await give("app", blue);
    expect((await cloud.call(await session(ana, "app", tag(1, "team", "red")), "ListUsers")).code).toBe(
      "AccessDenied",
    );
  });

  it("need sts:TagSession in the trust policy, on the tags it says", async () => {
    await createRole("plain", trusting({ AWS: account }));
    expect((await assume(ana, "plain", tag(1, "team", "red"))).message).toContain(
      "is not authorized to perform: sts:TagSession",
    );
    await createRole(
      "red",
      trusting(
        { AWS: account },
        {
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: { StringEquals: { "aws:RequestTag/team": "red" } },
        },
      ),
    );
    await session(ana, "red", tag(1, "team", "red"));
    expect((await assume(ana, "red", tag(1, "team", "blue"))).code).toBe("AccessDenied");
    expect((await assume(ana, "red")).code).toBe("AccessDenied");
  });

  it("pass down a chain when transitive, cannot be overridden there, and the next role must take them", async () => {
    await createRole("first", trustAll({ AWS: account }));
    await give("first", allowing(["sts:AssumeRole", "sts:TagSession"]));
    await createRole("second", trustAll({ AWS: roleArn("first") }));
    await createRole("tagless", trusting({ AWS: roleArn("first") }));
    await give("second", mine);
    const transitive = { ...tag(1, "Team", "red"), "TransitiveTagKeys.member.1": "team" };
    const first = await session(ana, "first", transitive);
    await cloud.must(await session(first, "second"), "ListUsers");
    expect((await assume(first, "second", tag(1, "TEAM", "blue"))).code).toBe("ValidationError");
    expect((await assume(first, "tagless")).message).toContain("sts:TagSession");
    const staying = await session(ana, "first", tag(1, "Team", "red"));
    expect((await cloud.call(await session(staying, "second"), "ListUsers")).code).toBe("AccessDenied");
    await session(staying, "tagless");
  });

  it.each([
    [tag(1, "aws:x", "")],
    [{ ...tag(1, "a", "1"), ...tag(2, "A", "2") }],
    [{ "TransitiveTagKeys.member.1": "absent" }],
    [{ ...tag(1, "k", "v".repeat(257)) }],
  ])("%j are refused", async (parameters) => {
    await createRole("app", trustAll({ AWS: account }));
    expect((await assume(ana, "app", parameters)).code).toBe("ValidationError");
  });

  it("are measured", async () => {
    await createRole("app", trustAll({ AWS: account }));
    const many = Object.assign(
      {},
      ...Array.from({ length: 17 }, (_, index) => tag(index + 1, `k${index}`, "v".repeat(250))),
    ) as Parameters;
    const answer = await assume(ana, "app", many);
    expect([answer.code, answer.message]).toEqual([
      "PackedPolicyTooLarge",
      "Packed size of session tags consumes 105% of allotted space.",
    ]);
  });
});

describe("a source identity", () => {
  it("needs its permission, is told to policies, stays down the chain and cannot be changed", async () => {
    await createRole("plain", trusting({ AWS: account }));
    const refused = await assume(ana, "plain", { SourceIdentity: "ana-w" });
    expect(refused.message).toContain("is not authorized to perform: sts:SetSourceIdentity");
    await createRole("first", trustAll({ AWS: account }));
    const rights = allowing(["sts:AssumeRole", "sts:SetSourceIdentity"], "*", {
      StringEquals: { "aws:SourceIdentity": "ana-w" },
    });
    await give("first", rights);
    await createRole("second", trustAll({ AWS: account }));
    const answer = await assume(ana, "first", { SourceIdentity: "ana-w" });
    expect(field(answer, "SourceIdentity")).toBe("ana-w");
    const first = credentialsIn(answer);
    expect(field(await assume(first, "second"), "SourceIdentity")).toBe("ana-w");
    const changed = await assume(first, "second", { SourceIdentity: "bob-x" });
    expect([changed.status, changed.code]).toEqual([403, "AccessDenied"]);
    expect((await assume(await session(ana, "first"), "second")).code).toBe("AccessDenied");
  });
});

describe("GetSessionToken", () => {
  it("gives a user's own permissions to a session that ends with the key and with its time", async () => {
    await createRole("app", trusting({ AWS: account }));
    const answer = await cloud.must(ana, "sts:GetSessionToken");
    expect(field(answer, "Expiration")).toBe("2026-01-16T00:00:00Z");
    const inside = credentialsIn(answer);
    expect(await who(inside)).toBe(`arn:aws:iam::${account}:user/ana`);
    await session(inside, "app");
    const key = { UserName: "ana", AccessKeyId: ana.accessKeyId };
    await cloud.must(cloud.admin, "UpdateAccessKey", { ...key, Status: "Inactive" });
    expect((await cloud.call(inside, "sts:GetCallerIdentity")).code).toBe("InvalidClientTokenId");
    await cloud.must(cloud.admin, "UpdateAccessKey", { ...key, Status: "Active" });
    cloud.advance(43_200_000);
    expect((await cloud.call(inside, "sts:GetCallerIdentity")).code).toBe("ExpiredToken");
  });

  it("cannot be taken away by policies", async () => {
    const bob = await cloud.user("bob", policyOf({ Effect: "Deny", Action: "*", Resource: "*" }));
    expect((await cloud.call(bob, "sts:GetSessionToken")).status).toBe(200);
    expect((await cloud.call(bob, "sts:GetCallerIdentity")).status).toBe(200);
  });

  it("is not for sessions, and its own sessions ask STS for little", async () => {
    await createRole("app", trusting({ AWS: account }));
    const own = credentialsIn(await cloud.must(ana, "sts:GetSessionToken"));
    for (const inside of [own, await session(ana, "app")]) {
      const answer = await cloud.call(inside, "sts:GetSessionToken");
      expect([answer.status, answer.code, answer.message]).toEqual([
        403,
        "AccessDenied",
        "Cannot call GetSessionToken with session credentials",
      ]);
    }
    const decoding = await cloud.call(own, "sts:DecodeAuthorizationMessage", { EncodedMessage: "x" });
    expect(decoding.code).toBe("AccessDenied");
  });

  it("gives a root user an hour at most", async () => {
    const root = credentialsIn(await rootKey());
    const answer = await cloud.must(root, "sts:GetSessionToken", { DurationSeconds: "129600" });
    expect(field(answer, "Expiration")).toBe("2026-01-15T13:00:00Z");
    expect(await who(credentialsIn(answer))).toBe(`arn:aws:iam::${account}:root`);
  });

  it("has tokens that open for nobody else's key and not when changed", async () => {
    const own = credentialsIn(await cloud.must(ana, "sts:GetSessionToken"));
    const bob = await cloud.user("bob");
    const bobs = credentialsIn(await cloud.must(bob, "sts:GetSessionToken"));
    const mixed = { ...bobs, sessionToken: own.sessionToken ?? "" };
    expect((await cloud.call(mixed, "sts:GetCallerIdentity")).code).toBe("InvalidClientTokenId");
    const long = { ...ana, sessionToken: own.sessionToken ?? "" };
    expect((await cloud.call(long, "sts:GetCallerIdentity")).code).toBe("InvalidClientTokenId");
    const { sessionToken: _token, ...bare } = own;
    expect((await cloud.call(bare, "sts:GetCallerIdentity")).code).toBe("InvalidClientTokenId");
  });
});

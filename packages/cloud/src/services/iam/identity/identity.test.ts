import type { Credentials } from "@casemate/wire";
import { beforeEach, describe, expect, it } from "vitest";
import type { Principal } from "../../../kit/index.ts";
import { accessKeys } from "../access-key/access-key.ts";
import { createIdentity } from "./identity.ts";
import { openTestIam, testAccount, testNow, type TestIam } from "../testing.ts";
import { roles } from "../role/role.ts";
import { issueCredentials } from "./session-token.ts";

const trust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}';
const session = {
  issuedAt: testNow,
  expiresAt: testNow + 900_000,
  tags: {},
  transitiveTagKeys: [],
  policies: [],
  chained: false,
};

let iam: TestIam;
let keyId = "";
let roleId = "";
beforeEach(async () => {
  iam = await openTestIam();
  const tags = [{ Key: "Team", Value: "red" }];
  iam.run("CreateUser", { UserName: "ana", Tags: tags });
  keyId = iam.run<{ AccessKey: { AccessKeyId: string } }>("CreateAccessKey", { UserName: "ana" }).AccessKey
    .AccessKeyId;
  roleId = iam.run<{ Role: { RoleId: string } }>("CreateRole", {
    RoleName: "app",
    AssumeRolePolicyDocument: trust,
    Tags: tags,
  }).Role.RoleId;
});

const roleSession = (tags: Record<string, string> = {}): Credentials =>
  issueCredentials(iam.environment, {
    accountId: testAccount,
    holder: { type: "role", roleId, sessionName: "job" },
    session: { ...session, tags },
  });

/** Whom the port finds behind a credential, or why none. */
function find(presented: { accessKeyId: string; sessionToken?: string | undefined }, now = testNow) {
  const port = createIdentity(iam.environment);
  const found = iam.store.transaction((tx) => port.findCredential(tx, { ...presented, now })).value;
  return typeof found === "string" ? found : found.principal;
}
function principal(presented: { accessKeyId: string; sessionToken?: string | undefined }): Principal {
  const found = find(presented);
  if (typeof found === "string") throw new Error(found);
  return found;
}

describe("credentials", () => {
  it("stand for their user while the key is active and comes without a token", () => {
    expect(find({ accessKeyId: keyId })).toMatchObject({ type: "user", userName: "ana" });
    expect(find({ accessKeyId: keyId, sessionToken: "t" })).toBe("bad-token");
    iam.run("UpdateAccessKey", { UserName: "ana", AccessKeyId: keyId, Status: "Inactive" });
    expect(find({ accessKeyId: keyId })).toBe("inactive");
    iam.run("DeleteAccessKey", { UserName: "ana", AccessKeyId: keyId });
    expect(find({ accessKeyId: keyId })).toBe("unknown");
  });

  it("of a session stand for its role until they expire or the role goes", () => {
    const issued = roleSession();
    expect(find(issued)).toMatchObject({ type: "role-session", id: `${roleId}:job`, roleName: "app" });
    expect(find({ accessKeyId: issued.accessKeyId })).toBe("unknown");
    expect(find({ ...issued, accessKeyId: roleSession().accessKeyId })).toBe("bad-token");
    expect(find(issued, testNow + 899_999)).not.toBe("expired");
    expect(find(issued, testNow + 900_000)).toBe("expired");
    iam.run("DeleteRole", { RoleName: "app" });
    expect(find(issued)).toBe("unknown");
  });
});

describe("principal tags", () => {
  const tagsOf = (who: Principal) =>
    iam.store.transaction((tx) => createIdentity(iam.environment).tagsOf(tx, who)).value;

  it("are the user's or the role's", () => {
    expect(tagsOf(principal({ accessKeyId: keyId }))).toEqual({ Team: "red" });
    expect(tagsOf(principal(roleSession()))).toEqual({ Team: "red" });
  });

  it("are the session's where both have the key, whatever its case", () => {
    const both = tagsOf(principal(roleSession({ TEAM: "blue", cost: "1" })));
    expect(both).toEqual({ TEAM: "blue", cost: "1" });
  });
});

describe("last use", () => {
  const note = (who: Principal, at: number, region = "us-east-1") =>
    iam.store.transaction((tx) => {
      const port = createIdentity(iam.environment);
      port.noteUse(tx, { principal: who, service: "ec2", region, now: at });
    });
  const keyUsed = () => iam.store.transaction((tx) => tx.get(accessKeys, keyId)).value?.lastUsed;
  const roleUsed = () => iam.store.transaction((tx) => tx.get(roles, roleId)).value?.lastUsed;

  it("of a key is noted to the minute, and at once for another region", () => {
    const who = principal({ accessKeyId: keyId });
    note(who, testNow);
    note(who, testNow + 59_999);
    expect(keyUsed()).toEqual({ at: testNow, service: "ec2", region: "us-east-1" });
    note(who, testNow + 60_000);
    expect(keyUsed()?.at).toBe(testNow + 60_000);
    note(who, testNow + 60_001, "eu-west-1");
    expect(keyUsed()).toMatchObject({ at: testNow + 60_001, region: "eu-west-1" });
    expect(roleUsed()).toBeUndefined();
  });

  it("of a role is noted alike, and of a role that is gone not at all", () => {
    const who = principal(roleSession());
    note(who, testNow);
    note(who, testNow + 1);
    expect(roleUsed()).toEqual({ at: testNow, region: "us-east-1" });
    expect(keyUsed()).toBeUndefined();
    iam.run("DeleteRole", { RoleName: "app" });
    note(who, testNow + 120_000);
    expect(roleUsed()).toBeUndefined();
  });
});

import { openStore, memoryLog } from "@casemate/store";
import type { Credentials } from "@casemate/wire";
import { beforeEach, describe, expect, it } from "vitest";
import { allowing } from "../../../request-path/testing/signed-calls.ts";
import { accounts, consoleSessions, wrongGuessesMax } from "../../iam/index.ts";
import { storedCollections, storedTables } from "../../index.ts";
import { account, credentialsOf, openSignIn, origin, rootEmail, type SignInCloud } from "../testing.ts";
import type { OpenedSession } from "./opened-session.ts";

const minute = 60_000;

let cloud: SignInCloud;
beforeEach(async () => {
  cloud = await openSignIn();
});

const refresh = (opened: OpenedSession) =>
  cloud.signIn.refresh({ refreshToken: opened.refreshToken, origin });
async function mustRefresh(opened: OpenedSession): Promise<OpenedSession> {
  const next = await refresh(opened);
  if (next === undefined) throw new Error("The session has ended.");
  return next;
}
/** The code that a call with the session's credentials ends with; undefined when it is answered. */
const tried = async (credentials: Credentials): Promise<string | undefined> =>
  (await cloud.call(credentials, "sts:GetCallerIdentity")).code;
const works = async (opened: OpenedSession) => (await tried(credentialsOf(opened))) === undefined;
const allow = (action: string, condition?: object) =>
  cloud.must(cloud.admin, "PutUserPolicy", {
    UserName: "ana",
    PolicyName: "p",
    PolicyDocument: allowing(action, "*", condition),
  });
async function loginRoot(): Promise<OpenedSession> {
  const opened = await cloud.loginRoot();
  if (typeof opened === "string") throw new Error(opened);
  return opened;
}

describe("the credentials of a session", () => {
  it("are the user's own for a quarter of an hour", async () => {
    const opened = await cloud.mustLogin();
    const credentials = credentialsOf(opened);
    const answer = await cloud.must(credentials, "sts:GetCallerIdentity");
    expect(answer.element("Arn")).toBe(`arn:aws:iam::${account}:user/eng/ana`);
    expect((await cloud.call(credentials, "ListUsers")).code).toBe("AccessDenied");
    await allow("iam:ListUsers");
    await cloud.must(credentials, "ListUsers");
    cloud.advance(15 * minute - 1);
    expect(await tried(credentials)).toBeUndefined();
    cloud.advance(1);
    expect(await tried(credentials)).toBe("ExpiredToken");
  });

  it("are the root's for a root user, who makes its own access keys with them", async () => {
    const root = credentialsOf(await loginRoot());
    const key = await cloud.must(root, "CreateAccessKey");
    const long = {
      accessKeyId: key.element("AccessKeyId") ?? "",
      secretAccessKey: key.element("SecretAccessKey") ?? "",
    };
    expect((await cloud.must(long, "sts:GetCallerIdentity")).element("Arn")).toBe(
      `arn:aws:iam::${account}:root`,
    );
    expect((await cloud.must(root, "GetAccountSummary")).text).toContain(
      "<key>AccountAccessKeysPresent</key><value>1</value>",
    );
    await cloud.must(root, "DeleteAccessKey", { AccessKeyId: long.accessKeyId });
    expect(await tried(long)).toBe("InvalidClientTokenId");
  });

  it.each([
    [false, { Bool: { "aws:MultiFactorAuthPresent": "true" } }, false],
    [true, { Bool: { "aws:MultiFactorAuthPresent": "true" } }, true],
    [false, { Bool: { "aws:MultiFactorAuthPresent": "false" } }, true],
    [false, { Null: { "aws:MultiFactorAuthPresent": "false" } }, true],
    [false, { Null: { "aws:MultiFactorAuthAge": "false" } }, false],
    [true, { NumericLessThan: { "aws:MultiFactorAuthAge": "600" } }, true],
    [true, { NumericLessThan: { "aws:MultiFactorAuthAge": "60" } }, false],
  ])("tell honestly of MFA: given %s, %o is met: %s", async (given, condition, met) => {
    const device = given ? await cloud.giveDevice() : undefined;
    await allow("iam:ListUsers", condition);
    const opened = await cloud.mustLogin({ mfaCode: device?.code() });
    cloud.advance(5 * minute);
    const next = await mustRefresh(opened);
    expect((await cloud.call(credentialsOf(next), "ListUsers")).code).toBe(met ? undefined : "AccessDenied");
  });

  it("are marked in the trail of what they call, and no others are", async () => {
    const opened = await cloud.mustLogin();
    await cloud.must(credentialsOf(opened), "sts:GetCallerIdentity");
    await cloud.must(cloud.admin, "sts:GetCallerIdentity");
    const records = (await cloud.trail()).map(({ record }) => record);
    const [own, other] = records.filter(({ eventName }) => eventName === "GetCallerIdentity");
    expect(own?.sessionCredentialFromConsole).toBe("true");
    expect(own?.userIdentity).toMatchObject({
      type: "IAMUser",
      userName: "ana",
      accessKeyId: opened.credentials.accessKeyId,
      sessionContext: {
        attributes: { creationDate: "2026-01-15T12:00:00Z", mfaAuthenticated: "false" },
      },
    });
    expect(other?.sessionCredentialFromConsole).toBeUndefined();
  });

  it("do not make further credentials of their own user", async () => {
    await allow("sts:*");
    const credentials = credentialsOf(await cloud.mustLogin());
    const refusals = [
      await cloud.call(credentials, "sts:GetSessionToken"),
      await cloud.call(credentials, "sts:GetFederationToken", { Name: "delegate" }),
    ];
    expect(refusals.map(({ code }) => code)).toEqual(["AccessDenied", "AccessDenied"]);
  });
});

describe("refreshing", () => {
  it("gives other credentials and another token, until twelve hours are over", async () => {
    let opened = await cloud.mustLogin();
    const first = opened;
    for (let at = 0; at < 47; at += 1) {
      cloud.advance(15 * minute);
      const next = await mustRefresh(opened);
      expect(next.refreshToken).not.toBe(opened.refreshToken);
      expect(next.endsAt).toBe(first.endsAt);
      opened = next;
    }
    cloud.advance(10 * minute);
    opened = await mustRefresh(opened);
    expect(opened.credentials.expiresAt).toBe(first.endsAt);
    cloud.advance(5 * minute);
    expect(await refresh(opened)).toBeUndefined();
    expect(await tried(credentialsOf(opened))).toBe("ExpiredToken");
  });

  it("with a token that was used ends the session, whoever holds the next one", async () => {
    const opened = await cloud.mustLogin();
    const next = await mustRefresh(opened);
    expect(await works(next)).toBe(true);
    expect(await refresh(opened)).toBeUndefined();
    expect(await refresh(next)).toBeUndefined();
    expect([await works(opened), await works(next)]).toEqual([false, false]);
    expect((await cloud.events()).map(({ eventName }) => eventName)).toEqual([
      "ConsoleLogin",
      "ConsoleSessionRefresh",
      "ConsoleSessionRevocation",
    ]);
  });

  it.each(["", ".", "nothing", `${"a".repeat(22)}.${"b".repeat(43)}`, "\u0000"])(
    "with %j leaves nothing",
    async (refreshToken) => {
      await cloud.mustLogin();
      const before = (await cloud.events()).length;
      expect(await cloud.signIn.refresh({ refreshToken, origin })).toBeUndefined();
      await cloud.signIn.logout({ refreshToken, origin });
      expect(await cloud.events()).toHaveLength(before);
    },
  );
});

describe("a session ends", () => {
  const { admin, must } = { admin: () => cloud.admin, must: () => cloud.must };
  const ends: readonly (readonly [string, (opened: OpenedSession) => unknown])[] = [
    ["by signing out", ({ refreshToken }) => cloud.signIn.logout({ refreshToken, origin })],
    [
      "with its password",
      () => must()(admin(), "UpdateLoginProfile", { UserName: "ana", Password: "Second-pass2" }),
    ],
    ["with the login profile", () => must()(admin(), "DeleteLoginProfile", { UserName: "ana" })],
    [
      "with the login profile, although there is the same one again",
      async () => {
        await must()(admin(), "DeleteLoginProfile", { UserName: "ana" });
        await must()(admin(), "CreateLoginProfile", { UserName: "ana", Password: "First-pass1" });
      },
    ],
    [
      "with the MFA device that it was begun with",
      ({ identity }) =>
        must()(admin(), "DeactivateMFADevice", {
          UserName: identity.userName,
          SerialNumber: `arn:aws:iam::${account}:mfa/device-of-ana`,
        }),
    ],
  ];

  it.each(ends)("%s", async (_how, end) => {
    const device = await cloud.giveDevice();
    const opened = await cloud.mustLogin({ mfaCode: device.code() });
    expect(await works(opened)).toBe(true);
    await end(opened);
    expect(await works(opened)).toBe(false);
    expect(await refresh(opened)).toBeUndefined();
  });

  it("with its user, and one of the same name is another", async () => {
    const opened = await cloud.mustLogin();
    await cloud.must(cloud.admin, "DeleteLoginProfile", { UserName: "ana" });
    await cloud.must(cloud.admin, "DeleteUser", { UserName: "ana" });
    await cloud.must(cloud.admin, "CreateUser", { UserName: "ana", Path: "/eng/" });
    await cloud.must(cloud.admin, "CreateLoginProfile", { UserName: "ana", Password: "First-pass1" });
    expect(await works(opened)).toBe(false);
    await cloud.mustLogin();
  });

  it("with its account, and nobody signs in to a closed one", async () => {
    const opened = await cloud.mustLogin();
    const root = await loginRoot();
    cloud.store.transaction((tx) => {
      const row = tx.get(accounts, account);
      if (row !== undefined) tx.put(accounts, { ...row, closedAt: cloud.environment.clock() });
    });
    expect([await works(opened), await works(root)]).toEqual([false, false]);
    expect([await refresh(opened), await refresh(root)]).toEqual([undefined, undefined]);
    expect([await cloud.login(), await cloud.loginRoot()]).toEqual(["refused", "refused"]);
  });

  it("alone: others of the same user go on", async () => {
    const one = await cloud.mustLogin();
    const other = await cloud.mustLogin();
    await cloud.signIn.logout({ refreshToken: one.refreshToken, origin });
    expect([await works(one), await works(other)]).toEqual([false, true]);
  });

  it("when its user has begun twenty others", async () => {
    const first = await cloud.mustLogin();
    const later = [];
    for (let count = 0; count < 20; count += 1) {
      cloud.advance(1);
      later.push(await cloud.mustLogin());
    }
    expect(await works(first)).toBe(false);
    for (const opened of later) expect(await works(opened)).toBe(true);
    expect(cloud.store.read((tx) => tx.count(consoleSessions))).toBe(20);
  });
});

it("what has ended, and how many guesses there were, is known after a restart", async () => {
  const log = memoryLog();
  const rows = cloud.store;
  const kept = await openStore({ collections: storedCollections, tables: storedTables, log });
  rows.read((tx) => {
    kept.transaction((copy) => {
      for (const collection of storedCollections) {
        for (const row of tx.scan(collection as never) as Iterable<object>)
          copy.put(collection as never, row as never);
      }
    });
  });
  const before = cloud.over(kept);
  const ana = { type: "user", account, userName: "ana" } as const;
  const attempt = (named: typeof ana | { type: "root"; email: string }, password: string) => ({
    named,
    password,
    origin,
    loginTo: "",
  });
  const open = async (password: string): Promise<OpenedSession> => {
    const opened = await before.login(attempt(ana, password));
    if (typeof opened === "string") throw new Error(opened);
    return opened;
  };
  const ended = await open("First-pass1");
  await before.logout({ refreshToken: ended.refreshToken, origin });
  const used = await open("First-pass1");
  const next = await before.refresh({ refreshToken: used.refreshToken, origin });
  const reused = await open("First-pass1");
  await before.refresh({ refreshToken: reused.refreshToken, origin });
  await before.refresh({ refreshToken: reused.refreshToken, origin });
  for (let count = 0; count < wrongGuessesMax; count += 1) await before.login(attempt(ana, "Wrong-pass1"));
  await kept.close();

  const again = await openStore({ collections: storedCollections, tables: storedTables, log });
  const after = cloud.over(again);
  expect(await after.login(attempt(ana, "First-pass1"))).toBe("refused");
  for (const { refreshToken } of [ended, reused]) {
    expect(await after.refresh({ refreshToken, origin })).toBeUndefined();
  }
  expect(await after.refresh({ refreshToken: next?.refreshToken ?? "", origin })).toMatchObject({
    identity: { userName: "ana" },
  });
  expect(await after.login(attempt({ type: "root", email: rootEmail }, "Root-pass-1"))).toMatchObject({
    identity: { accountId: account },
  });
});

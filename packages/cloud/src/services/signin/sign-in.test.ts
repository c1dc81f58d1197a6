import { beforeEach, describe, expect, it } from "vitest";
import { findLoginProfile, findUser, wrongGuessesMax, wrongGuessesPauseMs } from "../iam/index.ts";
import { trailEntries } from "../../kit/index.ts";
import { dumpStore } from "../../request-path/testing/store-dump.ts";
import { createSignIn } from "./sign-in.ts";
import { sourceFailuresMax } from "./attempt/source-limit.ts";
import {
  account,
  anaPassword,
  credentialsOf,
  openSignIn,
  origin,
  rootEmail,
  rootPassword,
  type SignInCloud,
} from "./testing.ts";

let cloud: SignInCloud;
beforeEach(async () => {
  cloud = await openSignIn();
});

const user = (userName: string, named = account) => ({ type: "user", account: named, userName }) as const;
const wrongsOfAna = () =>
  cloud.store.read((tx) => findLoginProfile(tx, account, findUser(tx, account, "ana")?.id ?? ""))?.wrong
    .count;

describe("signing in", () => {
  it.each([
    ["the account's id", account],
    ["the id as people write it", "1111-2222-3333"],
    ["the account's alias", "acme"],
  ])("takes %s", async (_what, named) => {
    const { identity, credentials, endsAt } = await cloud.mustLogin({ named: user("ana", named) });
    expect(identity).toEqual({
      accountId: account,
      accountAlias: "acme",
      arn: `arn:aws:iam::${account}:user/eng/ana`,
      userName: "ana",
      mfa: false,
    });
    const now = cloud.environment.clock();
    expect(credentials.accessKeyId).toMatch(/^ASIA/);
    expect([credentials.expiresAt - now, endsAt - now]).toEqual([15 * 60_000, 12 * 3_600_000]);
  });

  it.each([
    ["a wrong password", { password: "Wrong-pass1" }],
    ["an empty password", { password: "" }],
    ["an unknown user", { named: user("nobody") }],
    ["a user of an unknown account", { named: user("ana", "999999999999") }],
    ["a user of an unknown alias", { named: user("ana", "other") }],
    ["a user of another account", { named: user("ana", "444455556666") }],
    ["a user without a password", { named: user("admin") }],
    ["an unknown e-mail address", { named: { type: "root", email: "nobody@example.com" } }],
    ["the root user's e-mail address with a user's password", { named: { type: "root", email: rootEmail } }],
    ["the root user as a user", { named: user("root"), password: rootPassword }],
    [
      "the root user of another account",
      {
        named: { type: "root", email: rootEmail, account: "444455556666" },
        password: rootPassword,
      },
    ],
  ] as const)("refuses %s alike", async (_what, tried) => {
    expect(await cloud.login(tried)).toBe("refused");
  });

  it("takes the root user by its e-mail address, whatever its case", async () => {
    const named = { type: "root", email: "ROOT@Example.com", account: "acme" } as const;
    expect(await cloud.loginRoot({ named })).toMatchObject({
      identity: { arn: `arn:aws:iam::${account}:root`, userName: undefined, mfa: false },
    });
  });

  it("hashes as many passwords for whoever does not exist", async () => {
    const { store, environment } = cloud;
    const asked: string[] = [];
    const counting = createSignIn({
      store,
      environment,
      hashPassword: (password) => {
        asked.push(password);
        return Promise.resolve("");
      },
    });
    const counts = [];
    for (const named of [user("ana"), user("admin"), user("nobody"), user("ana", "999999999999")]) {
      asked.length = 0;
      await counting.login({ named, password: "x", newPassword: "y", origin, loginTo: "" });
      counts.push(asked.join());
    }
    expect(counts).toEqual(["x,y", "x,y", "x,y", "x,y"]);
  });

  it("notes when the password was last used, to five minutes", async () => {
    const lastUsed = async () =>
      (await cloud.must(cloud.admin, "GetUser", { UserName: "ana" })).element("PasswordLastUsed");
    expect(await lastUsed()).toBeUndefined();
    await cloud.mustLogin();
    const first = await lastUsed();
    expect(first).toBe("2026-01-15T12:00:00Z");
    cloud.advance(299_999);
    await cloud.mustLogin();
    expect(await lastUsed()).toBe(first);
    cloud.advance(1);
    await cloud.mustLogin();
    expect(await lastUsed()).toBe("2026-01-15T12:05:00Z");
  });
});

describe("guesses", () => {
  it("are counted whatever was wrong, and forgotten when all was right", async () => {
    const device = await cloud.giveDevice();
    await cloud.login({ password: "Wrong-pass1", mfaCode: device.code() });
    await cloud.login({});
    await cloud.login({ mfaCode: "000000" });
    expect(wrongsOfAna()).toBe(3);
    await cloud.mustLogin({ mfaCode: device.code() });
    expect(wrongsOfAna()).toBe(0);
  });

  it("are not looked at for a while after too many wrong ones, a right password neither", async () => {
    for (let count = 0; count < wrongGuessesMax; count += 1) await cloud.login({ password: "Wrong-pass1" });
    expect(await cloud.login()).toBe("refused");
    cloud.advance(wrongGuessesPauseMs - 1);
    expect(await cloud.login()).toBe("refused");
    cloud.advance(1);
    await cloud.mustLogin();
  });

  it("are counted together with those of ChangePassword", async () => {
    const ana = await cloud.must(cloud.admin, "CreateAccessKey", { UserName: "ana" });
    const key = {
      accessKeyId: ana.element("AccessKeyId") ?? "",
      secretAccessKey: ana.element("SecretAccessKey") ?? "",
    };
    await cloud.must(cloud.admin, "UpdateAccountPasswordPolicy", { AllowUsersToChangePassword: "true" });
    const change = { OldPassword: "Wrong-pass1", NewPassword: "Other-pass1" };
    for (let count = 0; count < wrongGuessesMax; count += 1) await cloud.call(key, "ChangePassword", change);
    expect(await cloud.login()).toBe("refused");
  });

  it("of one user do not stand in another's way, nor does an administrator's new password wait", async () => {
    for (let count = 0; count < wrongGuessesMax; count += 1) await cloud.login({ password: "Wrong-pass1" });
    expect(await cloud.loginRoot()).toMatchObject({ identity: { accountId: account } });
    await cloud.must(cloud.admin, "UpdateLoginProfile", { UserName: "ana", Password: "Second-pass2" });
    await cloud.mustLogin({ password: "Second-pass2" });
  });

  it("of one source end after a bound, whomever they are at, and come back with time", async () => {
    for (let count = 0; count < sourceFailuresMax; count += 1) {
      expect(await cloud.login({ named: user(`nobody${count}`) })).toBe("refused");
    }
    expect(await cloud.login()).toBe("too-many-attempts");
    await cloud.mustLogin({ sourceIp: "192.0.2.8" });
    cloud.advance(15_000);
    await cloud.mustLogin();
    expect(await cloud.login({ password: "Wrong-pass1" })).toBe("refused");
    expect(await cloud.login()).toBe("too-many-attempts");
  });
});

describe("MFA", () => {
  it("is wanted from whoever has a device, once each code, and is told of the session", async () => {
    const device = await cloud.giveDevice();
    expect(await cloud.login()).toBe("refused");
    expect(await cloud.login({ mfaCode: "12345" })).toBe("refused");
    const code = device.code();
    const opened = await cloud.mustLogin({ mfaCode: code });
    expect(opened.identity.mfa).toBe(true);
    expect(await cloud.login({ mfaCode: code })).toBe("refused");
    cloud.advance(30_000);
    await cloud.mustLogin({ mfaCode: device.code() });
  });

  it("codes are not spent by a wrong password", async () => {
    const device = await cloud.giveDevice();
    expect(await cloud.login({ password: "Wrong-pass1", mfaCode: device.code() })).toBe("refused");
    await cloud.mustLogin({ mfaCode: device.code() });
  });

  it("of the root user is made and enabled by a root session, and then wanted", async () => {
    const opened = await cloud.loginRoot();
    if (typeof opened === "string") throw new Error(opened);
    const device = await cloud.giveDevice(credentialsOf(opened), "root");
    expect(await cloud.loginRoot()).toBe("refused");
    expect(await cloud.loginRoot({ mfaCode: device.code() })).toMatchObject({ identity: { mfa: true } });
    const { text } = await cloud.must(cloud.admin, "GetAccountSummary");
    expect(text).toContain("<key>AccountMFAEnabled</key><value>1</value>");
  });

  it("is not wanted from whoever has none, whatever code is given", async () => {
    expect((await cloud.mustLogin({ mfaCode: "123456" })).identity.mfa).toBe(false);
  });
});

describe("a password that must be changed", () => {
  const newPassword = "Second-pass2";

  it("is changed while signing in, and told of only when every factor is right", async () => {
    const required = { UserName: "ana", PasswordResetRequired: "true" };
    await cloud.must(cloud.admin, "UpdateLoginProfile", required);
    const device = await cloud.giveDevice();
    expect(await cloud.login()).toBe("refused");
    expect(await cloud.login({ password: "Wrong-pass1", mfaCode: device.code() })).toBe("refused");
    expect(await cloud.login({ mfaCode: device.code() })).toBe("password-reset-required");
    expect(await cloud.login({ mfaCode: device.code(), newPassword })).toBe("refused");
    cloud.advance(30_000);
    await cloud.mustLogin({ mfaCode: device.code(), newPassword });
    cloud.advance(30_000);
    expect(await cloud.login({ mfaCode: device.code() })).toBe("refused");
    await cloud.mustLogin({ mfaCode: device.code(), password: newPassword });
  });

  it.each([
    ["the same again", "Other-pass1"],
    ["one that the policy does not take", "short"],
    ["one that was used before", "Before-pass1"],
  ])("is not changed to %s", async (_what, password) => {
    const { admin, must } = cloud;
    const current = "Other-pass1";
    await must(admin, "UpdateAccountPasswordPolicy", {
      PasswordReusePrevention: "3",
      MinimumPasswordLength: "8",
    });
    await must(admin, "UpdateLoginProfile", { UserName: "ana", Password: "Before-pass1" });
    await must(admin, "UpdateLoginProfile", {
      UserName: "ana",
      Password: current,
      PasswordResetRequired: "true",
    });
    expect(await cloud.login({ password: current, newPassword: password })).toBe("password-not-acceptable");
    expect(await cloud.login({ password: current })).toBe("password-reset-required");
    await cloud.mustLogin({ password: current, newPassword });
  });

  it("is one that has expired, unless an administrator must help", async () => {
    const { admin, must } = cloud;
    const day = 86_400_000;
    await must(admin, "UpdateAccountPasswordPolicy", { MaxPasswordAge: "10" });
    cloud.advance(10 * day - 1);
    await cloud.mustLogin();
    cloud.advance(1);
    expect(await cloud.login()).toBe("password-reset-required");
    await must(admin, "UpdateAccountPasswordPolicy", { MaxPasswordAge: "10", HardExpiry: "true" });
    expect(await cloud.login({ newPassword })).toBe("password-expired");
    expect(await cloud.login({ password: "Wrong-pass1", newPassword })).toBe("refused");
    await must(admin, "UpdateAccountPasswordPolicy", { MaxPasswordAge: "10", HardExpiry: "false" });
    await cloud.mustLogin({ newPassword });
    await cloud.mustLogin({ password: newPassword });
  });

  it("is not a user's that need not be changed, but the root user sets another as it likes", async () => {
    expect(await cloud.login({ newPassword })).toBe("password-not-changeable");
    await cloud.mustLogin();
    expect(await cloud.loginRoot({ newPassword: "weak" })).toBe("password-not-acceptable");
    expect(await cloud.loginRoot({ newPassword })).toMatchObject({ identity: { accountId: account } });
    expect(await cloud.loginRoot()).toBe("refused");
    expect(await cloud.loginRoot({ password: newPassword })).toMatchObject({ identity: {} });
  });
});

describe("the trail of sign-in", () => {
  const facts = { LoginTo: "https://localhost/console", MobileVersion: "No", MFAUsed: "No" };
  const common = {
    eventVersion: "1.11",
    eventSource: "signin.amazonaws.com",
    eventType: "AwsConsoleSignIn",
    awsRegion: "us-east-1",
    requestParameters: null,
    readOnly: false,
  };

  it("has a success as CloudTrail writes it", async () => {
    await cloud.mustLogin();
    const [record, ...more] = await cloud.events();
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      ...common,
      eventName: "ConsoleLogin",
      userIdentity: {
        type: "IAMUser",
        principalId: expect.stringMatching(/^AIDA/),
        arn: `arn:aws:iam::${account}:user/eng/ana`,
        accountId: account,
        userName: "ana",
      },
      responseElements: { ConsoleLogin: "Success" },
      additionalEventData: facts,
      recipientAccountId: account,
    });
    expect(record?.errorMessage).toBeUndefined();
  });

  it("has a failure, under the account that was named", async () => {
    await cloud.login({ password: "Wrong-pass1" });
    const [record] = await cloud.events();
    expect(record).toMatchObject({
      ...common,
      eventName: "ConsoleLogin",
      errorMessage: "Failed authentication",
      responseElements: { ConsoleLogin: "Failure" },
      additionalEventData: facts,
      recipientAccountId: account,
    });
    expect(record?.userIdentity).toEqual({
      type: "IAMUser",
      principalId: expect.stringMatching(/^AIDA/),
      accountId: account,
      accessKeyId: "",
      userName: "ana",
    });
  });

  it("hides a name that no user has, and keeps what names no account apart", async () => {
    await cloud.login({ named: user("Mistyped-pass1") });
    await cloud.login({ named: user("Mistyped-pass1", "other") });
    await cloud.login({ named: { type: "root", email: "Mistyped-pass1@example.com" } });
    const [inAccount, nowhere, root] = await cloud.events();
    const userName = "HIDDEN_DUE_TO_SECURITY_REASONS";
    expect(inAccount?.userIdentity).toEqual({
      type: "IAMUser",
      accountId: account,
      accessKeyId: "",
      userName,
    });
    expect(inAccount?.recipientAccountId).toBe(account);
    expect(nowhere?.userIdentity).toEqual({ type: "IAMUser", accountId: "", accessKeyId: "", userName });
    expect([nowhere?.recipientAccountId, root?.recipientAccountId]).toEqual(["anonymous", "anonymous"]);
    expect(root?.userIdentity).toMatchObject({ type: "Root", accountId: "" });
  });

  it("tells of MFA: that it was checked, and with which device", async () => {
    const device = await cloud.giveDevice();
    await cloud.login({ mfaCode: "000000" });
    await cloud.mustLogin({ mfaCode: device.code() });
    const events = await cloud.events();
    expect(events.map(({ eventName, responseElements }) => [eventName, responseElements])).toEqual([
      ["CheckMfa", { CheckMfa: "Success" }],
      ["ConsoleLogin", { ConsoleLogin: "Failure" }],
      ["CheckMfa", { CheckMfa: "Success" }],
      ["ConsoleLogin", { ConsoleLogin: "Success" }],
    ]);
    expect(events[0]?.additionalEventData).toEqual({ MfaType: "Virtual MFA" });
    expect(events[1]?.additionalEventData).toEqual({ ...facts, MFAUsed: "Yes" });
    expect(events[3]?.additionalEventData).toEqual({
      ...facts,
      MFAUsed: "Yes",
      MFAIdentifier: device.serial,
    });
  });

  it("names the root user, and a password that it changed", async () => {
    await cloud.loginRoot({ newPassword: "Second-root-2" });
    const events = await cloud.events();
    expect(events.map(({ eventName }) => eventName)).toEqual(["PasswordUpdated", "ConsoleLogin"]);
    expect(events[1]?.userIdentity).toEqual({
      type: "Root",
      principalId: account,
      arn: `arn:aws:iam::${account}:root`,
      accountId: account,
      accessKeyId: "",
    });
  });

  it("has an attempt that was not looked at", async () => {
    for (let count = 0; count <= sourceFailuresMax; count += 1) await cloud.login({ named: user("nobody") });
    expect(await cloud.events()).toHaveLength(sourceFailuresMax + 1);
  });

  it("and the store hold no password, code or token, right or wrong", async () => {
    const device = await cloud.giveDevice();
    const code = device.code();
    const wrong = "Wrong-pass-of-the-test";
    await cloud.login({ password: wrong, mfaCode: code });
    await cloud.login({ named: user(wrong), password: wrong });
    const opened = await cloud.mustLogin({ mfaCode: code });
    const next = await cloud.signIn.refresh({ refreshToken: opened.refreshToken, origin });
    await cloud.loginRoot({ newPassword: "Second-root-2" });
    const trail = JSON.stringify(await cloud.store.query(trailEntries, { limit: 1000 }));
    const rows = [...dumpStore(cloud.store)].join("\n");
    const secrets = [
      wrong,
      anaPassword,
      rootPassword,
      "Second-root-2",
      opened.refreshToken.split(".")[1] ?? "",
      next?.refreshToken.split(".")[1] ?? "",
      opened.credentials.secretAccessKey,
      opened.credentials.sessionToken,
    ];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(7);
      expect([trail.includes(secret), rows.includes(secret)]).toEqual([false, false]);
    }
    expect(trail).not.toContain(`"${code}"`);
  });
});

import type { GetAccountSummaryResponse } from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { accounts, findAccountByEmail, isEmail } from "../account/account.ts";
import { openTestIam, otherAccount, testAccount, testNow, type TestIam } from "../testing.ts";
import { findLoginProfile, isPassword, passwordExpiresAt } from "./login-profile.ts";
import { setRootCredentials, type RootCredentials } from "./root-password.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const set = (more: Partial<RootCredentials> = {}) =>
  iam.store.transaction((tx) =>
    setRootCredentials(tx, iam.environment, {
      accountId: testAccount,
      email: "root@example.com",
      password: "Root-pass-1",
      ...more,
    }),
  ).value;
const profile = (accountId = testAccount) =>
  iam.store.transaction((tx) => findLoginProfile(tx, accountId, "root")).value;
const summary = () => iam.run<GetAccountSummaryResponse>("GetAccountSummary").SummaryMap ?? {};
const reportRow = (): string => {
  iam.run("GenerateCredentialReport");
  const { Content } = iam.run<{ Content: Uint8Array }>("GetCredentialReport");
  return new TextDecoder().decode(Content).split("\n")[1] ?? "";
};

describe("the credentials of a root user", () => {
  it("do not exist until they are set, for one account alone", () => {
    expect(profile()).toBeUndefined();
    expect(summary()["AccountPasswordPresent"]).toBe(0);
    expect(set()).toEqual({ email: "root@example.com" });
    expect(summary()["AccountPasswordPresent"]).toBe(1);
    const row = profile();
    expect(row !== undefined && isPassword(iam.environment, row, "Root-pass-1")).toBe(true);
    expect(profile(otherAccount)).toBeUndefined();
  });

  it("are told truly by the credential report", () => {
    expect(reportRow()).toContain(",false,N/A,N/A,not_supported,false,");
    set();
    iam.advance(5 * 3_600_000);
    const noon = "2026-01-15T12:00:00+00:00";
    expect(reportRow()).toContain(`,${noon},true,no_information,${noon},not_supported,false,`);
    iam.store.transaction((tx) => {
      const account = tx.get(accounts, testAccount);
      if (account !== undefined) tx.put(accounts, { ...account, rootPasswordLastUsedAt: testNow + 1000 });
    });
    iam.advance(5 * 3_600_000);
    expect(reportRow()).toContain(`,true,2026-01-15T12:00:01+00:00,${noon},not_supported,false,`);
  });

  it("keep the e-mail address when only the password is set again, and draw another password id", () => {
    set();
    const before = profile()?.passwordId;
    expect(set({ email: undefined, password: "Root-pass-2" })).toEqual({ email: "root@example.com" });
    expect(profile()?.passwordId).not.toBe(before);
  });

  it.each([
    [{ accountId: "999999999999" }, "no-account"],
    [{ email: undefined }, "email-missing"],
    [{ email: "no address" }, "email-invalid"],
  ])("%o is refused: %s", (more, refusal) => {
    expect(set(more)).toBe(refusal);
    expect(profile()).toBeUndefined();
  });

  it("have an e-mail address that is no other account's, whatever its case", () => {
    set();
    expect(set({ accountId: otherAccount, email: "ROOT@example.com" })).toBe("email-taken");
    expect(iam.store.transaction((tx) => findAccountByEmail(tx, "Root@Example.com")).value?.id).toBe(
      testAccount,
    );
  });

  it.each(["Short-1", "alllowercase", "root@example.com", testAccount])("do not take %s", (password) => {
    expect(() => set({ password })).toThrow("Password does not conform");
  });

  it("obey AWS's rules for root users and not the policy for the account's users", () => {
    iam.run("UpdateAccountPasswordPolicy", { MinimumPasswordLength: 100, MaxPasswordAge: 1 });
    set();
    const expiry = iam.store.transaction((tx) => {
      const row = findLoginProfile(tx, testAccount, "root");
      return row && passwordExpiresAt(tx, row);
    }).value;
    expect(expiry).toBeUndefined();
  });
});

it.each([
  ["a@b.example", true],
  ["a@b", false],
  ["a b@c.example", false],
  ["@b.example", false],
  ["a@b.example\n", false],
  [`${"a".repeat(60)}@b.example`, false],
])("the form of an e-mail address: %s is %s", (text, valid) => {
  expect(isEmail(text)).toBe(valid);
});

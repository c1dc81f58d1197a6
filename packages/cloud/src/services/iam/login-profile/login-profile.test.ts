import type { GetLoginProfileResponse, User } from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { wrongGuessesMax, wrongGuessesPauseMs } from "../guess-limit.ts";
import { asUser, openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import { isPassword, loginProfiles, passwordExpiresAt } from "./login-profile.ts";

const violation = "PasswordPolicyViolation: Password does not conform to the account password policy.";

let iam: TestIam;
let ana: User;
beforeEach(async () => {
  iam = await openTestIam();
  ana = iam.run<{ User: User }>("CreateUser", { UserName: "ana", Path: "/eng/" }).User;
});

const create = (Password = "First-pass1", more: object = {}): object =>
  iam.run("CreateLoginProfile", { UserName: "ana", Password, ...more });
const rowOf = () => iam.store.transaction((tx) => tx.get(loginProfiles, ana.UserId)).value;
const isNow = (password: string): boolean => {
  const row = rowOf();
  return row !== undefined && isPassword(iam.environment, row, password);
};
const change = (OldPassword: string, NewPassword: string): string => {
  const input = { OldPassword, NewPassword };
  try {
    iam.run("ChangePassword", input, asUser(ana));
    return "changed";
  } catch (thrown) {
    return String((thrown as Error).message);
  }
};

describe("login profiles", () => {
  it("are made once for a user, and tell no password", () => {
    expect(create("First-pass1", { PasswordResetRequired: true })).toEqual({
      LoginProfile: { UserName: "ana", CreateDate: new Date(testNow), PasswordResetRequired: true },
    });
    expect(iam.faultOf("CreateLoginProfile", { UserName: "ana", Password: "Other-pass1" })).toBe(
      "EntityAlreadyExists: Login Profile for user ana already exists.",
    );
    const got = iam.run<GetLoginProfileResponse>("GetLoginProfile", { UserName: "ana" });
    expect(got.LoginProfile.PasswordResetRequired).toBe(true);
    expect(JSON.stringify(rowOf())).not.toContain("First-pass1");
    expect(isNow("First-pass1")).toBe(true);
    expect(isNow("first-pass1")).toBe(false);
  });

  it("are of the caller where nobody is named, and not of a root user", () => {
    iam.run("CreateLoginProfile", { Password: "First-pass1" }, asUser(ana));
    expect(iam.run<GetLoginProfileResponse>("GetLoginProfile", {}, asUser(ana)).LoginProfile.UserName).toBe(
      "ana",
    );
    for (const name of ["CreateLoginProfile", "GetLoginProfile", "DeleteLoginProfile"]) {
      expect(iam.faultOf(name, { Password: "First-pass1" })).toBe(
        "ValidationError: Must specify userName when calling with non-User credentials",
      );
    }
  });

  it("need a password", () => {
    expect(iam.faultOf("CreateLoginProfile", { UserName: "ana" })).toBe(
      "ValidationError: 1 validation error detected: Value at 'password' failed to satisfy constraint: " +
        "Member must not be null",
    );
  });

  it.each(["GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"])(
    "%s without one is NoSuchEntity, for a user of one's own account alone",
    (name) => {
      expect(iam.faultOf(name, { UserName: "ana" })).toBe(
        "NoSuchEntity: Login Profile for User ana cannot be found.",
      );
      expect(iam.faultOf(name, { UserName: "ana" }, { principal: rootOf(otherAccount) })).toBe(
        "NoSuchEntity: The user with name ana cannot be found.",
      );
    },
  );

  it("are changed by administrators: the password, whether it must be reset, or both", () => {
    create();
    iam.advance(1000);
    iam.run("UpdateLoginProfile", { UserName: "ana", PasswordResetRequired: true });
    expect(rowOf()).toMatchObject({ resetRequired: true, changedAt: testNow });
    iam.run("UpdateLoginProfile", { UserName: "ana", Password: "Second-pass2" });
    expect(rowOf()).toMatchObject({ resetRequired: true, createdAt: testNow, changedAt: testNow + 1000 });
    expect([isNow("First-pass1"), isNow("Second-pass2")]).toEqual([false, true]);
  });

  it("stand before the deletion of their user", () => {
    create();
    expect(iam.faultOf("DeleteUser", { UserName: "ana" })).toBe(
      "DeleteConflict: Cannot delete entity, must delete login profile first.",
    );
    iam.run("DeleteLoginProfile", { UserName: "ana" });
    iam.run("DeleteUser", { UserName: "ana" });
  });

  it("obey the account's policy wherever a password is set", () => {
    expect(iam.faultOf("CreateLoginProfile", { UserName: "ana", Password: "short" })).toBe(violation);
    create();
    expect(iam.faultOf("UpdateLoginProfile", { UserName: "ana", Password: "short" })).toBe(violation);
    const input = { OldPassword: "First-pass1", NewPassword: "short" };
    expect(iam.faultOf("ChangePassword", input, asUser(ana))).toBe(violation);
  });

  it("do not take a former password back for as long as the policy says", () => {
    iam.run("UpdateAccountPasswordPolicy", { PasswordReusePrevention: 2 });
    create("first-1");
    const refused = "Password does not conform to the account password policy.";
    expect(change("first-1", "first-1")).toBe(refused);
    expect(change("first-1", "second-2")).toBe("changed");
    expect(change("second-2", "first-1")).toBe(refused);
    expect(change("second-2", "third-3")).toBe("changed");
    expect(change("third-3", "first-1")).toBe("changed");
    iam.run("DeleteAccountPasswordPolicy");
    iam.run("UpdateAccountPasswordPolicy", {});
    expect(change("first-1", "third-3")).toBe("changed");
  });

  it("expire by the policy in force, from when the password was set", () => {
    create();
    const expiry = (): number | undefined =>
      iam.store.transaction((tx) => {
        const row = tx.get(loginProfiles, ana.UserId);
        return row && passwordExpiresAt(tx, row);
      }).value;
    expect(expiry()).toBeUndefined();
    iam.run("UpdateAccountPasswordPolicy", { MaxPasswordAge: 90 });
    expect(expiry()).toBe(testNow + 90 * 86_400_000);
  });
});

describe("ChangePassword", () => {
  it("wants the old password, and ends a required reset", () => {
    create("First-pass1", { PasswordResetRequired: true });
    expect(change("Wrong-pass1", "Second-pass2")).toBe("The old password was incorrect.");
    expect(change("First-pass1", "Second-pass2")).toBe("changed");
    expect(rowOf()?.resetRequired).toBe(false);
  });

  it("is for users with a password", () => {
    const input = { OldPassword: "First-pass1", NewPassword: "Second-pass2" };
    expect(iam.faultOf("ChangePassword", input)).toBe(
      "InvalidUserType: Only IAM Users can change their own password.",
    );
    expect(iam.faultOf("ChangePassword", input, asUser(ana))).toMatch(/^NoSuchEntity: Login Profile/);
  });

  it("does not look at the old password for a while after too many wrong ones", () => {
    create();
    for (let count = 0; count < wrongGuessesMax; count += 1) change("Wrong-pass1", "Second-pass2");
    expect(change("First-pass1", "Second-pass2")).toBe("The old password was incorrect.");
    iam.advance(wrongGuessesPauseMs);
    expect(change("First-pass1", "Second-pass2")).toBe("changed");
  });
});

describe("needs of login profile operations", () => {
  it("name the user", () => {
    const arn = `arn:aws:iam::${testAccount}:user/eng/ana`;
    const input = { UserName: "ana", Password: "First-pass1", OldPassword: "x", NewPassword: "y" };
    const names = ["Create", "Get", "Update", "Delete"].map((verb) => `${verb}LoginProfile`);
    for (const name of names) {
      expect(iam.needsOf(name, input).map(({ action, target }) => [action, target.arn])).toEqual([
        [`iam:${name}`, arn],
      ]);
    }
    const [own] = iam.needsOf("ChangePassword", input, asUser(ana));
    expect([own?.action, own?.target.arn, own?.target.resourcePolicy]).toEqual([
      "iam:ChangePassword",
      arn,
      undefined,
    ]);
    expect(iam.needsOf("ChangePassword", input)[0]?.target.arn).toBe("*");
  });
});

import type { GetAccountPasswordPolicyResponse } from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { Fault } from "../../../kit/index.ts";
import { allowing, openSignedCloud, policyOf } from "../../../request-path/testing/signed-calls.ts";
import { openTestIam, otherAccount, rootOf, testAccount, type TestIam } from "../testing.ts";
import { checkPasswordForm } from "./password-policy.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const update = (input: object): object => iam.run("UpdateAccountPasswordPolicy", input);
const get = () => iam.run<GetAccountPasswordPolicyResponse>("GetAccountPasswordPolicy").PasswordPolicy;
const takes = (password: string): boolean =>
  iam.store.transaction((tx) => {
    try {
      checkPasswordForm(tx, testAccount, password);
      return true;
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === "PasswordPolicyViolation") return false;
      throw thrown;
    }
  }).value;

describe("the password policy", () => {
  it("does not exist until it is set, and again after it is deleted", () => {
    const missing = `NoSuchEntity: The Password Policy with domain name ${testAccount} cannot be found.`;
    expect(iam.faultOf("GetAccountPasswordPolicy")).toBe(missing);
    expect(iam.faultOf("DeleteAccountPasswordPolicy")).toBe(missing);
    update({ MinimumPasswordLength: 14 });
    expect(iam.faultOf("GetAccountPasswordPolicy", {}, { principal: rootOf(otherAccount) })).toMatch(
      /^NoSuchEntity/,
    );
    iam.run("DeleteAccountPasswordPolicy");
    expect(iam.faultOf("GetAccountPasswordPolicy")).toBe(missing);
  });

  it("goes back to its defaults in all that a request leaves out", () => {
    const all = {
      MinimumPasswordLength: 14,
      RequireSymbols: true,
      RequireNumbers: true,
      RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true,
      AllowUsersToChangePassword: true,
      MaxPasswordAge: 90,
      PasswordReusePrevention: 24,
      HardExpiry: true,
    };
    update(all);
    expect(get()).toEqual({ ...all, ExpirePasswords: true });
    update({});
    expect(get()).toEqual({
      MinimumPasswordLength: 6,
      RequireSymbols: false,
      RequireNumbers: false,
      RequireUppercaseCharacters: false,
      RequireLowercaseCharacters: false,
      AllowUsersToChangePassword: false,
      ExpirePasswords: false,
      HardExpiry: false,
    });
  });

  it.each([
    ["Abcdef12", true],
    ["abcdef1!", true],
    ["ABCDEF1!", true],
    ["Abcdef1", false],
    ["abcdefgh1", false],
    ["Abcdefghij", false],
  ])("of AWS holds where there is none: %s is %s", (password, taken) => {
    expect(takes(password)).toBe(taken);
  });

  it.each([
    [{}, "aaaaaa", true],
    [{}, "aaaaa", false],
    [{ MinimumPasswordLength: 10 }, "aaaaaaaaa", false],
    [{ RequireUppercaseCharacters: true }, "aaaaaa", false],
    [{ RequireUppercaseCharacters: true }, "aaaaaA", true],
    [{ RequireLowercaseCharacters: true }, "AAAAAA", false],
    [{ RequireNumbers: true }, "aaaaaa", false],
    [{ RequireNumbers: true }, "aaaaa1", true],
    [{ RequireSymbols: true }, "aaaaa?", false],
    [{ RequireSymbols: true }, "aaaaa|", true],
  ])("%o of %s says %s", (policy, password, taken) => {
    update(policy);
    expect(takes(password)).toBe(taken);
  });

  it("is asked for as a whole: its operations name no resource", () => {
    for (const name of ["Update", "Get", "Delete"].map((verb) => `${verb}AccountPasswordPolicy`)) {
      expect(iam.needsOf(name).map(({ action, target }) => [action, target.arn])).toEqual([
        [`iam:${name}`, "*"],
      ]);
    }
  });
});

describe("AllowUsersToChangePassword", () => {
  it("lets every user read the policy and change its own password, unless a Deny stands against it", async () => {
    const { admin, must, call, user } = await openSignedCloud();
    const ana = await user("ana");
    await must(admin, "CreateLoginProfile", { UserName: "ana", Password: "First-pass1" });
    const change = { OldPassword: "First-pass1", NewPassword: "Second-pass2" };
    const codes = async () => [
      (await call(ana, "GetAccountPasswordPolicy")).code,
      (await call(ana, "ChangePassword", change)).message,
    ];
    await must(admin, "UpdateAccountPasswordPolicy", { AllowUsersToChangePassword: "false" });
    const [reading, changing] = await codes();
    expect(reading).toBe("AccessDenied");
    expect(changing).toContain("because no identity-based policy allows the iam:ChangePassword action");
    await must(admin, "UpdateAccountPasswordPolicy", { AllowUsersToChangePassword: "true" });
    const put = (PolicyDocument: string) =>
      must(admin, "PutUserPolicy", { UserName: "ana", PolicyName: "p", PolicyDocument });
    await put(policyOf({ Effect: "Deny", Action: "iam:ChangePassword", Resource: "*" }));
    expect((await codes())[1]).toContain("with an explicit deny in an identity-based policy");
    await put(allowing("s3:*"));
    await must(ana, "GetAccountPasswordPolicy");
    await must(ana, "ChangePassword", change);
    expect((await call(ana, "GetLoginProfile", { UserName: "ana" })).code).toBe("AccessDenied");
    expect((await call(ana, "DeleteAccountPasswordPolicy")).code).toBe("AccessDenied");
  });
});

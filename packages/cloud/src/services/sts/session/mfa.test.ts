import { totpCode, totpStepAt, totpStepMs } from "@casemate/key-engine";
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
import { wrongGuessesMax, wrongGuessesPauseMs } from "../../iam/index.ts";

const account = "111122223333";
const serial = `arn:aws:iam::${account}:mfa/ana`;
const RoleArn = `arn:aws:iam::${account}:role/app`;
const invalidCode = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
const invalidDevice =
  "MultiFactorAuthentication failed, unable to validate MFA code.  " +
  "Please verify your MFA serial number is valid and associated with this user.";

let cloud: SignedCloud;
let ana: Credentials;
let seed: Uint8Array;

/** The code that the device shows so many steps from now. */
const codeAt = (steps = 0): string => totpCode(seed, totpStepAt(cloud.environment.clock()) + steps);
const nextStep = (): void => cloud.advance(totpStepMs);

async function giveDevice(user: string): Promise<void> {
  const { admin, must } = cloud;
  const made = await must(admin, "CreateVirtualMFADevice", { VirtualMFADeviceName: user });
  const secret = Buffer.from(field(made, "Base32StringSeed"), "base64").toString();
  const bits = Array.from(secret, (letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  ).join("");
  seed = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  await must(admin, "EnableMFADevice", {
    UserName: user,
    SerialNumber: field(made, "SerialNumber"),
    AuthenticationCode1: codeAt(-1),
    AuthenticationCode2: codeAt(),
  });
  nextStep();
}

beforeEach(async () => {
  cloud = await openSignedCloud();
  ana = await cloud.user("ana", allowing(["sts:*", "iam:*"]));
  await giveDevice("ana");
});

const sessionToken = (TokenCode: string, more = {}): Promise<Answer> =>
  cloud.call(ana, "sts:GetSessionToken", { SerialNumber: serial, TokenCode, ...more });
const assume = (as: Credentials, more = {}): Promise<Answer> =>
  cloud.call(as, "sts:AssumeRole", { RoleArn, RoleSessionName: "job", ...more });
const said = ({ status, code, message }: Answer) => [status, code, message];

describe("GetSessionToken with an MFA code", () => {
  it("gives a session that knows of it, and may then call IAM", async () => {
    const plain = credentialsIn(await cloud.must(ana, "sts:GetSessionToken"));
    expect((await cloud.call(plain, "ListUsers")).code).toBe("InvalidClientTokenId");
    const session = credentialsIn(await sessionToken(codeAt()));
    await cloud.must(session, "ListUsers");
    const record = (await cloud.trail())
      .map((each) => each.record)
      .find((each) => each.eventName === "ListUsers" && each.errorCode === undefined);
    expect(record?.userIdentity).toMatchObject({
      sessionContext: { attributes: { mfaAuthenticated: "true" } },
    });
  });

  it("makes aws:MultiFactorAuthPresent true and tells its age; a long-lived key has neither", async () => {
    const onlyWithMfa = policyOf(
      { Effect: "Allow", Action: "*", Resource: "*" },
      {
        Effect: "Deny",
        Action: "iam:*",
        Resource: "*",
        Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } },
      },
      {
        Effect: "Deny",
        Action: "iam:ListRoles",
        Resource: "*",
        Condition: { NumericGreaterThan: { "aws:MultiFactorAuthAge": "300" } },
      },
      {
        Effect: "Deny",
        Action: "iam:ListPolicies",
        Resource: "*",
        Condition: { Null: { "aws:MultiFactorAuthPresent": "true" } },
      },
    );
    await cloud.must(cloud.admin, "PutUserPolicy", {
      UserName: "ana",
      PolicyName: "p0",
      PolicyDocument: onlyWithMfa,
    });
    const session = credentialsIn(await sessionToken(codeAt()));
    await cloud.must(session, "ListRoles");
    await cloud.must(session, "ListPolicies");
    cloud.advance(301_000);
    expect((await cloud.call(session, "ListRoles")).code).toBe("AccessDenied");
    await cloud.must(ana, "ListRoles");
    expect((await cloud.call(ana, "ListPolicies")).code).toBe("AccessDenied");
  });

  it("takes a code once, and none that was shown before one that was taken", async () => {
    const code = codeAt();
    expect((await sessionToken(code)).status).toBe(200);
    expect(said(await sessionToken(code))).toEqual([403, "AccessDenied", invalidCode]);
    expect(said(await sessionToken(codeAt(-1)))).toEqual([403, "AccessDenied", invalidCode]);
    nextStep();
    expect((await sessionToken(codeAt())).status).toBe(200);
  });

  it("takes the code of the step before or after, and no other", async () => {
    cloud.advance(5 * totpStepMs);
    expect((await sessionToken(codeAt(-2))).status).toBe(403);
    expect((await sessionToken(codeAt(2))).status).toBe(403);
    expect((await sessionToken(codeAt(-1))).status).toBe(200);
    expect((await sessionToken(codeAt(1))).status).toBe(200);
  });

  it("wants both parameters and a device that is enabled for the caller", async () => {
    const incomplete =
      "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
    const alone = await cloud.call(ana, "sts:GetSessionToken", { SerialNumber: serial });
    expect(said(alone)).toEqual([403, "AccessDenied", incomplete]);
    const code = await cloud.call(ana, "sts:GetSessionToken", { TokenCode: codeAt() });
    expect(said(code)).toEqual([403, "AccessDenied", incomplete]);
    const other = { SerialNumber: `${serial}x`, TokenCode: codeAt() };
    expect(said(await cloud.call(ana, "sts:GetSessionToken", other))).toEqual([
      403,
      "AccessDenied",
      invalidDevice,
    ]);
    const bob = await cloud.user("bob", allowing("sts:*"));
    const borrowed = { SerialNumber: serial, TokenCode: codeAt() };
    expect(said(await cloud.call(bob, "sts:GetSessionToken", borrowed))[2]).toBe(invalidDevice);
    await cloud.must(cloud.admin, "DeactivateMFADevice", { UserName: "ana", SerialNumber: serial });
    expect(said(await sessionToken(codeAt()))[2]).toBe(invalidDevice);
  });

  it("does not look at codes for a while after too many wrong ones", async () => {
    const wrong = codeAt() === "000000" ? "000001" : "000000";
    for (let count = 0; count < wrongGuessesMax; count += 1) {
      expect(said(await sessionToken(wrong))[2]).toBe(invalidCode);
    }
    expect(said(await sessionToken(codeAt()))[2]).toBe(invalidCode);
    cloud.advance(wrongGuessesPauseMs);
    expect((await sessionToken(codeAt())).status).toBe(200);
  });

  it("forgets wrong codes once a right one came", async () => {
    for (let round = 0; round < 3; round += 1) {
      for (let count = 1; count < wrongGuessesMax; count += 1) await sessionToken("000000");
      expect((await sessionToken(codeAt())).status).toBe(200);
      nextStep();
    }
  });

  it("keeps the code out of the trail", async () => {
    const code = codeAt();
    await sessionToken(code);
    expect(JSON.stringify(await cloud.trail())).not.toContain(`"${code}"`);
  });
});

describe("AssumeRole with an MFA code", () => {
  const withMfa = { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } };
  const given = (code = codeAt()) => ({ SerialNumber: serial, TokenCode: code });

  beforeEach(async () => {
    await cloud.must(cloud.admin, "CreateRole", {
      RoleName: "app",
      AssumeRolePolicyDocument: trusting({ AWS: account }, withMfa),
    });
    const own = policyOf(
      { Effect: "Allow", Action: "iam:ListRoles", Resource: "*" },
      { Effect: "Allow", Action: "iam:ListUsers", Resource: "*", ...withMfa },
    );
    await cloud.must(cloud.admin, "PutRolePolicy", {
      RoleName: "app",
      PolicyName: "own",
      PolicyDocument: own,
    });
  });

  it("opens a role that trusts callers with MFA alone; what its session may do does not hang on it", async () => {
    expect((await assume(ana)).message).toContain("because no role trust policy allows");
    const session = credentialsIn(await assume(ana, given()));
    await cloud.must(session, "ListRoles");
    expect((await cloud.call(session, "ListUsers")).code).toBe("AccessDenied");
  });

  it("is refused for a wrong or spent code even where the role does not ask for one", async () => {
    await cloud.must(cloud.admin, "UpdateAssumeRolePolicy", {
      RoleName: "app",
      PolicyDocument: trusting({ AWS: account }),
    });
    expect(said(await assume(ana, given("000000")))).toEqual([403, "AccessDenied", invalidCode]);
    const code = codeAt();
    expect((await assume(ana, given(code))).status).toBe(200);
    expect(said(await assume(ana, given(code)))).toEqual([403, "AccessDenied", invalidCode]);
    expect(said(await sessionToken(code))[2]).toBe(invalidCode);
  });

  it("needs no further code from a session that was made with one", async () => {
    const session = credentialsIn(await sessionToken(codeAt()));
    const inside = credentialsIn(await assume(session));
    await cloud.must(inside, "ListRoles");
    const plain = credentialsIn(await cloud.must(ana, "sts:GetSessionToken"));
    expect((await assume(plain)).code).toBe("AccessDenied");
  });

  it("does not spend the code of a call that is refused", async () => {
    const code = codeAt();
    const missing = { RoleArn: `${RoleArn}x`, ...given(code) };
    expect((await assume(ana, missing)).message).toContain("is not authorized to perform: sts:AssumeRole");
    expect((await assume(ana, given(code))).status).toBe(200);
  });

  it("is refused from a role's session, which has no device", async () => {
    const session = credentialsIn(await assume(ana, given()));
    nextStep();
    expect(said(await assume(session, given()))[2]).toBe(invalidDevice);
  });
});

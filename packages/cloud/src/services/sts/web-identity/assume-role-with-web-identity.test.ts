import { compileStored } from "@casemate/iam-engine";
import type { Credentials } from "@casemate/wire";
import { beforeEach, describe, expect, it } from "vitest";
import { noGuardrails, trailEntries, type PolicyLevels, type TrailRecord } from "../../../kit/index.ts";
import {
  audience,
  issuerHost,
  issuerKeys,
  nowSeconds,
  tokenOf,
  type Claims,
  type TestIssuerKeys,
} from "../../../request-path/testing/oidc-issuer.ts";
import {
  allowing,
  credentialsIn,
  field,
  openSignedCloud,
  policyOf,
  trusting,
  type SignedCloud,
} from "../../../request-path/testing/signed-calls.ts";
import type { Answer } from "../../../request-path/testing.ts";
import { clockSkewSecondsMax } from "./web-identity.ts";

const account = "111122223333";
const providerArn = `arn:aws:iam::${account}:oidc-provider/${issuerHost}`;
const roleArn = `arn:aws:iam::${account}:role/app`;
const thumbprint = "990f4193972f2becf12ddeda5237f9c952f20d9e";
const all = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"];
const notAuthorized = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";

type Parameters = Readonly<Record<string, string>>;

let cloud: SignedCloud;
let keys: TestIssuerKeys;
let rcps: PolicyLevels | undefined;
beforeEach(async () => {
  keys = issuerKeys();
  rcps = undefined;
  cloud = await openSignedCloud({ openIdKeys: keys, guardrails: { ...noGuardrails, rcpsOf: () => rcps } });
  await cloud.must(cloud.admin, "CreateOpenIDConnectProvider", {
    Url: `https://${issuerHost}`,
    "ClientIDList.member.1": audience,
    "ThumbprintList.member.1": thumbprint,
  });
  await cloud.must(cloud.admin, "CreateRole", {
    RoleName: "app",
    AssumeRolePolicyDocument: trusting({ Federated: providerArn }, { Action: all }),
  });
});

const trust = (Condition: object, Action: unknown = all): Promise<Answer> =>
  cloud.must(cloud.admin, "UpdateAssumeRolePolicy", {
    RoleName: "app",
    PolicyDocument: trusting({ Federated: providerArn }, { Action, Condition }),
  });
const give = (document: string): Promise<Answer> =>
  cloud.must(cloud.admin, "PutRolePolicy", { RoleName: "app", PolicyName: "own", PolicyDocument: document });
const present = (token: string, more: Parameters = {}, credentials?: Credentials): Promise<Answer> =>
  cloud.send({
    service: "sts",
    action: "AssumeRoleWithWebIdentity",
    parameters: { RoleArn: roleArn, RoleSessionName: "job", WebIdentityToken: token, ...more },
    credentials,
  });
const assume = (claims: Claims = {}, more: Parameters = {}): Promise<Answer> =>
  present(tokenOf(claims), more);
const outcome = ({ code, message }: Answer): string =>
  code === undefined ? "allowed" : `${code}: ${message}`;
const assumed = async (claims: Claims = {}, more: Parameters = {}): Promise<Credentials> => {
  const answer = await assume(claims, more);
  expect(outcome(answer)).toBe("allowed");
  return credentialsIn(answer);
};
const lastRecord = async (): Promise<TrailRecord> => {
  const [entry] = await cloud.store.query(trailEntries, { limit: 1, newestFirst: true });
  if (entry === undefined) throw new Error("The trail is empty.");
  return entry.record;
};

describe("AssumeRoleWithWebIdentity", () => {
  it("gives whoever bears a token a session of the role, without a signature", async () => {
    await give(allowing("iam:ListRoles"));
    const answer = await assume();
    expect(outcome(answer)).toBe("allowed");
    expect(field(answer, "SubjectFromWebIdentityToken")).toBe("alice");
    expect(field(answer, "Audience")).toBe(audience);
    expect(field(answer, "Provider")).toBe(providerArn);
    expect(field(answer, "AssumedRoleId")).toMatch(/^AROA[A-Z2-7]{17}:job$/);
    expect(field(answer, "Arn")).toBe(`arn:aws:sts::${account}:assumed-role/app/job`);
    expect(field(answer, "Expiration")).toBe("2026-01-15T13:00:00Z");
    expect(field(answer, "PackedPolicySize")).toBe("");
    const session = credentialsIn(answer);
    await cloud.must(session, "ListRoles");
    expect((await cloud.call(session, "ListUsers")).code).toBe("AccessDenied");
    expect(keys.asked).toEqual([
      { issuer: `https://${issuerHost}`, thumbprints: [thumbprint], keyId: "one" },
    ]);
  });

  it("looks at the token alone, whoever signs the request", async () => {
    const powerless = await cloud.user("powerless");
    expect(outcome(await present(tokenOf(), {}, powerless))).toBe("allowed");
    expect(outcome(await present(tokenOf({ aud: "other" }), {}, cloud.admin))).toBe(
      "InvalidIdentityToken: Incorrect token audience",
    );
    // A signature that does not hold is refused for itself.
    const forged = { ...cloud.admin, secretAccessKey: "x".repeat(40) };
    expect((await present(tokenOf(), {}, forged)).code).toBe("SignatureDoesNotMatch");
  });

  it("is recorded under the provider and the subject, without the token", async () => {
    const token = tokenOf({ sub: "repo:org/app" });
    await present(token);
    const record = await lastRecord();
    expect(record).toMatchObject({
      eventName: "AssumeRoleWithWebIdentity",
      recipientAccountId: account,
      userIdentity: {
        type: "WebIdentityUser",
        principalId: `${providerArn}:${audience}:repo:org/app`,
        userName: "repo:org/app",
        identityProvider: providerArn,
      },
      requestParameters: { roleArn, roleSessionName: "job" },
      responseElements: { provider: providerArn, audience, subjectFromWebIdentityToken: "repo:org/app" },
    });
    expect(JSON.stringify(await cloud.trail())).not.toContain(token);
  });

  it("is recorded when it is refused, too", async () => {
    await trust({ StringEquals: { [`${issuerHost}:sub`]: "bob" } });
    const token = tokenOf();
    expect(outcome(await present(token))).toBe(notAuthorized);
    expect(await lastRecord()).toMatchObject({
      errorCode: "AccessDenied",
      recipientAccountId: account,
      userIdentity: { type: "WebIdentityUser", userName: "alice" },
      requestParameters: null,
    });
    await present(`${token.slice(0, -8)}AAAAAAAA`);
    expect(await lastRecord()).toMatchObject({
      eventName: "AssumeRoleWithWebIdentity",
      errorCode: "InvalidIdentityToken",
      recipientAccountId: "anonymous",
    });
    expect(JSON.stringify(await cloud.trail())).not.toContain(token.slice(0, -8));
  });

  it.each([
    ["no token", "no-token", "The ID Token provided is not a valid JWT."],
    ["no signature", tokenOf().replace(/[^.]+$/, ""), "The ID Token provided is not a valid JWT."],
    ["another signature", tokenOf().replace(/[^.]{8}$/, "AAAAAAAA"), "The signature of the identity token"],
    ["another key", tokenOf({}, { kid: "two" }), "Couldn't retrieve verification key"],
    ["no issuer", tokenOf({ iss: undefined }), "Missing a required claim: iss"],
    ["no subject", tokenOf({ sub: undefined }), "Missing a required claim: sub"],
    ["no audience", tokenOf({ aud: undefined }), "Missing a required claim: aud"],
    ["no expiry", tokenOf({ exp: undefined }), "Missing a required claim: exp"],
    ["no time of issue", tokenOf({ iat: undefined }), "Missing a required claim: iat"],
    ["an empty subject", tokenOf({ sub: "" }), "The claim sub of the identity token is not valid"],
    ["an overlong subject", tokenOf({ sub: "x".repeat(256) }), "The claim sub of the identity token"],
    ["a subject that is no text", tokenOf({ sub: 7 }), "The claim sub of the identity token is not valid"],
    ["an expiry that is text", tokenOf({ exp: "9999999999" }), "The claim exp of the identity token"],
    ["a time of issue that is text", tokenOf({ iat: "1" }), "The claim iat of the identity token"],
    ["methods that are no texts", tokenOf({ amr: ["pwd", 7] }), "The claim amr of the identity token"],
    ["another issuer", tokenOf({ iss: "https://evil.example.com" }), "No OpenIDConnect provider found"],
    ["an issuer without scheme", tokenOf({ iss: issuerHost }), "No OpenIDConnect provider found"],
    ["an issuer over HTTP", tokenOf({ iss: `http://${issuerHost}` }), "No OpenIDConnect provider found"],
    ["an issuer further down", tokenOf({ iss: `https://${issuerHost}/` }), "No OpenIDConnect provider found"],
    ["an audience that is not registered", tokenOf({ aud: "other" }), "Incorrect token audience"],
    ["the audience in another case", tokenOf({ aud: audience.toUpperCase() }), "Incorrect token audience"],
    ["several audiences", tokenOf({ aud: [audience, "other"] }), "Incorrect token audience"],
    ["an empty list of audiences", tokenOf({ aud: [] }), "Incorrect token audience"],
    ["another authorized party", tokenOf({ azp: "other" }), "Incorrect token audience"],
  ])("refuses a token with %s", async (_what, token, text) => {
    const answer = await present(token);
    expect([answer.code, answer.status]).toEqual(["InvalidIdentityToken", 400]);
    expect(answer.message).toContain(text);
    expect(answer.text).not.toContain("AccessKeyId");
  });

  it("takes a token until it expires, and one whose issuer is a little ahead", async () => {
    expect(outcome(await assume({ exp: nowSeconds + 1 }))).toBe("allowed");
    for (const exp of [nowSeconds, nowSeconds - 1, 0]) {
      expect(outcome(await assume({ exp }))).toBe(
        `ExpiredTokenException: Token expired: current date/time ${nowSeconds} must be before ` +
          `the expiration date/time ${exp}`,
      );
    }
    const ahead = nowSeconds + clockSkewSecondsMax;
    expect(outcome(await assume({ iat: ahead, nbf: ahead }))).toBe("allowed");
    expect(outcome(await assume({ iat: ahead + 1 }))).toContain(
      "InvalidIdentityToken: The identity token is",
    );
    expect(outcome(await assume({ nbf: ahead + 1 }))).toContain("not valid yet: nbf is in the future");
    expect(outcome(await assume({ nbf: 0 }))).toBe("allowed");
  });

  it("asks the issuer for keys no sooner than the token is one that could count", async () => {
    for (const claims of [{ exp: nowSeconds - 1 }, { iss: "https://evil.example.com" }]) await assume(claims);
    expect(keys.asked).toEqual([]);
  });

  it.each([
    ["forbidden", "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider"],
    ["invalid", "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider"],
    ["thumbprint", "InvalidIdentityToken", "HTTPS certificate doesn't match configured thumbprint"],
    ["unreachable", "IDPCommunicationError", "The identity provider could not be reached"],
  ] as const)("refuses every token where keys are %s", async (refusal, code, text) => {
    keys.answer = refusal;
    const answer = await assume();
    expect([answer.code, answer.status]).toEqual([code, 400]);
    expect(answer.message).toContain(text);
  });

  it("waits for keys that must be fetched first, and leaves nothing of the tries", async () => {
    keys.answer = Promise.resolve().then(() => {
      keys.answer = undefined;
    });
    const before = (await cloud.trail()).length;
    expect(outcome(await assume())).toBe("allowed");
    expect((await cloud.trail()).length).toBe(before + 1);
  });

  it("takes the authorized party for the audience where the token names one", async () => {
    await trust({
      StringEquals: { [`${issuerHost}:aud`]: audience },
      "ForAnyValue:StringEquals": { [`${issuerHost}:oaud`]: "web" },
    });
    expect(field(await assume({ aud: ["web", "api"], azp: audience }), "Audience")).toBe(audience);
    expect(outcome(await assume({ aud: audience }))).toBe(notAuthorized);
    expect(outcome(await assume({ aud: [audience] }))).toBe(notAuthorized);
    expect(outcome(await assume({ aud: audience, azp: "web" }))).toBe(
      "InvalidIdentityToken: Incorrect token audience",
    );
  });

  it.each([
    ["the subject", { StringLike: { sub: "repo:org/*" } }, { sub: "repo:org/app" }, { sub: "repo:orgs/app" }],
    ["the subject's case", { StringEquals: { sub: "alice" } }, {}, { sub: "Alice" }],
    [
      "every method",
      { "ForAllValues:StringEquals": { amr: ["mfa", "pwd"] } },
      { amr: ["mfa"] },
      { amr: ["sms"] },
    ],
    ["a method", { "ForAnyValue:StringEquals": { amr: "mfa" } }, { amr: ["pwd", "mfa"] }, { amr: ["pwd"] }],
    ["methods that are there", { Null: { amr: "false" } }, { amr: "mfa" }, {}],
    ["methods that are not", { Null: { amr: "true" } }, { amr: [] }, { amr: "pwd" }],
    ["an address", { StringEquals: { email: "a@example.com" } }, { email: "a@example.com" }, {}],
    ["the first audience", { StringEquals: { oaud: audience } }, {}, { aud: "web", azp: audience }],
  ])("lets the trust policy tell %s", async (_what, condition, right, wrong) => {
    const named = Object.fromEntries(
      Object.entries(condition).map(([operator, claims]) => [
        operator,
        Object.fromEntries(Object.entries(claims).map(([key, value]) => [`${issuerHost}:${key}`, value])),
      ]),
    );
    await trust(named);
    expect(outcome(await assume(right))).toBe("allowed");
    expect(outcome(await assume(wrong))).toBe(notAuthorized);
  });

  it("lets the trust policy see the name of the session, and nothing of a principal of AWS", async () => {
    await trust({ StringEquals: { "sts:RoleSessionName": "job" } });
    expect(outcome(await assume())).toBe("allowed");
    expect(outcome(await assume({}, { RoleSessionName: "other" }))).toBe(notAuthorized);
    for (const key of ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:userid", "aws:TokenIssueTime"]) {
      await trust({ Null: { [key]: "true" } });
      expect(outcome(await assume())).toBe("allowed");
    }
  });

  it("is refused by a role that trusts another, and by one that does not exist, alike", async () => {
    const refusals = new Set<string>();
    for (const principal of [
      { AWS: account },
      { Service: "ec2.amazonaws.com" },
      { Federated: "accounts.google.com" },
      { Federated: `${providerArn}/` },
      { Federated: providerArn.replace(account, "444455556666") },
    ]) {
      const PolicyDocument = trusting(principal, { Action: all.slice(0, 1).concat("sts:AssumeRole") });
      await cloud.must(cloud.admin, "UpdateAssumeRolePolicy", { RoleName: "app", PolicyDocument });
      refusals.add(outcome(await assume()));
    }
    refusals.add(outcome(await assume({}, { RoleArn: `arn:aws:iam::${account}:role/none` })));
    expect([...refusals]).toEqual([notAuthorized]);
  });

  it("finds the provider in the role's account alone", async () => {
    const RoleArn = "arn:aws:iam::444455556666:role/app";
    expect(outcome(await assume({}, { RoleArn }))).toBe(
      `InvalidIdentityToken: No OpenIDConnect provider found in your account for https://${issuerHost}`,
    );
    expect(outcome(await assume({}, { RoleArn: "arn:aws:iam::1:role/app" }))).toContain("ValidationError: ");
  });

  it("obeys an explicit deny of the trust policy", async () => {
    const federated = { Principal: { Federated: providerArn }, Action: all };
    const PolicyDocument = policyOf(
      { Effect: "Allow", ...federated },
      { Effect: "Deny", ...federated, Condition: { StringEquals: { [`${issuerHost}:sub`]: "alice" } } },
    );
    await cloud.must(cloud.admin, "UpdateAssumeRolePolicy", { RoleName: "app", PolicyDocument });
    expect(outcome(await assume())).toBe(notAuthorized);
    expect(outcome(await assume({ sub: "bob" }))).toBe("allowed");
  });

  it("is bounded by the resource control policies over the role, which see the token", async () => {
    const condition = { StringNotEquals: { [`${issuerHost}:sub`]: "alice" } };
    const document = policyOf(
      { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" },
      { Effect: "Deny", Principal: "*", Action: all[0], Resource: "*", Condition: condition },
    );
    const ceiling = compileStored(document, "rcp", { id: "ceiling", type: "organization" });
    rcps = [[ceiling]];
    expect(outcome(await assume())).toBe("allowed");
    expect(outcome(await assume({ sub: "bob" }))).toBe(notAuthorized);
  });

  it("is refused once the provider or the audience is gone, while sessions live on", async () => {
    await give(allowing("iam:ListRoles"));
    const session = await assumed();
    const OpenIDConnectProviderArn = providerArn;
    await cloud.must(cloud.admin, "RemoveClientIDFromOpenIDConnectProvider", {
      OpenIDConnectProviderArn,
      ClientID: audience,
    });
    expect((await assume()).message).toBe("Incorrect token audience");
    await cloud.must(cloud.admin, "DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn });
    expect((await assume()).message).toContain("No OpenIDConnect provider found in your account");
    await cloud.must(session, "ListRoles");
  });

  it("takes no access tokens of providers that are built into AWS", async () => {
    for (const ProviderId of ["www.amazon.com", "graph.facebook.com"]) {
      const answer = await present("Atza|IQEBLjAsAhRFiXuW", { ProviderId });
      expect([answer.code, answer.status]).toEqual(["IDPRejectedClaim", 403]);
      expect(answer.message).toContain("there are no built-in identity providers here");
    }
    expect((await assume({ iss: "https://accounts.google.com" })).message).toBe(
      "No OpenIDConnect provider found in your account for https://accounts.google.com",
    );
  });

  it.each([
    ["RoleSessionName", "a", "Member must have length greater than or equal to 2"],
    ["RoleSessionName", "x".repeat(65), "Member must have length less than or equal to 64"],
    ["RoleSessionName", "a b", "Member must satisfy regular expression pattern"],
    ["RoleArn", "short", "Member must have length greater than or equal to 20"],
    ["DurationSeconds", "899", "Member must have value greater than or equal to 900"],
    ["DurationSeconds", "43201", "Member must have value less than or equal to 43200"],
    ["DurationSeconds", "3601", "exceeds the MaxSessionDuration set for this role"],
    ["WebIdentityToken", "abc", "Member must have length greater than or equal to 4"],
    ["WebIdentityToken", "x".repeat(20_001), "Member must have length less than or equal to 20000"],
    ["ProviderId", "abc", "Member must have length greater than or equal to 4"],
    ["Policy", "{", "Syntax errors in policy."],
    ["PolicyArns.member.1.arn", `arn:aws:iam::${account}:policy/none`, "does not exist or is not attachable"],
  ])("refuses %s = %s", async (name, value, text) => {
    const answer = await assume({}, { [name]: value });
    expect(answer.status).toBe(400);
    expect(answer.message).toContain(text);
  });

  it("tells nothing of a token that it refuses", async () => {
    const token = "x".repeat(20_001);
    const answer = await present(token);
    expect(answer.text).not.toContain(token);
    expect(JSON.stringify(await cloud.trail())).not.toContain(token);
  });

  it("refuses a parameter that is not honoured", async () => {
    expect((await assume({}, { MinimumSessionTokenSize: "1000" })).code).toBe("UnsupportedOperation");
  });
});

describe("sessions of web identities", () => {
  const when = (key: string, value: string): string =>
    allowing("iam:ListRoles", "*", { StringEquals: { [key]: value } });
  const may = async (session: Credentials): Promise<boolean> =>
    (await cloud.call(session, "ListRoles")).status === 200;

  it("keep who vouched for whom, in every call", async () => {
    const session = await assumed({ amr: ["pwd", "mfa"], email: "a@example.com" });
    const other = await assumed({ sub: "bob" });
    for (const [key, value] of [
      [`${issuerHost}:sub`, "alice"],
      [`${issuerHost.toUpperCase()}:SUB`, "alice"],
    ] as const) {
      await give(when(key, value));
      expect([key, await may(session), await may(other)]).toEqual([key, true, false]);
    }
    await give(when(`${issuerHost}:aud`, audience));
    expect([await may(session), await may(other)]).toEqual([true, true]);
    await give(when("aws:FederatedProvider", providerArn));
    expect(await may(session)).toBe(true);
    await give(
      allowing("iam:ListRoles", "*", { "ForAnyValue:StringEquals": { [`${issuerHost}:amr`]: "mfa" } }),
    );
    expect([await may(session), await may(other)]).toEqual([true, false]);
    // The address and the audience as it stood in the token are for the trust policy alone.
    for (const key of ["email", "oaud"]) {
      await give(allowing("iam:ListRoles", "*", { Null: { [`${issuerHost}:${key}`]: "true" } }));
      expect([key, await may(session)]).toEqual([key, true]);
    }
  });

  it("leave the keys of a provider to its own sessions", async () => {
    await cloud.must(cloud.admin, "CreateRole", {
      RoleName: "plain",
      AssumeRolePolicyDocument: trusting({ AWS: account }),
    });
    await cloud.must(cloud.admin, "PutRolePolicy", {
      RoleName: "plain",
      PolicyName: "own",
      PolicyDocument: allowing("iam:ListRoles", "*", { Null: { [`${issuerHost}:sub`]: "true" } }),
    });
    const ana = await cloud.user("ana", allowing("sts:*"));
    const RoleArn = `arn:aws:iam::${account}:role/plain`;
    const plain = await cloud.must(ana, "sts:AssumeRole", { RoleArn, RoleSessionName: "job" });
    expect(await may(credentialsIn(plain))).toBe(true);
  });

  it("are in the trail with the provider that vouched", async () => {
    await cloud.call(await assumed(), "ListRoles");
    expect((await lastRecord()).userIdentity).toMatchObject({
      type: "AssumedRole",
      sessionContext: { webIdFederationData: { federatedProvider: providerArn } },
    });
  });

  it("are limited by session policies, and say how much of the limit these take", async () => {
    await give(allowing("iam:*"));
    const answer = await assume({}, { Policy: allowing("iam:ListRoles"), DurationSeconds: "900" });
    expect(Number(field(answer, "PackedPolicySize"))).toBeGreaterThan(0);
    expect(field(answer, "Expiration")).toBe("2026-01-15T12:15:00Z");
    const session = credentialsIn(answer);
    expect(await may(session)).toBe(true);
    expect((await cloud.call(session, "ListUsers")).message).toContain("because no session policy allows");
  });

  it("end with their role, which a namesake does not revive", async () => {
    const session = await assumed();
    await cloud.must(cloud.admin, "DeleteRole", { RoleName: "app" });
    const AssumeRolePolicyDocument = trusting({ Federated: providerArn }, { Action: all });
    await cloud.must(cloud.admin, "CreateRole", { RoleName: "app", AssumeRolePolicyDocument });
    await give(allowing("iam:ListRoles"));
    expect((await cloud.call(session, "ListRoles")).code).toBe("InvalidClientTokenId");
    expect(await may(await assumed())).toBe(true);
  });

  it("end in time", async () => {
    await give(allowing("iam:ListRoles"));
    const session = await assumed({}, { DurationSeconds: "900" });
    cloud.advance(899_000);
    expect(await may(session)).toBe(true);
    cloud.advance(1_000);
    expect((await cloud.call(session, "ListRoles")).code).toBe("ExpiredToken");
  });

  it("may assume a further role as any role may, with the transitive tags of the token", async () => {
    await give(allowing("sts:*"));
    await cloud.must(cloud.admin, "CreateRole", {
      RoleName: "next",
      AssumeRolePolicyDocument: trusting({ AWS: roleArn }, { Action: ["sts:AssumeRole", "sts:TagSession"] }),
    });
    await cloud.must(cloud.admin, "PutRolePolicy", {
      RoleName: "next",
      PolicyName: "own",
      PolicyDocument: allowing("iam:ListRoles", "*", {
        StringEquals: { "aws:PrincipalTag/team": "red" },
        Null: { "aws:PrincipalTag/desk": "true", [`${issuerHost}:sub`]: "true" },
      }),
    });
    const tags = { principal_tags: { team: ["red"], desk: ["7"] }, transitive_tag_keys: ["team"] };
    const session = await assumed({ "https://aws.amazon.com/tags": tags });
    const further = { RoleArn: `arn:aws:iam::${account}:role/next`, RoleSessionName: "job" };
    const next = credentialsIn(await cloud.must(session, "sts:AssumeRole", further));
    expect(await may(next)).toBe(true);
    const answer = await cloud.call(session, "sts:AssumeRole", { ...further, DurationSeconds: "3601" });
    expect(answer.message).toContain("1 hour session limit for roles assumed by role chaining");
  });
});

describe("tags and source identity of a token", () => {
  const tags = (principal_tags: unknown, transitive_tag_keys?: unknown): Claims => ({
    "https://aws.amazon.com/tags": { principal_tags, transitive_tag_keys },
  });
  const flat = "https://aws.amazon.com/tags/principal_tags/";

  it.each([
    ["lists of one", tags({ team: ["red"] })],
    ["texts", tags({ team: "red" })],
    ["flat claims", { [`${flat}team`]: "red" }],
    ["flat claims that are lists", { [`${flat}team`]: ["red"] }],
  ])("become those of the session, given as %s", async (_what, claims) => {
    await give(allowing("iam:ListRoles", "*", { StringEquals: { "aws:PrincipalTag/team": "red" } }));
    const answer = await assume(claims);
    expect(Number(field(answer, "PackedPolicySize"))).toBeGreaterThan(0);
    await cloud.must(credentialsIn(answer), "ListRoles");
  });

  it("need the trust policy's leave, which sees them", async () => {
    await trust({}, all.slice(0, 1));
    expect(outcome(await assume(tags({ team: ["red"] })))).toBe(
      "AccessDenied: Not authorized to perform sts:TagSession",
    );
    expect(outcome(await assume({ "https://aws.amazon.com/source_identity": "alice" }))).toBe(
      "AccessDenied: Not authorized to perform sts:SetSourceIdentity",
    );
    expect(outcome(await assume(tags({})))).toBe("allowed");
    await trust({
      StringEquals: { "aws:RequestTag/team": "red", "sts:SourceIdentity": "alice" },
      "ForAllValues:StringEquals": { "aws:TagKeys": ["team"], "sts:TransitiveTagKeys": ["team"] },
    });
    const identity = { "https://aws.amazon.com/source_identity": "alice" };
    expect(outcome(await assume({ ...tags({ team: ["red"] }, ["team"]), ...identity }))).toBe("allowed");
    expect(outcome(await assume({ ...tags({ team: ["blue"] }), ...identity }))).toBe(notAuthorized);
    expect(outcome(await assume({ ...tags({ team: ["red"], desk: ["7"] }), ...identity }))).toBe(
      notAuthorized,
    );
    expect(outcome(await assume(tags({ team: ["red"] })))).toBe(notAuthorized);
  });

  it("are told apart from tags that are absent and tags that are empty", async () => {
    await trust({
      Null: { "aws:TagKeys": "true", "sts:TransitiveTagKeys": "true", "sts:SourceIdentity": "true" },
    });
    expect(outcome(await assume())).toBe("allowed");
    expect(outcome(await assume(tags({})))).toBe("allowed");
    expect(outcome(await assume(tags({ team: [""] })))).toBe(notAuthorized);
    await trust({ StringEquals: { "aws:RequestTag/team": "" } });
    expect(outcome(await assume(tags({ team: [""] })))).toBe("allowed");
    expect(outcome(await assume())).toBe(notAuthorized);
  });

  it("give the session its source identity, for good", async () => {
    await give(allowing("iam:ListRoles", "*", { StringEquals: { "aws:SourceIdentity": "alice" } }));
    const answer = await assume({ "https://aws.amazon.com/source_identity": "alice" });
    expect(field(answer, "SourceIdentity")).toBe("alice");
    await cloud.must(credentialsIn(answer), "ListRoles");
    expect((await lastRecord()).userIdentity).toMatchObject({ sessionContext: { sourceIdentity: "alice" } });
  });

  it.each([
    ["no object", { "https://aws.amazon.com/tags": [{ principal_tags: {} }] }, "InvalidIdentityToken"],
    ["a list of tags", tags([{ team: "red" }]), "InvalidIdentityToken"],
    ["two values", tags({ team: ["red", "blue"] }), "InvalidIdentityToken"],
    ["no value", tags({ team: [] }), "InvalidIdentityToken"],
    ["a number", tags({ team: 7 }), "InvalidIdentityToken"],
    ["a letter that no tag has", tags({ team: ["a|b"] }), "InvalidIdentityToken"],
    ["a reserved key", tags({ "aws:team": ["red"] }), "ValidationError"],
    ["an empty key", tags({ "": ["red"] }), "ValidationError"],
    ["a long key", tags({ ["k".repeat(129)]: ["red"] }), "ValidationError"],
    ["a long value", tags({ team: ["v".repeat(257)] }), "ValidationError"],
    ["a key twice", { ...tags({ team: ["red"] }), [`${flat}TEAM`]: "blue" }, "ValidationError"],
    [
      "51 tags",
      tags(Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ["v"]]))),
      "ValidationError",
    ],
    ["an unknown transitive key", tags({ team: ["red"] }, ["desk"]), "ValidationError"],
    ["a transitive key that is no list", tags({ team: ["red"] }, "team"), "InvalidIdentityToken"],
    [
      "a source identity of one letter",
      { "https://aws.amazon.com/source_identity": "a" },
      "InvalidIdentityToken",
    ],
    [
      "a source identity with spaces",
      { "https://aws.amazon.com/source_identity": "a b" },
      "InvalidIdentityToken",
    ],
    [
      "a source identity that is no text",
      { "https://aws.amazon.com/source_identity": 7 },
      "InvalidIdentityToken",
    ],
  ])("are refused with %s", async (_what, claims, code) => {
    expect((await assume(claims)).code).toBe(code);
  });
});

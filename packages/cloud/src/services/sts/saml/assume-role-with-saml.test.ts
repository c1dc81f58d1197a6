import { createPublicKey } from "node:crypto";
import { samlTestProvider, type TestAssertion } from "@casemate/key-engine/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { testNow, type Answer } from "../../../request-path/testing.ts";
import { sharedIdp } from "../../../request-path/testing/saml-material.ts";
import {
  allowing,
  credentialsIn,
  field,
  policyOf,
  trusting,
} from "../../../request-path/testing/signed-calls.ts";
import {
  account,
  all,
  base64,
  named,
  nameQualifier,
  notAuthorized,
  openSamlCloud,
  outcome,
  providerArn,
  roleArn,
  saying,
  sessionOf,
  type Attributes,
  type Parameters,
  type SamlCloud,
} from "./testing.ts";

const other = "444455556666";
const idp = sharedIdp();
let cloud: SamlCloud;
beforeEach(async () => {
  cloud = await openSamlCloud();
});

describe("AssumeRoleWithSAML", () => {
  it("gives whomever the provider vouches for a session of the role, without a signature", async () => {
    await cloud.give(allowing("iam:ListRoles"));
    const answer = await cloud.assume();
    expect(outcome(answer)).toBe("allowed");
    expect(field(answer, "Subject")).toBe("_ana");
    expect(field(answer, "SubjectType")).toBe("persistent");
    expect(field(answer, "Issuer")).toBe("https://idp.example.com/saml");
    expect(field(answer, "Audience")).toBe("https://signin.aws.amazon.com/saml");
    expect(field(answer, "NameQualifier")).toBe(nameQualifier);
    expect(field(answer, "AssumedRoleId")).toMatch(/^AROA[A-Z2-7]{17}:ana@example\.com$/);
    expect(field(answer, "Arn")).toBe(`arn:aws:sts::${account}:assumed-role/app/ana@example.com`);
    expect(field(answer, "Expiration")).toBe("2026-01-15T13:00:00Z");
    expect(answer.text).not.toContain("PackedPolicySize");
    expect(answer.text).not.toContain("SourceIdentity");
    const session = credentialsIn(answer);
    await cloud.must(session, "ListRoles");
    expect((await cloud.call(session, "ListUsers")).code).toBe("AccessDenied");
  });

  it("looks at the response alone, whoever signs the request", async () => {
    const powerless = await cloud.user("powerless");
    expect(outcome(await cloud.present(idp.respond(saying()), {}, powerless))).toBe("allowed");
    const unsigned = base64(idp.response(idp.assertion(saying())));
    expect(outcome(await cloud.present(unsigned, {}, cloud.admin))).toBe(
      "InvalidIdentityToken: Response signature invalid",
    );
    const forged = { ...cloud.admin, secretAccessKey: "x".repeat(40) };
    expect((await cloud.present(idp.respond(saying()), {}, forged)).code).toBe("SignatureDoesNotMatch");
  });

  it("takes the same response again within five minutes of its issue, and not after", async () => {
    const response = idp.respond(
      saying({ notOnOrAfter: testNow + 3_600_000, confirmedUntil: testNow + 3_600_000 }),
    );
    for (const ms of [0, 150_000, 149_000]) {
      cloud.advance(ms);
      expect(outcome(await cloud.present(response))).toBe("allowed");
    }
    cloud.advance(1);
    expect(outcome(await cloud.present(response))).toBe(
      "ExpiredTokenException: Token must be redeemed within 5 minutes of issuance",
    );
  });

  it("is recorded under the name that the provider gives, without the response", async () => {
    const response = idp.respond(saying());
    await cloud.present(response);
    const record = await cloud.lastRecord();
    expect(record).toMatchObject({
      eventName: "AssumeRoleWithSAML",
      recipientAccountId: account,
      userIdentity: {
        type: "SAMLUser",
        principalId: `${nameQualifier}:_ana`,
        userName: "_ana",
        identityProvider: nameQualifier,
      },
      requestParameters: { roleArn, principalArn: providerArn },
      responseElements: { subject: "_ana", subjectType: "persistent", nameQualifier },
    });
    expect(JSON.stringify(record)).not.toContain(response.slice(0, 100));
    await cloud.present(base64(idp.response(idp.assertion(saying()))));
    expect(await cloud.lastRecord()).toMatchObject({
      errorCode: "InvalidIdentityToken",
      userIdentity: { type: "Unknown" },
      requestParameters: null,
    });
  });

  it.each([
    ["the response alone", () => idp.sign(idp.response(idp.assertion(saying())))],
    ["both", () => idp.sign(idp.response(idp.sign(idp.assertion(saying()))))],
  ])("takes a response in which %s is signed", async (_name, make) => {
    expect(outcome(await cloud.present(base64(make())))).toBe("allowed");
  });
});

describe("the role", () => {
  it("must trust the provider, for every action that the response asks for", async () => {
    for (const Action of ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:TagSession"]) {
      await cloud.trust({}, Action);
      expect(outcome(await cloud.assume())).toBe(notAuthorized);
    }
    await cloud.trust({}, "sts:AssumeRoleWithSAML");
    expect(outcome(await cloud.assume())).toBe("allowed");
    expect(outcome(await cloud.assumeWith({ [`${named}PrincipalTag:team`]: ["red"] }))).toBe(
      "AccessDenied: Not authorized to perform sts:TagSession",
    );
    expect(outcome(await cloud.assumeWith({ [`${named}SourceIdentity`]: ["ana"] }))).toBe(
      "AccessDenied: Not authorized to perform sts:SetSourceIdentity",
    );
  });

  it("is not assumed by way of another provider, nor where it does not exist, with one answer to both", async () => {
    await cloud.must(cloud.admin, "CreateSAMLProvider", {
      Name: "second",
      SAMLMetadataDocument: idp.metadata(),
    });
    const second = `arn:aws:iam::${account}:saml-provider/second`;
    const through = (role: string): Promise<Answer> =>
      cloud.present(idp.respond(saying({}, { [`${named}Role`]: [`${role},${second}`] })), {
        RoleArn: role,
        PrincipalArn: second,
      });
    expect(outcome(await through(roleArn))).toBe(notAuthorized);
    expect(outcome(await through(`arn:aws:iam::${account}:role/none`))).toBe(notAuthorized);
  });

  it("that trusts everybody is open to any provider of its account, as far as it denies nothing", async () => {
    const PolicyDocument = trusting({ AWS: "*" }, { Action: all });
    await cloud.must(cloud.admin, "UpdateAssumeRolePolicy", { RoleName: "app", PolicyDocument });
    expect(outcome(await cloud.assume())).toBe("allowed");
    const deny = policyOf(
      { Effect: "Allow", Principal: { Federated: providerArn }, Action: all },
      { Effect: "Deny", Principal: "*", Action: "sts:AssumeRoleWithSAML" },
    );
    await cloud.must(cloud.admin, "UpdateAssumeRolePolicy", { RoleName: "app", PolicyDocument: deny });
    expect(outcome(await cloud.assume())).toBe(notAuthorized);
  });

  it("keeps its provider's name when the provider is gone, and trusts one made again under it", async () => {
    await cloud.must(cloud.admin, "DeleteSAMLProvider", { SAMLProviderArn: providerArn });
    expect(outcome(await cloud.assume())).toBe("InvalidIdentityToken: Specified provider doesn't exist");
    const stranger = samlTestProvider();
    const again = { Name: "idp", SAMLMetadataDocument: stranger.metadata() };
    await cloud.must(cloud.admin, "CreateSAMLProvider", again);
    expect(outcome(await cloud.assume())).toBe("InvalidIdentityToken: Response signature invalid");
    expect(outcome(await cloud.present(stranger.respond(saying())))).toBe("allowed");
  });

  it("is of the account of its provider", async () => {
    const theirs = { Name: "idp", SAMLMetadataDocument: idp.metadata() };
    await cloud.must(cloud.stranger, "CreateSAMLProvider", theirs);
    const foreign = `arn:aws:iam::${other}:saml-provider/idp`;
    await cloud.must(cloud.admin, "UpdateAssumeRolePolicy", {
      RoleName: "app",
      PolicyDocument: trusting({ Federated: foreign }, { Action: all }),
    });
    const response = idp.respond(saying({}, { [`${named}Role`]: [`${roleArn},${foreign}`] }));
    expect(outcome(await cloud.present(response, { PrincipalArn: foreign }))).toBe(
      "InvalidIdentityToken: Specified provider doesn't exist",
    );
    expect(outcome(await cloud.present(response, { RoleArn: "arn:aws:iam::1:role/x" }))).toBe(
      "ValidationError: arn:aws:iam::1:role/x is invalid",
    );
  });
});

/** Refusals of a response that is signed rightly. */
const refusals: readonly (readonly [string, Partial<TestAssertion>, string])[] = [
  [
    "another recipient",
    { recipient: "https://evil.example.com/saml" },
    "InvalidIdentityToken: Response does not contain the required recipient",
  ],
  [
    "a recipient in a region that is not here",
    { recipient: "https://ap-south-2.signin.aws.amazon.com/saml" },
    "InvalidIdentityToken: Response does not contain the required recipient",
  ],
  [
    "no recipient",
    { recipient: null },
    "InvalidIdentityToken: Response must contain exactly one bearer SubjectConfirmation with a Recipient and a NotOnOrAfter",
  ],
  [
    "no end of its confirmation",
    { confirmedUntil: null },
    "InvalidIdentityToken: Response must contain exactly one bearer SubjectConfirmation with a Recipient and a NotOnOrAfter",
  ],
  ["a confirmation that is over", { confirmedUntil: testNow }, "ExpiredTokenException: Response has expired"],
  ["conditions that are over", { notOnOrAfter: testNow }, "ExpiredTokenException: Response has expired"],
  [
    "conditions that are far ahead",
    { notBefore: testNow + 300_001 },
    "InvalidIdentityToken: Response is not yet valid",
  ],
  [
    "an issue that is far ahead",
    { issuedAt: testNow + 300_001, notBefore: null },
    "InvalidIdentityToken: Response is not yet valid",
  ],
  [
    "an issue that is long ago",
    { issuedAt: testNow - 300_001, notOnOrAfter: testNow + 1, confirmedUntil: testNow + 1 },
    "ExpiredTokenException: Token must be redeemed within 5 minutes of issuance",
  ],
  [
    "a session that has ended",
    { sessionNotOnOrAfter: testNow },
    "ExpiredTokenException: Response has expired",
  ],
  [
    "another audience",
    { audiences: ["https://other.example.com"] },
    "InvalidIdentityToken: Response does not contain the required audience",
  ],
  [
    "no audience in its restriction",
    { audiences: [] },
    "InvalidIdentityToken: Response does not contain the required audience",
  ],
  [
    "no restriction",
    { audiences: null },
    "InvalidIdentityToken: Response does not contain the required audience",
  ],
  ["no name of the subject", { nameId: null }, notAuthorized],
  ["a name that is too long", { nameId: "x".repeat(257) }, "InvalidIdentityToken: Invalid SAMLResponse"],
];

describe("a response is refused with", () => {
  it.each(refusals)("%s", async (_name, says, refusal) => {
    expect(outcome(await cloud.assume(says))).toBe(refusal);
  });

  it.each([
    ["what is no Base64", "%%%%", "InvalidIdentityToken: Invalid base64 SAMLResponse"],
    ["what is no response", base64("<x/>"), "InvalidIdentityToken: Invalid SAMLResponse"],
    ["a document type", base64("<!DOCTYPE x><x/>"), "InvalidIdentityToken: Invalid SAMLResponse"],
  ])("%s", async (_name, text, refusal) => {
    expect(outcome(await cloud.present(text))).toBe(refusal);
  });

  it("another issuer than the provider's metadata names", async () => {
    await cloud.must(cloud.admin, "UpdateSAMLProvider", {
      SAMLProviderArn: providerArn,
      SAMLMetadataDocument: idp
        .metadata()
        .replace("https://idp.example.com/saml", "https://other.example.com"),
    });
    expect(outcome(await cloud.assume())).toBe(
      "InvalidIdentityToken: Issuer not present in specified provider",
    );
  });

  it("a failure that the provider reports, or another destination", async () => {
    const assertion = idp.sign(idp.assertion(saying()));
    expect(outcome(await cloud.present(base64(idp.response(assertion, { status: "AuthnFailed" }))))).toBe(
      "IDPRejectedClaim: The identity provider reports that authentication failed",
    );
    const astray = idp.response(assertion, { destination: "https://evil.example.com/" });
    expect(outcome(await cloud.present(base64(astray)))).toBe(
      "InvalidIdentityToken: Response is not for the required destination",
    );
    expect(outcome(await cloud.present(base64(idp.response(assertion, { destination: "" }))))).toBe(
      "allowed",
    );
  });

  it("two confirmations, or one that is not by bearing it", async () => {
    const assertion = idp.assertion(saying());
    const confirmation =
      /<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/.exec(assertion)?.[0] ?? "";
    for (const changed of [
      confirmation + confirmation,
      confirmation.replace("bearer", "sender-vouches"),
      "",
    ]) {
      const xml = idp.response(idp.sign(assertion.replace(confirmation, () => changed)));
      expect(outcome(await cloud.present(base64(xml)))).toContain("exactly one bearer SubjectConfirmation");
    }
  });

  it("another role than the provider lists, whatever else it lists", async () => {
    const refusal =
      "InvalidIdentityToken: SAML Assertion doesn't contain the requested Role and Metadata in the attributes";
    const lists: readonly (readonly string[])[] = [
      [],
      [roleArn],
      [providerArn],
      [`${roleArn},${providerArn}x`],
      [`${roleArn}x,${providerArn}`],
      [`${roleArn},${providerArn},${providerArn}`],
      [`${roleArn} ${providerArn}`],
      [roleArn, providerArn],
    ];
    for (const list of lists)
      expect(outcome(await cloud.assumeWith({ [`${named}Role`]: list }))).toBe(refusal);
    const under = { [`${named}Role`]: [], [`${named.toLowerCase()}Role`]: [`${roleArn},${providerArn}`] };
    expect(outcome(await cloud.assumeWith(under))).toBe(refusal);
    const several = { [`${named}Role`]: ["arn:aws:iam::1:role/x,y", ` ${providerArn} , ${roleArn} `] };
    expect(outcome(await cloud.assumeWith(several))).toBe("allowed");
  });

  it.each<readonly [string, readonly string[], string]>([
    ["RoleSessionName", [], "RoleSessionName is required in AuthnResponse"],
    [
      "RoleSessionName",
      ["Ana Maria"],
      "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
    ],
    ["RoleSessionName", ["a"], "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"],
    [
      "RoleSessionName",
      ["ana", "bob"],
      "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
    ],
    [
      "SourceIdentity",
      ["aws:x"],
      'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
    ],
    [
      "SourceIdentity",
      ["ana", "bob"],
      'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
    ],
    ["SessionDuration", ["899"], "SessionDuration in AuthnResponse must be between 900 and 43200"],
    ["SessionDuration", ["43201"], "SessionDuration in AuthnResponse must be between 900 and 43200"],
    ["SessionDuration", ["1e4"], "SessionDuration in AuthnResponse must be between 900 and 43200"],
    [
      "PrincipalTag:team",
      ["a", "b"],
      `The attribute ${named}PrincipalTag:team must have exactly one valid value`,
    ],
    [
      "PrincipalTag:team",
      ["{}"],
      `The attribute ${named}PrincipalTag:team must have exactly one valid value`,
    ],
  ])("the attribute %s of %j", async (name, values, refusal) => {
    expect(outcome(await cloud.assumeWith({ [`${named}${name}`]: values }))).toBe(
      `InvalidIdentityToken: ${refusal}`,
    );
  });

  it("a provider whose metadata is over", async () => {
    const metadata = idp.metadata({ validUntil: testNow + 1000 });
    await cloud.must(cloud.admin, "UpdateSAMLProvider", {
      SAMLProviderArn: providerArn,
      SAMLMetadataDocument: metadata,
    });
    expect(outcome(await cloud.assume())).toBe("allowed");
    cloud.advance(1000);
    expect(outcome(await cloud.assume())).toBe(
      "InvalidIdentityToken: The metadata of the specified provider has expired",
    );
  });
});

describe("a response is taken", () => {
  it.each([
    "https://us-east-1.signin.aws.amazon.com/saml",
    "https://eu-west-1.signin.aws.amazon.com/saml",
    "https://signin.aws.amazon.com/static/saml",
  ])("at the address %s, as recipient and as audience", async (url) => {
    const answer = await cloud.assume({ recipient: url, audiences: ["urn:other", url] });
    expect(outcome(answer)).toBe("allowed");
    expect(field(answer, "Audience")).toBe(url);
  });

  it("from a provider whose clock is a little ahead", async () => {
    const ahead = testNow + 299_000;
    expect(outcome(await cloud.assume({ issuedAt: ahead, notBefore: ahead }))).toBe("allowed");
  });
});

describe("the session", () => {
  it("lasts as asked, no longer than role and provider let it", async () => {
    await cloud.must(cloud.admin, "UpdateRole", { RoleName: "app", MaxSessionDuration: "7200" });
    const lasts = async (answer: Promise<Answer>): Promise<number> =>
      (Date.parse(field(await answer, "Expiration")) - testNow) / 1000;
    const duration = (seconds: string): Attributes => ({ [`${named}SessionDuration`]: [seconds] });
    expect(await lasts(cloud.assume())).toBe(3600);
    expect(await lasts(cloud.assume({}, { DurationSeconds: "7200" }))).toBe(7200);
    expect(await lasts(cloud.assumeWith(duration("900")))).toBe(900);
    expect(await lasts(cloud.assumeWith(duration("1800"), { DurationSeconds: "7200" }))).toBe(1800);
    expect(await lasts(cloud.assumeWith(duration("43200")))).toBe(3600);
    expect(await lasts(cloud.assume({ sessionNotOnOrAfter: testNow + 1_200_000 }))).toBe(1200);
    expect(outcome(await cloud.assume({}, { DurationSeconds: "7201" }))).toBe(
      "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  });

  it("has the tags and the source identity of the response, and passes on those it is told to", async () => {
    await cloud.give(
      allowing(["iam:ListRoles", "sts:*"], "*", { StringEquals: { "aws:PrincipalTag/team": "red" } }),
    );
    await cloud.must(cloud.admin, "CreateRole", {
      RoleName: "next",
      AssumeRolePolicyDocument: trusting(
        { AWS: account },
        {
          Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
          Condition: { StringEquals: { "aws:PrincipalTag/team": "red", "sts:SourceIdentity": "ana" } },
        },
      ),
    });
    const answer = cloud.assumeWith({
      [`${named}PrincipalTag:team`]: ["red"],
      [`${named}PrincipalTag:floor`]: [""],
      [`${named}TransitiveTagKeys`]: ["team"],
      [`${named}SourceIdentity`]: ["ana"],
    });
    const session = await sessionOf(answer);
    expect(field(await answer, "SourceIdentity")).toBe("ana");
    expect(Number(field(await answer, "PackedPolicySize"))).toBeGreaterThan(0);
    await cloud.must(session, "ListRoles");
    const untagged = await sessionOf(cloud.assume());
    expect((await cloud.call(untagged, "ListRoles")).code).toBe("AccessDenied");
    const next = { RoleArn: `arn:aws:iam::${account}:role/next`, RoleSessionName: "job" };
    const chained = await cloud.must(session, "sts:AssumeRole", next);
    expect(field(chained, "SourceIdentity")).toBe("ana");
    const tags = await cloud.assumeWith({ [`${named}TransitiveTagKeys`]: ["team"] });
    expect(tags.code).toBe("ValidationError");
  });

  it("is limited by a session policy, and ends with its role", async () => {
    await cloud.give(allowing("iam:*"));
    const session = await sessionOf(cloud.assume({}, { Policy: allowing("iam:ListRoles") }));
    await cloud.must(session, "ListRoles");
    expect((await cloud.call(session, "ListUsers")).message).toContain("because no session policy allows");
    await cloud.must(cloud.admin, "DeleteRolePolicy", { RoleName: "app", PolicyName: "own" });
    await cloud.must(cloud.admin, "DeleteRole", { RoleName: "app" });
    expect((await cloud.call(session, "ListRoles")).code).toBe("InvalidClientTokenId");
  });

  it("knows its provider and its subject in every later call, and nothing else of the response", async () => {
    const staff = { "urn:oid:1.3.6.1.4.1.5923.1.1.1.1": ["staff"] };
    const session = await sessionOf(cloud.assumeWith(staff));
    const may = async (key: string, value: string): Promise<boolean> => {
      await cloud.give(allowing("iam:ListRoles", "*", { StringEquals: { [key]: value } }));
      return (await cloud.call(session, "ListRoles")).status === 200;
    };
    expect(await may("saml:sub", "_ana")).toBe(true);
    expect(await may("saml:sub", "_bob")).toBe(false);
    expect(await may("saml:sub_type", "persistent")).toBe(true);
    expect(await may("saml:namequalifier", nameQualifier)).toBe(true);
    expect(await may("aws:FederatedProvider", providerArn)).toBe(true);
    for (const key of ["saml:iss", "saml:aud", "saml:doc", "saml:edupersonaffiliation"]) {
      await cloud.give(allowing("iam:ListRoles", "*", { Null: { [key]: "true" } }));
      await cloud.must(session, "ListRoles");
    }
    await cloud.must(session, "sts:GetCallerIdentity");
    expect((await cloud.lastRecord()).userIdentity).toMatchObject({
      type: "AssumedRole",
      sessionContext: { webIdFederationData: { federatedProvider: providerArn } },
    });
  });
});

describe("an encrypted assertion", () => {
  const keyPem = idp.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
  const receiver = createPublicKey(idp.privateKey);
  const encrypted = (says: Partial<TestAssertion> = {}): string =>
    base64(idp.response(idp.encrypt(idp.sign(idp.assertion(saying(says))), receiver)));
  const configure = (parameters: Parameters): Promise<Answer> =>
    cloud.must(cloud.admin, "UpdateSAMLProvider", { SAMLProviderArn: providerArn, ...parameters });

  it("is read with a private key of the provider, and not without", async () => {
    expect(outcome(await cloud.present(encrypted()))).toBe(
      "InvalidIdentityToken: Unable to decrypt the SAML assertion",
    );
    await configure({ AddPrivateKey: keyPem });
    expect(outcome(await cloud.present(encrypted()))).toBe("allowed");
    expect(outcome(await cloud.assume())).toBe("allowed");
  });

  it("may be required, at the address that names the provider", async () => {
    await configure({ AddPrivateKey: keyPem, AssertionEncryptionMode: "Required" });
    expect(outcome(await cloud.assume())).toBe("InvalidIdentityToken: The SAML assertion must be encrypted");
    expect(outcome(await cloud.present(encrypted()))).toBe(
      "InvalidIdentityToken: Response is not for the required destination",
    );
    const got = await cloud.must(cloud.admin, "GetSAMLProvider", { SAMLProviderArn: providerArn });
    const url = `https://signin.aws.amazon.com/saml/acs/${field(got, "SAMLProviderUUID")}`;
    const assertion = idp.sign(idp.assertion(saying({ recipient: url })));
    const response = idp.response(idp.encrypt(assertion, receiver), { destination: url });
    expect(outcome(await cloud.present(base64(response)))).toBe("allowed");
    await configure({ AssertionEncryptionMode: "Allowed" });
    expect(outcome(await cloud.present(encrypted()))).toBe("allowed");
  });
});

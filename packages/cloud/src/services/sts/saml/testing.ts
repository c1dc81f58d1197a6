/** Test support: a cloud with a SAML provider and a role that trusts it, and responses presented to it. */
import type { SamlTestProvider, TestAssertion } from "@casemate/key-engine/testing";
import type { Credentials } from "@casemate/wire";
import { trailEntries, type TrailRecord } from "../../../kit/index.ts";
import { testNow, type Answer } from "../../../request-path/testing.ts";
import { samlAttribute, sharedIdp } from "../../../request-path/testing/saml-material.ts";
import {
  credentialsIn,
  openSignedCloud,
  trusting,
  type SignedCloud,
} from "../../../request-path/testing/signed-calls.ts";

export const account = "111122223333";
export const providerArn = `arn:aws:iam::${account}:saml-provider/idp`;
export const roleArn = `arn:aws:iam::${account}:role/app`;
/** Every action that a response may ask of a role. */
export const all = ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"];
/** What the names of AWS's own attributes begin with. */
export const named = samlAttribute;
export const notAuthorized = "AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML";
/** SHA-1 of "https://idp.example.com/saml111122223333/idp", made with openssl. */
export const nameQualifier = "w9623T/DM68QqX6yODhgW5uvh0U=";

/** Parameters of a request. */
export type Parameters = Readonly<Record<string, string>>;
/** Attributes of an assertion: values by name. */
export type Attributes = NonNullable<TestAssertion["attributes"]>;

/** The cloud; its role is `app`, its provider `idp`. */
export interface SamlCloud extends SignedCloud {
  readonly idp: SamlTestProvider;
  /** Presents a response in Base64, unsigned unless credentials are given. */
  present(response: string, more?: Parameters, credentials?: Credentials): Promise<Answer>;
  /** Presents a response of the provider that says something. */
  assume(says?: Partial<TestAssertion>, more?: Parameters): Promise<Answer>;
  assumeWith(attributes: Attributes, more?: Parameters): Promise<Answer>;
  /** Makes the role trust the provider under a condition. */
  trust(condition: object, action?: unknown): Promise<Answer>;
  /** Gives the role its one policy. */
  give(document: string): Promise<Answer>;
  lastRecord(): Promise<TrailRecord>;
}

/** Opens it. */
export async function openSamlCloud(): Promise<SamlCloud> {
  const cloud = await openSignedCloud();
  const idp = sharedIdp();
  const { admin, must } = cloud;
  await must(admin, "CreateSAMLProvider", { Name: "idp", SAMLMetadataDocument: idp.metadata() });
  await must(admin, "CreateRole", {
    RoleName: "app",
    AssumeRolePolicyDocument: trusting({ Federated: providerArn }, { Action: all }),
  });
  const present: SamlCloud["present"] = (response, more = {}, credentials?) =>
    cloud.send({
      service: "sts",
      action: "AssumeRoleWithSAML",
      parameters: { RoleArn: roleArn, PrincipalArn: providerArn, SAMLAssertion: response, ...more },
      credentials,
    });
  return {
    ...cloud,
    idp,
    present,
    assume: (says = {}, more = {}) => present(idp.respond(saying(says)), more),
    assumeWith: (attributes, more = {}) => present(idp.respond(saying({}, attributes)), more),
    trust: (Condition, Action = all) =>
      must(admin, "UpdateAssumeRolePolicy", {
        RoleName: "app",
        PolicyDocument: trusting({ Federated: providerArn }, { Action, Condition }),
      }),
    give: (document) =>
      must(admin, "PutRolePolicy", { RoleName: "app", PolicyName: "own", PolicyDocument: document }),
    async lastRecord() {
      const [entry] = await cloud.store.query(trailEntries, { limit: 1, newestFirst: true });
      if (entry === undefined) throw new Error("The trail is empty.");
      return entry.record;
    },
  };
}

/** What a response says that is right in every way, but for what is given. */
export function saying(more: Partial<TestAssertion> = {}, attributes: Attributes = {}): TestAssertion {
  return {
    issuedAt: testNow - 1000,
    nameId: "_ana",
    attributes: {
      [`${named}Role`]: [`${roleArn},${providerArn}`],
      [`${named}RoleSessionName`]: ["ana@example.com"],
      ...attributes,
    },
    ...more,
  };
}

export function base64(xml: string): string {
  return Buffer.from(xml).toString("base64");
}

/** What an answer comes to, in a line. */
export function outcome({ code, message }: Answer): string {
  return code === undefined ? "allowed" : `${code}: ${message}`;
}

/** The session that an answer gives. */
export async function sessionOf(answer: Promise<Answer>): Promise<Credentials> {
  const given = await answer;
  if (given.code !== undefined) throw new Error(outcome(given));
  return credentialsIn(given);
}

/**
 * Whoever a SAML response vouches for: the response verified by the metadata of a provider of the role's
 * account, and found to be for this cloud and current. Nothing of a response counts before its signature
 * holds.
 */
import {
  SamlFault,
  samlNameQualifier,
  verifySamlResponse,
  type SamlAssertion,
  type VerifiedSamlResponse,
} from "@casemate/key-engine";
import type { FederationFacts, UnsignedCall } from "../../../kit/index.ts";
import {
  findSamlProvider,
  metadataOf,
  samlProviderArn,
  samlTrustOf,
  validUntilOf,
  type SamlProviderRow,
} from "../../iam/index.ts";
import { provenOnce } from "../session/proven-once.ts";
import { accountOfRole } from "../session/role-target.ts";
import { checkRoleListed, readSamlSession, type SamlSession } from "./saml-attributes.ts";
import { attributeKeys } from "./saml-condition-keys.ts";
import {
  samlAudienceWrong,
  samlConfirmationInvalid,
  samlDecryptionFailed,
  samlDestinationWrong,
  samlEncryptionRequired,
  samlIssuerUnknown,
  samlNotYetValid,
  samlProviderMissing,
  samlProviderOver,
  samlProviderRefused,
  samlRecipientWrong,
  samlRedeemedLate,
  samlResponseExpired,
  samlResponseMalformed,
  samlResponseNotBase64,
  samlSignatureInvalid,
  samlSubjectMissing,
} from "./saml-faults.ts";

/** How long after its issue a response may be used; how often does not matter, as on AWS. */
export const samlRedemptionMsMax = 300_000;
/** How far a provider's clock may be ahead of this one. An expiry is not stretched by it. */
export const samlClockSkewMsMax = 300_000;

/** Characters of a subject's name: SAML core, 8.3.7. */
export const nameIdCharactersMax = 256;

/** The audience that AWS is in every partition but China. */
const awsAudience = "urn:amazon:webservices";
const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const shortFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:";
const unspecifiedFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/** What the request proves its caller with. */
export interface PresentedResponse {
  readonly RoleArn: string;
  readonly PrincipalArn: string;
  readonly SAMLAssertion: string;
}

/** Whom the response vouches for. */
export interface SamlIdentity extends SamlSession {
  readonly accountId: string;
  readonly providerArn: string;
  readonly issuer: string;
  readonly subject: string;
  readonly subjectType: string;
  readonly nameQualifier: string;
  /** The recipient: AWS calls it the audience. */
  readonly audience: string;
  /** When the provider ends the session, epoch milliseconds. */
  readonly endsAt: number | undefined;
  /** Condition keys for the role's trust policy. */
  readonly trustKeys: FederationFacts["keys"];
  /** Those of them that stay with the session. */
  readonly sessionKeys: FederationFacts["keys"];
}

/** What is needed of a call. */
export type VerifyingCall = Pick<UnsignedCall, "tx" | "now" | "environment">;

/** Verifies the response of a request. @throws the faults of SAML, invalidRoleArn */
export const provenSamlIdentity = provenOnce(prove);

function prove(call: VerifyingCall, presented: PresentedResponse): SamlIdentity {
  const accountId = accountOfRole(presented.RoleArn);
  const provider = findSamlProvider(call.tx, presented.PrincipalArn);
  // A provider vouches for the roles of its own account only.
  if (provider?.accountId !== accountId) throw samlProviderMissing();
  if (call.now >= validUntilOf(provider)) throw samlProviderOver();
  const response = verified(call, provider, presented.SAMLAssertion);
  const { assertion } = response;
  if (assertion.issuer !== metadataOf(provider).entityId) throw samlIssuerUnknown();
  const places = signInUrls(call, provider);
  if (response.destination && !places.has(response.destination)) throw samlDestinationWrong();
  const audience = confirmedRecipient(assertion, places, call.now);
  checkTimes(assertion, call.now);
  checkAudience(assertion, places);
  checkRoleListed(assertion.attributes, presented);
  const { nameId } = assertion;
  if (nameId === undefined) throw samlSubjectMissing();
  if (nameId.value.length > nameIdCharactersMax) throw samlResponseMalformed();
  const { issuer } = assertion;
  const format = nameId.format ?? unspecifiedFormat;
  const subject = {
    issuer,
    subject: nameId.value,
    subjectType: format.startsWith(shortFormat) ? format.slice(shortFormat.length) : format,
    nameQualifier: samlNameQualifier({ issuer, accountId, providerName: provider.name }),
    audience,
  };
  const sessionKeys = {
    "saml:namequalifier": subject.nameQualifier,
    "saml:sub": subject.subject,
    "saml:sub_type": subject.subjectType,
  };
  return {
    ...readSamlSession(assertion.attributes),
    ...subject,
    accountId,
    providerArn: samlProviderArn(provider),
    endsAt: assertion.sessionNotOnOrAfter,
    trustKeys: {
      ...attributeKeys(assertion.attributes),
      ...sessionKeys,
      "saml:aud": audience,
      "saml:iss": issuer,
      "saml:doc": `${accountId}/${provider.name}`,
    },
    sessionKeys,
  };
}

function verified(call: VerifyingCall, provider: SamlProviderRow, base64: string): VerifiedSamlResponse {
  let response: VerifiedSamlResponse;
  try {
    response = verifySamlResponse(base64, samlTrustOf(call.environment, provider));
  } catch (thrown) {
    if (thrown instanceof SamlFault) throw refusals[thrown.reason]();
    throw thrown;
  }
  if (provider.encryptionMode === "Required" && !response.encrypted) throw samlEncryptionRequired();
  return response;
}

const refusals = {
  encoding: samlResponseNotBase64,
  document: samlResponseMalformed,
  signature: samlSignatureInvalid,
  decryption: samlDecryptionFailed,
  status: samlProviderRefused,
} as const satisfies Record<SamlFault["reason"], () => Error>;

/**
 * Where responses are sent to: AWS's own sign-in addresses, so that providers need not be set up anew. Where
 * encryption is required, only the addresses that name the provider.
 */
function signInUrls({ environment }: VerifyingCall, provider: SamlProviderRow): ReadonlySet<string> {
  const hosts = ["", ...environment.settings.regions.map((region) => `${region}.`)];
  const common = hosts.map((host) => `https://${host}signin.aws.amazon.com/saml`);
  const own = common.map((url) => `${url}/acs/${provider.id}`);
  if (provider.encryptionMode === "Required") return new Set(own);
  return new Set([...common, ...own, "https://signin.aws.amazon.com/static/saml"]);
}

/** The recipient of the one confirmation there must be. */
function confirmedRecipient(assertion: SamlAssertion, places: ReadonlySet<string>, now: number): string {
  const [confirmation, another] = assertion.confirmations;
  if (confirmation?.method !== bearer || another !== undefined) throw samlConfirmationInvalid();
  const { recipient, notBefore, notOnOrAfter } = confirmation;
  if (recipient === undefined || notOnOrAfter === undefined) throw samlConfirmationInvalid();
  if (!places.has(recipient)) throw samlRecipientWrong();
  if (now >= notOnOrAfter) throw samlResponseExpired();
  if (notBefore !== undefined && notBefore > now + samlClockSkewMsMax) throw samlNotYetValid();
  return recipient;
}

function checkTimes(assertion: SamlAssertion, now: number): void {
  const { issuedAt, notBefore, notOnOrAfter, sessionNotOnOrAfter } = assertion;
  const begins = Math.max(issuedAt, notBefore ?? issuedAt);
  if (begins > now + samlClockSkewMsMax) throw samlNotYetValid();
  if (notOnOrAfter !== undefined && now >= notOnOrAfter) throw samlResponseExpired();
  if (sessionNotOnOrAfter !== undefined && now >= sessionNotOnOrAfter) throw samlResponseExpired();
  if (now > issuedAt + samlRedemptionMsMax) throw samlRedeemedLate();
}

/** There must be a restriction, and each must name this cloud. */
function checkAudience({ audienceRestrictions }: SamlAssertion, places: ReadonlySet<string>): void {
  const meant = audienceRestrictions.every((audiences) =>
    audiences.some((audience) => audience === awsAudience || places.has(audience)),
  );
  if (audienceRestrictions.length === 0 || !meant) throw samlAudienceWrong();
}

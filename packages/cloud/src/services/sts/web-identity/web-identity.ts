/**
 * The bearer of an identity token: the token verified by its issuer's keys, for a provider of the role's
 * account. Nothing of a token counts before its signature holds, and none is taken on trust.
 */
import { parseToken, verifyToken, type JsonWebToken, type KeySet } from "@casemate/key-engine";
import {
  Waiting,
  type CloudEnvironment,
  type FederationFacts,
  type OpenIdRefusal,
  type UnsignedCall,
} from "../../../kit/index.ts";
import { findOidcProvider, oidcProviderArn, type OidcProviderRow } from "../../iam/index.ts";
import { provenOnce } from "../session/proven-once.ts";
import { accountOfRole } from "../session/role-target.ts";
import { momentClaim, readClaims, textClaim, type TokenClaims } from "./token-claims.ts";
import {
  accessTokenUnsupported,
  audienceIncorrect,
  claimMissing,
  identityProviderUnreachable,
  identityTokenExpired,
  keysNotRetrieved,
  providerMissing,
  signatureInvalid,
  thumbprintMismatch,
  tokenMalformed,
  tokenNotYetValid,
} from "./web-identity-faults.ts";

/** How far an issuer's clock may be ahead of this one. An expiry is not stretched by it. */
export const clockSkewSecondsMax = 300;

/** What the request proves its caller with. */
export interface PresentedToken {
  readonly RoleArn: string;
  readonly WebIdentityToken: string;
  readonly ProviderId?: string | undefined;
}

/** Who bears the token. */
export interface WebIdentity extends TokenClaims {
  readonly accountId: string;
  readonly providerArn: string;
  /** Condition keys for the role's trust policy. */
  readonly trustKeys: FederationFacts["keys"];
  /** Those of them that stay with the session. */
  readonly sessionKeys: FederationFacts["keys"];
}

/** What is needed of a call. */
export type VerifyingCall = Pick<UnsignedCall, "tx" | "now" | "environment">;

/** Verifies the token of a request. @throws the faults of web identities, invalidRoleArn, Waiting */
export const provenWebIdentity = provenOnce(verifiedIdentity);

function verifiedIdentity(call: VerifyingCall, presented: PresentedToken): WebIdentity {
  if (presented.ProviderId !== undefined) throw accessTokenUnsupported(presented.ProviderId);
  const token = parseToken(presented.WebIdentityToken);
  if (token === undefined) throw tokenMalformed();
  const accountId = accountOfRole(presented.RoleArn);
  const provider = providerOf(call, accountId, token);
  const nowSeconds = Math.floor(call.now / 1000);
  checkExpiry(token, nowSeconds);
  checkSignature(call.environment, provider, token);
  checkBeginning(token, nowSeconds);
  const claims = readClaims(token.claims);
  if (!provider.clientIds.includes(claims.audience)) throw audienceIncorrect();
  return {
    ...claims,
    accountId,
    providerArn: oidcProviderArn(provider),
    trustKeys: { ...sessionKeys(provider, claims), ...onlyTrustKeys(provider, claims) },
    sessionKeys: sessionKeys(provider, claims),
  };
}

/** The account's provider whose URL is exactly the token's issuer. */
function providerOf(call: VerifyingCall, accountId: string, { claims }: JsonWebToken): OidcProviderRow {
  const issuer = textClaim(claims, "iss");
  if (issuer === undefined) throw claimMissing("iss");
  const url = issuer.startsWith("https://") ? issuer.slice("https://".length) : undefined;
  const provider = url === undefined ? undefined : findOidcProvider(call.tx, accountId, url);
  if (provider === undefined) throw providerMissing(issuer);
  return provider;
}

function checkExpiry({ claims }: JsonWebToken, nowSeconds: number): void {
  const expiry = momentClaim(claims, "exp");
  if (expiry === undefined) throw claimMissing("exp");
  if (nowSeconds >= expiry) throw identityTokenExpired(String(nowSeconds), String(expiry));
}

function checkBeginning({ claims }: JsonWebToken, nowSeconds: number): void {
  const issued = momentClaim(claims, "iat");
  if (issued === undefined) throw claimMissing("iat");
  const begins = momentClaim(claims, "nbf");
  for (const [name, moment] of [["iat", issued] as const, ["nbf", begins] as const]) {
    if (moment !== undefined && moment > nowSeconds + clockSkewSecondsMax) throw tokenNotYetValid(name);
  }
}

function checkSignature(
  { openIdKeys }: CloudEnvironment,
  { url, thumbprints }: OidcProviderRow,
  token: JsonWebToken,
): void {
  const found = openIdKeys.keysOf({ issuer: `https://${url}`, thumbprints, keyId: token.keyId });
  if (found instanceof Promise) throw new Waiting(found);
  const verdict = verifyToken(token, typeof found === "string" ? refusedKeys(found) : found);
  if (verdict === "unknown-key") throw keysNotRetrieved();
  if (verdict === "bad-signature") throw signatureInvalid();
}

function refusedKeys(refusal: OpenIdRefusal): KeySet {
  if (refusal === "unreachable") throw identityProviderUnreachable();
  throw refusal === "thumbprint" ? thumbprintMismatch() : keysNotRetrieved();
}

/** The keys that claims become, by AWS's mapping for providers it has no other one for. */
function sessionKeys(
  { url }: OidcProviderRow,
  { subject, audience, methods }: TokenClaims,
): FederationFacts["keys"] {
  return {
    [`${url}:aud`]: audience,
    [`${url}:sub`]: subject,
    ...(methods === undefined ? {} : { [`${url}:amr`]: methods }),
  };
}

/** Keys that only the trust policy sees: `oaud` is the audience as the token has it. */
function onlyTrustKeys({ url }: OidcProviderRow, { audiences, email }: TokenClaims): FederationFacts["keys"] {
  return {
    [`${url}:oaud`]: audiences,
    ...(email === undefined ? {} : { [`${url}:email`]: email }),
  };
}

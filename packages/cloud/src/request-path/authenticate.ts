/**
 * Authentication: the signature on the raw bytes, its scope, the credential and its session. Nothing passes
 * without one.
 */
import type { ReadTx } from "@casemate/store";
import {
  parseSignature,
  SignatureFault,
  signatureFaultFor,
  verifySignature,
  type Protocol,
  type SignatureReason,
  type SigningKeyCache,
} from "@casemate/wire";
import {
  Fault,
  type Credential,
  type CredentialRefusal,
  type IdentityPort,
  type Principal,
} from "../kit/index.ts";
import type { HttpRequest } from "./http-message.ts";
import type { Endpoint } from "./route.ts";

/** What authentication looks things up in. */
export interface AuthenticationContext {
  readonly identity: IdentityPort;
  readonly now: number;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly regions: readonly string[];
  /** Derived signing keys of recent callers. */
  readonly signingKeys: SigningKeyCache;
  /** The protocol of the service that the request claims to be for; refusals take its form. */
  readonly claimed: Protocol;
}

/** A verified request. */
export interface Authenticated {
  readonly endpoint: Endpoint;
  readonly region: string;
  readonly principal: Principal;
}

/**
 * The region of services that have none. Differs: AWS wants them signed for it; clients that are given an
 * endpoint by hand sign for their own region, so any region of the cloud is taken and this one is recorded.
 */
export const globalRegion = "us-east-1";

const refusals = {
  unknown: "unknown-key",
  inactive: "unknown-key",
  "bad-token": "invalid-token",
  expired: "expired-token",
} as const satisfies Record<CredentialRefusal, SignatureReason>;

/** Verifies a request. @throws Fault, in the claimed service's own code and text. */
export function authenticate(
  tx: ReadTx,
  request: HttpRequest,
  context: AuthenticationContext,
): Authenticated {
  try {
    return verify(tx, request, context);
  } catch (thrown) {
    if (!(thrown instanceof SignatureFault)) throw thrown;
    const { code, status, message } = signatureFaultFor(context.claimed, thrown);
    throw new Fault(code, status, message);
  }
}

function verify(tx: ReadTx, request: HttpRequest, context: AuthenticationContext): Authenticated {
  const signature = parseSignature(request);
  if (signature === "anonymous") throw new SignatureFault("missing");
  const { accessKeyId, sessionToken, region, service } = signature;
  const endpoint = context.endpoints.get(service);
  if (endpoint === undefined) {
    throw new SignatureFault(
      "scope",
      `Credential should be scoped to a service of this cloud, not '${service}'.`,
    );
  }
  const { now, signingKeys } = context;
  const global = endpoint.service.scope === "global";
  const regions = global ? [globalRegion, ...context.regions] : context.regions;
  const found = context.identity.findCredential(tx, { accessKeyId, sessionToken, now });
  if (!isCredential(found)) throw new SignatureFault(refusals[found]);
  const secret = found.secretAccessKey;
  verifySignature(signature, request, { secret, now: new Date(now), regions, keys: signingKeys });
  return { endpoint, region: global ? globalRegion : region, principal: found.principal };
}

function isCredential(found: Credential | CredentialRefusal): found is Credential {
  return typeof found !== "string";
}

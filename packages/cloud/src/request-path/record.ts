/** The trail record of a call, in CloudTrail's form: who, what, from where, and what came of it. */
import {
  drawUuid,
  unattributedAccount,
  type Fault,
  type Origin,
  type Principal,
  type TrailRecord,
} from "../kit/index.ts";
import { isoSeconds } from "./context.ts";

/** Bytes of requestParameters or responseElements in a record; a larger value is left out. */
export const trailElementBytesMax = 100 * 1024;
/** Characters of userAgent, errorCode and errorMessage in a record. */
export const trailTextLengthMax = 1024;

/** Parameters that came in so few bytes cannot fill a record; the bound is then not measured. */
const surelyShortBytes = 4096;

/** What is known of a call when it is recorded; a refused call may know little. */
export interface RecordedCall {
  readonly requestId: string;
  readonly now: number;
  readonly origin: Origin;
  /** Draws the event id. */
  readonly random: (bytes: number) => Uint8Array;
  readonly eventSource: string;
  readonly eventName: string;
  readonly region: string;
  readonly readOnly: boolean;
  readonly principal?: Principal | undefined;
  /** The access key as presented, when no principal could be verified. */
  readonly presentedKey?: string | undefined;
  /** Bytes of the request's parameters as sent. */
  readonly requestBytes: number;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly fault?: Fault | undefined;
  /** EC2 writes its error codes with a `Client.` or `Server.` prefix. */
  readonly prefixedErrors: boolean;
}

/** Makes the record. */
export function trailRecord(call: RecordedCall): TrailRecord {
  const { fault, origin } = call;
  const { tls, vpcEndpoint } = origin;
  // Members that are absent are undefined here and not written at all.
  return {
    eventVersion: "1.11",
    userIdentity: userIdentity(call),
    eventTime: isoSeconds(call.now),
    eventSource: call.eventSource,
    eventName: call.eventName,
    awsRegion: call.region,
    sourceIPAddress: origin.sourceIp,
    userAgent: cut(origin.userAgent),
    errorCode: fault && cut(errorCode(fault, call.prefixedErrors)),
    errorMessage: fault && cut(fault.message),
    requestParameters:
      call.requestBytes <= surelyShortBytes ? call.requestParameters : bounded(call.requestParameters),
    responseElements: fault === undefined ? bounded(call.responseElements) : null,
    requestID: call.requestId,
    eventID: drawUuid(call.random),
    readOnly: call.readOnly,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: call.principal?.accountId ?? unattributedAccount,
    vpcEndpointId: vpcEndpoint?.id,
    vpcEndpointAccountId: vpcEndpoint?.accountId,
    eventCategory: "Management",
    sessionCredentialFromConsole: call.principal?.session?.console === true ? "true" : undefined,
    tlsDetails: tls && {
      tlsVersion: tls.version,
      cipherSuite: tls.cipher,
      clientProvidedHostHeader: origin.host,
    },
  };
}

function errorCode(fault: Fault, prefixed: boolean): string {
  if (!prefixed) return fault.code;
  return `${fault.status >= 500 ? "Server" : "Client"}.${fault.code}`;
}

function userIdentity(call: RecordedCall): Record<string, unknown> {
  const { principal } = call;
  if (principal === undefined) {
    const key = call.presentedKey === undefined ? {} : { accessKeyId: call.presentedKey };
    return { type: "Unknown", principalId: "", accountId: "", ...key };
  }
  if (principal.type === "web-identity" || principal.type === "saml") {
    const { id, userName, identityProvider } = principal;
    const type = principal.type === "saml" ? "SAMLUser" : "WebIdentityUser";
    return { type, principalId: id, userName, identityProvider };
  }
  const { accountId, arn, accessKeyId, session } = principal;
  const base = { principalId: principal.id, arn, accountId, accessKeyId };
  const attributes = session && {
    creationDate: isoSeconds(session.issuedAt),
    mfaAuthenticated: String(session.mfaAt !== undefined),
  };
  if (principal.type === "root") {
    const assumed = session?.assumedRoot === true ? { assumedRoot: "true" } : {};
    return { type: "Root", ...base, ...(attributes && { sessionContext: { attributes, ...assumed } }) };
  }
  if (principal.type === "user") {
    const context = attributes && { sessionContext: { attributes } };
    return { type: "IAMUser", ...base, ...context, userName: principal.userName };
  }
  if (principal.type === "federated-user") {
    const { issuer } = principal;
    const sessionIssuer = {
      type: issuer.type === "root" ? "Root" : "IAMUser",
      principalId: issuer.id,
      arn: issuer.arn,
      accountId,
      ...(issuer.userName === undefined ? {} : { userName: issuer.userName }),
    };
    return { type: "FederatedUser", ...base, sessionContext: { sessionIssuer, attributes } };
  }
  const { sourceIdentity, instance, federation } = principal.session;
  return {
    type: "AssumedRole",
    ...base,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: principal.roleId,
        arn: principal.roleArn,
        accountId,
        userName: principal.roleName,
      },
      webIdFederationData: federation === undefined ? {} : { federatedProvider: federation.provider },
      attributes,
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      ...(instance === undefined ? {} : { ec2RoleDelivery: instance.roleDelivery }),
    },
  };
}

function bounded(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value).length > trailElementBytesMax ? null : value;
}

function cut(text: string): string {
  if (text.length <= trailTextLengthMax) return text;
  // Never half of a character.
  return text.slice(0, trailTextLengthMax).replace(/[\ud800-\udbff]$/, "");
}

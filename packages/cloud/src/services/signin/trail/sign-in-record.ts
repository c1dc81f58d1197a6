/**
 * Trail records of signing in, in CloudTrail's form: they say who tried and what came of it, and never a
 * password, a code or a name that nobody has.
 */
import type { Tx } from "@casemate/store";
import {
  drawUuid,
  trailEntries,
  unattributedAccount,
  type CloudEnvironment,
  type Origin,
  type TrailRecord,
} from "../../../kit/index.ts";
import { userArn, type AccountRow, type UserRow } from "../../iam/index.ts";
import type { Found, Named } from "../attempt/candidate.ts";

/** The region that sign-in events are recorded in: sign-in is global. */
const recordedRegion = "us-east-1";
/** What stands for a name that no user has: people mistype passwords into its field. */
const hiddenName = "HIDDEN_DUE_TO_SECURITY_REASONS";
/** Characters of a user agent in a record. */
const userAgentLengthMax = 1024;

/** One event of a sign-in. */
export interface SignInEvent {
  readonly name: SignInEventName;
  readonly outcome: "Success" | "Failure";
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly accountId: string;
  readonly additional?: Readonly<Record<string, string>> | undefined;
}

/**
 * The events. Differs: a session that goes on, ends, or is given up because its cookie came twice has an
 * event of its own here.
 */
export type SignInEventName =
  | "ConsoleLogin"
  | "CheckMfa"
  | "PasswordUpdated"
  | "ConsoleSessionRefresh"
  | "ConsoleSessionRevocation"
  | "ConsoleLogout";

/** When, where from and in which request. */
export interface SignInOccasion {
  readonly requestId: string;
  readonly now: number;
  readonly origin: Origin;
}

/** Appends the record of an event in the transaction of its effects. */
export function recordSignIn(
  tx: Tx,
  environment: CloudEnvironment,
  { occasion, event }: { readonly occasion: SignInOccasion; readonly event: SignInEvent },
): void {
  const { origin, now, requestId } = occasion;
  const { tls } = origin;
  const record: TrailRecord = {
    eventVersion: "1.11",
    userIdentity: event.userIdentity,
    eventTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
    eventSource: "signin.amazonaws.com",
    eventName: event.name,
    awsRegion: recordedRegion,
    sourceIPAddress: origin.sourceIp,
    userAgent: origin.userAgent.slice(0, userAgentLengthMax),
    errorMessage: event.outcome === "Failure" ? "Failed authentication" : undefined,
    requestParameters: null,
    responseElements: { [event.name]: event.outcome },
    additionalEventData: event.additional,
    requestID: requestId,
    eventID: drawUuid(environment.random),
    readOnly: false,
    eventType: "AwsConsoleSignIn",
    managementEvent: true,
    recipientAccountId: event.accountId,
    eventCategory: "Management",
    tlsDetails: tls && {
      tlsVersion: tls.version,
      cipherSuite: tls.cipher,
      clientProvidedHostHeader: origin.host,
    },
  };
  tx.append(trailEntries, { at: now, record, decisions: [] });
}

/** Who signed in: a user, or else the root user. */
export function signedInIdentity(
  accountId: string,
  user: UserRow | undefined,
): Readonly<Record<string, unknown>> {
  if (user === undefined) return rootIdentity(accountId);
  return { type: "IAMUser", principalId: user.id, arn: userArn(user), accountId, userName: user.name };
}

/** Who tried to, as far as that is known. */
export function triedIdentity(named: Named, found: Found): Readonly<Record<string, unknown>> {
  const { account, candidate } = found;
  const accountId = account?.id ?? "";
  if (named.type === "root") {
    return account === undefined
      ? { type: "Root", principalId: "", accountId, accessKeyId: "" }
      : rootIdentity(accountId);
  }
  const { user } = candidate ?? {};
  if (user === undefined) return { type: "IAMUser", accountId, accessKeyId: "", userName: hiddenName };
  return { type: "IAMUser", principalId: user.id, accountId, accessKeyId: "", userName: user.name };
}

/** Under which account an attempt is recorded. */
export function recordedAccount(account: AccountRow | undefined): string {
  return account?.id ?? unattributedAccount;
}

function rootIdentity(accountId: string): Readonly<Record<string, unknown>> {
  return {
    type: "Root",
    principalId: accountId,
    arn: `arn:aws:iam::${accountId}:root`,
    accountId,
    accessKeyId: "",
  };
}

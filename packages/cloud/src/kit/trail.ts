/**
 * The trail: one record per call in CloudTrail's record format, appended in the transaction of the call,
 * refused calls included.
 */
import { appendTable } from "@casemate/store";

/** A CloudTrail record; the members that are always there, others as CloudTrail has them. */
export interface TrailRecord {
  readonly eventVersion: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  /** UTC, to the second. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly eventType: string;
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  readonly vpcEndpointId?: string | undefined;
  readonly vpcEndpointAccountId?: string | undefined;
  /** `"true"` when the call was made with credentials that came of signing in. */
  readonly sessionCredentialFromConsole?: string | undefined;
  readonly additionalEventData?: Readonly<Record<string, string>> | undefined;
  readonly eventCategory: string;
  readonly tlsDetails?: Readonly<Record<string, string>> | undefined;
}

/** What was decided about one need of the call, kept so that `why` can tell. */
export interface DecisionRecord {
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** The statement that decided, or the whole explanation when the call was refused. */
  readonly because: unknown;
}

/** A trail record with the decisions behind it; the decisions never leave through CloudTrail. */
export interface TrailEntry {
  readonly at: number;
  readonly record: TrailRecord;
  readonly decisions: readonly DecisionRecord[];
}

/** The account under which calls that nobody could be named for are kept. */
export const unattributedAccount = "anonymous";

/** Append-only; looked up by request id, event name and access key. */
export const trailEntries = appendTable<TrailEntry>({
  kind: "trail",
  at: (entry) => entry.at,
  account: (entry) => entry.record.recipientAccountId,
  keys: (entry) => {
    const { record } = entry;
    const accessKeyId = record.userIdentity["accessKeyId"];
    const keys = [record.requestID, `event:${record.eventName}`];
    // Sign-in is recorded with an empty one.
    return typeof accessKeyId === "string" && accessKeyId !== "" ? [...keys, accessKeyId] : keys;
  },
});

/**
 * The trail record of what the operator did through the channel: written in the transaction of the change
 * itself.
 */
import { drawUuid, trailEntries, type CloudEnvironment, type TrailRecord } from "@casemate/cloud";
import type { Tx } from "@casemate/store";

/** What the operator did. */
export interface OperatorDeed {
  readonly eventName: string;
  /** The account that it is kept under. */
  readonly accountId: string;
  readonly region?: string | undefined;
  readonly requestParameters: Readonly<Record<string, unknown>>;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
}

/** Appends the record; answers its request id. */
export function recordOperator(tx: Tx, environment: CloudEnvironment, deed: OperatorDeed): string {
  const { clock, random } = environment;
  const at = clock();
  const record: TrailRecord = {
    eventVersion: "1.11",
    userIdentity: {
      type: "CasemateOperator",
      principalId: "operator",
      accountId: deed.accountId,
      invokedBy: "casemate.local",
    },
    eventTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    eventSource: "casemate.local",
    eventName: deed.eventName,
    awsRegion: deed.region ?? "us-east-1",
    sourceIPAddress: "casemate.local",
    userAgent: "casemate.local",
    requestParameters: deed.requestParameters,
    responseElements: deed.responseElements,
    requestID: drawUuid(random),
    eventID: drawUuid(random),
    readOnly: false,
    eventType: "CasemateOperator",
    managementEvent: true,
    recipientAccountId: deed.accountId,
    eventCategory: "Management",
  };
  tx.append(trailEntries, { at, record, decisions: [] });
  return record.requestID;
}

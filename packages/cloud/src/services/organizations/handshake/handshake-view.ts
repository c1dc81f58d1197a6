/** A handshake as the API shows it. */
import type { ReadTx } from "@casemate/store";
import type { Handshake, HandshakeResource } from "@casemate/wire/organizations";
import { accountEmail, accounts } from "../../iam/index.ts";
import { organizationNamed, organizationsArn } from "../organization/organization.ts";
import { handshakeState, type HandshakeRow } from "./handshake.ts";

export function handshakeArn(row: HandshakeRow): string {
  return organizationsArn(row, `handshake/${row.organizationId}/invite/${row.id}`);
}

export function handshakeView(tx: ReadTx, row: HandshakeRow, now: number): Handshake {
  const { invited, notes, organizationId } = row;
  const sender = tx.get(accounts, row.managementAccountId);
  const about: HandshakeResource[] = [
    { Type: "MASTER_EMAIL", Value: sender && accountEmail(sender) },
    { Type: "MASTER_NAME", Value: sender?.name },
    { Type: "ORGANIZATION_FEATURE_SET", Value: organizationNamed(tx, organizationId).featureSet },
  ];
  return {
    Id: row.id,
    Arn: handshakeArn(row),
    Parties: [
      { Id: organizationId.slice("o-".length), Type: "ORGANIZATION" },
      { Id: invited.id, Type: invited.type },
    ],
    State: handshakeState(row, now),
    RequestedTimestamp: new Date(row.requestedAt),
    ExpirationTimestamp: new Date(row.expiresAt),
    Action: "INVITE",
    Resources: [
      { Type: "ORGANIZATION", Value: organizationId, Resources: about },
      { Type: invited.type, Value: invited.id },
      ...(notes === undefined ? [] : [{ Type: "NOTES" as const, Value: notes }]),
    ],
  };
}

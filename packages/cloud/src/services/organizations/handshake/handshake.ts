/** Handshakes: an invitation to an account and what became of it. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { HandshakePartyType, HandshakeState } from "@casemate/wire/organizations";
import type { Tags } from "../../../kit/index.ts";
import { accountEmail, accounts } from "../../iam/index.ts";

/** How long an invitation can be answered. */
export const handshakeLifetimeMs = 15 * 24 * 60 * 60 * 1000;
/** How long one is shown after that, or after it was answered. */
export const handshakeKeptMs = 30 * 24 * 60 * 60 * 1000;

/** An invitation. */
export interface HandshakeRow {
  /** `h-` and 12 characters. */
  readonly id: string;
  readonly organizationId: string;
  /** The management account, part of the ARN. */
  readonly managementAccountId: string;
  /** Whom it was sent to, as the sender named it. */
  readonly invited: { readonly type: Exclude<HandshakePartyType, "ORGANIZATION">; readonly id: string };
  readonly notes?: string | undefined;
  /** What it was set to; one that is open and too old has expired. */
  readonly state: HandshakeState;
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** When it was answered. */
  readonly endedAt?: number | undefined;
  /** For the account, once it is a member. */
  readonly tags: Tags;
}

export const handshakes = collection<HandshakeRow>()({
  kind: "organizations/handshake",
  key: (row) => row.id,
  indexes: {
    organization: (row) => row.organizationId,
    invited: (row) => invitedKey(row.invited.id),
  },
});

function invitedKey(id: string): string {
  return id.toLowerCase();
}

/** The state at a time. */
export function handshakeState(row: HandshakeRow, now: number): HandshakeState {
  return row.state === "OPEN" && now >= row.expiresAt ? "EXPIRED" : row.state;
}

/** Whether it is still to be seen. */
export function isShown(row: HandshakeRow, now: number): boolean {
  return now < (row.endedAt ?? row.expiresAt) + handshakeKeptMs;
}

/** The invitations of an organization that can still be answered. */
export function openInvitations(tx: ReadTx, organizationId: string, now: number): readonly HandshakeRow[] {
  return tx
    .by(handshakes, "organization", organizationId)
    .filter((row) => handshakeState(row, now) === "OPEN");
}

/** The handshakes that an account has received, by its id or by its address. */
export function receivedHandshakes(tx: ReadTx, accountId: string): readonly HandshakeRow[] {
  const account = tx.get(accounts, accountId);
  const email = account && accountEmail(account);
  return [
    ...tx.by(handshakes, "invited", invitedKey(accountId)),
    ...(email === undefined ? [] : tx.by(handshakes, "invited", invitedKey(email))),
  ];
}

/** Forgets the handshakes that nobody is shown any more. */
export function pruneHandshakes(tx: Tx, organizationId: string, now: number): void {
  for (const row of tx.by(handshakes, "organization", organizationId)) {
    if (!isShown(row, now)) tx.delete(handshakes, row.id);
  }
}

/** Forgets every handshake of an organization. */
export function clearHandshakes(tx: Tx, organizationId: string): void {
  for (const row of tx.by(handshakes, "organization", organizationId)) tx.delete(handshakes, row.id);
}

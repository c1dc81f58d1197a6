/** SSH public keys of users, with which they reach services that speak SSH: the row. */
import { collection, type ReadTx } from "@casemate/store";
import type { UserRow } from "../user/user.ts";
import { sshPublicKeyNotFound } from "./ssh-public-key-faults.ts";

/** SSH public keys that one user may have. */
export const sshPublicKeysPerUserMax = 5;

/** A key. */
export interface SshPublicKeyRow {
  /** APKA.. */
  readonly id: string;
  readonly accountId: string;
  /** The user's unique id. */
  readonly holder: string;
  readonly status: "Active" | "Inactive";
  readonly fingerprint: string;
  readonly sshLine: string;
  readonly pem: string;
  readonly uploadedAt: number;
}

export const sshPublicKeys = collection<SshPublicKeyRow>()({
  kind: "iam/ssh-public-key",
  key: (row) => row.id,
  indexes: { holder: (row) => row.holder },
});

/** The keys of a user, in id order. */
export function sshPublicKeysOf(tx: ReadTx, userId: string): readonly SshPublicKeyRow[] {
  return tx.by(sshPublicKeys, "holder", userId);
}

/** A key of a user. @throws sshPublicKeyNotFound */
export function fetchSshPublicKey(tx: ReadTx, user: UserRow, id: string): SshPublicKeyRow {
  const row = tx.get(sshPublicKeys, id);
  if (row?.holder !== user.id) throw sshPublicKeyNotFound(id);
  return row;
}

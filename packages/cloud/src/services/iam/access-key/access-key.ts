/**
 * Long-lived access keys of users and of account roots. The secret is sealed in the row and opened only to
 * verify with it.
 */
import { collection, type ReadTx } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";

/** An access key. */
export interface AccessKeyRow {
  /** AKIA.. */
  readonly id: string;
  readonly accountId: string;
  /** The user's unique id, or `root`. */
  readonly holder: string;
  readonly status: "Active" | "Inactive";
  readonly sealedSecret: string;
  readonly createdAt: number;
  readonly lastUsed?: { readonly at: number; readonly service: string; readonly region: string } | undefined;
}

/** The holder of a root user's keys. */
export const rootHolder = "root";

/** What AWS's credential report calls the root user, which has no user name. */
export const rootUserName = "<root_account>";

export const accessKeys = collection<AccessKeyRow>()({
  kind: "iam/access-key",
  key: (row) => row.id,
  indexes: { holder: (row) => `${row.accountId}/${row.holder}` },
});

/** The keys of a user or of the root, in id order. */
export function keysOf(tx: ReadTx, accountId: string, holder: string): readonly AccessKeyRow[] {
  return tx.by(accessKeys, "holder", `${accountId}/${holder}`);
}

/** Seals a secret for its key. */
export function sealSecret(environment: CloudEnvironment, accessKeyId: string, secret: string): string {
  return environment.keyring.seal(secret, { purpose: "access-key", key: accessKeyId });
}

/** Opens the secret of a key. */
export function openSecret(environment: CloudEnvironment, row: AccessKeyRow): string {
  return environment.keyring.open(row.sealedSecret, { purpose: "access-key", key: row.id });
}

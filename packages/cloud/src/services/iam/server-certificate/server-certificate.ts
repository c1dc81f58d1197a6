/** Server certificates: the row. The private key is sealed and never shown again. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import { resourceTagKeys, type Call, type Tags, type Target } from "../../../kit/index.ts";
import { serverCertificateNotFound } from "./server-certificate-faults.ts";

/** Server certificates an account may have. */
export const serverCertificatesPerAccountMax = 20;

/** A certificate. */
export interface ServerCertificateRow {
  /** ASCA.. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly pem: string;
  readonly chain?: string | undefined;
  readonly sealedKey: string;
  readonly uploadedAt: number;
  readonly expiresAt: number;
  readonly tags: Tags;
}

export const serverCertificates = collection<ServerCertificateRow>()({
  kind: "iam/server-certificate",
  key: (row) => row.id,
  indexes: {
    account: (row) => row.accountId,
    name: (row) => `${row.accountId}/${row.name.toLowerCase()}`,
  },
});

export function serverCertificateArn(row: Pick<ServerCertificateRow, "accountId" | "path" | "name">): string {
  return `arn:aws:iam::${row.accountId}:server-certificate${row.path}${row.name}`;
}

/** A certificate by name, which is compared without case. */
export function findServerCertificate(
  tx: ReadTx,
  accountId: string,
  name: string,
): ServerCertificateRow | undefined {
  return tx.by(serverCertificates, "name", `${accountId}/${name.toLowerCase()}`)[0];
}

/** The caller's certificate of a name. @throws serverCertificateNotFound */
export function fetchServerCertificate(tx: ReadTx, call: Call, name: string): ServerCertificateRow {
  const row = findServerCertificate(tx, call.accountId, name);
  if (row === undefined) throw serverCertificateNotFound(name);
  return row;
}

/** A certificate of the caller's account as target of a need. */
export function serverCertificateTarget(call: Call, name: string): Target {
  const row = findServerCertificate(call.tx, call.accountId, name);
  return {
    arn: serverCertificateArn(row ?? { accountId: call.accountId, path: "/", name }),
    accountId: call.accountId,
    keys: resourceTagKeys(row?.tags ?? {}, "iam"),
  };
}

export function putServerCertificate(tx: Tx, row: ServerCertificateRow): ServerCertificateRow {
  tx.put(serverCertificates, row);
  return row;
}

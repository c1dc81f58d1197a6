/**
 * X.509 signing certificates of users and roots: the row. Nothing here takes a signature that is made with
 * one.
 */
import { collection, type ReadTx } from "@casemate/store";
import type { Holder } from "../user/meant-holder.ts";
import { signingCertificateNotFound } from "./signing-certificate-faults.ts";

/** Signing certificates that a user or a root may have. */
export const signingCertificatesPerUserMax = 2;

/** A certificate. */
export interface SigningCertificateRow {
  readonly id: string;
  readonly accountId: string;
  /** The user's unique id, or `root`. */
  readonly holder: string;
  readonly status: "Active" | "Inactive";
  readonly pem: string;
  readonly fingerprint: string;
  readonly uploadedAt: number;
}

export const signingCertificates = collection<SigningCertificateRow>()({
  kind: "iam/signing-certificate",
  key: (row) => row.id,
  indexes: {
    holder: (row) => `${row.accountId}/${row.holder}`,
    fingerprint: (row) => `${row.accountId}/${row.fingerprint}`,
  },
});

/** The certificates of a user or of the root, oldest first. */
export function signingCertificatesOf(
  tx: ReadTx,
  accountId: string,
  holder: string,
): readonly SigningCertificateRow[] {
  return tx
    .by(signingCertificates, "holder", `${accountId}/${holder}`)
    .toSorted((one, other) => one.uploadedAt - other.uploadedAt);
}

/** A certificate of a user or of the root. @throws signingCertificateNotFound */
export function fetchSigningCertificate(
  tx: ReadTx,
  owner: { readonly accountId: string; readonly holder: Holder },
  id: string,
): SigningCertificateRow {
  const row = tx.get(signingCertificates, id);
  if (row?.accountId !== owner.accountId || row.holder !== owner.holder.id) {
    throw signingCertificateNotFound(id);
  }
  return row;
}

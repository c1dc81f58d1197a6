/**
 * Transfers of elastic IPs to other accounts: an offer that the other account accepts within seven days. An
 * offer that has expired counts as none.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { AddressTransfer } from "@casemate/wire/ec2";

/** An offer, kept under the allocation id that the address has, or had, with the account that offers it. */
export interface TransferRow {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly publicIp: string;
  readonly transferAccountId: string;
  readonly status: "pending" | "accepted";
  readonly expiresAt: number;
  readonly acceptedAt?: number | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;
/** How long an offer holds, milliseconds. */
export const offerHoldsMs = 7 * dayMs;
/** How long an accepted offer is still described to who made it, milliseconds. */
export const acceptedShownMs = 14 * dayMs;

export const addressTransfers = collection<TransferRow, "owner" | "public-ip">({
  kind: "ec2/address-transfer",
  key: (row) => row.id,
  indexes: {
    owner: (row) => `${row.accountId}/${row.region}`,
    "public-ip": (row) => row.publicIp,
  },
});

/** Whether an offer can still be accepted or, once accepted, is still described. */
export function isCurrent(row: TransferRow, now: number): boolean {
  return row.acceptedAt === undefined ? now < row.expiresAt : now - row.acceptedAt < acceptedShownMs;
}

/** The current transfers that an account has offered in a region, in the order of their allocation ids. */
export function transfersOf(
  tx: ReadTx,
  owner: { readonly accountId: string; readonly region: string; readonly now: number },
): readonly TransferRow[] {
  return tx
    .by(addressTransfers, "owner", `${owner.accountId}/${owner.region}`)
    .filter((row) => isCurrent(row, owner.now));
}

/** Forgets the transfer of an address. */
export function endTransfers(tx: Tx, allocationId: string): void {
  tx.delete(addressTransfers, allocationId);
}

/** The transfer as the API shows it. */
export function transferView(
  row: TransferRow,
  status: AddressTransfer["AddressTransferStatus"],
): AddressTransfer {
  return {
    AllocationId: row.id,
    PublicIp: row.publicIp,
    TransferAccountId: row.transferAccountId,
    TransferOfferExpirationTimestamp: new Date(row.expiresAt),
    ...(row.acceptedAt === undefined ? {} : { TransferOfferAcceptedTimestamp: new Date(row.acceptedAt) }),
    AddressTransferStatus: status,
  };
}

/** Reservations of addresses in subnets: nothing in them is given to an interface unless it is asked for. */
import type { ReadTx } from "@casemate/store";
import type { SubnetCidrReservation } from "@casemate/wire/ec2";
import { resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { reservationMalformed, reservationNotFound } from "./faults.ts";

/** A reservation. */
export interface ReservationRow extends OwnedRow {
  readonly id: string;
  readonly subnetId: string;
  readonly cidr: string;
  /** `prefix`: prefixes of interfaces are taken from it; `explicit`: addresses are given by hand. */
  readonly use: "prefix" | "explicit";
  readonly description?: string | undefined;
}

export const reservations = resource<ReservationRow, "subnet">({
  service: "ec2",
  type: "subnet-cidr-reservation",
  prefix: "scr",
  indexes: { subnet: (row) => row.subnetId },
  notFound: reservationNotFound,
  malformed: reservationMalformed,
});

/** The reservations of a subnet. */
export function reservationsOf(tx: ReadTx, subnetId: string): readonly ReservationRow[] {
  return tx.by(reservations.collection, "subnet", subnetId);
}

/** The filters of GetSubnetCidrReservations. */
export const reservationFilters: FilterTable<ReservationRow> = {
  reservationType: (row) => row.use,
  "subnet-id": (row) => row.subnetId,
};

/** The reservation as the API shows it. */
export function reservationView(row: ReservationRow): SubnetCidrReservation {
  return {
    SubnetCidrReservationId: row.id,
    SubnetId: row.subnetId,
    Cidr: row.cidr,
    ReservationType: row.use,
    OwnerId: row.accountId,
    Description: row.description,
    Tags: tagsView(row.tags),
  };
}

/**
 * NAT gateways: the row, its states, its faults and its view. What a gateway sends with, it has from the
 * interface that it keeps for itself.
 */
import type { ReadTx } from "@casemate/store";
import type { NatGateway, NatGatewayAddress } from "@casemate/wire/ec2";
import { fault, resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";

/** The states of a NAT gateway; what is observed, never what is wished. */
export type NatGatewayState = "pending" | "failed" | "available" | "deleting" | "deleted";

/** Its primary address, as it was last. */
export interface NatGatewayAddressRow {
  readonly networkInterfaceId: string;
  readonly privateIp: string;
  readonly publicIp?: string | undefined;
  readonly allocationId?: string | undefined;
  readonly associationId?: string | undefined;
}

/** A NAT gateway. */
export interface NatGatewayRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly connectivity: "public" | "private";
  readonly state: NatGatewayState;
  readonly address: NatGatewayAddressRow;
  readonly createdAt: number;
  readonly deletedAt?: number | undefined;
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
}

/** NAT gateways that an account may have in a zone; deleted and failed ones do not count. */
export const natGatewaysPerZoneMax = 5;

export const natGatewayNotFound = fault({
  code: "NatGatewayNotFound",
  message: (id: string) => `NatGateway ${id} was not found`,
});
export const natGatewayMalformed = fault({
  code: "NatGatewayMalformed",
  message: (id: string) => `NatGateway ID '${id}' is malformed`,
});
export const natGatewaysExceeded = fault({
  code: "NatGatewayLimitExceeded",
  message: (limit: string) => `Performing this operation would exceed the limit of ${limit} NAT gateways`,
});
export const natSubnetMissing = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter subnetId",
});
export const natAllocationMissing = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter allocationId for a public NAT gateway",
});
export const natAllocationUnwanted = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameter allocationId cannot be used with the connectivity type private",
});
export const natModeUnsupported = fault({
  code: "UnsupportedOperation",
  message: () => "Casemate makes NAT gateways in one zone; the availability mode regional is not supported.",
});

export const natGatewayFaults = [
  natGatewayNotFound,
  natGatewayMalformed,
  natGatewaysExceeded,
  natSubnetMissing,
  natAllocationMissing,
  natAllocationUnwanted,
  natModeUnsupported,
];

export const natGateways = resource<NatGatewayRow, "vpc" | "subnet">({
  service: "ec2",
  type: "natgateway",
  prefix: "nat",
  indexes: { vpc: (row) => row.vpcId, subnet: (row) => row.subnetId },
  notFound: natGatewayNotFound,
  malformed: natGatewayMalformed,
});

/** Wakes the gateways' reconciler. */
export const natGatewayTopic = "ec2/nat-gateway";

/** Whether packets are to pass the gateway. */
export function forwards({ state }: NatGatewayRow): boolean {
  return state === "pending" || state === "available";
}

/** Whether the gateway still holds its interface: what it stands in cannot be deleted yet. */
export function holdsInterface({ state }: NatGatewayRow): boolean {
  return state === "pending" || state === "available" || state === "deleting";
}

/** The filters of DescribeNatGateways. */
export const natGatewayFilters: FilterTable<NatGatewayRow> = {
  "nat-gateway-id": (row) => row.id,
  state: (row) => row.state,
  "subnet-id": (row) => row.subnetId,
  "vpc-id": (row) => row.vpcId,
};

/** The gateway as the API shows it. */
export function natGatewayView(row: NatGatewayRow, tx: ReadTx): NatGateway {
  return {
    NatGatewayId: row.id,
    VpcId: row.vpcId,
    SubnetId: row.subnetId,
    ConnectivityType: row.connectivity,
    AvailabilityMode: "zonal",
    State: row.state,
    CreateTime: new Date(row.createdAt),
    ...(row.deletedAt === undefined ? {} : { DeleteTime: new Date(row.deletedAt) }),
    ...(row.failure === undefined
      ? {}
      : { FailureCode: row.failure.code, FailureMessage: row.failure.message }),
    NatGatewayAddresses: [addressView(row, tx)],
    Tags: tagsView(row.tags),
  };
}

function addressView({ address, state }: NatGatewayRow, tx: ReadTx): NatGatewayAddress {
  const standing = tx.get(networkInterfaces.collection, address.networkInterfaceId) !== undefined;
  return {
    AllocationId: address.allocationId,
    AssociationId: address.associationId,
    PublicIp: address.publicIp,
    NetworkInterfaceId: address.networkInterfaceId,
    PrivateIp: address.privateIp,
    IsPrimary: true,
    Status:
      state === "failed"
        ? "failed"
        : state === "pending"
          ? "associating"
          : standing
            ? "succeeded"
            : undefined,
  };
}

/** Subnets: the row, its faults, keys, filters and view. */
import type { ReadTx } from "@casemate/store";
import type { Subnet } from "@casemate/wire/ec2";
import { fault, resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";

/** A subnet. */
export interface SubnetRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
  /** Distinguishes the subnets of one VPC to the packet filter, 1 to 255. */
  readonly number: number;
  readonly cidr: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly state: "pending" | "available";
  readonly defaultForAz: boolean;
  readonly mapPublicIpOnLaunch: boolean;
  readonly networkAclId: string;
  readonly networkAclAssociationId: string;
  /** The route table associated by itself; absent means the VPC's main table. */
  readonly routeTableId?: string | undefined;
  readonly hostnameType: "ip-name" | "resource-name";
}

export const subnetNotFound = fault({
  code: "InvalidSubnetID.NotFound",
  message: (id: string) => `The subnet ID '${id}' does not exist`,
});
export const subnetMalformed = malformedId("InvalidSubnetId.Malformed", "subnet");

export const subnetFaults = [subnetNotFound, subnetMalformed];

export const subnets = resource<SubnetRow, "vpc">({
  service: "ec2",
  type: "subnet",
  prefix: "subnet",
  indexes: { vpc: (row) => row.vpcId },
  notFound: subnetNotFound,
  malformed: subnetMalformed,
  keys: (row) => ({
    "ec2:AvailabilityZone": row.zone,
    "ec2:AvailabilityZoneId": row.zoneId,
    "ec2:SubnetID": row.id,
    "ec2:Vpc": `arn:aws:ec2:${row.region}:${row.accountId}:vpc/${row.vpcId}`,
  }),
});

/** Addresses of a subnet that nobody gets: network, router, resolver, reserved, broadcast. */
export const reservedAddressCount = 5;

/** How many addresses of a subnet are free. */
export function availableAddresses(row: SubnetRow, tx: ReadTx): number {
  const prefix = Number(row.cidr.split("/")[1]);
  const used = tx
    .by(networkInterfaces.collection, "subnet", row.id)
    .reduce((sum, { privateIps }) => sum + privateIps.length, 0);
  return 2 ** (32 - prefix) - reservedAddressCount - used;
}

/** The filters of DescribeSubnets. */
export const subnetFilters: FilterTable<SubnetRow> = {
  "availability-zone": (row) => row.zone,
  availabilityZone: (row) => row.zone,
  "availability-zone-id": (row) => row.zoneId,
  availabilityZoneId: (row) => row.zoneId,
  "available-ip-address-count": (row, tx) => availableAddresses(row, tx),
  cidr: (row) => row.cidr,
  "cidr-block": (row) => row.cidr,
  cidrBlock: (row) => row.cidr,
  "default-for-az": (row) => row.defaultForAz,
  defaultForAz: (row) => row.defaultForAz,
  "map-public-ip-on-launch": (row) => row.mapPublicIpOnLaunch,
  "owner-id": (row) => row.accountId,
  state: (row) => row.state,
  "subnet-arn": (row) => subnets.arn(row),
  "subnet-id": (row) => row.id,
  "vpc-id": (row) => row.vpcId,
};

/** The subnet as the API shows it. */
export function subnetView(row: SubnetRow, tx: ReadTx): Subnet {
  return {
    SubnetId: row.id,
    SubnetArn: subnets.arn(row),
    VpcId: row.vpcId,
    OwnerId: row.accountId,
    State: row.state,
    CidrBlock: row.cidr,
    AvailabilityZone: row.zone,
    AvailabilityZoneId: row.zoneId,
    AvailableIpAddressCount: availableAddresses(row, tx),
    DefaultForAz: row.defaultForAz,
    MapPublicIpOnLaunch: row.mapPublicIpOnLaunch,
    MapCustomerOwnedIpOnLaunch: false,
    AssignIpv6AddressOnCreation: false,
    Ipv6CidrBlockAssociationSet: [],
    Ipv6Native: false,
    EnableDns64: false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: row.hostnameType,
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    Tags: tagsView(row.tags),
  };
}

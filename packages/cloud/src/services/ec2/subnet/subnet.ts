/** Subnets: the row, its keys, filters and view. */
import type { ReadTx } from "@casemate/store";
import type { Subnet, SubnetIpv6CidrBlockAssociation } from "@casemate/wire/ec2";
import { resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { ipv4sIn } from "../network-interface/address-prefix.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { subnetMalformed, subnetNotFound } from "./faults.ts";

/** The IPv6 block of a subnet. */
export interface SubnetIpv6 {
  readonly associationId: string;
  readonly cidr: string;
}

/** A subnet. */
export interface SubnetRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
  /** Distinguishes the subnets of one VPC to the packet filter, 1 to 32767. */
  readonly number: number;
  readonly cidr: string;
  readonly ipv6?: SubnetIpv6 | undefined;
  readonly zone: string;
  readonly zoneId: string;
  readonly state: "pending" | "available";
  readonly defaultForAz: boolean;
  readonly mapPublicIpOnLaunch: boolean;
  readonly assignIpv6AddressOnCreation?: boolean | undefined;
  readonly networkAclId: string;
  readonly networkAclAssociationId: string;
  /** The route table associated by itself; absent means the VPC's main table. */
  readonly routeTableId?: string | undefined;
  readonly routeTableAssociationId?: string | undefined;
  /** What names the instances launched here, and which names of theirs the resolver answers for. */
  readonly hostnameType: "ip-name" | "resource-name";
  readonly resourceNameDnsA?: boolean | undefined;
  readonly resourceNameDnsAaaa?: boolean | undefined;
}

export const subnets = resource<
  SubnetRow,
  "vpc" | "network-acl-association" | "ipv6-association" | "route-table" | "route-table-association"
>({
  service: "ec2",
  type: "subnet",
  prefix: "subnet",
  indexes: {
    vpc: (row) => row.vpcId,
    "network-acl-association": (row) => row.networkAclAssociationId,
    "ipv6-association": (row) => row.ipv6?.associationId,
    "route-table": (row) => row.routeTableId,
    "route-table-association": (row) => row.routeTableAssociationId,
  },
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
    .reduce((sum, each) => sum + each.privateIps.length + addressesIn(each.ipv4Prefixes ?? []), 0);
  return 2 ** (32 - prefix) - reservedAddressCount - used;
}

function addressesIn(prefixes: readonly string[]): number {
  return prefixes.reduce((sum, prefix) => sum + ipv4sIn(prefix).length, 0);
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
  "enable-dns64": () => false,
  "ipv6-cidr-block-association.association-id": (row) => row.ipv6?.associationId,
  "ipv6-cidr-block-association.ipv6-cidr-block": (row) => row.ipv6?.cidr,
  "ipv6-cidr-block-association.state": (row) => row.ipv6 && "associated",
  "ipv6-native": () => false,
  "map-public-ip-on-launch": (row) => row.mapPublicIpOnLaunch,
  "owner-id": (row) => row.accountId,
  "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": (row) =>
    row.resourceNameDnsA ?? false,
  "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": (row) =>
    row.resourceNameDnsAaaa ?? false,
  "private-dns-name-options-on-launch.hostname-type": (row) => row.hostnameType,
  state: (row) => row.state,
  "subnet-arn": (row) => subnets.arn(row),
  "subnet-id": (row) => row.id,
  "vpc-id": (row) => row.vpcId,
};

/** The IPv6 block of a subnet as the API shows it. */
export function subnetIpv6View(
  { associationId, cidr }: SubnetIpv6,
  state: "associating" | "associated" | "disassociating" = "associated",
): SubnetIpv6CidrBlockAssociation {
  return {
    AssociationId: associationId,
    Ipv6CidrBlock: cidr,
    Ipv6CidrBlockState: { State: state },
    Ipv6AddressAttribute: "public",
    IpSource: "amazon",
  };
}

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
    AssignIpv6AddressOnCreation: row.assignIpv6AddressOnCreation ?? false,
    Ipv6CidrBlockAssociationSet: row.ipv6 === undefined ? [] : [subnetIpv6View(row.ipv6)],
    Ipv6Native: false,
    EnableDns64: false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: row.hostnameType,
      EnableResourceNameDnsARecord: row.resourceNameDnsA ?? false,
      EnableResourceNameDnsAAAARecord: row.resourceNameDnsAaaa ?? false,
    },
    Tags: tagsView(row.tags),
  };
}

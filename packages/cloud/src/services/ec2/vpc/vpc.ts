/** VPCs: the row, its faults and its view. */
import type { Vpc, VpcCidrBlockAssociation, VpcIpv6CidrBlockAssociation } from "@casemate/wire/ec2";
import { resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { vpcMalformed, vpcNotFound } from "./faults.ts";

/** A block that a VPC has. */
export interface VpcBlock {
  readonly associationId: string;
  readonly cidr: string;
}

/** A VPC. */
export interface VpcRow extends OwnedRow {
  readonly id: string;
  readonly number: number;
  readonly state: "pending" | "available";
  /** IPv4 blocks, the primary first. */
  readonly cidrs: readonly VpcBlock[];
  /** IPv6 blocks, each a /56 of the cloud's pool; no other VPC has one of them. */
  readonly ipv6Cidrs?: readonly VpcBlock[] | undefined;
  readonly isDefault: boolean;
  readonly tenancy: "default" | "dedicated";
  /** `default` when no options are given to its instances. */
  readonly dhcpOptionsId: string;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
  readonly enableNetworkAddressUsageMetrics?: boolean | undefined;
}

export const vpcs = resource<VpcRow, "association" | "ipv6-block" | "dhcp-options">({
  service: "ec2",
  type: "vpc",
  prefix: "vpc",
  indexes: {
    association: (row) => [...row.cidrs, ...(row.ipv6Cidrs ?? [])].map(({ associationId }) => associationId),
    "ipv6-block": (row) => row.ipv6Cidrs?.map(({ cidr }) => cidr),
    "dhcp-options": (row) => row.dhcpOptionsId,
  },
  notFound: vpcNotFound,
  malformed: vpcMalformed,
  keys: (row) => ({ "ec2:VpcID": row.id, "ec2:Tenancy": row.tenancy }),
});

/** Every block of a VPC, of both families. */
export function blocksOf(row: VpcRow): readonly VpcBlock[] {
  return [...row.cidrs, ...(row.ipv6Cidrs ?? [])];
}

function ipv6(read: (block: VpcBlock) => string): (row: VpcRow) => readonly string[] {
  return (row) => (row.ipv6Cidrs ?? []).map(read);
}

/** The filters of DescribeVpcs. */
export const vpcFilters: FilterTable<VpcRow> = {
  cidr: (row) => row.cidrs[0]?.cidr,
  "cidr-block-association.association-id": (row) => row.cidrs.map(({ associationId }) => associationId),
  "cidr-block-association.cidr-block": (row) => row.cidrs.map(({ cidr }) => cidr),
  "cidr-block-association.state": (row) => row.cidrs.map(() => "associated"),
  "dhcp-options-id": (row) => row.dhcpOptionsId,
  "ipv6-cidr-block-association.association-id": ipv6(({ associationId }) => associationId),
  "ipv6-cidr-block-association.ipv6-cidr-block": ipv6(({ cidr }) => cidr),
  "ipv6-cidr-block-association.ipv6-pool": ipv6(() => amazonPool),
  "ipv6-cidr-block-association.state": ipv6(() => "associated"),
  "is-default": (row) => row.isDefault,
  isDefault: (row) => row.isDefault,
  "owner-id": (row) => row.accountId,
  state: (row) => row.state,
  "vpc-id": (row) => row.id,
};

/** What the API calls the pool that blocks come from when the caller brings none. */
const amazonPool = "Amazon";

type BlockState = "associating" | "associated" | "disassociating";

/** An IPv4 block of a VPC as the API shows it. */
export function ipv4BlockView(
  { associationId, cidr }: VpcBlock,
  state: BlockState = "associated",
): VpcCidrBlockAssociation {
  return { AssociationId: associationId, CidrBlock: cidr, CidrBlockState: { State: state } };
}

/** An IPv6 block of a VPC as the API shows it. */
export function ipv6BlockView(
  row: VpcRow,
  { associationId, cidr }: VpcBlock,
  state: BlockState = "associated",
): VpcIpv6CidrBlockAssociation {
  return {
    AssociationId: associationId,
    Ipv6CidrBlock: cidr,
    Ipv6CidrBlockState: { State: state },
    NetworkBorderGroup: row.region,
    Ipv6Pool: amazonPool,
    Ipv6AddressAttribute: "public",
    IpSource: "amazon",
  };
}

/** The VPC as the API shows it. */
export function vpcView(row: VpcRow): Vpc {
  return {
    VpcId: row.id,
    OwnerId: row.accountId,
    State: row.state,
    CidrBlock: row.cidrs[0]?.cidr,
    CidrBlockAssociationSet: row.cidrs.map((block) => ipv4BlockView(block)),
    Ipv6CidrBlockAssociationSet: (row.ipv6Cidrs ?? []).map((block) => ipv6BlockView(row, block)),
    DhcpOptionsId: row.dhcpOptionsId,
    InstanceTenancy: row.tenancy,
    IsDefault: row.isDefault,
    Tags: tagsView(row.tags),
  };
}

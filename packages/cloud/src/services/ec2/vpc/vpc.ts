/** VPCs: the row, its faults and its view. */
import type { Vpc } from "@casemate/wire/ec2";
import { fault, resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

/** A VPC. */
export interface VpcRow extends OwnedRow {
  readonly id: string;
  readonly number: number;
  readonly state: "pending" | "available";
  /** IPv4 blocks, the primary first. */
  readonly cidrs: readonly { readonly associationId: string; readonly cidr: string }[];
  readonly isDefault: boolean;
  readonly tenancy: "default" | "dedicated";
  readonly dhcpOptionsId: string;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
}

export const vpcNotFound = fault({
  code: "InvalidVpcID.NotFound",
  message: (id: string) => `The vpc ID '${id}' does not exist`,
});
export const vpcMalformed = malformedId("InvalidVpcId.Malformed", "vpc");

export const vpcFaults = [vpcNotFound, vpcMalformed];

export const vpcs = resource<VpcRow>({
  service: "ec2",
  type: "vpc",
  prefix: "vpc",
  notFound: vpcNotFound,
  malformed: vpcMalformed,
  keys: (row) => ({ "ec2:VpcID": row.id, "ec2:Tenancy": row.tenancy }),
});

/** The filters of DescribeVpcs. */
export const vpcFilters: FilterTable<VpcRow> = {
  cidr: (row) => row.cidrs[0]?.cidr,
  "cidr-block-association.association-id": (row) => row.cidrs.map(({ associationId }) => associationId),
  "cidr-block-association.cidr-block": (row) => row.cidrs.map(({ cidr }) => cidr),
  "cidr-block-association.state": (row) => row.cidrs.map(() => "associated"),
  "dhcp-options-id": (row) => row.dhcpOptionsId,
  "is-default": (row) => row.isDefault,
  isDefault: (row) => row.isDefault,
  "owner-id": (row) => row.accountId,
  state: (row) => row.state,
  "vpc-id": (row) => row.id,
};

/** The VPC as the API shows it. */
export function vpcView(row: VpcRow): Vpc {
  return {
    VpcId: row.id,
    OwnerId: row.accountId,
    State: row.state,
    CidrBlock: row.cidrs[0]?.cidr,
    CidrBlockAssociationSet: row.cidrs.map(({ associationId, cidr }) => ({
      AssociationId: associationId,
      CidrBlock: cidr,
      CidrBlockState: { State: "associated" as const },
    })),
    Ipv6CidrBlockAssociationSet: [],
    DhcpOptionsId: row.dhcpOptionsId,
    InstanceTenancy: row.tenancy,
    IsDefault: row.isDefault,
    Tags: tagsView(row.tags),
  };
}

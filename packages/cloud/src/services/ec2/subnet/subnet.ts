/** Subnets: the row, its faults and its keys. */
import { fault, resource, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

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

/** Elastic network interfaces: the row, its faults and its keys. Addresses are unique in a VPC by an index. */
import { fault, resource, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

/** The attachment of an interface to an instance. */
export interface AttachmentRow {
  readonly id: string;
  readonly instanceId: string;
  readonly deviceIndex: number;
  readonly networkCardIndex: number;
  readonly attachedAt: number;
  readonly deleteOnTermination: boolean;
  readonly status: "attaching" | "attached" | "detaching";
}

/** A network interface. */
export interface NetworkInterfaceRow extends OwnedRow {
  readonly id: string;
  /** Names it on this machine: zone, mark and namespace. */
  readonly number: number;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly mac: string;
  readonly description: string;
  /** The primary address first. */
  readonly privateIps: readonly string[];
  /** The public address associated with the primary private one; owned by `amazon` when assigned on launch. */
  readonly publicIp?: string | undefined;
  readonly securityGroupIds: readonly string[];
  readonly sourceDestCheck: boolean;
  readonly status: "available" | "in-use";
  readonly attachment?: AttachmentRow | undefined;
  readonly createdAt: number;
}

export const networkInterfaceNotFound = fault({
  code: "InvalidNetworkInterfaceID.NotFound",
  message: (id: string) => `The networkInterface ID '${id}' does not exist`,
});
export const networkInterfaceMalformed = malformedId("InvalidNetworkInterfaceId.Malformed", "eni");

export const networkInterfaceFaults = [networkInterfaceNotFound, networkInterfaceMalformed];

export const networkInterfaces = resource<
  NetworkInterfaceRow,
  "vpc" | "subnet" | "instance" | "address" | "public-address" | "group"
>({
  service: "ec2",
  type: "network-interface",
  prefix: "eni",
  indexes: {
    vpc: (row) => row.vpcId,
    subnet: (row) => row.subnetId,
    instance: (row) => row.attachment?.instanceId,
    address: (row) => row.privateIps.map((ip) => `${row.vpcId}/${ip}`),
    "public-address": (row) => row.publicIp,
    group: (row) => row.securityGroupIds,
  },
  notFound: networkInterfaceNotFound,
  malformed: networkInterfaceMalformed,
  keys: (row) => ({
    "ec2:AvailabilityZone": row.zone,
    "ec2:NetworkInterfaceID": row.id,
    "ec2:Subnet": `arn:aws:ec2:${row.region}:${row.accountId}:subnet/${row.subnetId}`,
    "ec2:Vpc": `arn:aws:ec2:${row.region}:${row.accountId}:vpc/${row.vpcId}`,
  }),
});

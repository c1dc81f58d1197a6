/**
 * Elastic network interfaces: the row, its faults and its keys. Addresses are unique in a VPC by an index.
 */
import type { ReadTx } from "@casemate/store";
import type { NetworkInterface } from "@casemate/wire/ec2";
import { fault, resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { privateDnsName, publicDnsName } from "../dns-name.ts";
import { malformedId } from "../malformed-id.ts";
import { securityGroups } from "../security-group/security-group.ts";

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
  /**
   * The public address associated with the primary private one; owned by `amazon` when assigned on launch.
   */
  readonly publicIp?: string | undefined;
  /**
   * Whether it gets a public address whenever its instance runs; that address goes when the instance stops.
   */
  readonly autoPublicIp: boolean;
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

function groupsOf(row: NetworkInterfaceRow, tx: ReadTx): readonly { GroupId: string; GroupName: string }[] {
  return row.securityGroupIds.map((GroupId) => ({
    GroupId,
    GroupName: tx.get(securityGroups.collection, GroupId)?.name ?? "",
  }));
}

/** The filters of DescribeNetworkInterfaces. */
export const networkInterfaceFilters: FilterTable<NetworkInterfaceRow> = {
  "addresses.private-ip-address": (row) => row.privateIps,
  "addresses.primary": (row) => row.privateIps.map((_ip, index) => String(index === 0)),
  "addresses.association.public-ip": (row) => row.publicIp,
  "addresses.association.owner-id": (row) => (row.publicIp === undefined ? undefined : "amazon"),
  "association.public-ip": (row) => row.publicIp,
  "association.ip-owner-id": (row) => (row.publicIp === undefined ? undefined : "amazon"),
  "association.public-dns-name": (row) => row.publicIp && publicDnsName(row.region, row.publicIp),
  "attachment.attachment-id": (row) => row.attachment?.id,
  "attachment.attach-time": (row) => row.attachment && new Date(row.attachment.attachedAt).toISOString(),
  "attachment.delete-on-termination": (row) => row.attachment?.deleteOnTermination,
  "attachment.device-index": (row) => row.attachment?.deviceIndex,
  "attachment.instance-id": (row) => row.attachment?.instanceId,
  "attachment.instance-owner-id": (row) => row.attachment && row.accountId,
  "attachment.status": (row) => row.attachment?.status,
  "availability-zone": (row) => row.zone,
  description: (row) => row.description,
  "group-id": (row) => row.securityGroupIds,
  "group-name": (row, tx) => groupsOf(row, tx).map(({ GroupName }) => GroupName),
  "interface-type": () => "interface",
  "mac-address": (row) => row.mac,
  "network-interface-id": (row) => row.id,
  "owner-id": (row) => row.accountId,
  "private-dns-name": (row) => row.privateIps[0] && privateDnsName(row.region, row.privateIps[0]),
  "private-ip-address": (row) => row.privateIps,
  "requester-managed": () => false,
  "source-dest-check": (row) => row.sourceDestCheck,
  status: (row) => row.status,
  "subnet-id": (row) => row.subnetId,
  "vpc-id": (row) => row.vpcId,
};

/** The interface as the API shows it. */
export function networkInterfaceView(row: NetworkInterfaceRow, tx: ReadTx): NetworkInterface {
  const [primary] = row.privateIps;
  const association = row.publicIp && {
    IpOwnerId: "amazon",
    PublicDnsName: publicDnsName(row.region, row.publicIp),
    PublicIp: row.publicIp,
  };
  const { attachment } = row;
  const primaryName = primary === undefined ? undefined : privateDnsName(row.region, primary);
  return {
    NetworkInterfaceId: row.id,
    OwnerId: row.accountId,
    VpcId: row.vpcId,
    SubnetId: row.subnetId,
    AvailabilityZone: row.zone,
    Description: row.description,
    InterfaceType: "interface",
    MacAddress: row.mac,
    PrivateIpAddress: primary,
    PrivateDnsName: primaryName,
    PrivateIpAddresses: row.privateIps.map((ip, index) => ({
      PrivateIpAddress: ip,
      PrivateDnsName: index === 0 ? primaryName : privateDnsName(row.region, ip),
      Primary: index === 0,
      ...(index === 0 && association ? { Association: association } : {}),
    })),
    Ipv6Addresses: [],
    Groups: groupsOf(row, tx),
    RequesterManaged: false,
    SourceDestCheck: row.sourceDestCheck,
    Status: row.status,
    TagSet: tagsView(row.tags),
    ...(association ? { Association: association } : {}),
    ...(attachment === undefined
      ? {}
      : {
          Attachment: {
            AttachmentId: attachment.id,
            AttachTime: new Date(attachment.attachedAt),
            DeleteOnTermination: attachment.deleteOnTermination,
            DeviceIndex: attachment.deviceIndex,
            NetworkCardIndex: attachment.networkCardIndex,
            InstanceId: attachment.instanceId,
            InstanceOwnerId: row.accountId,
            Status: attachment.status,
          },
        }),
  };
}

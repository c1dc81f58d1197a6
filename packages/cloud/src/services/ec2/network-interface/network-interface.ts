/**
 * Elastic network interfaces: the row, its faults and its keys. Addresses are unique in a VPC by an index.
 */
import type { ReadTx } from "@casemate/store";
import type { NetworkInterface, NetworkInterfaceAssociation } from "@casemate/wire/ec2";
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

/** A public address that stands for a private one of the interface. */
export interface PublicIpRow {
  readonly privateIp: string;
  readonly publicIp: string;
  /** Set on an elastic IP; without it the address is Amazon's and stays only while the instance runs. */
  readonly elastic?: { readonly allocationId: string; readonly associationId: string } | undefined;
}

/** What an interface serves that users cannot change: the interface belongs to it and goes with it. */
export interface RequesterRow {
  readonly interfaceType: "nat_gateway";
  readonly resourceId: string;
  readonly attachmentId: string;
  readonly attachedAt: number;
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
  /** IPv6 addresses, the first one first. */
  readonly ipv6s?: readonly string[] | undefined;
  /** At most one for each private address. */
  readonly publicIps: readonly PublicIpRow[];
  /**
   * Whether it gets a public address whenever its instance runs; that address goes when the instance stops.
   */
  readonly autoPublicIp: boolean;
  readonly securityGroupIds: readonly string[];
  readonly sourceDestCheck: boolean;
  readonly status: "available" | "in-use";
  readonly attachment?: AttachmentRow | undefined;
  /** Set on an interface that a gateway made for itself. */
  readonly requester?: RequesterRow | undefined;
  readonly createdAt: number;
}

export const networkInterfaceNotFound = fault({
  code: "InvalidNetworkInterfaceID.NotFound",
  message: (id: string) => `The networkInterface ID '${id}' does not exist`,
});
export const networkInterfaceMalformed = malformedId("InvalidNetworkInterfaceId.Malformed", "eni");

export const interfaceNotOwn = fault({
  code: "AuthFailure",
  message: () => "You do not have permission to access the specified resource.",
});

export const networkInterfaceFaults = [networkInterfaceNotFound, networkInterfaceMalformed, interfaceNotOwn];

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
    address: (row) => [...row.privateIps, ...(row.ipv6s ?? [])].map((ip) => `${row.vpcId}/${ip}`),
    "public-address": (row) => row.publicIps.map(({ publicIp }) => publicIp),
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
  version: 2,
  upgrade: severalPublicIps,
});

/** Version 1 had one public address, that of the primary private one. */
function severalPublicIps(json: unknown): unknown {
  const { publicIp, ...row } = json as NetworkInterfaceRow & { readonly publicIp?: string };
  const [privateIp] = row.privateIps;
  return { ...row, publicIps: publicIp === undefined ? [] : [{ privateIp, publicIp }] };
}

/** The public address of the primary private one. */
export function primaryPublicIp(row: NetworkInterfaceRow): string | undefined {
  return row.publicIps.find(({ privateIp }) => privateIp === row.privateIps[0])?.publicIp;
}

/** The columns of an interface that gets a public address for its primary private one. */
export function withPublicIp(
  row: NetworkInterfaceRow,
  publicIp: string,
): Pick<NetworkInterfaceRow, "publicIps"> {
  return { publicIps: [...row.publicIps, { privateIp: row.privateIps[0] ?? "", publicIp }] };
}

/** The interface's public addresses that its owner allocated. */
export function elasticIps(row: NetworkInterfaceRow): readonly PublicIpRow[] {
  return row.publicIps.filter(({ elastic }) => elastic !== undefined);
}

/** Whose a public address is, as the API names the owner. */
function ipOwner(row: NetworkInterfaceRow, { elastic }: PublicIpRow): string {
  return elastic === undefined ? "amazon" : row.accountId;
}

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
  "addresses.association.public-ip": (row) => row.publicIps.map(({ publicIp }) => publicIp),
  "addresses.association.owner-id": (row) => row.publicIps.map((each) => ipOwner(row, each)),
  "association.allocation-id": (row) => elasticIps(row).map(({ elastic }) => elastic?.allocationId ?? ""),
  "association.association-id": (row) => elasticIps(row).map(({ elastic }) => elastic?.associationId ?? ""),
  "association.public-ip": (row) => row.publicIps.map(({ publicIp }) => publicIp),
  "association.ip-owner-id": (row) => row.publicIps.map((each) => ipOwner(row, each)),
  "association.public-dns-name": (row) =>
    row.publicIps.map(({ publicIp }) => publicDnsName(row.region, publicIp)),
  "attachment.attachment-id": (row) => row.attachment?.id ?? row.requester?.attachmentId,
  "attachment.attach-time": (row) => row.attachment && new Date(row.attachment.attachedAt).toISOString(),
  "attachment.delete-on-termination": (row) => row.attachment?.deleteOnTermination,
  "attachment.device-index": (row) => row.attachment?.deviceIndex,
  "attachment.instance-id": (row) => row.attachment?.instanceId,
  "attachment.instance-owner-id": (row) => (row.attachment ? row.accountId : row.requester && serviceOwner),
  "attachment.status": (row) => row.attachment?.status ?? (row.requester && "attached"),
  "availability-zone": (row) => row.zone,
  description: (row) => row.description,
  "group-id": (row) => row.securityGroupIds,
  "group-name": (row, tx) => groupsOf(row, tx).map(({ GroupName }) => GroupName),
  "ipv6-addresses.ipv6-address": (row) => row.ipv6s,
  "interface-type": (row) => row.requester?.interfaceType ?? "interface",
  "mac-address": (row) => row.mac,
  "network-interface-id": (row) => row.id,
  "owner-id": (row) => row.accountId,
  "private-dns-name": (row) => row.privateIps[0] && privateDnsName(row.region, row.privateIps[0]),
  "private-ip-address": (row) => row.privateIps,
  "requester-id": (row) => row.requester && serviceOwner,
  "requester-managed": (row) => row.requester !== undefined,
  "source-dest-check": (row) => row.sourceDestCheck,
  status: (row) => row.status,
  "subnet-id": (row) => row.subnetId,
  "vpc-id": (row) => row.vpcId,
};

/** Who owns what a service keeps, as attachments and requesters name it. */
const serviceOwner = "amazon-aws";

function associationView(
  row: NetworkInterfaceRow,
  privateIp: string | undefined,
): NetworkInterfaceAssociation | undefined {
  const found = row.publicIps.find((each) => each.privateIp === privateIp);
  if (found === undefined) return undefined;
  return {
    ...(found.elastic && {
      AllocationId: found.elastic.allocationId,
      AssociationId: found.elastic.associationId,
    }),
    IpOwnerId: ipOwner(row, found),
    PublicDnsName: publicDnsName(row.region, found.publicIp),
    PublicIp: found.publicIp,
  };
}

function attachmentView({
  accountId,
  attachment,
  requester,
}: NetworkInterfaceRow): Partial<NetworkInterface> {
  if (attachment !== undefined) {
    return {
      Attachment: {
        AttachmentId: attachment.id,
        AttachTime: new Date(attachment.attachedAt),
        DeleteOnTermination: attachment.deleteOnTermination,
        DeviceIndex: attachment.deviceIndex,
        NetworkCardIndex: attachment.networkCardIndex,
        InstanceId: attachment.instanceId,
        InstanceOwnerId: accountId,
        Status: attachment.status,
      },
    };
  }
  if (requester === undefined) return {};
  return {
    RequesterId: serviceOwner,
    Attachment: {
      AttachmentId: requester.attachmentId,
      AttachTime: new Date(requester.attachedAt),
      DeleteOnTermination: false,
      DeviceIndex: 1,
      InstanceOwnerId: serviceOwner,
      Status: "attached",
    },
  };
}

/** The interface as the API shows it. */
export function networkInterfaceView(row: NetworkInterfaceRow, tx: ReadTx): NetworkInterface {
  const [primary] = row.privateIps;
  const association = associationView(row, primary);
  const primaryName = primary === undefined ? undefined : privateDnsName(row.region, primary);
  return {
    NetworkInterfaceId: row.id,
    OwnerId: row.accountId,
    VpcId: row.vpcId,
    SubnetId: row.subnetId,
    AvailabilityZone: row.zone,
    Description: row.description,
    // The model's types have another spelling of a NAT gateway's than the service answers.
    InterfaceType: (row.requester?.interfaceType ?? "interface") as "interface",
    MacAddress: row.mac,
    PrivateIpAddress: primary,
    PrivateDnsName: primaryName,
    PrivateIpAddresses: row.privateIps.map((ip, index) => {
      const own = associationView(row, ip);
      return {
        PrivateIpAddress: ip,
        PrivateDnsName: index === 0 ? primaryName : privateDnsName(row.region, ip),
        Primary: index === 0,
        ...(own === undefined ? {} : { Association: own }),
      };
    }),
    Ipv6Address: row.ipv6s?.[0],
    Ipv6Addresses: (row.ipv6s ?? []).map((Ipv6Address) => ({ Ipv6Address, IsPrimaryIpv6: false })),
    Groups: groupsOf(row, tx),
    RequesterManaged: row.requester !== undefined,
    SourceDestCheck: row.sourceDestCheck,
    Status: row.status,
    TagSet: tagsView(row.tags),
    ...(association === undefined ? {} : { Association: association }),
    ...attachmentView(row),
  };
}

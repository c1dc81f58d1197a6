/** Network interfaces as the API shows them, and the filters over them. */
import type { ReadTx } from "@casemate/store";
import type { NetworkInterface, NetworkInterfaceAssociation } from "@casemate/wire/ec2";
import { tagsView, type FilterTable } from "../../../kit/index.ts";
import { privateDnsName } from "../dns-name.ts";
import { publicNameIn } from "../instance/instance-names.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { elasticIps, type NetworkInterfaceRow, type PublicIpRow } from "./network-interface.ts";

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
  "association.public-dns-name": (row, tx) =>
    row.publicIps.flatMap(({ publicIp }) => publicNameIn(tx, row, publicIp) ?? []),
  "attachment.attachment-id": (row) => row.attachment?.id ?? row.requester?.attachmentId,
  "attachment.attach-time": (row) => row.attachment && new Date(row.attachment.attachedAt).toISOString(),
  "attachment.delete-on-termination": (row) => row.attachment?.deleteOnTermination,
  "attachment.device-index": (row) => row.attachment?.deviceIndex,
  "attachment.instance-id": (row) => row.attachment?.instanceId,
  "attachment.instance-owner-id": (row) =>
    row.attachment ? (row.attachment.instanceOwnerId ?? row.accountId) : row.requester && serviceOwner,
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
  tx: ReadTx,
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
    PublicDnsName: publicNameIn(tx, row, found.publicIp) ?? "",
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
        InstanceOwnerId: attachment.instanceOwnerId ?? accountId,
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
  const association = associationView(tx, row, primary);
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
      const own = associationView(tx, row, ip);
      return {
        PrivateIpAddress: ip,
        PrivateDnsName: index === 0 ? primaryName : privateDnsName(row.region, ip),
        Primary: index === 0,
        ...(own === undefined ? {} : { Association: own }),
      };
    }),
    Ipv6Address: row.ipv6s?.[0],
    Ipv6Addresses: (row.ipv6s ?? []).map((Ipv6Address) => ({ Ipv6Address, IsPrimaryIpv6: false })),
    ...(row.ipv4Prefixes === undefined
      ? {}
      : { Ipv4Prefixes: row.ipv4Prefixes.map((Ipv4Prefix) => ({ Ipv4Prefix })) }),
    ...(row.ipv6Prefixes === undefined
      ? {}
      : { Ipv6Prefixes: row.ipv6Prefixes.map((Ipv6Prefix) => ({ Ipv6Prefix })) }),
    Groups: groupsOf(row, tx),
    RequesterManaged: row.requester !== undefined,
    SourceDestCheck: row.sourceDestCheck,
    Status: row.status,
    TagSet: tagsView(row.tags),
    ...(association === undefined ? {} : { Association: association }),
    ...attachmentView(row),
  };
}

/**
 * Elastic network interfaces: the row, its faults and its keys. Addresses are unique in a VPC by an index.
 */
import { resource, type OwnedRow } from "../../../kit/index.ts";
import { ipv6PrefixOf, ipv4sIn } from "./address-prefix.ts";
import { networkInterfaceMalformed, networkInterfaceNotFound } from "./faults.ts";

/** The attachment of an interface to an instance. */
export interface AttachmentRow {
  readonly id: string;
  readonly instanceId: string;
  /** Absent where the instance belongs to the interface's own account. */
  readonly instanceOwnerId?: string | undefined;
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
  readonly interfaceType: "nat_gateway" | "network_load_balancer" | "vpc_endpoint";
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
  /** Delegated blocks of IPv4 addresses, /28 each, and of IPv6 addresses, /80 each. */
  readonly ipv4Prefixes?: readonly string[] | undefined;
  readonly ipv6Prefixes?: readonly string[] | undefined;
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

export const networkInterfaces = resource<
  NetworkInterfaceRow,
  "vpc" | "subnet" | "instance" | "attachment" | "address" | "ipv6-prefix" | "public-address" | "group"
>({
  service: "ec2",
  type: "network-interface",
  prefix: "eni",
  indexes: {
    vpc: (row) => row.vpcId,
    subnet: (row) => row.subnetId,
    instance: (row) => row.attachment?.instanceId,
    attachment: (row) => row.attachment?.id,
    // Every address of a delegated IPv4 block is taken; of an IPv6 block, see below.
    address: (row) =>
      [...row.privateIps, ...(row.ipv6s ?? []), ...(row.ipv4Prefixes ?? []).flatMap(ipv4sIn)].map(
        (ip) => `${row.vpcId}/${ip}`,
      ),
    "ipv6-prefix": (row) =>
      [...(row.ipv6Prefixes ?? []), ...(row.ipv6s ?? []).map(ipv6PrefixOf)].map(
        (prefix) => `${row.vpcId}/${prefix}`,
      ),
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

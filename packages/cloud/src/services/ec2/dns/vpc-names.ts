/**
 * What the services in a VPC's router ask about their VPC: which addresses are whose, and what they lease.
 */
import { contains, parseAddress, parseCidr } from "@casemate/net-engine";
import type { ReadTx, Store } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import { leaseFacts, secondAddress, type LeaseFacts } from "../dhcp-options/lease-facts.ts";
import { ordinaryNaming } from "../instance/instance-names.ts";
import { interfacesOf } from "../instance/instance-view.ts";
import { instances } from "../instance/instance.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { endpointAddresses } from "../vpc-endpoint/endpoint-names.ts";
import { peersOf } from "../vpc-peering-connection/peering-connection.ts";
import { vpcs } from "../vpc/vpc.ts";

/** Names and leases of one VPC, as of now. */
export interface VpcNameFacts {
  readonly region: string;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
  /** The second address of the VPC's primary block, where its resolver answers. */
  readonly resolverAddress: string | undefined;
  isPrivateAddress(address: string): boolean;
  /** In this VPC, or in one that it is peered with and that lets it know. */
  privateAddressOf(publicAddress: string): string | undefined;
  isPublicAddress(address: string): boolean;
  /**
   * The addresses of a lower-case name that leads to a VPC endpoint; `unknown` where the name is in their
   * domain and is none of theirs.
   */
  endpointAddresses(name: string): readonly string[] | "unknown" | undefined;
  /** The primary addresses of an instance of this VPC whose resource name is answered for. */
  addressesOfInstance(
    instanceId: string,
  ): { readonly ipv4?: string | undefined; readonly ipv6?: string | undefined } | undefined;
  /** The lease of the interface that has the private address. */
  leaseOf(address: string): LeaseFacts | undefined;
}

/** The facts of a VPC; of one that is gone, names that lead nowhere. */
export function vpcNameFacts(store: Store, environment: CloudEnvironment, vpcId: string): VpcNameFacts {
  const vpc = store.read((tx) => tx.get(vpcs.collection, vpcId));
  const within = (cidr: string, address: string): boolean => {
    const block = parseCidr(cidr);
    const parsed = parseAddress(address);
    return block !== undefined && parsed !== undefined && contains(block, parsed);
  };
  return {
    region: vpc?.region ?? "us-east-1",
    enableDnsSupport: vpc?.enableDnsSupport ?? false,
    enableDnsHostnames: vpc?.enableDnsHostnames ?? false,
    resolverAddress: secondAddress(vpc?.cidrs[0]?.cidr),
    isPrivateAddress: (address) => vpc?.cidrs.some(({ cidr }) => within(cidr, address)) ?? false,
    isPublicAddress: (address) => within(environment.settings.publicIpPool, address),
    privateAddressOf: (publicAddress) =>
      store.read((tx) => {
        const [row] = tx.by(networkInterfaces.collection, "public-address", publicAddress);
        if (row === undefined) return undefined;
        if (row.vpcId !== vpcId && !resolvesAcross(tx, vpcId, row.vpcId)) return undefined;
        return row.publicIps.find(({ publicIp }) => publicIp === publicAddress)?.privateIp;
      }),
    leaseOf: (address) => store.read((tx) => leaseFacts(tx, vpcId, address)),
    endpointAddresses: (name) => store.read((tx) => endpointAddresses(tx, vpcId, name)),
    addressesOfInstance: (instanceId) =>
      store.read((tx) => {
        const instance = tx.get(instances.collection, instanceId);
        if (instance?.vpcId !== vpcId) return undefined;
        const { resourceNameDnsA: a, resourceNameDnsAaaa: aaaa } = instance.naming ?? ordinaryNaming;
        if (!a && !aaaa) return undefined;
        const [primary] = interfacesOf(tx, instanceId);
        return {
          ...(a ? { ipv4: primary?.privateIps[0] } : {}),
          ...(aaaa ? { ipv6: primary?.ipv6s?.[0] } : {}),
        };
      }),
  };
}

/**
 * Whether public names of a peer lead to its private addresses: as it lets them, and names its interfaces.
 */
function resolvesAcross(tx: ReadTx, vpcId: string, peerVpcId: string): boolean {
  const allowed = peersOf(tx, vpcId).some(({ row, other }) => {
    return row.state === "active" && other.vpcId === peerVpcId && other.remoteDns;
  });
  const peer = allowed ? tx.get(vpcs.collection, peerVpcId) : undefined;
  return peer !== undefined && peer.enableDnsSupport && peer.enableDnsHostnames;
}

/**
 * The intermediate form of a VPC: disjoint boxes per security group combination and per network ACL
 * direction, resolved routes, and the table of interfaces. The evaluator and the emitters read this and
 * nothing else.
 */
import type { Address, Cidr } from "./address.ts";
import type { EniMetadata, VpcModel } from "./model.ts";
import type { Plane, Span } from "./plane.ts";
import type { ProtocolKind } from "./protocol.ts";

/** One value per family. */
export interface PerFamily<T> {
  readonly 4: T;
  readonly 6: T;
}

/** The allowed points of each kind of protocol. */
export type Region = Readonly<Record<ProtocolKind, Plane>>;

/** The allowed spans of each kind of protocol, whatever the address. */
export type Spans = Readonly<Record<ProtocolKind, readonly Span[]>>;

/** What a combination of security groups lets through in one direction and family. */
export interface GroupFilter {
  /** TCP and UDP ports open to every address; not repeated in `region`. */
  readonly open: { readonly tcp: readonly Span[]; readonly udp: readonly Span[] };
  /** Whether flows on the open ports are untracked: the other direction is open for every port as well. */
  readonly untracked: { readonly tcp: boolean; readonly udp: boolean };
  readonly region: Region;
  /** What the members of each combination named through a group reference may do. */
  readonly members: readonly MemberSpans[];
}

/** What interfaces with one combination of groups may do because a rule names one of their groups. */
export interface MemberSpans {
  readonly combination: string;
  readonly spans: Spans;
}

/** The union of the security groups of one or more interfaces. */
export interface Combination {
  /** The sorted group ids, joined by a comma. */
  readonly key: string;
  readonly groupIds: readonly string[];
  readonly ingress: PerFamily<GroupFilter>;
  readonly egress: PerFamily<GroupFilter>;
}

/** What a network ACL lets through in one direction and family. */
export interface AclFilter {
  /** Allows every packet, so that nothing need be checked. */
  readonly everything: boolean;
  readonly region: Region;
}

/** A network ACL with its numbered entries flattened. */
export interface CompiledAcl {
  readonly id: string;
  readonly ingress: PerFamily<AclFilter>;
  readonly egress: PerFamily<AclFilter>;
}

/** Why a route leads nowhere. */
export type BlackholeReason =
  | "blackhole"
  | "source-dest-check"
  | "missing-target"
  | "unsupported"
  /** A gateway route table leads through an interface that has no public address. */
  | "no-public-ip"
  /** A gateway route table leads what comes in through an interface, so nothing goes straight out. */
  | "redirected";

/** Where a route really leads. */
export type ResolvedTarget =
  | { readonly kind: "local" }
  | { readonly kind: "internet-gateway"; readonly id: string }
  | { readonly kind: "egress-only-internet-gateway"; readonly id: string }
  | { readonly kind: "vpc-peering"; readonly id: string }
  | { readonly kind: "vpc-endpoint"; readonly id: string }
  | { readonly kind: "eni"; readonly eniId: string; readonly natGatewayId?: string | undefined }
  | {
      readonly kind: "blackhole";
      readonly reason: BlackholeReason;
      /** What the route names, if that is the reason. */
      readonly targetId?: string | undefined;
    };

/** A route of one subnet after prefix lists are expanded and targets resolved. */
export interface CompiledRoute {
  readonly destination: Cidr;
  readonly target: ResolvedTarget;
  readonly routeTableId: string;
  /** The destination as the route table writes it: a CIDR or a prefix list id. */
  readonly written: string;
}

/** A subnet with its routes, the longest prefix first. */
export interface CompiledSubnet {
  readonly id: string;
  readonly number: number;
  readonly cidrs: readonly Cidr[];
  readonly routeTableId: string;
  readonly acl: CompiledAcl;
  readonly routes: PerFamily<readonly CompiledRoute[]>;
  readonly publicAccess: SubnetAccess;
}

/** What Block Public Access leaves to a subnet: everything, only what began inside, or nothing. */
export type SubnetAccess = "bidirectional" | "egress" | "none";

/** What stands behind an interface. */
export type EniDevice =
  | { readonly kind: "guest" }
  | { readonly kind: "nat-gateway"; readonly id: string }
  | { readonly kind: "local-endpoint"; readonly id: string; readonly ports: readonly number[] }
  | {
      readonly kind: "service-endpoint";
      readonly id: string;
      readonly serviceId: string;
      readonly serviceEniNumber: number;
    }
  | {
      readonly kind: "endpoint-service";
      readonly id: string;
      readonly listeners: readonly CompiledListener[];
      readonly consumers: readonly number[];
    };

/** One port of an endpoint service. */
export interface CompiledListener {
  readonly protocol: number;
  readonly port: number;
  readonly targets: readonly { readonly address: Address; readonly port: number }[];
}

/** A peering with what this VPC must know about the other side. */
export interface CompiledPeering {
  readonly id: string;
  readonly peerVpcId: string;
  readonly peerNumber: number;
  readonly cidrs: readonly Cidr[];
  readonly members: readonly PeerMember[];
}

/** An interface of a peer that has security groups. */
export interface PeerMember {
  readonly number: number;
  readonly addresses: PerFamily<readonly Address[]>;
  /** The key of its combination of groups. */
  readonly combination: string;
}

/** A gateway endpoint and the blocks of its prefix list. */
export interface CompiledGatewayEndpoint {
  readonly id: string;
  readonly number: number;
  readonly cidrs: readonly Cidr[];
}

/** The route table of the internet gateway. */
export interface GatewayRoutes {
  readonly routeTableId: string;
  readonly routes: PerFamily<readonly CompiledRoute[]>;
}

/** A public address and the private one that it is mapped to. */
export interface PublicMapping {
  readonly privateIp: Address;
  readonly publicIp: Address;
}

/** A network interface in its place. */
export interface CompiledEni {
  readonly id: string;
  readonly number: number;
  /** The MAC address in lower case. */
  readonly mac: string;
  readonly subnet: CompiledSubnet;
  readonly addresses: PerFamily<readonly Address[]>;
  readonly prefixes: PerFamily<readonly Cidr[]>;
  /** The public addresses that the internet gateway translates. */
  readonly publicIps: readonly PublicMapping[];
  /** Those that it would translate if Block Public Access let it. */
  readonly blockedPublicIps: readonly PublicMapping[];
  readonly device: EniDevice;
  readonly combination: Combination;
  readonly sourceDestCheck: boolean;
  readonly metadata: EniMetadata | undefined;
}

/** A compiled VPC. */
export interface CompiledNetwork {
  /** The model that this was compiled from; explanations name its rules. */
  readonly model: VpcModel;
  readonly vpcId: string;
  readonly number: number;
  readonly cidrs: readonly Cidr[];
  readonly internetGatewayId: string | undefined;
  readonly gatewayRoutes: GatewayRoutes | undefined;
  readonly peerings: readonly CompiledPeering[];
  readonly gatewayEndpoints: readonly CompiledGatewayEndpoint[];
  readonly dnsSupport: boolean;
  readonly subnets: readonly CompiledSubnet[];
  readonly acls: readonly CompiledAcl[];
  readonly combinations: readonly Combination[];
  /** The combinations of peers' interfaces that rules here name. */
  readonly peerCombinations: readonly string[];
  /** Peers' interfaces by address; an address that two peers have is nobody's. */
  readonly peerByAddress: ReadonlyMap<Address, PeerMember>;
  readonly enis: readonly CompiledEni[];
  readonly eniById: ReadonlyMap<string, CompiledEni>;
  readonly eniByAddress: ReadonlyMap<Address, CompiledEni>;
  readonly eniByPublicIp: ReadonlyMap<Address, { readonly eni: CompiledEni; readonly privateIp: Address }>;
  readonly prefixLists: ReadonlyMap<string, readonly Cidr[]>;
}

/**
 * The intermediate form of a VPC: disjoint boxes per security group combination and per network ACL
 * direction, resolved routes, and the table of interfaces. The evaluator and the emitters read this and
 * nothing else.
 */
import type { Address, Cidr } from "./address.ts";
import type { EniModel, VpcModel } from "./model.ts";
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
export type BlackholeReason = "blackhole" | "source-dest-check" | "missing-target" | "unsupported";

/** Where a route really leads. */
export type ResolvedTarget =
  | { readonly kind: "local" }
  | { readonly kind: "internet-gateway"; readonly id: string }
  | { readonly kind: "eni"; readonly eniId: string }
  | { readonly kind: "blackhole"; readonly reason: BlackholeReason; readonly eniId?: string | undefined };

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
  readonly publicIps: readonly PublicMapping[];
  readonly combination: Combination;
  readonly sourceDestCheck: boolean;
  readonly metadata: EniModel["metadata"];
}

/** A compiled VPC. */
export interface CompiledNetwork {
  /** The model that this was compiled from; explanations name its rules. */
  readonly model: VpcModel;
  readonly vpcId: string;
  readonly number: number;
  readonly cidrs: readonly Cidr[];
  readonly internetGatewayId: string | undefined;
  readonly subnets: readonly CompiledSubnet[];
  readonly acls: readonly CompiledAcl[];
  readonly combinations: readonly Combination[];
  readonly enis: readonly CompiledEni[];
  readonly eniById: ReadonlyMap<string, CompiledEni>;
  readonly eniByAddress: ReadonlyMap<Address, CompiledEni>;
  readonly eniByPublicIp: ReadonlyMap<Address, { readonly eni: CompiledEni; readonly privateIp: Address }>;
  readonly prefixLists: ReadonlyMap<string, readonly Cidr[]>;
}

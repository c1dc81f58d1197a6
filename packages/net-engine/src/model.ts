/**
 * The network model of one VPC: what the control plane knows and everything here is computed from.
 * Plain data in AWS's own words; it refuses nothing itself (`compileNetwork` does).
 */
import type {
  EndpointServiceModel,
  GatewayEndpointModel,
  InterfaceEndpointModel,
  NatGatewayModel,
  PeeringModel,
  PublicAccessModel,
} from "./model-gateways.ts";

/** One VPC with everything that decides about its packets. */
export interface VpcModel {
  readonly vpcId: string;
  /** Stable number of the VPC on this host, 1 to 4095. */
  readonly number: number;
  readonly cidrs: readonly string[];
  readonly ipv6Cidrs?: readonly string[] | undefined;
  readonly subnets: readonly SubnetModel[];
  readonly routeTables: readonly RouteTableModel[];
  readonly networkAcls: readonly NetworkAclModel[];
  readonly securityGroups: readonly SecurityGroupModel[];
  readonly prefixLists: readonly PrefixListModel[];
  readonly enis: readonly EniModel[];
  /** The attached internet gateway; `routeTableId` names its (ingress) route table, if it has one. */
  readonly internetGateway?: { readonly id: string; readonly routeTableId?: string | undefined } | undefined;
  readonly egressOnlyInternetGateways?: readonly { readonly id: string }[] | undefined;
  readonly natGateways?: readonly NatGatewayModel[] | undefined;
  /** The active peerings; at most one per other VPC. */
  readonly peerings?: readonly PeeringModel[] | undefined;
  readonly gatewayEndpoints?: readonly GatewayEndpointModel[] | undefined;
  readonly interfaceEndpoints?: readonly InterfaceEndpointModel[] | undefined;
  /** The endpoint services (PrivateLink) that this VPC provides. */
  readonly endpointServices?: readonly EndpointServiceModel[] | undefined;
  /** VPC Block Public Access; absent: off. */
  readonly publicAccess?: PublicAccessModel | undefined;
  /** The attribute enableDnsSupport; absent: true. */
  readonly dnsSupport?: boolean | undefined;
}

/** A subnet; `number` is stable within its VPC, 1 to 32767. */
export interface SubnetModel {
  readonly id: string;
  readonly number: number;
  readonly cidr: string;
  readonly ipv6Cidr?: string | undefined;
  readonly routeTableId: string;
  readonly networkAclId: string;
}

/** A route table; the local routes are implied by the VPC's CIDRs whether or not they are listed. */
export interface RouteTableModel {
  readonly id: string;
  readonly number: number;
  readonly routes: readonly RouteModel[];
}

/** One route: a CIDR or a prefix list id, and where it leads. */
export interface RouteModel {
  readonly destination: string;
  readonly target: RouteTarget;
}

/** Where a route leads; an instance is meant by its interface. A target that is not there is a blackhole. */
export type RouteTarget =
  | { readonly kind: "local" }
  | { readonly kind: "internet-gateway"; readonly id: string }
  | { readonly kind: "egress-only-internet-gateway"; readonly id: string }
  | { readonly kind: "nat-gateway"; readonly id: string }
  | { readonly kind: "vpc-peering"; readonly id: string }
  /** A gateway endpoint. */
  | { readonly kind: "vpc-endpoint"; readonly id: string }
  | { readonly kind: "eni"; readonly eniId: string }
  | { readonly kind: "blackhole" };

/** A network ACL; entries are judged by ascending rule number, then everything is denied. */
export interface NetworkAclModel {
  readonly id: string;
  readonly entries: readonly NetworkAclEntry[];
}

/** One numbered entry of a network ACL; protocol -1 means every protocol. */
export interface NetworkAclEntry {
  readonly ruleNumber: number;
  readonly egress: boolean;
  readonly action: "allow" | "deny";
  readonly protocol: number;
  readonly cidr: string;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly icmpType?: number | undefined;
  readonly icmpCode?: number | undefined;
}

/** A security group; an interface with several groups has the union of their rules. */
export interface SecurityGroupModel {
  readonly id: string;
  readonly ingress: readonly SecurityRule[];
  readonly egress: readonly SecurityRule[];
}

/** One rule; for ICMP `fromPort` is the type and `toPort` the code (-1 or absent: all). */
export interface SecurityRule {
  readonly id: string;
  readonly protocol: number;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly source: RulePeer;
}

/** The other end of a security group rule: its source on ingress, its destination on egress. */
export type RulePeer =
  { readonly cidr: string } | { readonly groupId: string } | { readonly prefixListId: string };

/** A prefix list: the CIDRs that its id stands for. */
export interface PrefixListModel {
  readonly id: string;
  readonly cidrs: readonly string[];
}

/** A network interface; `number` is stable over the whole host, 1 to 60000. */
export interface EniModel {
  readonly id: string;
  readonly number: number;
  readonly mac: string;
  readonly subnetId: string;
  readonly privateIps: readonly string[];
  readonly ipv6s?: readonly string[] | undefined;
  /** Delegated prefixes of both families: the guest may use and forward every address in them. */
  readonly prefixes?: readonly string[] | undefined;
  readonly publicIps?: readonly PublicIpModel[] | undefined;
  readonly securityGroupIds: readonly string[];
  readonly sourceDestCheck: boolean;
  /** Present on the interfaces of instances: how the metadata service answers here. */
  readonly metadata?: EniMetadata | undefined;
}

/** How the metadata service answers an interface. */
export interface EniMetadata {
  readonly enabled: boolean;
  readonly hopLimit: number;
  /** Whether it answers over IPv6; absent: it does. */
  readonly ipv6?: boolean | undefined;
}

/** A public address that the internet gateway maps one to one to a private one. */
export interface PublicIpModel {
  readonly privateIp: string;
  readonly publicIp: string;
}

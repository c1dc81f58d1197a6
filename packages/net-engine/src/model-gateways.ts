/**
 * The parts of the network model that lead out of a VPC or into it: NAT gateways, peerings, endpoints,
 * endpoint services and Block Public Access. Plain data; `compileNetwork` refuses what contradicts itself.
 */

/**
 * A NAT gateway. Its interface is one of the model's `enis`; what leaves it carries that interface's first
 * private address, which a public gateway's elastic IP (in the interface's `publicIps`) stands for outside.
 */
export interface NatGatewayModel {
  readonly id: string;
  readonly eniId: string;
}

/**
 * An active peering as this VPC sees it. Packets pass when both route tables lead here; what arrives goes to
 * interfaces of this VPC and nowhere else.
 */
export interface PeeringModel {
  readonly id: string;
  readonly peerVpcId: string;
  /** The peer's number on this host. */
  readonly peerNumber: number;
  readonly peerCidrs: readonly string[];
  readonly peerIpv6Cidrs?: readonly string[] | undefined;
  /** The peer's interfaces, for rules that name its security groups. Absent: such rules match nothing. */
  readonly peerEnis?: readonly PeerEniModel[] | undefined;
}

/** An interface of a peer. */
export interface PeerEniModel {
  readonly id: string;
  readonly number: number;
  readonly privateIps: readonly string[];
  readonly ipv6s?: readonly string[] | undefined;
  readonly securityGroupIds: readonly string[];
}

/**
 * A gateway endpoint: routes to it carry the destinations of its prefix list. `number` is its place among the
 * interfaces of the host (1 to 60000, unique with theirs): Casemate serves it in a namespace of that number.
 */
export interface GatewayEndpointModel {
  readonly id: string;
  readonly number: number;
  readonly prefixListId: string;
}

/** An interface endpoint: interfaces of the model whose traffic ends in a service. */
export interface InterfaceEndpointModel {
  readonly id: string;
  readonly eniIds: readonly string[];
  readonly service: EndpointTarget;
}

/** What answers behind an interface endpoint. */
export type EndpointTarget =
  /** Casemate itself, listening in the namespace of each interface on these TCP ports. */
  | { readonly kind: "local"; readonly ports: readonly number[] }
  /** An endpoint service; `serviceEniNumber` is the number of the interface that it is provided from. */
  | { readonly kind: "service"; readonly serviceId: string; readonly serviceEniNumber: number };

/**
 * An endpoint service of this VPC. Its interface is one of the model's `enis`: what consumers send leaves it
 * with its first private address, so that their own are hidden. Nothing goes the other way first.
 */
export interface EndpointServiceModel {
  readonly id: string;
  readonly eniId: string;
  readonly listeners: readonly ServiceListener[];
  /** The accepted connections: the interfaces of the consumers' endpoints, by number. */
  readonly consumers: readonly { readonly endpointId: string; readonly eniNumber: number }[];
}

/** One port of an endpoint service and the interfaces' ports behind it. */
export interface ServiceListener {
  /** 6 (TCP) or 17 (UDP). */
  readonly protocol: number;
  readonly port: number;
  /** Addresses in this VPC; a connection goes to one of them. */
  readonly targets: readonly { readonly address: string; readonly port: number }[];
}

/** VPC Block Public Access as it bears on one VPC. */
export interface PublicAccessModel {
  readonly mode: "off" | "block-bidirectional" | "block-ingress";
  /** The exclusions that name this VPC or one of its subnets. */
  readonly exclusions: readonly {
    readonly resourceId: string;
    readonly mode: "allow-bidirectional" | "allow-egress";
  }[];
}

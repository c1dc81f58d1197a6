/**
 * The four VPCs of the gateway probes: A with every gateway, B its peer, C a peer of B alone, and P, which
 * has A's addresses once more and provides an endpoint service to it. For tests only.
 */
import type {
  EniModel,
  NetworkAclModel,
  RouteModel,
  RouteTarget,
  SecurityGroupModel,
  SecurityRule,
  SubnetModel,
  VpcModel,
} from "../model.ts";
import type { PeeringModel } from "../model-gateways.ts";

const anywhere = { cidr: "0.0.0.0/0" };
const anywhere6 = { cidr: "::/0" };

/** Part of the world that its changes are made of. */
export const openAcl: NetworkAclModel = {
  id: "acl-open",
  entries: [false, true].flatMap((egress) => [
    { ruleNumber: 100, egress, action: "allow" as const, protocol: -1, cidr: "0.0.0.0/0" },
    { ruleNumber: 101, egress, action: "allow" as const, protocol: -1, cidr: "::/0" },
  ]),
};

let rules = 0;

function rule(protocol: number, port: number, source: SecurityRule["source"]): SecurityRule {
  const id = `sgr-${(rules++).toString().padStart(4, "0")}`;
  return protocol === -1
    ? { id, protocol, source }
    : { id, protocol, fromPort: port, toPort: protocol === 1 ? -1 : port, source };
}

const tcp = (port: number, source: SecurityRule["source"]): SecurityRule => rule(6, port, source);
const udp = (port: number, source: SecurityRule["source"]): SecurityRule => rule(17, port, source);
const openEgress = [rule(-1, 0, anywhere), rule(-1, 0, anywhere6)];

const groupsOfA: readonly SecurityGroupModel[] = [
  {
    id: "sg-web",
    ingress: [
      tcp(80, anywhere),
      tcp(80, anywhere6),
      tcp(22, { prefixListId: "pl-office" }),
      tcp(8080, { groupId: "sg-db" }),
      udp(5353, anywhere),
    ],
    egress: openEgress,
  },
  {
    id: "sg-app",
    ingress: [
      tcp(80, anywhere),
      tcp(80, anywhere6),
      tcp(443, { cidr: "10.0.4.0/24" }),
      tcp(443, { cidr: "10.0.2.32/28" }),
      tcp(8080, { groupId: "sg-multi" }),
    ],
    egress: openEgress,
  },
  { id: "sg-multi", ingress: [rule(-1, 0, anywhere), rule(-1, 0, anywhere6)], egress: openEgress },
  { id: "sg-open", ingress: [rule(-1, 0, anywhere), rule(-1, 0, anywhere6)], egress: openEgress },
  // Egress by a peer's group and by a prefix list.
  {
    id: "sg-strict",
    ingress: [],
    egress: [
      tcp(5432, { groupId: "sg-db" }),
      tcp(443, { prefixListId: "pl-store" }),
      tcp(80, { prefixListId: "pl-office" }),
    ],
  },
  { id: "sg-endpoint", ingress: [tcp(443, { cidr: "10.0.2.0/24" }), tcp(80, anywhere)], egress: [] },
];

const groupsOfB: readonly SecurityGroupModel[] = [
  {
    id: "sg-db",
    ingress: [
      tcp(5432, { groupId: "sg-web" }),
      tcp(5432, { groupId: "sg-strict" }),
      tcp(8080, { cidr: "10.0.0.0/16" }),
      tcp(8080, { cidr: "10.2.0.0/16" }),
      tcp(80, { cidr: "10.8.0.0/16" }),
      tcp(80, { cidr: "2001:db8:a::/56" }),
      udp(5353, { cidr: "10.0.1.0/24" }),
      rule(1, 8, { cidr: "10.0.1.10/32" }),
    ],
    egress: openEgress,
  },
  { id: "sg-open", ingress: [rule(-1, 0, anywhere), rule(-1, 0, anywhere6)], egress: openEgress },
];

type EniParts = Partial<EniModel> & Pick<EniModel, "number" | "subnetId" | "privateIps">;

function eni(name: string, parts: EniParts): EniModel {
  return {
    id: `eni-${name}`,
    mac: `02:0a:00:00:01:${parts.number.toString(16).padStart(2, "0")}`,
    securityGroupIds: ["sg-open"],
    sourceDestCheck: true,
    metadata: { enabled: true, hopLimit: 1 },
    ...parts,
  };
}

function publicIp(privateIp: string, address: string): EniModel["publicIps"] {
  return [{ privateIp, publicIp: address }];
}

/** Part of the world that its changes are made of. */
export const enisOfA: readonly EniModel[] = [
  eni("web", {
    number: 10,
    subnetId: "subnet-pub",
    privateIps: ["10.0.1.10"],
    ipv6s: ["2001:db8:a:1::10"],
    publicIps: publicIp("10.0.1.10", "203.0.113.10"),
    securityGroupIds: ["sg-web"],
  }),
  eni("app", {
    number: 11,
    subnetId: "subnet-priv",
    privateIps: ["10.0.2.10"],
    ipv6s: ["2001:db8:a:2::10"],
    securityGroupIds: ["sg-app"],
  }),
  eni("iso", { number: 12, subnetId: "subnet-iso", privateIps: ["10.0.3.10"], ipv6s: ["2001:db8:a:3::10"] }),
  eni("nat", {
    number: 13,
    subnetId: "subnet-pub",
    privateIps: ["10.0.1.5"],
    publicIps: publicIp("10.0.1.5", "203.0.113.5"),
    securityGroupIds: [],
    metadata: undefined,
  }),
  eni("pnat", {
    number: 14,
    subnetId: "subnet-pub",
    privateIps: ["10.0.1.6"],
    securityGroupIds: [],
    metadata: undefined,
  }),
  eni("fw", {
    number: 15,
    subnetId: "subnet-mb",
    privateIps: ["10.0.4.10"],
    ipv6s: ["2001:db8:a:4::10"],
    publicIps: publicIp("10.0.4.10", "203.0.113.15"),
    sourceDestCheck: false,
  }),
  eni("sec", { number: 16, subnetId: "subnet-sec", privateIps: ["10.8.1.10"] }),
  eni("multi", {
    number: 17,
    subnetId: "subnet-priv",
    privateIps: ["10.0.2.20", "10.0.2.21"],
    ipv6s: ["2001:db8:a:2::20", "2001:db8:a:2::21"],
    prefixes: ["10.0.2.32/28", "2001:db8:a:2:1::/80"],
    securityGroupIds: ["sg-multi"],
  }),
  eni("ep", {
    number: 18,
    subnetId: "subnet-priv",
    privateIps: ["10.0.2.50"],
    securityGroupIds: ["sg-endpoint"],
    metadata: undefined,
  }),
  eni("pl", {
    number: 19,
    subnetId: "subnet-priv",
    privateIps: ["10.0.2.60"],
    securityGroupIds: ["sg-open"],
    metadata: undefined,
  }),
  eni("strict", {
    number: 20,
    subnetId: "subnet-priv",
    privateIps: ["10.0.2.30"],
    securityGroupIds: ["sg-strict"],
  }),
  eni("pub2", {
    number: 21,
    subnetId: "subnet-pub",
    privateIps: ["10.0.1.11"],
    ipv6s: ["2001:db8:a:1::11"],
  }),
  eni("pn", { number: 22, subnetId: "subnet-pn", privateIps: ["10.0.5.10"] }),
];

const peerRoutes: readonly RouteModel[] = [
  { destination: "10.1.0.0/16", target: { kind: "vpc-peering", id: "pcx-ab" } },
  { destination: "2001:db8:b::/56", target: { kind: "vpc-peering", id: "pcx-ab" } },
  // Beyond the peer: neither its own peer nor its internet gateway is reached.
  { destination: "10.2.0.0/16", target: { kind: "vpc-peering", id: "pcx-ab" } },
  { destination: "198.51.100.128/25", target: { kind: "vpc-peering", id: "pcx-ab" } },
];

function subnet(name: string, number: number, parts: Partial<SubnetModel> = {}): SubnetModel {
  return {
    id: `subnet-${name}`,
    number,
    cidr: `10.0.${number}.0/24`,
    ipv6Cidr: `2001:db8:a:${number}::/64`,
    routeTableId: `rtb-${name}`,
    networkAclId: "acl-open",
    ...parts,
  };
}

const internet: RouteTarget = { kind: "internet-gateway", id: "igw-a" };
const egressOnly: RouteTarget = { kind: "egress-only-internet-gateway", id: "eigw-a" };

const tablesOfA: VpcModel["routeTables"] = [
  {
    id: "rtb-pub",
    number: 1,
    routes: [
      { destination: "0.0.0.0/0", target: internet },
      { destination: "::/0", target: internet },
      ...peerRoutes,
    ],
  },
  {
    id: "rtb-priv",
    number: 2,
    routes: [
      { destination: "0.0.0.0/0", target: { kind: "nat-gateway", id: "nat-a" } },
      { destination: "::/0", target: egressOnly },
      { destination: "pl-store", target: { kind: "vpc-endpoint", id: "vpce-store" } },
      ...peerRoutes,
    ],
  },
  { id: "rtb-iso", number: 3, routes: [] },
  { id: "rtb-mb", number: 4, routes: [{ destination: "0.0.0.0/0", target: internet }] },
  // A private NAT gateway towards the peer.
  {
    id: "rtb-pn",
    number: 5,
    routes: [
      { destination: "10.1.0.0/16", target: { kind: "nat-gateway", id: "nat-private" } },
      { destination: "0.0.0.0/0", target: { kind: "nat-gateway", id: "nat-private" } },
    ],
  },
];

const enisOfB: readonly EniModel[] = [
  eni("db", {
    number: 30,
    subnetId: "subnet-b",
    privateIps: ["10.1.1.10"],
    ipv6s: ["2001:db8:b:1::10"],
    securityGroupIds: ["sg-db"],
  }),
  eni("bopen", {
    number: 31,
    subnetId: "subnet-b",
    privateIps: ["10.1.1.11"],
    ipv6s: ["2001:db8:b:1::11"],
    publicIps: publicIp("10.1.1.11", "203.0.113.31"),
  }),
  eni("bnat", {
    number: 32,
    subnetId: "subnet-b",
    privateIps: ["10.1.1.5"],
    publicIps: publicIp("10.1.1.5", "203.0.113.32"),
    securityGroupIds: [],
    metadata: undefined,
  }),
];

const enisOfC: readonly EniModel[] = [
  eni("c", { number: 40, subnetId: "subnet-c", privateIps: ["10.2.1.10"] }),
];

const enisOfP: readonly EniModel[] = [
  eni("target", {
    number: 50,
    subnetId: "subnet-p",
    privateIps: ["10.0.1.10"],
    securityGroupIds: ["sg-target"],
  }),
  eni("svc", {
    number: 51,
    subnetId: "subnet-p",
    privateIps: ["10.0.1.60"],
    securityGroupIds: [],
    metadata: undefined,
  }),
  eni("other", { number: 52, subnetId: "subnet-p", privateIps: ["10.0.1.11"] }),
];

function peering(
  id: string,
  peer: Omit<PeeringModel, "id" | "peerEnis">,
  enis: readonly EniModel[],
): PeeringModel {
  return { id, ...peer, peerEnis: enis };
}

const sideA = {
  peerVpcId: "vpc-a",
  peerNumber: 1,
  peerCidrs: ["10.0.0.0/16", "10.8.0.0/16"],
  peerIpv6Cidrs: ["2001:db8:a::/56"],
};
const sideB = {
  peerVpcId: "vpc-b",
  peerNumber: 2,
  peerCidrs: ["10.1.0.0/16"],
  peerIpv6Cidrs: ["2001:db8:b::/56"],
};
const sideC = { peerVpcId: "vpc-c", peerNumber: 3, peerCidrs: ["10.2.0.0/16"] };

/** Part of the world that its changes are made of. */
export const vpcA: VpcModel = {
  vpcId: "vpc-a",
  number: 1,
  cidrs: ["10.0.0.0/16", "10.8.0.0/16"],
  ipv6Cidrs: ["2001:db8:a::/56"],
  subnets: [
    subnet("pub", 1),
    subnet("priv", 2),
    subnet("iso", 3),
    subnet("mb", 4),
    subnet("pn", 5),
    subnet("sec", 6, { cidr: "10.8.1.0/24", ipv6Cidr: undefined, routeTableId: "rtb-priv" }),
  ],
  routeTables: tablesOfA,
  networkAcls: [openAcl],
  securityGroups: groupsOfA,
  prefixLists: [
    { id: "pl-office", cidrs: ["198.51.100.0/26", "192.0.2.0/24"] },
    { id: "pl-store", cidrs: ["198.18.5.0/24"] },
  ],
  enis: enisOfA,
  internetGateway: { id: "igw-a" },
  egressOnlyInternetGateways: [{ id: "eigw-a" }],
  natGateways: [
    { id: "nat-a", eniId: "eni-nat" },
    { id: "nat-private", eniId: "eni-pnat" },
  ],
  peerings: [peering("pcx-ab", sideB, enisOfB)],
  gatewayEndpoints: [{ id: "vpce-store", number: 90, prefixListId: "pl-store" }],
  interfaceEndpoints: [
    { id: "vpce-api", eniIds: ["eni-ep"], service: { kind: "local", ports: [443] } },
    {
      id: "vpce-link",
      eniIds: ["eni-pl"],
      service: { kind: "service", serviceId: "vpce-svc-p", serviceEniNumber: 51 },
    },
  ],
};

/** Part of the world that its changes are made of. */
export const vpcB: VpcModel = {
  vpcId: "vpc-b",
  number: 2,
  cidrs: ["10.1.0.0/16"],
  ipv6Cidrs: ["2001:db8:b::/56"],
  subnets: [subnet("b", 1, { cidr: "10.1.1.0/24", ipv6Cidr: "2001:db8:b:1::/64" })],
  routeTables: [
    {
      id: "rtb-b",
      number: 1,
      routes: [
        { destination: "10.0.0.0/16", target: { kind: "vpc-peering", id: "pcx-ab" } },
        { destination: "10.8.0.0/16", target: { kind: "vpc-peering", id: "pcx-ab" } },
        { destination: "2001:db8:a::/56", target: { kind: "vpc-peering", id: "pcx-ab" } },
        { destination: "10.2.0.0/16", target: { kind: "vpc-peering", id: "pcx-bc" } },
        { destination: "0.0.0.0/0", target: { kind: "internet-gateway", id: "igw-b" } },
      ],
    },
  ],
  networkAcls: [openAcl],
  securityGroups: groupsOfB,
  prefixLists: [],
  enis: enisOfB,
  internetGateway: { id: "igw-b" },
  natGateways: [{ id: "nat-b", eniId: "eni-bnat" }],
  peerings: [peering("pcx-ab", sideA, enisOfA), peering("pcx-bc", sideC, enisOfC)],
};

const vpcC: VpcModel = {
  vpcId: "vpc-c",
  number: 3,
  cidrs: ["10.2.0.0/16"],
  subnets: [subnet("c", 1, { cidr: "10.2.1.0/24", ipv6Cidr: undefined })],
  routeTables: [
    {
      id: "rtb-c",
      number: 1,
      routes: [{ destination: "10.0.0.0/8", target: { kind: "vpc-peering", id: "pcx-bc" } }],
    },
  ],
  networkAcls: [openAcl],
  securityGroups: [groupsOfB[1]!],
  prefixLists: [],
  enis: enisOfC,
  peerings: [peering("pcx-bc", sideB, enisOfB)],
};

/** Part of the world that its changes are made of. */
export const vpcP: VpcModel = {
  vpcId: "vpc-p",
  number: 4,
  cidrs: ["10.0.0.0/16"],
  subnets: [subnet("p", 1, { ipv6Cidr: undefined })],
  routeTables: [{ id: "rtb-p", number: 1, routes: [] }],
  networkAcls: [openAcl],
  securityGroups: [
    {
      id: "sg-target",
      ingress: [tcp(8080, { cidr: "10.0.1.60/32" }), udp(5353, { cidr: "10.0.1.60/32" })],
      egress: openEgress,
    },
    groupsOfB[1]!,
  ],
  prefixLists: [],
  enis: enisOfP,
  endpointServices: [
    {
      id: "vpce-svc-p",
      eniId: "eni-svc",
      listeners: [
        { protocol: 6, port: 80, targets: [{ address: "10.0.1.10", port: 8080 }] },
        { protocol: 17, port: 5353, targets: [{ address: "10.0.1.10", port: 5353 }] },
        { protocol: 6, port: 22, targets: [{ address: "10.0.1.10", port: 22 }] },
        {
          protocol: 6,
          port: 443,
          targets: [
            { address: "10.0.1.10", port: 8080 },
            { address: "10.0.1.11", port: 8080 },
          ],
        },
      ],
      consumers: [{ endpointId: "vpce-link", eniNumber: 19 }],
    },
  ],
};

/** The models by the name of their VPC. */
export interface GatewayWorld {
  readonly a: VpcModel;
  readonly b: VpcModel;
  readonly c: VpcModel;
  readonly p: VpcModel;
}

/** The world as the probes start with it. */
export const gatewayWorld: GatewayWorld = { a: vpcA, b: vpcB, c: vpcC, p: vpcP };

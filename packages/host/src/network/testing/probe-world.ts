// The two VPCs in which the packet probes run: A with a public and a private subnet, B with the same
// addresses. Only data; tests change a copy of it with the functions at the end.

import type {
  EniModel,
  NetworkAclModel,
  SecurityGroupModel,
  SecurityRule,
  VpcModel,
} from "@casemate/net-engine";

type Peer = SecurityRule["source"];

const anywhere: Peer = { cidr: "0.0.0.0/0" };
let rules = 0;

function rule(protocol: number, ports: readonly [number, number] | undefined, source: Peer): SecurityRule {
  const id = `sgr-${(rules++).toString().padStart(4, "0")}`;
  return ports === undefined
    ? { id, protocol, source }
    : { id, protocol, fromPort: ports[0], toPort: ports[1], source };
}

const tcp = (from: number, source: Peer, to = from): SecurityRule => rule(6, [from, to], source);
const udp = (from: number, source: Peer): SecurityRule => rule(17, [from, from], source);
const egressAll = [rule(-1, undefined, anywhere), rule(-1, undefined, { cidr: "::/0" })];

export const allowAllAcl: NetworkAclModel = {
  id: "acl-default",
  entries: [false, true].flatMap((egress) => [
    { ruleNumber: 100, egress, action: "allow", protocol: -1, cidr: "0.0.0.0/0" } as const,
    { ruleNumber: 101, egress, action: "allow", protocol: -1, cidr: "::/0" } as const,
  ]),
};

const groupsOfA: readonly SecurityGroupModel[] = [
  {
    id: "sg-web",
    ingress: [
      tcp(80, anywhere),
      tcp(22, { cidr: "198.51.100.0/24" }),
      tcp(9000, { prefixListId: "pl-office" }),
      tcp(6000, anywhere),
      rule(1, [8, -1], anywhere),
    ],
    egress: egressAll,
  },
  {
    id: "sg-app",
    ingress: [tcp(8000, { groupId: "sg-web" }, 8100), udp(7001, { cidr: "10.0.99.0/24" })],
    egress: egressAll,
  },
  { id: "sg-extra", ingress: [tcp(8443, { cidr: "10.0.1.10/32" })], egress: [] },
  {
    id: "sg-db",
    ingress: [
      tcp(3306, { groupId: "sg-app" }),
      tcp(5432, { cidr: "10.0.1.10/32" }),
      tcp(6000, anywhere),
      udp(5000, { cidr: "10.0.0.0/16" }),
      tcp(7000, { cidr: "2001:db8:a::/56" }),
    ],
    egress: egressAll,
  },
  {
    id: "sg-strict",
    ingress: [tcp(9999, anywhere)],
    egress: [tcp(6000, { groupId: "sg-db" }), tcp(443, { cidr: "198.51.100.0/24" })],
  },
  { id: "sg-open", ingress: [rule(-1, undefined, anywhere)], egress: egressAll },
  {
    id: "sg-narrow",
    ingress: [tcp(5432, { cidr: "10.0.1.0/24" }), tcp(3306, { cidr: "10.0.1.0/24" })],
    egress: [tcp(5432, { cidr: "10.0.2.0/24" }), tcp(3306, { cidr: "10.0.2.0/24" })],
  },
  { id: "sg-endpoint", ingress: [tcp(8443, { groupId: "sg-web" })], egress: egressAll },
];

function mac(number: number): string {
  const hex = number.toString(16).padStart(4, "0");
  return `02:0a:00:00:${hex.slice(0, 2)}:${hex.slice(2)}`;
}

/** An interface with what most of them share. */
export function eni(
  number: number,
  rest: Partial<EniModel> & { subnetId: string; privateIps: string[] },
): EniModel {
  return {
    id: `eni-${number.toString().padStart(4, "0")}`,
    number,
    mac: mac(number),
    securityGroupIds: ["sg-open"],
    sourceDestCheck: true,
    metadata: { enabled: true, hopLimit: 1 },
    ...rest,
  };
}

const appV6 = "2001:db8:a:1::11";
const dbV6 = "2001:db8:a:2::10";

/** The interfaces of both VPCs by the name the probes use. */
export const worldEnis = {
  web: eni(10, {
    subnetId: "subnet-public",
    privateIps: ["10.0.1.10"],
    publicIps: [{ privateIp: "10.0.1.10", publicIp: "203.0.113.10" }],
    securityGroupIds: ["sg-web"],
  }),
  app: eni(11, {
    subnetId: "subnet-public",
    privateIps: ["10.0.1.11"],
    ipv6s: [appV6],
    securityGroupIds: ["sg-app", "sg-extra"],
    metadata: { enabled: true, hopLimit: 2 },
  }),
  strict: eni(12, { subnetId: "subnet-public", privateIps: ["10.0.1.12"], securityGroupIds: ["sg-strict"] }),
  db: eni(13, {
    subnetId: "subnet-private",
    privateIps: ["10.0.2.10"],
    ipv6s: [dbV6],
    securityGroupIds: ["sg-db"],
  }),
  fw: eni(14, { subnetId: "subnet-firewall", privateIps: ["10.0.3.20"], sourceDestCheck: false }),
  nat: eni(15, {
    subnetId: "subnet-public",
    privateIps: ["10.0.1.5"],
    publicIps: [{ privateIp: "10.0.1.5", publicIp: "203.0.113.5" }],
    sourceDestCheck: false,
  }),
  endpoint: eni(16, {
    subnetId: "subnet-private",
    privateIps: ["10.0.2.50"],
    securityGroupIds: ["sg-endpoint"],
  }),
  gateway: eni(17, { subnetId: "subnet-private", privateIps: ["10.0.2.51"], sourceDestCheck: false }),
  bOne: eni(20, {
    subnetId: "subnet-b",
    privateIps: ["10.0.1.10"],
    publicIps: [{ privateIp: "10.0.1.10", publicIp: "203.0.113.20" }],
  }),
  bTwo: eni(21, { subnetId: "subnet-b", privateIps: ["10.0.1.11"] }),
} as const;

export const worldAddresses = {
  appV6,
  dbV6,
  office: "198.51.100.200",
  allowed: "198.51.100.1",
  other: "192.0.2.1",
};

/** VPC A as the probes start with it. */
export const vpcA: VpcModel = {
  vpcId: "vpc-a",
  number: 1,
  cidrs: ["10.0.0.0/16"],
  ipv6Cidrs: ["2001:db8:a::/56"],
  subnets: [
    {
      id: "subnet-public",
      number: 1,
      cidr: "10.0.1.0/24",
      ipv6Cidr: "2001:db8:a:1::/64",
      routeTableId: "rtb-public",
      networkAclId: "acl-default",
    },
    {
      id: "subnet-private",
      number: 2,
      cidr: "10.0.2.0/24",
      ipv6Cidr: "2001:db8:a:2::/64",
      routeTableId: "rtb-private",
      networkAclId: "acl-default",
    },
    {
      id: "subnet-firewall",
      number: 3,
      cidr: "10.0.3.0/24",
      routeTableId: "rtb-firewall",
      networkAclId: "acl-default",
    },
  ],
  routeTables: [
    {
      id: "rtb-public",
      number: 1,
      routes: [
        { destination: "0.0.0.0/0", target: { kind: "internet-gateway", id: "igw-a" } },
        { destination: "192.0.2.128/25", target: { kind: "blackhole" } },
      ],
    },
    {
      id: "rtb-private",
      number: 2,
      routes: [
        { destination: "0.0.0.0/0", target: { kind: "eni", eniId: worldEnis.nat.id } },
        { destination: "pl-store", target: { kind: "eni", eniId: worldEnis.gateway.id } },
      ],
    },
    { id: "rtb-firewall", number: 3, routes: [] },
  ],
  networkAcls: [allowAllAcl],
  securityGroups: groupsOfA,
  prefixLists: [
    { id: "pl-office", cidrs: ["198.51.100.192/26"] },
    { id: "pl-store", cidrs: ["198.18.5.0/24"] },
  ],
  enis: [
    worldEnis.web,
    worldEnis.app,
    worldEnis.strict,
    worldEnis.db,
    worldEnis.fw,
    worldEnis.nat,
    worldEnis.endpoint,
    worldEnis.gateway,
  ],
  internetGateway: { id: "igw-a" },
};

/** VPC B: the addresses of A once more. */
export const vpcB: VpcModel = {
  vpcId: "vpc-b",
  number: 2,
  cidrs: ["10.0.0.0/16"],
  subnets: [
    { id: "subnet-b", number: 1, cidr: "10.0.1.0/24", routeTableId: "rtb-b", networkAclId: "acl-default" },
  ],
  routeTables: [
    {
      id: "rtb-b",
      number: 1,
      routes: [{ destination: "0.0.0.0/0", target: { kind: "internet-gateway", id: "igw-b" } }],
    },
  ],
  networkAcls: [allowAllAcl],
  securityGroups: [{ id: "sg-open", ingress: [rule(-1, undefined, anywhere)], egress: egressAll }],
  prefixLists: [],
  enis: [worldEnis.bOne, worldEnis.bTwo],
  internetGateway: { id: "igw-b" },
};

/** The model with one interface changed. */
export function withEni(model: VpcModel, eniId: string, change: Partial<EniModel>): VpcModel {
  return { ...model, enis: model.enis.map((each) => (each.id === eniId ? { ...each, ...change } : each)) };
}

/** The model with one security group's rules changed. */
export function withGroup(model: VpcModel, groupId: string, change: Partial<SecurityGroupModel>): VpcModel {
  return {
    ...model,
    securityGroups: model.securityGroups.map((each) => (each.id === groupId ? { ...each, ...change } : each)),
  };
}

/** The model in which the private subnet has a network ACL of its own. */
export function withPrivateAcl(model: VpcModel, entries: NetworkAclModel["entries"]): VpcModel {
  return {
    ...model,
    networkAcls: [allowAllAcl, { id: "acl-private", entries }],
    subnets: model.subnets.map((each) =>
      each.id === "subnet-private" ? { ...each, networkAclId: "acl-private" } : each,
    ),
  };
}

/** The model with another route in the public subnet's table. */
export function withPublicRoute(
  model: VpcModel,
  route: VpcModel["routeTables"][number]["routes"][number],
): VpcModel {
  return {
    ...model,
    routeTables: model.routeTables.map((each) =>
      each.id === "rtb-public" ? { ...each, routes: [...each.routes, route] } : each,
    ),
  };
}

/**
 * The two VPCs of the connectivity probes, A with a public and a private subnet and B with the same
 * addresses.
 */
import type {
  EniModel,
  NetworkAclEntry,
  NetworkAclModel,
  RouteModel,
  SecurityGroupModel,
  VpcModel,
} from "../model.ts";

const anywhere = { cidr: "0.0.0.0/0" };
const openEgress = [
  { id: "sgr-open-4", protocol: -1, source: anywhere },
  { id: "sgr-open-6", protocol: -1, source: { cidr: "::/0" } },
];

const openAcl: NetworkAclModel = {
  id: "acl-default",
  entries: [false, true].flatMap((egress): NetworkAclEntry[] => [
    { ruleNumber: 100, egress, action: "allow", protocol: -1, cidr: "0.0.0.0/0" },
    { ruleNumber: 101, egress, action: "allow", protocol: -1, cidr: "::/0" },
  ]),
};

const groups: readonly SecurityGroupModel[] = [
  {
    id: "sg-web",
    ingress: [
      { id: "sgr-web-80", protocol: 6, fromPort: 80, toPort: 80, source: anywhere },
      { id: "sgr-web-22", protocol: 6, fromPort: 22, toPort: 22, source: { cidr: "198.51.100.0/24" } },
      {
        id: "sgr-web-9000",
        protocol: 6,
        fromPort: 9000,
        toPort: 9000,
        source: { prefixListId: "pl-office" },
      },
      { id: "sgr-web-6000", protocol: 6, fromPort: 6000, toPort: 6000, source: anywhere },
      { id: "sgr-web-ping", protocol: 1, fromPort: 8, toPort: -1, source: anywhere },
    ],
    egress: openEgress,
  },
  {
    id: "sg-app",
    ingress: [
      { id: "sgr-app-8000", protocol: 6, fromPort: 8000, toPort: 8100, source: { groupId: "sg-web" } },
    ],
    egress: openEgress,
  },
  {
    id: "sg-extra",
    ingress: [
      { id: "sgr-extra-8443", protocol: 6, fromPort: 8443, toPort: 8443, source: { cidr: "10.0.1.10/32" } },
    ],
    egress: [],
  },
  {
    id: "sg-db",
    ingress: [
      { id: "sgr-db-3306", protocol: 6, fromPort: 3306, toPort: 3306, source: { groupId: "sg-app" } },
      { id: "sgr-db-5432", protocol: 6, fromPort: 5432, toPort: 5432, source: { cidr: "10.0.1.10/32" } },
      { id: "sgr-db-6000", protocol: 6, fromPort: 6000, toPort: 6000, source: anywhere },
      { id: "sgr-db-5000", protocol: 17, fromPort: 5000, toPort: 5000, source: { cidr: "10.0.0.0/16" } },
      { id: "sgr-db-7000", protocol: 6, fromPort: 7000, toPort: 7000, source: { cidr: "2001:db8:a::/56" } },
    ],
    egress: openEgress,
  },
  {
    id: "sg-strict",
    ingress: [{ id: "sgr-strict-9999", protocol: 6, fromPort: 9999, toPort: 9999, source: anywhere }],
    egress: [
      { id: "sgr-strict-6000", protocol: 6, fromPort: 6000, toPort: 6000, source: { groupId: "sg-db" } },
    ],
  },
  { id: "sg-open", ingress: [{ id: "sgr-all", protocol: -1, source: anywhere }], egress: openEgress },
  {
    id: "sg-narrow",
    ingress: [
      { id: "sgr-narrow-in", protocol: 6, fromPort: 3306, toPort: 5432, source: { cidr: "10.0.1.0/24" } },
    ],
    egress: [
      { id: "sgr-narrow-out", protocol: 6, fromPort: 3306, toPort: 5432, source: { cidr: "10.0.2.0/24" } },
    ],
  },
  {
    id: "sg-endpoint",
    ingress: [
      { id: "sgr-endpoint", protocol: 6, fromPort: 8443, toPort: 8443, source: { groupId: "sg-web" } },
    ],
    egress: openEgress,
  },
];

type EniParts = Partial<EniModel> & Pick<EniModel, "number" | "subnetId" | "privateIps">;

function eni(name: string, parts: EniParts): EniModel {
  return {
    id: `eni-${name}`,
    mac: `02:0a:00:00:00:${parts.number.toString(16).padStart(2, "0")}`,
    securityGroupIds: ["sg-open"],
    sourceDestCheck: true,
    metadata: { enabled: true, hopLimit: 1 },
    ...parts,
  };
}

const inPublic = "subnet-public";
const inPrivate = "subnet-private";
const enisOfA: readonly EniModel[] = [
  eni("web", {
    number: 10,
    subnetId: inPublic,
    privateIps: ["10.0.1.10"],
    publicIps: [{ privateIp: "10.0.1.10", publicIp: "203.0.113.10" }],
    securityGroupIds: ["sg-web"],
  }),
  eni("app", {
    number: 11,
    subnetId: inPublic,
    privateIps: ["10.0.1.11"],
    ipv6s: ["2001:db8:a:1::11"],
    securityGroupIds: ["sg-app", "sg-extra"],
  }),
  eni("strict", {
    number: 12,
    subnetId: inPublic,
    privateIps: ["10.0.1.12"],
    securityGroupIds: ["sg-strict"],
  }),
  eni("db", {
    number: 13,
    subnetId: inPrivate,
    privateIps: ["10.0.2.10"],
    ipv6s: ["2001:db8:a:2::10"],
    securityGroupIds: ["sg-db"],
  }),
  eni("fw", { number: 14, subnetId: "subnet-fw", privateIps: ["10.0.3.20"], sourceDestCheck: false }),
  eni("nat", {
    number: 15,
    subnetId: inPublic,
    privateIps: ["10.0.1.5"],
    publicIps: [{ privateIp: "10.0.1.5", publicIp: "203.0.113.5" }],
    sourceDestCheck: false,
  }),
  eni("endpoint", {
    number: 16,
    subnetId: inPrivate,
    privateIps: ["10.0.2.50"],
    securityGroupIds: ["sg-endpoint"],
  }),
  eni("gateway", { number: 17, subnetId: inPrivate, privateIps: ["10.0.2.51"], sourceDestCheck: false }),
];

/** VPC A as the probes start with it. */
export const probeVpcA: VpcModel = {
  vpcId: "vpc-a",
  number: 1,
  cidrs: ["10.0.0.0/16"],
  ipv6Cidrs: ["2001:db8:a::/56"],
  subnets: [
    {
      id: inPublic,
      number: 1,
      cidr: "10.0.1.0/24",
      ipv6Cidr: "2001:db8:a:1::/64",
      routeTableId: "rtb-public",
      networkAclId: "acl-default",
    },
    {
      id: inPrivate,
      number: 2,
      cidr: "10.0.2.0/24",
      ipv6Cidr: "2001:db8:a:2::/64",
      routeTableId: "rtb-private",
      networkAclId: "acl-default",
    },
    // A middlebox needs a route table of its own, or what it forwards comes back to it.
    {
      id: "subnet-fw",
      number: 3,
      cidr: "10.0.3.0/24",
      routeTableId: "rtb-fw",
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
        { destination: "0.0.0.0/0", target: { kind: "eni", eniId: "eni-nat" } },
        { destination: "pl-store", target: { kind: "eni", eniId: "eni-gateway" } },
      ],
    },
    { id: "rtb-fw", number: 3, routes: [] },
  ],
  networkAcls: [openAcl],
  securityGroups: groups,
  prefixLists: [
    { id: "pl-office", cidrs: ["198.51.100.192/26"] },
    { id: "pl-store", cidrs: ["198.18.5.0/24"] },
  ],
  enis: enisOfA,
  internetGateway: { id: "igw-a" },
};

/** VPC B: addresses of A once more. */
export const probeVpcB: VpcModel = {
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
  networkAcls: [openAcl],
  securityGroups: groups.filter(({ id }) => id === "sg-open"),
  prefixLists: [],
  enis: [
    eni("bOne", {
      number: 20,
      subnetId: "subnet-b",
      privateIps: ["10.0.1.10"],
      publicIps: [{ privateIp: "10.0.1.10", publicIp: "203.0.113.20" }],
    }),
    eni("bTwo", { number: 21, subnetId: "subnet-b", privateIps: ["10.0.1.11"] }),
  ],
  internetGateway: { id: "igw-b" },
};

function withPrivateAcl(entries: readonly NetworkAclEntry[]): VpcModel {
  return {
    ...probeVpcA,
    networkAcls: [openAcl, { id: "acl-private", entries }],
    subnets: probeVpcA.subnets.map((subnet) =>
      subnet.id === inPrivate ? { ...subnet, networkAclId: "acl-private" } : subnet,
    ),
  };
}

function throughFirewall(change: Partial<EniModel>): VpcModel {
  const route = (destination: string): RouteModel => ({
    destination,
    target: { kind: "eni", eniId: "eni-fw" },
  });
  const extra: Readonly<Record<string, RouteModel>> = {
    "rtb-public": route("10.0.2.0/24"),
    "rtb-private": route("10.0.1.0/24"),
  };
  return {
    ...probeVpcA,
    routeTables: probeVpcA.routeTables.map((table) => {
      const added = extra[table.id];
      return added === undefined ? table : { ...table, routes: [...table.routes, added] };
    }),
    enis: enisOfA.map((each) => (each.id === "eni-fw" ? { ...each, ...change } : each)),
  };
}

const allowAll = (egress: boolean): NetworkAclEntry => ({
  ruleNumber: 100,
  egress,
  action: "allow",
  protocol: -1,
  cidr: "0.0.0.0/0",
});

const mysql = (ruleNumber: number, action: "allow" | "deny"): NetworkAclEntry => ({
  ...allowAll(false),
  ruleNumber,
  action,
  protocol: 6,
  fromPort: 3306,
  toPort: 3306,
});

const outbound = (fromPort: number, toPort: number): NetworkAclEntry => ({
  ...allowAll(true),
  protocol: 6,
  fromPort,
  toPort,
});

/** What single probes change in VPC A. */
export const probeChanges: Readonly<Record<string, VpcModel>> = {
  "acl-deny-first": withPrivateAcl([mysql(50, "deny"), allowAll(false), allowAll(true)]),
  "acl-deny-last": withPrivateAcl([mysql(110, "deny"), allowAll(false), allowAll(true)]),
  "acl-no-ephemeral": withPrivateAcl([allowAll(false), outbound(80, 80)]),
  "acl-ephemeral": withPrivateAcl([allowAll(false), outbound(1024, 65_535)]),
  "acl-deny-all": { ...probeVpcA, networkAcls: [{ id: "acl-default", entries: [] }] },
  "revoke-3306": {
    ...probeVpcA,
    securityGroups: groups.map((group) =>
      group.id === "sg-db"
        ? { ...group, ingress: group.ingress.filter(({ id }) => id !== "sgr-db-3306") }
        : group,
    ),
  },
  "through-fw-checked": throughFirewall({ sourceDestCheck: true }),
  "through-fw": throughFirewall({}),
  "through-narrow-fw": throughFirewall({ securityGroupIds: ["sg-narrow"] }),
};

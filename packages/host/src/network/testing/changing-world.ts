// A VPC of which three things change: a rule of a security group, the network ACL of a subnet and a route.
// What is allowed is said by hand for every state. For tests only.

import type { NetworkAclEntry, SecurityRule, VpcModel } from "@casemate/net-engine";

import { allowAllAcl, eni } from "./probe-world.ts";

/** Which of both rules, ACLs and routes stand. */
export interface ChangingState {
  readonly ruled: boolean;
  readonly open: boolean;
  readonly detour: 0 | 1;
}

/** Where a datagram may arrive. */
export type Receiver = "server" | "left" | "right" | "internet";

/** The interfaces by their numbers: the sender's, the server's, and two that a route leads to. */
export const changingEnis = { sender: 100, server: 101, left: 102, right: 103 } as const;

/** An address that no interface has: the route to it is what changes. */
export const behindRoute = "198.18.7.5";

const server = "10.0.2.10";

/** Places that are sent to, and who may receive what is sent there, by the state. */
export const places: readonly {
  readonly place: string;
  readonly port: number;
  readonly allowed: (state: ChangingState) => Receiver | undefined;
}[] = [
  { place: server, port: 7000, allowed: () => "server" },
  { place: server, port: 7001, allowed: () => undefined },
  { place: server, port: 7002, allowed: ({ ruled }) => (ruled ? "server" : undefined) },
  { place: server, port: 7003, allowed: ({ open }) => (open ? "server" : undefined) },
  { place: server, port: 7004, allowed: () => undefined },
  { place: behindRoute, port: 7005, allowed: ({ detour }) => (detour === 0 ? "left" : "right") },
];

const udp = (port: number): SecurityRule => ({
  id: `sgr-${port}`,
  protocol: 17,
  fromPort: port,
  toPort: port,
  source: { cidr: "10.0.1.0/24" },
});

/** Denies 7004 always, and 7003 where it is not open; written so that the two have no entry in common. */
function acl(id: string, firstNumber: number, denied: readonly number[]): VpcModel["networkAcls"][number] {
  const denials = denied.map((port, index): NetworkAclEntry => ({
    ruleNumber: firstNumber + index,
    egress: false,
    action: "deny",
    protocol: 17,
    fromPort: port,
    toPort: port,
    cidr: "0.0.0.0/0",
  }));
  return { id, entries: [...denials, ...allowAllAcl.entries] };
}

/** The VPC in a state. */
export function changingVpc({ ruled, open, detour }: ChangingState): VpcModel {
  const everything: SecurityRule = { id: "sgr-all", protocol: -1, source: { cidr: "0.0.0.0/0" } };
  const subnet = (number: number, routeTableId: string, networkAclId: string) => ({
    id: `subnet-${number}`,
    number,
    cidr: `10.0.${number}.0/24`,
    routeTableId,
    networkAclId,
  });
  const guest = (number: number, subnetNumber: number, group: string, sourceDestCheck = true) =>
    eni(number, {
      subnetId: `subnet-${subnetNumber}`,
      privateIps: [`10.0.${subnetNumber}.${number === changingEnis.right ? 11 : 10}`],
      publicIps: [
        {
          privateIp: `10.0.${subnetNumber}.${number === changingEnis.right ? 11 : 10}`,
          publicIp: `203.0.1.${number}`,
        },
      ],
      securityGroupIds: [group],
      sourceDestCheck,
    });
  const { left, right } = changingEnis;
  const enis = [
    guest(changingEnis.sender, 1, "sg-open"),
    guest(changingEnis.server, 2, "sg-server"),
    guest(left, 3, "sg-open", false),
    guest(right, 3, "sg-open", false),
  ];
  const target = enis.find(({ number }) => number === (detour === 0 ? left : right))?.id ?? "";
  const outward = { destination: "0.0.0.0/0", target: { kind: "internet-gateway", id: "igw" } } as const;
  return {
    vpcId: "vpc-changing",
    number: 1,
    cidrs: ["10.0.0.0/16"],
    subnets: [
      subnet(1, "rtb-sender", "acl-default"),
      subnet(2, "rtb", open ? "acl-open" : "acl-closed"),
      subnet(3, "rtb", "acl-default"),
    ],
    routeTables: [
      { id: "rtb", number: 1, routes: [outward] },
      {
        id: "rtb-sender",
        number: 2,
        routes: [outward, { destination: `${behindRoute}/32`, target: { kind: "eni", eniId: target } }],
      },
    ],
    networkAcls: [allowAllAcl, acl("acl-open", 50, [7004]), acl("acl-closed", 60, [7004, 7003])],
    securityGroups: [
      {
        id: "sg-server",
        ingress: [7000, 7003, 7004, ...(ruled ? [7002] : [])].map(udp),
        egress: [everything],
      },
      { id: "sg-open", ingress: [everything], egress: [everything] },
    ],
    prefixLists: [],
    enis,
    internetGateway: { id: "igw" },
  };
}

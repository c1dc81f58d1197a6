// A VPC of two interfaces in one subnet, for tests of the driver's own behaviour.

import type { SecurityRule, VpcModel } from "@casemate/net-engine";

import { allowAllAcl, eni } from "./probe-world.ts";

const everything: SecurityRule = { id: "sgr-all", protocol: -1, source: { cidr: "0.0.0.0/0" } };

/** A rule that admits one TCP port from the VPC. */
export function admit(port: number): SecurityRule {
  return { id: `sgr-${port}`, protocol: 6, fromPort: port, toPort: port, source: { cidr: "10.0.0.0/16" } };
}

/** The VPC with the given number, in which interface 2 of it admits the ports. */
export function smallVpc(number: number, ports: readonly number[], enis = 2): VpcModel {
  return {
    vpcId: `vpc-small-${number}`,
    number,
    cidrs: ["10.0.0.0/16"],
    subnets: [
      { id: "subnet-one", number: 1, cidr: "10.0.1.0/24", routeTableId: "rtb", networkAclId: "acl-default" },
    ],
    routeTables: [
      {
        id: "rtb",
        number: 1,
        routes: [{ destination: "0.0.0.0/0", target: { kind: "internet-gateway", id: "igw" } }],
      },
    ],
    networkAcls: [allowAllAcl],
    securityGroups: [{ id: "sg-open", ingress: ports.map(admit), egress: [everything] }],
    prefixLists: [],
    enis: Array.from({ length: enis }, (_, index) =>
      eni(number * 100 + index, {
        subnetId: "subnet-one",
        privateIps: [smallAddress(index)],
        publicIps: [{ privateIp: smallAddress(index), publicIp: `203.0.${number}.${index + 1}` }],
      }),
    ),
    internetGateway: { id: "igw" },
  };
}

/** The private address of an interface by its place. */
export function smallAddress(index: number): string {
  return `10.0.1.${10 + index}`;
}

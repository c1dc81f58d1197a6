// The small VPC with each of the things that make a device or a link of their own. For tests only.

import type { RouteModel, VpcModel } from "@casemate/net-engine";

import { eni } from "./probe-world.ts";
import { smallVpc } from "./small-world.ts";

const base = smallVpc(1, [80], 3);

function withRoutes(model: VpcModel, routes: readonly RouteModel[]): VpcModel {
  const routeTables = model.routeTables.map((table) => ({ ...table, routes: [...table.routes, ...routes] }));
  return { ...model, routeTables };
}

const device = (number: number, privateIp: string, publicIp?: string) =>
  eni(number, {
    subnetId: "subnet-one",
    privateIps: [privateIp],
    ...(publicIp === undefined ? {} : { publicIps: [{ privateIp, publicIp }] }),
    securityGroupIds: [],
    metadata: undefined,
  });

/** With a peering. */
export const peered: VpcModel = withRoutes(
  {
    ...base,
    peerings: [{ id: "pcx", peerVpcId: "vpc-peer", peerNumber: 2, peerCidrs: ["10.1.0.0/16"], peerEnis: [] }],
  },
  [{ destination: "10.1.0.0/16", target: { kind: "vpc-peering", id: "pcx" } }],
);

const nat = device(150, "10.0.1.50", "203.0.1.50");
const local = { ...device(151, "10.0.1.51"), securityGroupIds: ["sg-open"] };

/** With a NAT gateway, a gateway endpoint and an interface endpoint. */
export const furnished: VpcModel = withRoutes(
  {
    ...base,
    prefixLists: [{ id: "pl-store", cidrs: ["198.18.5.0/24"] }],
    enis: [...base.enis, nat, local],
    natGateways: [{ id: "nat", eniId: nat.id }],
    gatewayEndpoints: [{ id: "vpce-store", number: 190, prefixListId: "pl-store" }],
    interfaceEndpoints: [{ id: "vpce-api", eniIds: [local.id], service: { kind: "local", ports: [443] } }],
  },
  [
    { destination: "198.18.64.0/24", target: { kind: "nat-gateway", id: "nat" } },
    { destination: "pl-store", target: { kind: "vpc-endpoint", id: "vpce-store" } },
  ],
);

const consumer = { ...device(152, "10.0.1.52"), securityGroupIds: ["sg-open"] };
const service = device(153, "10.0.1.53");

/** With an endpoint of a service and a service, both plugged into what joins the VPCs. */
export const linked: VpcModel = {
  ...base,
  enis: [...base.enis, consumer, service],
  interfaceEndpoints: [
    {
      id: "vpce-link",
      eniIds: [consumer.id],
      service: { kind: "service", serviceId: "vpce-svc", serviceEniNumber: service.number },
    },
  ],
  endpointServices: [
    {
      id: "vpce-svc",
      eniId: service.id,
      listeners: [{ protocol: 6, port: 80, targets: [{ address: "10.0.1.10", port: 80 }] }],
      consumers: [{ endpointId: "vpce-link", eniNumber: consumer.number }],
    },
  ],
};

/** With another target of its default route, and a network ACL that judges. */
export const rerouted: VpcModel = {
  ...base,
  routeTables: [
    {
      id: "rtb",
      number: 1,
      routes: [{ destination: "198.18.64.0/24", target: { kind: "internet-gateway", id: "igw" } }],
    },
  ],
  networkAcls: base.networkAcls.map((acl) => ({
    ...acl,
    entries: [
      {
        ruleNumber: 50,
        egress: false,
        action: "deny",
        protocol: 6,
        fromPort: 22,
        toPort: 22,
        cidr: "0.0.0.0/0",
      },
      ...acl.entries,
    ],
  })),
};

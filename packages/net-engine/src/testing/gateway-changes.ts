/** What single gateway probes change in their world. For tests only. */
import type { NetworkAclModel, RouteModel, VpcModel } from "../model.ts";
import { enisOfA, vpcA, vpcB, vpcP, openAcl, gatewayWorld, type GatewayWorld } from "./gateway-network.ts";

function withRoutes(model: VpcModel, tableId: string, routes: readonly RouteModel[]): VpcModel {
  return {
    ...model,
    routeTables: model.routeTables.map((table) =>
      table.id === tableId ? { ...table, routes: [...table.routes, ...routes] } : table,
    ),
  };
}

function withoutRoute(model: VpcModel, tableId: string, destination: string): VpcModel {
  return {
    ...model,
    routeTables: model.routeTables.map((table) =>
      table.id === tableId
        ? { ...table, routes: table.routes.filter((route) => route.destination !== destination) }
        : table,
    ),
  };
}

function withAccess(
  mode: "block-bidirectional" | "block-ingress",
  ...exclusions: [string, string][]
): VpcModel {
  return {
    ...vpcA,
    publicAccess: {
      mode,
      exclusions: exclusions.map(([resourceId, kind]) => ({
        resourceId,
        mode: kind === "egress" ? ("allow-egress" as const) : ("allow-bidirectional" as const),
      })),
    },
  };
}

const denyPeer: NetworkAclModel = {
  id: "acl-open",
  entries: [
    { ruleNumber: 50, egress: false, action: "deny", protocol: 6, cidr: "10.0.1.0/24", fromPort: 8080 },
    ...openAcl.entries,
  ],
};

const ingressRouting: VpcModel = {
  ...withRoutes(withoutRoute(withoutRoute(vpcA, "rtb-pub", "0.0.0.0/0"), "rtb-pub", "::/0"), "rtb-pub", [
    { destination: "0.0.0.0/0", target: { kind: "eni", eniId: "eni-fw" } },
  ]),
  internetGateway: { id: "igw-a", routeTableId: "rtb-gw" },
};

function gatewayTable(model: VpcModel, routes: readonly RouteModel[]): VpcModel {
  return { ...model, routeTables: [...model.routeTables, { id: "rtb-gw", number: 9, routes }] };
}

const throughFw: RouteModel = { destination: "10.0.1.0/24", target: { kind: "eni", eniId: "eni-fw" } };

/** What single probes change. */
export const gatewayChanges: Readonly<Record<string, Partial<GatewayWorld>>> = {
  "no-return": { b: withoutRoute(vpcB, "rtb-b", "10.0.0.0/16") },
  "peering-gone": { a: { ...vpcA, peerings: [] }, b: { ...vpcB, peerings: [vpcB.peerings![1]!] } },
  "one-sided": { b: { ...vpcB, peerings: [vpcB.peerings![1]!] } },
  "members-unknown": {
    b: { ...vpcB, peerings: [{ ...vpcB.peerings![0]!, peerEnis: [] }, vpcB.peerings![1]!] },
  },
  "deny-at-peer": { b: { ...vpcB, networkAcls: [denyPeer] } },
  "specific-blackhole": {
    a: withRoutes(vpcA, "rtb-pub", [{ destination: "10.1.1.11/32", target: { kind: "blackhole" } }]),
  },
  "local-wins": {
    a: withRoutes(vpcA, "rtb-pub", [
      { destination: "10.0.0.0/8", target: { kind: "vpc-peering", id: "pcx-ab" } },
    ]),
  },
  "peer-default": {
    a: withRoutes(vpcA, "rtb-iso", [
      { destination: "0.0.0.0/0", target: { kind: "vpc-peering", id: "pcx-ab" } },
    ]),
  },
  "peer-through-fw": {
    a: withRoutes(
      withRoutes(withoutRoute(vpcA, "rtb-pub", "10.1.0.0/16"), "rtb-pub", [
        { destination: "10.1.0.0/16", target: { kind: "eni", eniId: "eni-fw" } },
      ]),
      "rtb-mb",
      [{ destination: "10.1.0.0/16", target: { kind: "vpc-peering", id: "pcx-ab" } }],
    ),
  },
  "nat-gone": { a: { ...vpcA, natGateways: [] } },
  "nat-checked": {
    a: {
      ...vpcA,
      enis: enisOfA.map((each) => (each.id === "eni-nat" ? { ...each, sourceDestCheck: true } : each)),
    },
  },
  "gateways-detached": { a: { ...vpcA, internetGateway: undefined } },
  "eigw-gone": { a: { ...vpcA, egressOnlyInternetGateways: [] } },
  "bpa-both": { a: withAccess("block-bidirectional") },
  "bpa-ingress": { a: withAccess("block-ingress") },
  "bpa-both-except-pub": { a: withAccess("block-bidirectional", ["subnet-pub", "both"]) },
  "bpa-both-except-egress": {
    a: withAccess("block-bidirectional", ["subnet-pub", "egress"], ["subnet-priv", "egress"]),
  },
  "bpa-both-except-vpc": { a: withAccess("block-bidirectional", ["vpc-a", "both"]) },
  "bpa-ingress-except-pub": { a: withAccess("block-ingress", ["subnet-pub", "both"]) },
  "ingress-routing": { a: gatewayTable(ingressRouting, [throughFw]) },
  "ingress-local": {
    a: gatewayTable({ ...vpcA, internetGateway: { id: "igw-a", routeTableId: "rtb-gw" } }, []),
  },
  "ingress-straight-out": {
    a: gatewayTable({ ...vpcA, internetGateway: { id: "igw-a", routeTableId: "rtb-gw" } }, [throughFw]),
  },
  "ingress-private-middlebox": {
    a: gatewayTable(
      {
        ...ingressRouting,
        enis: enisOfA.map((each) => (each.id === "eni-fw" ? { ...each, publicIps: [] } : each)),
      },
      [throughFw],
    ),
  },
  "no-dns": { a: { ...vpcA, dnsSupport: false } },
  "consumer-refused": {
    p: { ...vpcP, endpointServices: [{ ...vpcP.endpointServices![0]!, consumers: [] }] },
  },
  "metadata-ipv4": {
    a: {
      ...vpcA,
      enis: enisOfA.map((each) => ({
        ...each,
        metadata: each.metadata === undefined ? undefined : { ...each.metadata, ipv6: false },
      })),
    },
  },
};

/** The world with a change of the probes. */
export function changedWorld(change: string): GatewayWorld {
  if (change === "-") return gatewayWorld;
  const changed = gatewayChanges[change];
  if (changed === undefined) throw new Error(`no change ${change}`);
  return { ...gatewayWorld, ...changed };
}

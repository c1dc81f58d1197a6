/**
 * Where a request wants a route to lead: exactly one target, which is there, is of the table's network and
 * takes packets of the destination's family. What Casemate has not, such as transit gateways and virtual
 * private gateways, is refused before.
 */
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import {
  egressOnlyInternetGateways,
  gatewayNotFound,
} from "../egress-only-internet-gateway/egress-only-internet-gateway.ts";
import { instances } from "../instance/instance.ts";
import { onlyInterface } from "../instance/only-interface.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { forwards, natGateways } from "../nat-gateway/nat-gateway.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { prefixLists } from "../prefix-list/prefix-list.ts";
import { peeringNotFound } from "../vpc-peering-connection/faults.ts";
import { vpcPeeringConnections } from "../vpc-peering-connection/vpc-peering-connection.ts";
import {
  endpointTarget,
  natGatewayTargetNotFound,
  tableElsewhere,
  targetCount,
  targetOfFamily,
} from "./faults.ts";
import type { RouteTableRow, RouteTarget } from "./route-table.ts";

// Differs: routes lead to no transit, virtual private, local or carrier gateways, nor to core networks.
/** The parameters that name targets which can be had. */
export const targetParameters = [
  "EgressOnlyInternetGatewayId",
  "GatewayId",
  "InstanceId",
  "NatGatewayId",
  "NetworkInterfaceId",
  "VpcPeeringConnectionId",
] as const;

/** A request that names a target. */
export type TargetInput = Readonly<Partial<Record<(typeof targetParameters)[number], string | undefined>>>;

interface Place {
  readonly table: RouteTableRow;
  /** A block or the id of a prefix list. */
  readonly destination: string;
}

/** The target a request names. @throws the targets' faults, targetCount, tableElsewhere, targetOfFamily */
export function fetchTarget(
  tx: ReadTx,
  call: Call,
  asked: { input: TargetInput; place: Place },
): RouteTarget {
  const named = targetParameters.flatMap((name) => {
    const id = asked.input[name];
    return id === undefined ? [] : [{ name, id }];
  });
  const [only, ...more] = named;
  if (only === undefined || more.length > 0) throw targetCount();
  return readers[only.name](tx, call, { id: only.id, ...asked.place });
}

type Reader = (tx: ReadTx, call: Call, asked: Place & { readonly id: string }) => RouteTarget;

const readers: Readonly<Record<(typeof targetParameters)[number], Reader>> = {
  EgressOnlyInternetGatewayId(tx, call, { id, table, destination }) {
    const { vpcId } = egressOnlyInternetGateways.fetch(tx, call, id);
    checkPlace(table, vpcId, { what: "network gateway", id });
    if (!isIpv6(tx, destination)) throw targetOfFamily(id, destination);
    return { kind: "egress-only-internet-gateway", id };
  },
  GatewayId(tx, call, { id, table }) {
    // Gateway endpoints put their own routes into tables.
    if (id.startsWith("vpce-")) throw endpointTarget();
    const row = internetGateways.find(tx, call, id);
    if (row === undefined) throw gatewayNotFound(id);
    checkPlace(table, row.vpcId, { what: "network gateway", id });
    return { kind: "internet-gateway", id };
  },
  InstanceId(tx, call, { id, ...place }) {
    const eni = onlyInterface(tx, instances.fetch(tx, call, id));
    return readers.NetworkInterfaceId(tx, call, { id: eni.id, ...place });
  },
  NatGatewayId(tx, call, { id, table, destination }) {
    const row = natGateways.find(tx, call, id);
    if (row === undefined || !forwards(row)) throw natGatewayTargetNotFound(id);
    checkPlace(table, row.vpcId, { what: "NAT gateway", id });
    if (isIpv6(tx, destination)) throw targetOfFamily(id, destination);
    return { kind: "nat-gateway", id };
  },
  NetworkInterfaceId(tx, call, { id, table }) {
    const { vpcId } = networkInterfaces.fetch(tx, call, id);
    checkPlace(table, vpcId, { what: "interface", id });
    return { kind: "network-interface", id };
  },
  VpcPeeringConnectionId(tx, call, { id, table }) {
    const { row, state, roles } = vpcPeeringConnections.fetch(tx, call, id);
    // Until it is accepted, the route is a black hole.
    if (!["pending-acceptance", "provisioning", "active"].includes(state)) throw peeringNotFound(id);
    const own = roles.map((role) => row[role].vpcId);
    checkPlace(
      table,
      own.find((vpcId) => vpcId === table.vpcId),
      { what: "VPC peering connection", id },
    );
    return { kind: "vpc-peering", id };
  },
};

function isIpv6(tx: ReadTx, destination: string): boolean {
  return destination.includes(":") || tx.get(prefixLists.collection, destination)?.family === "IPv6";
}

function checkPlace(
  table: RouteTableRow,
  vpcId: string | undefined,
  { what, id }: { readonly what: string; readonly id: string },
): void {
  if (vpcId !== table.vpcId) throw tableElsewhere(table.id, what, id);
}

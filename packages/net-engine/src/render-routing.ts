/**
 * Renders addresses of the router's services, policy rules and routes of each subnet and of the internet
 * gateway, and permanent neighbours (no ARP from the router); and the internet side's routes.
 */
import { covers, formatAddress, formatCidr, type Family } from "./address.ts";
import type { CompiledNetwork, CompiledRoute, CompiledSubnet } from "./compiled-network.ts";
import type { IpState } from "./ip-state.ts";
import {
  eniLink,
  formatMark,
  gatewayMark,
  gatewayTable,
  metadataAddress,
  nextHop,
  peerHop,
  resolverAddress,
  routerMac,
  stageBit,
  stageTable,
  subnetMark,
  subnetMask,
  subnetTable,
  timeAddress,
  uplink,
} from "./layout.ts";
import { subnetGateway, vpcResolver } from "./reserved-addresses.ts";

/** What stands in the namespaces of a VPC, links of interfaces apart. */
export interface LinkState {
  readonly router: IpState;
  readonly router6: IpState;
  readonly internet: IpState;
}

/** Renders everything but links. */
export function renderLinkState(compiled: CompiledNetwork): LinkState {
  return {
    router: routerState(compiled),
    router6: routerState6(compiled),
    internet: internetState(compiled),
  };
}

function routerState(compiled: CompiledNetwork): IpState {
  const state: Record<string, string> = {};
  const gateways = compiled.subnets.flatMap(({ cidrs }) =>
    cidrs.filter(({ family }) => family === 4).map(subnetGateway),
  );
  const fixed = [metadataAddress[4], resolverAddress[4], timeAddress[4]];
  for (const address of [...fixed, ...vpcResolver(compiled.cidrs, 4), ...gateways]) {
    state[`addr ${address}/32 dev lo`] = `${address}/32 dev lo`;
  }
  neighbour(state, [nextHop[4].lx1, "lx0"], routerMac("lx1"));
  neighbour(state, [nextHop[4].internet, "up0"], routerMac("internet", compiled.number));
  route(state, `default table ${stageTable}`, ` via ${nextHop[4].lx1} dev lx0 onlink`);
  for (const { number } of compiled.gatewayEndpoints) {
    neighbour(state, [nextHop[4].endpoint, eniLink(number)], routerMac("endpoint", number));
  }
  renderRouting(state, compiled, 4);
  return state;
}

function routerState6(compiled: CompiledNetwork): IpState {
  const state: Record<string, string> = {};
  for (const address of [metadataAddress[6], resolverAddress[6], timeAddress[6]]) {
    state[`addr ${address}/128 dev lo`] = `${address}/128 dev lo nodad`;
  }
  neighbour(state, [nextHop[6].lx1, "lx0"], routerMac("lx1"));
  for (const hop of [nextHop[6].internet, nextHop[6].egressOnly]) {
    neighbour(state, [hop, "up0"], routerMac("internet", compiled.number));
  }
  route(state, `default table ${stageTable}`, ` via ${nextHop[6].lx1} dev lx0 onlink`);
  for (const eni of compiled.enis.filter(({ addresses }) => addresses[6].length > 0)) {
    const link = eniLink(eni.number);
    state[`addr ${nextHop[6].gateway}/64 dev ${link}`] = `${nextHop[6].gateway}/64 dev ${link} nodad`;
  }
  renderRouting(state, compiled, 6);
  return state;
}

/** Rules by mark, one table per subnet, and the main table: every interface, and black holes for all else. */
function renderRouting(state: Record<string, string>, compiled: CompiledNetwork, family: Family): void {
  const stage = formatMark(stageBit);
  state["rule pref 100"] = `pref 100 fwmark ${stage}/${stage} lookup ${stageTable}`;
  renderGatewayRoutes(state, compiled, family);
  for (const subnet of compiled.subnets) {
    const pref = subnetTable(subnet.number);
    const mark = `${formatMark(subnetMark(subnet.number))}/${formatMark(subnetMask)}`;
    state[`rule pref ${pref}`] = `pref ${pref} fwmark ${mark} lookup ${pref}`;
    renderSubnetRoutes(state, subnet, { compiled, family });
  }
  for (const eni of compiled.enis) {
    const link = eniLink(eni.number);
    for (const address of eni.addresses[family]) {
      const text = formatAddress(address);
      route(state, `${text}/${family === 4 ? 32 : 128}`, ` dev ${link}`);
      neighbour(state, [text, link], eni.mac);
    }
    const delegate = nextHop[family].delegate;
    if (eni.prefixes[family].length > 0) neighbour(state, [delegate, link], eni.mac);
    for (const prefix of eni.prefixes[family]) {
      route(state, formatCidr(prefix), ` via ${delegate} dev ${link} onlink`);
    }
  }
  for (const { peerNumber } of compiled.peerings) {
    neighbour(state, [peerHop(peerNumber)[family], "px0"], routerMac("peer", peerNumber));
  }
  for (const cidr of compiled.cidrs.filter((block) => block.family === family)) {
    route(state, formatCidr(cidr), "blackhole ");
  }
  route(state, "default", "blackhole ");
}

function renderGatewayRoutes(state: Record<string, string>, compiled: CompiledNetwork, family: Family): void {
  const { gatewayRoutes } = compiled;
  if (gatewayRoutes === undefined) return;
  const table = ` table ${gatewayTable}`;
  state[`rule pref ${gatewayTable}`] =
    `pref ${gatewayTable} fwmark ${formatMark(gatewayMark)}/0xffffffff lookup ${gatewayTable}`;
  route(state, `default${table}`, "blackhole ");
  for (const entry of gatewayRoutes.routes[family].toReversed()) {
    route(state, `${destinationOf(entry)}${table}`, routeLead(entry, compiled, family));
  }
}

function destinationOf({ destination }: CompiledRoute): string {
  return destination.length === 0 ? "default" : formatCidr(destination);
}

function renderSubnetRoutes(
  state: Record<string, string>,
  subnet: CompiledSubnet,
  { compiled, family }: { readonly compiled: CompiledNetwork; readonly family: Family },
): void {
  const table = ` table ${subnetTable(subnet.number)}`;
  const own = subnet.cidrs.filter((cidr) => cidr.family === family);
  route(state, `default${table}`, "blackhole ");
  if (family === 4) route(state, `169.254.0.0/16${table}`, "blackhole ");
  for (const entry of subnet.routes[family].toReversed()) {
    // Traffic within a subnet never meets its route table.
    if (own.some((cidr) => covers(cidr, entry.destination))) continue;
    route(state, `${destinationOf(entry)}${table}`, routeLead(entry, compiled, family));
  }
  for (const cidr of own) route(state, `${formatCidr(cidr)}${table}`, "throw ");
}

/** Where a route leads: a type to stand before the destination, or a next hop to stand after it. */
function routeLead({ target }: CompiledRoute, compiled: CompiledNetwork, family: Family): string {
  switch (target.kind) {
    case "local":
      return "throw ";
    case "internet-gateway":
      return ` via ${nextHop[family].internet} dev up0 onlink`;
    case "egress-only-internet-gateway":
      return ` via ${nextHop[6].egressOnly} dev up0 onlink`;
    case "vpc-peering": {
      const peering = compiled.peerings.find(({ id }) => id === target.id);
      return peering === undefined
        ? "blackhole "
        : ` via ${peerHop(peering.peerNumber)[family]} dev px0 onlink`;
    }
    case "vpc-endpoint": {
      const endpoint = compiled.gatewayEndpoints.find(({ id }) => id === target.id);
      return endpoint === undefined
        ? "blackhole "
        : ` via ${nextHop[4].endpoint} dev ${eniLink(endpoint.number)} onlink`;
    }
    case "eni": {
      const eni = compiled.eniById.get(target.eniId);
      const hop = eni?.addresses[family][0];
      if (eni === undefined || hop === undefined) return "blackhole ";
      return ` via ${formatAddress(hop)} dev ${eniLink(eni.number)} onlink`;
    }
    case "blackhole":
      return "blackhole ";
  }
}

function internetState(compiled: CompiledNetwork): IpState {
  const state: Record<string, string> = {};
  const link = uplink(compiled.number);
  neighbour(state, [nextHop[4].router, link], routerMac("up0", compiled.number));
  for (const publicIp of compiled.eniByPublicIp.keys()) {
    route(state, `${formatAddress(publicIp)}/32`, ` via ${nextHop[4].router} dev ${link} onlink`);
  }
  const blocks = compiled.cidrs.filter(({ family }) => family === 6);
  if (blocks.length === 0 || !reachesInternet6(compiled)) return state;
  neighbour(state, [nextHop[6].router, link], routerMac("up0", compiled.number));
  for (const block of blocks) {
    route(state, formatCidr(block), ` via ${nextHop[6].router} dev ${link} onlink`);
  }
  return state;
}

function reachesInternet6({ internetGatewayId, model }: CompiledNetwork): boolean {
  return internetGatewayId !== undefined || (model.egressOnlyInternetGateways ?? []).length > 0;
}

function route(state: Record<string, string>, what: string, lead: string): void {
  state[`route ${what}`] = lead.startsWith(" ") ? `${what}${lead}` : `${lead}${what}`;
}

function neighbour(
  state: Record<string, string>,
  [address, link]: readonly [string, string],
  mac: string,
): void {
  state[`neigh ${address} dev ${link}`] = `${address} lladdr ${mac} dev ${link} nud permanent`;
}

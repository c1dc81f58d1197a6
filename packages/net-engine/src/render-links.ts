/**
 * Renders what `ip` sets up: links with fixed indexes, addresses of the router's services, policy rules and
 * routes of each subnet, permanent neighbours (no ARP from the router), the guests' ends and the internet
 * side.
 */
import { covers, formatAddress, formatCidr, type Family } from "./address.ts";
import type { CompiledEni, CompiledNetwork, CompiledRoute, CompiledSubnet } from "./compiled-network.ts";
import type { IpState } from "./ip-state.ts";
import {
  eniIndex,
  eniLink,
  formatMark,
  guestNetns,
  ifIndex,
  internetNetns,
  metadataAddress,
  mtu,
  nextHop,
  resolverAddress,
  routerMac,
  stageBit,
  stageTable,
  subnetMark,
  subnetMask,
  subnetTable,
  uplink,
  uplinkIndex,
} from "./layout.ts";
import { subnetGateway, vpcResolver } from "./reserved-addresses.ts";

/** What stands in the namespaces of a VPC, links of interfaces apart. */
export interface LinkState {
  readonly router: IpState;
  readonly router6: IpState;
  readonly internet: IpState;
}

/** The lines of the router namespace that make its own links; once, before everything else. */
export function routerBaseLines(vpcNumber: number): string[] {
  const lx = (end: "lx0" | "lx1"): string =>
    `${end} index ${ifIndex[end]} address ${routerMac(end)} mtu ${mtu.vpc}`;
  const up = `up0 index ${ifIndex.up0} address ${routerMac("up0", vpcNumber)} mtu ${mtu.internet}`;
  const peer =
    `${uplink(vpcNumber)} index ${uplinkIndex(vpcNumber)} ` +
    `address ${routerMac("internet", vpcNumber)} mtu ${mtu.internet} netns ${internetNetns}`;
  return [
    "link set lo up",
    `link add ${lx("lx0")} type veth peer name ${lx("lx1")}`,
    `link add ${up} type veth peer name ${peer}`,
    "link set lx0 up",
    "link set lx1 up",
    "link set up0 up",
  ];
}

/** The lines of the internet side that bring up a VPC's uplink; after `routerBaseLines`. */
export function internetBaseLines(vpcNumber: number): string[] {
  return [`link set ${uplink(vpcNumber)} up`];
}

/**
 * The lines that set up the internet side itself: the addresses of Casemate's API, and nowhere else to go.
 */
export function internetSideLines(apiAddresses: readonly string[]): string[] {
  return [
    "link set lo up",
    ...apiAddresses.map((address) => `addr replace ${address}/32 dev lo`),
    "route replace blackhole default metric 4294967295",
  ];
}

/** The lines that make the router's end of an interface's link; its guest namespace must exist. */
export function eniLinkLines({ number, mac }: CompiledEni): string[] {
  const link = eniLink(number);
  return [
    `link add ${link} index ${eniIndex(number)} address ${routerMac("eni", number)} mtu ${mtu.vpc} ` +
      `type veth peer name eth0 address ${mac} mtu ${mtu.vpc} netns ${guestNetns(number)}`,
    `ntable change name arp_cache dev ${link} proxy_delay 0`,
    `link set ${link} up`,
  ];
}

/** The lines of an interface's guest namespace; after `eniLinkLines`. */
export function guestLines(eni: CompiledEni): string[] {
  const lines = ["link set lo up", "link set eth0 up"];
  for (const cidr of eni.subnet.cidrs) {
    if (cidr.family === 6) {
      lines.push(
        ...eni.addresses[6].map((address) => `addr add ${formatAddress(address)}/128 dev eth0 nodad`),
      );
      if (eni.addresses[6].length > 0) lines.push(`route add default via ${nextHop[6].gateway} dev eth0`);
      continue;
    }
    lines.push(
      ...eni.addresses[4].map(
        (address) => `addr add ${formatAddress(address)}/${cidr.length} brd + dev eth0`,
      ),
    );
    if (eni.addresses[4].length > 0) lines.push(`route add default via ${subnetGateway(cidr)} dev eth0`);
  }
  return lines;
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
  const services = [metadataAddress[4], resolverAddress[4], ...vpcResolver(compiled.cidrs, 4), ...gateways];
  for (const address of services) state[`addr ${address}/32 dev lo`] = `${address}/32 dev lo`;
  neighbour(state, [nextHop[4].lx1, "lx0"], routerMac("lx1"));
  neighbour(state, [nextHop[4].internet, "up0"], routerMac("internet", compiled.number));
  route(state, `default table ${stageTable}`, ` via ${nextHop[4].lx1} dev lx0 onlink`);
  renderRouting(state, compiled, 4);
  return state;
}

function routerState6(compiled: CompiledNetwork): IpState {
  const state: Record<string, string> = {};
  for (const address of [metadataAddress[6], resolverAddress[6]]) {
    state[`addr ${address}/128 dev lo`] = `${address}/128 dev lo nodad`;
  }
  neighbour(state, [nextHop[6].lx1, "lx0"], routerMac("lx1"));
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
  }
  for (const cidr of compiled.cidrs.filter((block) => block.family === family)) {
    route(state, formatCidr(cidr), "blackhole ");
  }
  route(state, "default", "blackhole ");
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
    const destination = entry.destination.length === 0 ? "default" : formatCidr(entry.destination);
    route(state, `${destination}${table}`, routeLead(entry, compiled, family));
  }
  for (const cidr of own) route(state, `${formatCidr(cidr)}${table}`, "throw ");
}

/** Where a route leads: a type to stand before the destination, or a next hop to stand after it. */
function routeLead({ target }: CompiledRoute, compiled: CompiledNetwork, family: Family): string {
  switch (target.kind) {
    case "local":
      return "throw ";
    case "internet-gateway":
      return ` via ${nextHop[4].internet} dev up0 onlink`;
    case "eni": {
      const eni = compiled.eniById.get(target.eniId);
      const hop = eni?.addresses[family][0];
      if (eni === undefined || hop === undefined) return "blackhole ";
      return ` via ${formatAddress(hop)} dev ${eniLink(eni.number)} onlink`;
    }
    case "egress-only-internet-gateway":
    case "vpc-peering":
    case "vpc-endpoint":
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
  return state;
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

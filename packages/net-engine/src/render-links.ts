/**
 * Renders the links that `ip` makes, with fixed indexes: the router's own, the interfaces' and the guests'
 * ends, and the links to the fabric.
 */
import { formatAddress } from "./address.ts";
import type { CompiledEni, CompiledGatewayEndpoint } from "./compiled-network.ts";
import {
  endpointAddress,
  eniIndex,
  eniLink,
  fabric,
  guestNetns,
  ifIndex,
  internetNetns,
  linkAddress,
  linkBlock,
  linkPort,
  linkPortIndex,
  metadataAddress,
  mtu,
  nextHop,
  peerPort,
  peerPortIndex,
  routerMac,
  uplink,
  uplinkIndex,
} from "./layout.ts";
import { subnetGateway } from "./reserved-addresses.ts";

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
    "route replace blackhole ::/0 metric 4294967295",
  ];
}

/** The lines of the internet side that make the fabric; what is there already is no failure. */
export function fabricLines(): string[] {
  return [`link add name ${fabric} mtu ${mtu.vpc} type bridge`, `link set ${fabric} up`];
}

/** The lines of the router that link it to the fabric, where its peers are; no ARP, no guests. */
export function peerLinkLines(vpcNumber: number): string[] {
  const port = peerPort(vpcNumber);
  return [
    `link add px0 index ${ifIndex.px0} address ${routerMac("peer", vpcNumber)} mtu ${mtu.vpc} type veth ` +
      `peer name ${port} index ${peerPortIndex(vpcNumber)} mtu ${mtu.vpc} netns ${internetNetns}`,
    "link set px0 arp off",
    "link set px0 up",
  ];
}

/** The lines of the internet side that plug a router into the fabric; after `peerLinkLines`. */
export function peerPortLines(vpcNumber: number): string[] {
  const port = peerPort(vpcNumber);
  return [`link set ${port} master ${fabric}`, `link set ${port} up`];
}

/** The lines of the internet side that plug an endpoint or a service into the fabric. */
export function linkPortLines(eniNumber: number): string[] {
  const port = linkPort(eniNumber);
  return [
    `link add ${port} index ${linkPortIndex(eniNumber)} mtu ${mtu.vpc} type veth peer name pl0 ` +
      `index ${ifIndex.pl0} address ${routerMac("link", eniNumber)} mtu ${mtu.vpc} ` +
      `netns ${guestNetns(eniNumber)}`,
    `link set ${port} master ${fabric}`,
    `link set ${port} up`,
  ];
}

/** The lines that make the router's end of an interface's link; its guest namespace must exist. */
export function eniLinkLines({ number, mac }: { readonly number: number; readonly mac: string }): string[] {
  const link = eniLink(number);
  return [
    `link add ${link} index ${eniIndex(number)} address ${routerMac("eni", number)} mtu ${mtu.vpc} ` +
      `type veth peer name eth0 address ${mac} mtu ${mtu.vpc} netns ${guestNetns(number)}`,
    `ntable change name arp_cache dev ${link} proxy_delay 0`,
    `link set ${link} up`,
  ];
}

/** Whether an interface's namespace is plugged into the fabric. */
export function isLinked({ device }: CompiledEni): boolean {
  return device.kind === "service-endpoint" || device.kind === "endpoint-service";
}

/** The lines of an interface's guest namespace; after `eniLinkLines` and `linkPortLines`. */
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
  if (!isLinked(eni)) return lines;
  const own = linkAddress(eni.number);
  return [
    ...lines,
    "link set pl0 up",
    `addr add ${own}/32 dev pl0`,
    `route add ${linkBlock} dev pl0 src ${own}`,
  ];
}

/** The lines of a gateway endpoint's namespace; its answers go to the router, whoever they are for. */
export function endpointLines({ number }: CompiledGatewayEndpoint): string[] {
  const hop = metadataAddress[4];
  return [
    "link set lo up",
    "link set eth0 up",
    `addr add ${endpointAddress}/32 dev lo`,
    `neigh replace ${hop} lladdr ${routerMac("eni", number)} dev eth0 nud permanent`,
    `route add default via ${hop} dev eth0 onlink src ${endpointAddress}`,
  ];
}

/**
 * The fixed numbers and names of the data plane: marks, interface indexes, zones, tables, MAC addresses,
 * services.
 */
import type { CompiledEni } from "./compiled-network.ts";

/** Set on the mark while a packet is in its first pass (the sender's side). */
export const stageBit = 0x8000_0000;

/** The bits of the mark that hold the number of the sender's subnet. */
export const subnetMask = 0x7fff_0000;

/** Bits of the conntrack mark: in which direction the flow's original direction was accepted. */
export const acceptedIn = 0x1;
export const acceptedOut = 0x2;

/** The same for interfaces without source/dest check, where one flow is judged inbound and outbound. */
export const strictIn = 0x10;
export const strictOut = 0x20;
export const strictReplyIn = 0x40;
export const strictReplyOut = 0x80;

/** Bit of the conntrack mark: this connection carries a metadata token, so the hop limit applies to it. */
export const tokenReply = 0x100;

/** The same: the first reply on this connection carries no token. */
export const plainReply = 0x200;

/** Interface indexes in a router namespace; an interface of the VPC has 1000 plus its number. */
export const ifIndex = { lo: 1, lx0: 201, lx1: 202, up0: 203, px0: 204, pl0: 205 } as const;

/** The bridge in the internet side's namespace that joins routers of peers, and endpoints with services. */
export const fabric = "fab0";

/** The routing table that sends every packet of the first pass to lx0. */
export const stageTable = 10;

/** The routing table of the internet gateway, and the mark of what follows it. */
export const gatewayTable = 900;
export const gatewayMark = 0xfffe;

/** The interface group that links are moved to so that one command deletes them all. */
export const doomedGroup = 77;

/** Addresses of the services on the router's loopback, the same in every VPC. */
export const metadataAddress = { 4: "169.254.169.254", 6: "fd00:ec2::254" } as const;
export const resolverAddress = { 4: "169.254.169.253", 6: "fd00:ec2::253" } as const;
export const timeAddress = { 4: "169.254.169.123", 6: "fd00:ec2::123" } as const;

/** Next hops that exist only as permanent neighbours. */
export const nextHop = {
  4: {
    lx1: "169.254.0.2",
    internet: "169.254.0.1",
    router: "169.254.0.3",
    endpoint: "169.254.0.4",
    delegate: "169.254.0.5",
  },
  6: {
    lx1: "fe80::a:2",
    gateway: "fe80::1",
    internet: "fe80::a:11",
    egressOnly: "fe80::a:12",
    router: "fe80::a:13",
    delegate: "fe80::a:15",
  },
} as const;

/** The next hop that stands for a peer's router. */
export function peerHop(vpcNumber: number): Readonly<Record<4 | 6, string>> {
  return {
    4: `169.254.${16 + (vpcNumber >> 8)}.${vpcNumber & 255}`,
    6: `fe80::b:${vpcNumber.toString(16)}`,
  };
}

/** The address on which an endpoint and an endpoint service meet, by the number of their interface. */
export function linkAddress(eniNumber: number): string {
  return `240.0.${eniNumber >> 8}.${eniNumber & 255}`;
}

/** The block of those addresses; no VPC may have it. */
export const linkBlock = "240.0.0.0/16";

/** The address on which a gateway endpoint's server listens in its namespace. */
export const endpointAddress = "192.0.0.8";

/** The internet side's end of an endpoint's link to the fabric. */
export function linkPort(eniNumber: number): string {
  return `w${eniNumber}`;
}

/** The index of that end. */
export function linkPortIndex(eniNumber: number): number {
  return 100_000 + eniNumber;
}

/** The internet side's end of a router's link to the fabric. */
export function peerPort(vpcNumber: number): string {
  return `x${vpcNumber}`;
}

/** The index of that end. */
export function peerPortIndex(vpcNumber: number): number {
  return 20_000 + vpcNumber;
}

/** MTU inside the VPC and at its internet gateway. */
export const mtu = { vpc: 9001, internet: 1500 } as const;

/** Kernel settings of a router namespace; set before any link is made in it. */
export const routerSysctls: Readonly<Record<string, string>> = {
  "net.ipv4.ip_forward": "1",
  "net.ipv6.conf.all.forwarding": "1",
  "net.ipv6.conf.default.accept_dad": "0",
  "net.ipv6.conf.default.accept_ra": "0",
  "net.ipv4.conf.all.rp_filter": "0",
  "net.ipv4.conf.default.rp_filter": "0",
  // Else each pass of each packet looks its source up as well, only to drop what comes from an address of the
  // router itself; the ruleset drops that (`render-ruleset.ts`, `render-gateways.ts`).
  "net.ipv4.conf.all.accept_local": "1",
  "net.ipv4.conf.default.proxy_arp": "1",
  "net.ipv4.conf.all.send_redirects": "0",
  "net.ipv4.conf.default.send_redirects": "0",
  "net.ipv4.conf.all.accept_redirects": "0",
  "net.ipv4.conf.default.accept_redirects": "0",
  "net.netfilter.nf_conntrack_tcp_be_liberal": "1",
  "net.netfilter.nf_conntrack_acct": "1",
};

/** Kernel settings of the internet side's namespace. */
export const internetSysctls: Readonly<Record<string, string>> = {
  "net.ipv4.ip_forward": "1",
  "net.ipv4.conf.all.rp_filter": "0",
  "net.ipv4.conf.default.rp_filter": "0",
  "net.ipv4.conf.all.send_redirects": "0",
  "net.ipv4.conf.default.send_redirects": "0",
  "net.ipv6.conf.all.forwarding": "1",
  "net.ipv6.conf.default.accept_dad": "0",
};

/** The namespace of the internet side. */
export const internetNetns = "cminet";

/** The namespace of a VPC's router. */
export function routerNetns(vpcNumber: number): string {
  return `cmv-${vpcNumber}`;
}

/** The namespace of an interface's guest. */
export function guestNetns(eniNumber: number): string {
  return `cme-${eniNumber}`;
}

/** The router's end of an interface's link. */
export function eniLink(eniNumber: number): string {
  return `e${eniNumber}`;
}

/** The index of the router's end of an interface's link. */
export function eniIndex(eniNumber: number): number {
  return 1000 + eniNumber;
}

/** The internet side's end of a VPC's uplink. */
export function uplink(vpcNumber: number): string {
  return `u${vpcNumber}`;
}

/** The index of the internet side's end of a VPC's uplink. */
export function uplinkIndex(vpcNumber: number): number {
  return 10_000 + vpcNumber;
}

/** The routing table of a subnet. */
export function subnetTable(subnetNumber: number): number {
  return 1000 + subnetNumber;
}

/** The mark of packets from a subnet, without stage and interface. */
export function subnetMark(subnetNumber: number): number {
  return subnetNumber * 0x1_0000;
}

/** The mark of packets from an interface in the second pass. */
export function eniMark(eni: CompiledEni): number {
  return subnetMark(eni.subnet.number) + eni.number;
}

/** Prints a mark. */
export function formatMark(mark: number): string {
  return `0x${mark.toString(16).padStart(8, "0")}`;
}

/** A link end that Casemate gives a MAC address. */
export type RouterEnd =
  "lx0" | "lx1" | "up0" | "internet" | "eni" | "peer" | "link" | "endpoint" | "forwarded";

/** The MAC addresses of Casemate's own link ends. */
export function routerMac(end: RouterEnd, number = 0): string {
  const kind = { lx0: 1, lx1: 2, up0: 3, internet: 4, eni: 5, peer: 6, link: 7, endpoint: 8, forwarded: 9 }[
    end
  ];
  const bytes = [0x0e, 0xca, 0x5e, kind, Math.floor(number / 256), number % 256];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** Puts traffic and the rules about it into words. */
import { formatAddress } from "./address.ts";
import type { SecurityRule } from "./model.ts";
import type { Datagram } from "./packet.ts";
import type { TrafficMatch } from "./protocol.ts";

const protocolNames: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };

function protocolName(protocol: number): string {
  return protocol === -1 ? "all" : (protocolNames[protocol] ?? `protocol ${protocol}`);
}

/** A rule's protocol and ports. */
export function describeMatch(match: TrafficMatch): string {
  const { protocol, fromPort = -1, toPort = fromPort, icmpType = -1, icmpCode = -1 } = match;
  const name = protocolName(protocol);
  if (protocol === 6 || protocol === 17) {
    if (fromPort === -1) return `${name} all`;
    return toPort === -1 || toPort === fromPort ? `${name} ${fromPort}` : `${name} ${fromPort}-${toPort}`;
  }
  if (protocol !== 1 && protocol !== 58) return name;
  if (icmpType === -1) return `${name} all`;
  return icmpCode === -1 ? `${name} type ${icmpType}` : `${name} type ${icmpType} code ${icmpCode}`;
}

/** The other end that a rule names. */
export function describePeer({ source }: SecurityRule): string {
  if ("cidr" in source) return source.cidr;
  return "groupId" in source ? source.groupId : source.prefixListId;
}

/** What comes, and from where. */
export function describeFrom(datagram: Datagram): string {
  return `${describeValue(datagram)} from ${formatAddress(datagram.source)}`;
}

/** What goes, and where to. */
export function describeTo(datagram: Datagram): string {
  return `${describeValue(datagram)} to ${formatAddress(datagram.destination)}`;
}

/** Protocol and port, or ICMP type and code. */
export function describeValue({ kind, protocol, value }: Datagram): string {
  const name = protocolName(protocol);
  if (kind === "other") return name;
  return kind === "icmp" ? `${name} type ${value >> 8} code ${value & 255}` : `${name} ${value}`;
}

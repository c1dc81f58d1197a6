/**
 * Protocol numbers as rules see them: TCP and UDP have ports, the family's ICMP has type and code, every
 * other protocol has only its number.
 */
import type { Family } from "./address.ts";
import { mergeSpans, type Span } from "./plane.ts";

/** The number of TCP. */
export const TCP = 6;
/** The number of UDP. */
export const UDP = 17;
const ICMP: Readonly<Record<Family, number>> = { 4: 1, 6: 58 };

/** What a protocol is matched by besides the address. */
export type ProtocolKind = "tcp" | "udp" | "icmp" | "other";

/** Every kind. */
export const protocolKinds: readonly ProtocolKind[] = ["tcp", "udp", "icmp", "other"];

/** The numbers of one rule that say which packets it is about, addresses apart. */
export interface TrafficMatch {
  readonly protocol: number;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly icmpType?: number | undefined;
  readonly icmpCode?: number | undefined;
}

/** A security group rule's numbers as a match: for ICMP its ports are type and code. */
export function groupRuleMatch({ protocol, fromPort, toPort }: TrafficMatch): TrafficMatch {
  return { protocol, fromPort, toPort, icmpType: fromPort, icmpCode: toPort };
}

/** A span of ports, of type * 256 + code, or of protocol numbers. */
export interface KindSpan {
  readonly kind: ProtocolKind;
  readonly span: Span;
}

/** Every port, or every ICMP type and code. */
export const fullSpan: Span = { low: 0, high: 65_535 };

/** What a protocol is matched by. ICMPv6 over IPv4 and ICMP over IPv6 are just numbers. */
export function kindOf(family: Family, protocol: number): ProtocolKind {
  if (protocol === TCP) return "tcp";
  if (protocol === UDP) return "udp";
  return protocol === ICMP[family] ? "icmp" : "other";
}

/** The protocol numbers of kind `other`, as spans. */
export function otherProtocols(family: Family): Span[] {
  return mergeSpans(
    Array.from({ length: 256 }, (_, protocol) => protocol)
      .filter((protocol) => kindOf(family, protocol) === "other")
      .map((protocol) => ({ low: protocol, high: protocol })),
  );
}

const otherSpans: Readonly<Record<Family, readonly Span[]>> = { 4: otherProtocols(4), 6: otherProtocols(6) };

/** The points of a family that a rule's protocol, ports, type and code describe. */
export function spansOf(family: Family, match: TrafficMatch): KindSpan[] {
  if (match.protocol === -1) {
    const ports: KindSpan[] = (["tcp", "udp", "icmp"] as const).map((kind) => ({ kind, span: fullSpan }));
    return [...ports, ...otherSpans[family].map((span): KindSpan => ({ kind: "other", span }))];
  }
  const kind = kindOf(family, match.protocol);
  if (kind === "other") return [{ kind, span: { low: match.protocol, high: match.protocol } }];
  return [{ kind, span: kind === "icmp" ? icmpSpan(match) : portSpan(match) }];
}

function portSpan({ fromPort, toPort }: TrafficMatch): Span {
  if (fromPort === undefined || fromPort === -1) return fullSpan;
  return { low: fromPort, high: toPort === undefined || toPort === -1 ? fromPort : toPort };
}

function icmpSpan({ icmpType, icmpCode }: TrafficMatch): Span {
  if (icmpType === undefined || icmpType === -1) return fullSpan;
  if (icmpCode === undefined || icmpCode === -1) return { low: icmpType * 256, high: icmpType * 256 + 255 };
  return { low: icmpType * 256 + icmpCode, high: icmpType * 256 + icmpCode };
}

/** Whether a match is about a packet of a kind and value (see `Datagram`). */
export function matchHolds(
  match: TrafficMatch,
  packet: {
    readonly family: Family;
    readonly protocol: number;
    readonly kind: ProtocolKind;
    readonly value: number;
  },
): boolean {
  if (match.protocol === -1) return true;
  if (match.protocol !== packet.protocol) return false;
  return spansOf(packet.family, match).some(
    ({ span }) => span.low <= packet.value && packet.value <= span.high,
  );
}

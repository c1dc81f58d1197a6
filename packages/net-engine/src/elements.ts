/** How points, ranges and numbers are written as nftables set elements. */
import { formatAddress, type AddressRange } from "./address.ts";
import type { Region, Spans } from "./compiled-network.ts";
import { boxesOf, type Span } from "./plane.ts";
import { TCP, UDP } from "./protocol.ts";

/** Writes a span; one value is written alone. */
export function formatSpan(span: Span): string {
  return span.low === span.high ? `${span.low}` : `${span.low}-${span.high}`;
}

/** Writes a range of addresses; one address is written alone. */
export function formatRange(range: AddressRange): string {
  const low = formatAddress(range.low);
  return range.low === range.high ? low : `${low}-${formatAddress(range.high)}`;
}

/** Writes the number of a combination as a packet priority. */
export function formatClass(number: number): string {
  return `${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}`;
}

/**
 * The elements of a region: `ports` address . port . protocol, `icmp` address . type and code, `other`
 * address . protocol. The kernel goes through all elements that the first field matches, so the field that
 * tells most of them apart comes first.
 */
export function regionElements(region: Region): Record<"ports" | "icmp" | "other", string[]> {
  const ports = (protocol: number, plane: Region["tcp"]): string[] =>
    boxesOf(plane).map(({ span, range }) => `${formatRange(range)} . ${formatSpan(span)} . ${protocol}`);
  const plain = (plane: Region["tcp"]): string[] =>
    boxesOf(plane).map(({ span, range }) => `${formatRange(range)} . ${formatSpan(span)}`);
  return {
    ports: [...ports(TCP, region.tcp), ...ports(UDP, region.udp)],
    icmp: plain(region.icmp),
    other: plain(region.other),
  };
}

/** The elements `port . protocol` of open ports. */
export function openElements(tcp: readonly Span[], udp: readonly Span[]): string[] {
  return [
    ...tcp.map((span) => `${formatSpan(span)} . ${TCP}`),
    ...udp.map((span) => `${formatSpan(span)} . ${UDP}`),
  ];
}

/**
 * The elements of what members of one combination may do. Each ends in an explicit range: nft 1.0.6 cannot
 * delete an element of single values from an interval set whose first field is in host byte order.
 */
export function memberElements(
  combination: number,
  spans: Spans,
): Record<"ports" | "icmp" | "other", string[]> {
  const source = formatClass(combination);
  const range = (span: Span): string => `${span.low}-${span.high}`;
  return {
    ports: [
      ...spans.tcp.map((span) => `${source} . ${TCP} . ${range(span)}`),
      ...spans.udp.map((span) => `${source} . ${UDP} . ${range(span)}`),
    ],
    icmp: spans.icmp.map((span) => `${source} . ${range(span)}`),
    other: spans.other.map((span) => `${source} . ${range(span)}`),
  };
}

/**
 * Looks for a packet that gets from one end to another, its answer included: one of each class of headers is
 * tried, by the same engine that the packet filter is made from. It changes nothing and knows no wire shapes.
 */
import {
  contains,
  evaluate,
  PacketFault,
  parseAddress,
  reachAcross,
  type CompiledEni,
  type CompiledNetwork,
  type Hop,
  type Verdict,
} from "@casemate/net-engine";
import { formatAddress } from "@casemate/net-engine";
import type { InsightWorld } from "./insight-world.ts";
import type { PathEnd } from "./path-end.ts";
import {
  addressesWithin,
  blockOf,
  cutsOf,
  portsWithin,
  type Cuts,
  type PortSpan,
} from "./traffic-classes.ts";

/** What a header must be; what is absent may be anything. Addresses are blocks or single ones. */
export interface HeaderBounds {
  readonly protocols: readonly number[];
  readonly sourceAddresses?: readonly string[] | undefined;
  readonly destinationAddresses?: readonly string[] | undefined;
  readonly sourcePorts?: readonly PortSpan[] | undefined;
  readonly destinationPorts?: readonly PortSpan[] | undefined;
}

/** What is looked for. */
export interface PathQuestion {
  readonly from: PathEnd;
  /** Absent: whatever has one of the destination addresses. */
  readonly to: PathEnd | undefined;
  readonly bounds: HeaderBounds;
  /** Whether a path that was found is one that is meant. */
  readonly accepts?: ((path: Verdict) => boolean) | undefined;
  /** Blocks and ports that `accepts` tells apart. */
  readonly apart?: { readonly blocks: readonly string[]; readonly ports: readonly PortSpan[] } | undefined;
}

/** What came of it. */
export interface PathAnswer {
  readonly path?: Verdict | undefined;
  /** Where there is no path: the try that went farthest. */
  readonly nearest?: Verdict | undefined;
  /** Whether there were more classes than are tried. */
  readonly bounded: boolean;
}

/** Headers that are tried for one path. */
export const headersPerPathMax = 2000;

const anyPort: readonly PortSpan[] = [{ from: 1, to: 65_535 }];
/** What clients send from. */
const usualSourcePort = 50_000;

interface Header {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** Looks for a path. */
export function searchPath(world: InsightWorld, question: PathQuestion): PathAnswer {
  const cuts = cutsOf(networksOf(world, question), {
    blocks: [
      ...(question.apart?.blocks ?? []),
      ...(question.bounds.sourceAddresses ?? []),
      ...(question.bounds.destinationAddresses ?? []),
    ],
    ports: question.apart?.ports ?? [],
  });
  let tried = 0;
  let nearest: Verdict | undefined;
  for (const header of headersOf(world, question, cuts)) {
    if (tried === headersPerPathMax) return { nearest, bounded: true };
    tried += 1;
    const verdict = verdictOn(world, question, header);
    if (verdict === undefined) continue;
    const path = upToEnd(verdict, question);
    if (path.allowed && arrives(path, question) && question.accepts?.(path) !== false) {
      return { path, bounded: false };
    }
    if (nearest === undefined || progress(verdict) > progress(nearest)) nearest = verdict;
  }
  return { nearest, bounded: false };
}

function progress({ hops }: Verdict): number {
  const at = hops.findIndex(({ passed }) => !passed);
  return at < 0 ? hops.length : at;
}

/** The networks whose rules tell headers apart: those of the ends. */
function networksOf({ networks }: InsightWorld, { from, to }: PathQuestion): readonly CompiledNetwork[] {
  const found = networks.filter((network) =>
    [from, to].some((end) => end !== undefined && isIn(network, end)),
  );
  return found.length === 0 ? networks : found;
}

function isIn(network: CompiledNetwork, end: PathEnd): boolean {
  switch (end.kind) {
    case "interface":
      return end.eniIds.some((id) => network.eniById.has(id));
    case "internet-gateway":
      return network.internetGatewayId === end.id;
    case "vpc-peering-connection":
      return network.peerings.some(({ id }) => id === end.id);
    case "gateway-endpoint":
      return (network.model.gatewayEndpoints ?? []).some(({ id }) => id === end.id);
  }
}

function* headersOf(world: InsightWorld, question: PathQuestion, cuts: Cuts): Generator<Header> {
  const { bounds } = question;
  const sources = sourcesOf(world, question, cuts);
  const destinations = destinationsOf(world, question, cuts);
  const destinationPorts = portsWithin(bounds.destinationPorts ?? anyPort, cuts);
  const usual = bounds.sourcePorts === undefined ? [usualSourcePort] : [];
  const sourcePorts = [...usual, ...portsWithin(bounds.sourcePorts ?? anyPort, cuts)];
  for (const sourcePort of sourcePorts) {
    for (const protocol of bounds.protocols) {
      for (const destinationPort of destinationPorts) {
        for (const source of sources) {
          for (const destination of destinations) {
            if (source.includes(":") !== destination.includes(":")) continue;
            yield { source, destination, protocol, sourcePort, destinationPort };
          }
        }
      }
    }
  }
}

function enisOf({ networks }: InsightWorld, end: PathEnd): readonly CompiledEni[] {
  if (end.kind !== "interface") return [];
  return end.eniIds.flatMap((id) => networks.flatMap(({ eniById }) => eniById.get(id) ?? []));
}

function sourcesOf(world: InsightWorld, { from, bounds }: PathQuestion, cuts: Cuts): readonly string[] {
  const { sourceAddresses: asked } = bounds;
  switch (from.kind) {
    case "interface":
      return ownOrAsked(enisOf(world, from).flatMap(addressesOf), asked);
    case "internet-gateway":
      return asked === undefined ? addressesWithin(undefined, cuts) : addressesWithin(asked, cuts);
    case "vpc-peering-connection":
      return asked === undefined ? farAddresses(world, from.id, cuts) : addressesWithin(asked, cuts);
    case "gateway-endpoint":
      return [];
  }
}

function destinationsOf(
  world: InsightWorld,
  { from, to, bounds }: PathQuestion,
  cuts: Cuts,
): readonly string[] {
  const { destinationAddresses: asked } = bounds;
  if (to === undefined) return addressesWithin(asked ?? [], cuts);
  switch (to.kind) {
    case "interface": {
      const enis = enisOf(world, to);
      if (from.kind !== "internet-gateway") return ownOrAsked(enis.flatMap(addressesOf), asked);
      const outside = enis.flatMap(publicAddressesOf);
      // Without a public address the private one stands in, which no internet gateway lets in.
      return ownOrAsked(outside.length > 0 ? outside : enis.flatMap(addressesOf), asked);
    }
    case "internet-gateway":
      return asked === undefined ? addressesWithin(undefined, cuts) : addressesWithin(asked, cuts);
    case "vpc-peering-connection":
      return asked === undefined ? farAddresses(world, to.id, cuts) : addressesWithin(asked, cuts);
    case "gateway-endpoint": {
      const { networks } = world;
      const lists = networks.flatMap(({ model }) =>
        (model.gatewayEndpoints ?? [])
          .filter(({ id }) => id === to.id)
          .flatMap(
            ({ prefixListId }) => model.prefixLists.find(({ id }) => id === prefixListId)?.cidrs ?? [],
          ),
      );
      return addressesWithin(asked ?? lists, cuts);
    }
  }
}

/** Those of its own addresses that are asked for; where none of them is, what was asked for. */
function ownOrAsked(own: readonly string[], asked: readonly string[] | undefined): readonly string[] {
  if (asked === undefined) return own;
  const blocks = asked.flatMap((text) => blockOf(text) ?? []);
  const within = own.filter((text) => {
    const address = parseAddress(text);
    return address !== undefined && blocks.some((block) => contains(block, address));
  });
  return within.length > 0 ? within : blocks.map(({ low }) => formatAddress(low));
}

function addressesOf({ addresses }: CompiledEni): string[] {
  return [...addresses[4], ...addresses[6]].map(formatAddress);
}

function publicAddressesOf({ publicIps, blockedPublicIps, addresses }: CompiledEni): string[] {
  return [
    ...[...publicIps, ...blockedPublicIps].map(({ publicIp }) => formatAddress(publicIp)),
    ...addresses[6].map(formatAddress),
  ];
}

/** Addresses beyond a peering: of interfaces there, and one of each class of its blocks. */
function farAddresses({ networks }: InsightWorld, id: string, cuts: Cuts): readonly string[] {
  const peering = networks.flatMap(({ model }) => model.peerings ?? []).find((each) => each.id === id);
  if (peering === undefined) return [];
  const own = (peering.peerEnis ?? []).flatMap(({ privateIps }) => privateIps);
  return [
    ...new Set([...own, ...addressesWithin([...peering.peerCidrs, ...(peering.peerIpv6Cidrs ?? [])], cuts)]),
  ];
}

/** What becomes of a packet; undefined where it cannot exist. */
function verdictOn(world: InsightWorld, { from, to }: PathQuestion, header: Header): Verdict | undefined {
  const { source, destination, ...traffic } = header;
  try {
    if (from.kind === "vpc-peering-connection") {
      const network = world.networks.find(
        (each) => isIn(each, from) && each.cidrs.some((cidr) => holdsText(cidr, destination)),
      );
      return network && evaluate(network, { from: from.id, source, destination, ...traffic });
    }
    // What leaves by a gateway has arrived there, wherever it may come in again.
    const edge = to?.kind === "internet-gateway" || to?.kind === "vpc-peering-connection";
    const networks = edge ? world.networks.filter((each) => isIn(each, from)) : world.networks;
    if (from.kind === "internet-gateway") {
      const own = world.networks.filter((each) => isIn(each, from));
      return reachAcross(own, { from: source, to: destination }, traffic);
    }
    const sender =
      enisOf(world, from).find((eni) => addressesOf(eni).includes(source)) ?? enisOf(world, from)[0];
    return sender && reachAcross(networks, { from: sender.id, to: destination, source }, traffic);
  } catch (thrown) {
    if (thrown instanceof PacketFault) return undefined;
    throw thrown;
  }
}

function holdsText(cidr: Parameters<typeof contains>[0], text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && contains(cidr, address);
}

/** A way to a peering ends there: what is beyond is not asked. */
function upToEnd(verdict: Verdict, { to }: PathQuestion): Verdict {
  if (to?.kind !== "vpc-peering-connection") return verdict;
  const at = verdict.hops.findIndex((hop) => hop.passed && hop.component.ids.includes(to.id));
  return at < 0 ? verdict : { ...verdict, allowed: true, reply: "none", hops: verdict.hops.slice(0, at + 1) };
}

function arrives({ arrival, hops }: Verdict, { from, to }: PathQuestion): boolean {
  const forward = hops.filter(isForward);
  const passes = (id: string): boolean => forward.some(({ component }) => component.ids.includes(id));
  if (from.kind === "internet-gateway" && !passes(from.id)) return false;
  if (to === undefined) return arrival !== undefined;
  switch (to.kind) {
    case "interface":
      return arrival?.kind === "eni" && to.eniIds.includes(arrival.eniId);
    case "internet-gateway":
      return arrival?.kind === "internet" && passes(to.id);
    case "vpc-peering-connection":
      return passes(to.id);
    case "gateway-endpoint":
      return arrival?.kind === "vpc-endpoint" && arrival.endpointId === to.id;
  }
}

/** Whether a hop is of the way there, not of the answer's way back. */
export function isForward({ stage }: Hop): boolean {
  return !stage.startsWith("reply-");
}

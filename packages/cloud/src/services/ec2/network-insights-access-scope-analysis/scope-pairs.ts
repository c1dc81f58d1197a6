/** Which pairs of ends an access scope means, and which of the paths between them. */
import { contains, parseAddress, type Hop, type PacketHeader, type Verdict } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import type { InsightWorld } from "../network-insights/insight-world.ts";
import { locateEnd, type PathEnd } from "../network-insights/path-end.ts";
import { isForward, type HeaderBounds, type PathQuestion } from "../network-insights/path-search.ts";
import { blockOf, type PortSpan } from "../network-insights/traffic-classes.ts";
import {
  scopeTypes,
  type AccessScopeRow,
  type ScopeHeader,
  type ScopePath,
  type ScopeResources,
} from "../network-insights-access-scope/access-scope.ts";

/** Two ends and what is asked of the paths between them. */
export interface ScopePair {
  readonly from: PathEnd;
  readonly to: PathEnd;
  readonly path: ScopePath;
}

/** The pairs of a scope. */
export function scopePairs(tx: ReadTx, world: InsightWorld, scope: AccessScopeRow): readonly ScopePair[] {
  return scope.match.flatMap((path) => {
    const sources = endsOf(tx, world, path.source?.resources);
    const destinations = endsOf(tx, world, path.destination?.resources);
    return sources.flatMap((from) =>
      destinations.filter((to) => to.id !== from.id).map((to) => ({ from, to, path })),
    );
  });
}

/** What is to be looked for between a pair. */
export function questionOf(tx: ReadTx, scope: AccessScopeRow, { from, to, path }: ScopePair): PathQuestion {
  const others = [path, ...scope.exclude];
  const headers = others.flatMap((each) => [each.source?.header, each.destination?.header]);
  const excluded = scope.exclude.filter(
    (each) => isMeant(tx, each.source?.resources, from) && isMeant(tx, each.destination?.resources, to),
  );
  return {
    from,
    to,
    bounds: boundsOf(path),
    accepts: (found) => holds(tx, path, found) && !excluded.some((each) => holds(tx, each, found)),
    apart: {
      blocks: headers.flatMap((header) => [
        ...(header?.sourceAddresses ?? []),
        ...(header?.destinationAddresses ?? []),
      ]),
      ports: headers.flatMap((header) => [
        ...(header?.sourcePorts ?? []),
        ...(header?.destinationPorts ?? []),
      ]),
    },
  };
}

const protocolNumbers = { tcp: 6, udp: 17 } as const;

function boundsOf({ source, destination }: ScopePath): HeaderBounds {
  const protocols = source?.header?.protocols ?? destination?.header?.protocols ?? ["tcp", "udp"];
  const { protocols: _protocols, ...rest } = source?.header ?? {};
  return { ...rest, protocols: protocols.map((name) => protocolNumbers[name]) };
}

/** Whether a path is as its statement says: its header at both ends, and what it goes through. */
function holds(tx: ReadTx, path: ScopePath, { hops }: Verdict): boolean {
  const forward = hops.filter(isForward);
  const [first, last] = [forward[0]?.header, forward.at(-1)?.header];
  return (
    first !== undefined &&
    last !== undefined &&
    headerHolds(path.source?.header, first) &&
    headerHolds(path.destination?.header, last) &&
    path.through.every((resources) => forward.some((hop) => goesThrough(tx, resources, hop)))
  );
}

function headerHolds(wanted: ScopeHeader | undefined, header: PacketHeader): boolean {
  if (wanted === undefined) return true;
  const name = header.protocol === 6 ? "tcp" : "udp";
  return (
    (wanted.protocols?.includes(name) ?? true) &&
    inBlocks(wanted.sourceAddresses, header.source) &&
    inBlocks(wanted.destinationAddresses, header.destination) &&
    inSpans(wanted.sourcePorts, header.sourcePort) &&
    inSpans(wanted.destinationPorts, header.destinationPort)
  );
}

function inBlocks(blocks: readonly string[] | undefined, text: string): boolean {
  const address = parseAddress(text);
  if (blocks === undefined) return true;
  return (
    address !== undefined &&
    blocks.some((block) => {
      const cidr = blockOf(block);
      return cidr !== undefined && contains(cidr, address);
    })
  );
}

function inSpans(spans: readonly PortSpan[] | undefined, port: number | undefined): boolean {
  if (spans === undefined) return true;
  return port !== undefined && spans.some(({ from, to }) => port >= from && port <= to);
}

const componentTypes: Readonly<Record<string, string>> = {
  "network-interface": "AWS::EC2::NetworkInterface",
  "internet-gateway": "AWS::EC2::InternetGateway",
  "nat-gateway": "AWS::EC2::NatGateway",
  "vpc-peering-connection": "AWS::EC2::VPCPeeringConnection",
  "vpc-endpoint": "AWS::EC2::VPCEndpoint",
};

function goesThrough(tx: ReadTx, { ids, types }: ScopeResources, hop: Hop): boolean {
  const { component, at, vpcId } = hop;
  const type = componentTypes[component.kind];
  if (type !== undefined && types.includes(type)) return true;
  const met = [...component.ids, component.subnetId, vpcId];
  if (component.kind === "security-group") {
    if (types.includes("AWS::EC2::NetworkInterface")) return true;
    met.push(at, tx.get(networkInterfaces.collection, at)?.attachment?.instanceId);
  }
  return met.some((id) => id !== undefined && ids.includes(id));
}

/** Every end that a statement means; every end there is where it names none. */
function endsOf(tx: ReadTx, world: InsightWorld, resources: ScopeResources | undefined): readonly PathEnd[] {
  const models = world.networks.map(({ model }) => model);
  const all = models.flatMap((model) => [
    ...model.enis.filter(({ id }) => isGuest(world, id)).map(({ id }) => id),
    ...(model.internetGateway === undefined ? [] : [model.internetGateway.id]),
    ...(model.peerings ?? []).map(({ id }) => id),
    ...(model.gatewayEndpoints ?? []).map(({ id }) => id),
    ...(model.interfaceEndpoints ?? []).map(({ id }) => id),
  ]);
  const ends = [...new Set(all)].flatMap((id) => locateEnd(tx, models, id) ?? []);
  return ends.filter((end) => isMeant(tx, resources, end));
}

/** Interfaces of gateways and endpoints are no ends of their own. */
function isGuest({ networks }: InsightWorld, eniId: string): boolean {
  return networks.some(({ eniById }) => eniById.get(eniId)?.device.kind === "guest");
}

function isMeant(tx: ReadTx, resources: ScopeResources | undefined, end: PathEnd): boolean {
  if (resources === undefined || resources.ids.length + resources.types.length === 0) return true;
  const { ids, types } = resources;
  const row = tx.get(networkInterfaces.collection, end.id);
  const instanceId = row?.attachment?.instanceId;
  const type = scopeTypes[end.id.slice(0, end.id.indexOf("-"))] ?? "";
  if (types.includes(type) || (instanceId !== undefined && types.includes("AWS::EC2::Instance"))) return true;
  const places = row === undefined ? [] : [row.vpcId, row.subnetId, ...row.securityGroupIds, instanceId];
  return [end.id, ...places].some((id) => id !== undefined && ids.includes(id));
}

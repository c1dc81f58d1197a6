// Reads what one VPC's filter let through and what it rejected, per interface and direction, from the
// kernel's own counters: conntrack for accepted flows, the ruleset's counting sets for rejected ones. It
// keeps nothing: the numbers run from a flow's begin, and whoever asks subtracts what it was told before.

import type { AppliedNetwork } from "@casemate/net-engine";

import { runInNamespace } from "./namespaces.ts";

/** One direction of one flow at one interface. */
export interface FlowCount {
  /** Tells this flow from a later one of the same addresses and ports. */
  readonly flow: string;
  readonly eniNumber: number;
  readonly direction: "ingress" | "egress";
  readonly action: "ACCEPT" | "REJECT";
  /** What rejected it. */
  readonly reason?: "security-group" | "network-acl" | "BPA" | undefined;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** For ICMP the type and code stand in the source port's place: type * 256 + code. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly packets: number;
  readonly bytes: number;
}

const kinds = ["tcp", "udp", "any"] as const;
const reasons = [
  ["in", "ingress", "security-group"],
  ["out", "egress", "security-group"],
  ["ain", "ingress", "network-acl"],
  ["aout", "egress", "network-acl"],
  ["bpa", "egress", "BPA"],
] as const;
const listsAtOnce = 6;

/** Reads every flow of a VPC's router. */
export async function readFlowCounters(router: string, applied: AppliedNetwork): Promise<FlowCount[]> {
  const [accepted, rejected] = await Promise.all([
    readAccepted(router, applied),
    readRejected(router, applied),
  ]);
  return [...accepted, ...rejected];
}

/** The addresses of interfaces, as the routes to them say. */
function ownAddresses({ links }: AppliedNetwork): Map<string, number> {
  const owners = new Map<string, number>();
  for (const line of [...Object.values(links.router), ...Object.values(links.router6)]) {
    const match = /^(\S+)\/(?:32|128) dev e(\d+)$/.exec(line);
    if (match?.[1] !== undefined) owners.set(match[1], Number(match[2]));
  }
  return owners;
}

async function readAccepted(router: string, applied: AppliedNetwork): Promise<FlowCount[]> {
  const owners = ownAddresses(applied);
  const known = new Set(Object.values(applied.enis).map(({ number }) => number));
  const lists = await Promise.all(
    ["ipv4", "ipv6"].map((family) =>
      runInNamespace(router, ["conntrack", "-L", "-f", family, "-o", "extended,id"]),
    ),
  );
  return lists
    .flatMap(({ stdout }) => stdout.split("\n"))
    .flatMap((line) => parseTracked(line, owners))
    .filter(({ eniNumber }) => known.has(eniNumber));
}

const acceptedInbound = 0x1 | 0x10;
const acceptedOutbound = 0x2 | 0x20;
const protocols: Readonly<Record<string, number>> = { tcp: 6, udp: 17, "ipv6-icmp": 58, icmpv6: 58, icmp: 1 };

/** Both directions of one line of conntrack; lines that belong to no interface give nothing. */
export function parseTracked(line: string, owners: ReadonlyMap<string, number>): FlowCount[] {
  const zone = Number(/ zone=(\d+)/.exec(line)?.[1] ?? 0);
  const mark = Number(/ mark=(\d+)/.exec(line)?.[1] ?? 0);
  const id = / id=(\d+)\s*$/.exec(line)?.[1];
  const protocol = Number(/^ipv[46]\s+\d+\s+\S+\s+(\d+)/.exec(line)?.[1]);
  const halves = line.split(" src=").slice(1);
  if (zone === 0 || id === undefined || halves.length !== 2 || Number.isNaN(protocol)) return [];
  const [original, answer] = halves.map((half) => ` src=${half}`);
  if (original === undefined || answer === undefined) return [];
  const source = field(original, "src");
  const outbound =
    (mark & acceptedOutbound) !== 0 && (mark & acceptedInbound) === 0
      ? true
      : (mark & acceptedInbound) !== 0
        ? false
        : owners.get(source) === zone;
  const count = (half: string, direction: FlowCount["direction"]): FlowCount[] => {
    const packets = Number(field(half, "packets"));
    if (packets === 0) return [];
    const icmp = protocol === 1 || protocol === 58;
    return [
      {
        flow: `${zone}-${id}`,
        eniNumber: zone,
        direction,
        action: "ACCEPT",
        source: field(half, "src"),
        destination: field(half, "dst"),
        protocol,
        sourcePort: icmp
          ? Number(field(half, "type")) * 256 + Number(field(half, "code"))
          : Number(field(half, "sport")),
        destinationPort: icmp ? 0 : Number(field(half, "dport")),
        packets,
        bytes: Number(field(half, "bytes")),
      },
    ];
  };
  const [first, second] = outbound ? (["egress", "ingress"] as const) : (["ingress", "egress"] as const);
  return [...count(original, first), ...count(answer, second)];
}

function field(text: string, name: string): string {
  return new RegExp(` ${name}=(\\S+)`).exec(text)?.[1] ?? "0";
}

async function readRejected(router: string, applied: AppliedNetwork): Promise<FlowCount[]> {
  const names = reasons.flatMap(([name, direction, reason]) =>
    [4, 6].flatMap((family) =>
      kinds.map((kind) => ({ set: `fl_${name}${family}_${kind}`, kind, direction, reason })),
    ),
  );
  const flows: FlowCount[] = [];
  const work = async (): Promise<void> => {
    for (let next = names.shift(); next !== undefined; next = names.shift()) {
      const { stdout } = await runInNamespace(router, ["nft", "-nj", "list", "set", "inet", "vpc", next.set]);
      flows.push(...parseRejects(stdout, next, applied));
    }
  };
  await Promise.all(Array.from({ length: listsAtOnce }, work));
  return flows;
}

interface RejectSet {
  readonly set: string;
  readonly kind: (typeof kinds)[number];
  readonly direction: FlowCount["direction"];
  readonly reason: NonNullable<FlowCount["reason"]>;
}

interface ListedElement {
  readonly elem?: {
    readonly val?: { readonly concat?: readonly (string | number)[] };
    readonly counter?: { readonly packets: number; readonly bytes: number };
  };
}

/** The elements of one counting set as `nft -nj` lists them. */
export function parseRejects(json: string, from: RejectSet, applied: AppliedNetwork): FlowCount[] {
  const listed = JSON.parse(json) as { nftables: { set?: { elem?: readonly ListedElement[] } }[] };
  const elements = listed.nftables.flatMap(({ set }) => set?.elem ?? []);
  return elements.flatMap(({ elem }): FlowCount[] => {
    const [at, source, destination, fourth, fifth] = elem?.val?.concat ?? [];
    if (at === undefined || fifth === undefined || elem?.counter === undefined) return [];
    const ported = from.kind !== "any";
    const number = from.direction === "ingress" ? linkNumber(at) : Number(at) & 0xffff;
    // What comes from outside to a public address has no sender here.
    const inbound = from.reason === "BPA" && number === 0;
    const eniNumber = inbound ? publicOwner(String(destination), applied) : number;
    return [
      {
        flow: `${from.set}-${at}-${source}-${destination}-${fourth}-${fifth}`,
        eniNumber,
        direction: inbound ? "ingress" : from.direction,
        action: "REJECT",
        reason: from.reason,
        source: String(source),
        destination: String(destination),
        protocol: ported ? (from.kind === "tcp" ? 6 : 17) : (protocols[String(fourth)] ?? Number(fourth)),
        sourcePort: ported ? Number(fourth) : Number(fifth),
        destinationPort: ported ? Number(fifth) : 0,
        packets: elem.counter.packets,
        bytes: elem.counter.bytes,
      },
    ];
  });
}

/** The number of the interface that a link belongs to; nft names links that exist and numbers others. */
function linkNumber(link: string | number): number {
  const named = /^e(\d+)$/.exec(String(link))?.[1];
  return named === undefined ? Number(link) - 1000 : Number(named);
}

function publicOwner(address: string, { publicIps, links }: AppliedNetwork): number {
  const owners = ownAddresses({ links } as AppliedNetwork);
  return owners.get(publicIps[address] ?? address) ?? 0;
}

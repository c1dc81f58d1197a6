/** Turns a compiled VPC into what the host must run: all of it, or the difference to what stands. */
import { formatAddress } from "./address.ts";
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import { changeLines, type IpState } from "./ip-state.ts";
import { doomedGroup, eniLink, guestNetns, routerMac } from "./layout.ts";
import { deviceRules, endpointRules, type DeviceRules } from "./render-devices.ts";
import { peerEdge } from "./render-gateways.ts";
import {
  endpointLines,
  eniLinkLines,
  fabricLines,
  guestLines,
  internetBaseLines,
  isLinked,
  linkPortLines,
  peerLinkLines,
  peerPortLines,
  routerBaseLines,
} from "./render-links.ts";
import { renderLinkState, type LinkState } from "./render-routing.ts";
import { renderRuleset, type RulesetNumbers } from "./render-ruleset.ts";
import { printChange, printFull, type Ruleset } from "./ruleset.ts";

/** What one interface has in the namespaces. */
export interface AppliedEni {
  readonly number: number;
  readonly mac: string;
  /** 0 for a gateway endpoint, which is in no subnet. */
  readonly subnetNumber: number;
  readonly strict: boolean;
  /** Its namespace is plugged into the fabric. */
  readonly linked?: boolean | undefined;
  /** What stands in its namespace, if a device of Casemate's own is behind it. */
  readonly rules?: DeviceRules | undefined;
}

/** What stands in the kernel for one VPC once a plan has succeeded; plain JSON, to be kept by the host. */
export interface AppliedNetwork {
  readonly version: 1;
  readonly vpcNumber: number;
  readonly numbers: RulesetNumbers;
  readonly ruleset: Ruleset;
  readonly links: LinkState;
  /** By id; gateway endpoints are among them. */
  readonly enis: Readonly<Record<string, AppliedEni>>;
  /** The router is plugged into the fabric. */
  readonly peerLink?: boolean | undefined;
  /** Public address to private address. */
  readonly publicIps: Readonly<Record<string, string>>;
}

/** Lines for one guest namespace, which must exist before the router's lines run. */
export interface GuestPlan {
  readonly eniId: string;
  readonly netns: string;
  readonly lines: readonly string[];
}

/** An interface that is gone: its link is deleted by the router's lines, its namespace by the host. */
export interface RemovedEni {
  readonly eniId: string;
  readonly number: number;
  readonly netns: string;
}

/** The rules of one device's namespace: `nft` as one transaction, and then the settings. */
export interface DevicePlan extends DeviceRules {
  readonly eniId: string;
  readonly netns: string;
}

/**
 * What the host runs: `fabricIp` in the internet side's namespace, where what is there already is no failure;
 * `nft` as one transaction in the router namespace; then `routerIp` (`ip -batch`), `routerIp6` (`ip -6
 * -batch`), `edgeNft`, `internetIp` in the internet side's namespace, then the guests' lines (`ip -batch`),
 * then the `devices`, then `conntrack` with each list of arguments in the router namespace.
 */
export interface NetworkPlan {
  readonly fabricIp: readonly string[];
  readonly nft: string;
  readonly routerIp: readonly string[];
  /** A transaction for the router that stands before its link to the fabric does; empty if there is none. */
  readonly edgeNft: string;
  readonly routerIp6: readonly string[];
  readonly internetIp: readonly string[];
  readonly guests: readonly GuestPlan[];
  readonly devices: readonly DevicePlan[];
  readonly removeEnis: readonly RemovedEni[];
  readonly flushes: readonly (readonly string[])[];
  readonly applied: AppliedNetwork;
}

/** Options of `emitChange`. */
export interface ChangeOptions {
  /** Replace the whole ruleset atomically, for when the kernel's may not be the one remembered. */
  readonly replaceRuleset?: boolean | undefined;
}

/** What is to be run for a VPC that does not stand yet. */
export function emitFull(compiled: CompiledNetwork): NetworkPlan {
  const plan = emitChange(emptyNetwork(compiled.number), compiled, { replaceRuleset: true });
  return {
    ...plan,
    routerIp: [...routerBaseLines(compiled.number), ...plan.routerIp],
    internetIp: [...internetBaseLines(compiled.number), ...plan.internetIp],
  };
}

function emptyNetwork(vpcNumber: number): AppliedNetwork {
  return {
    version: 1,
    vpcNumber,
    numbers: { combinations: {}, acls: {} },
    ruleset: { sets: {}, chains: {} },
    links: { router: {}, router6: {}, internet: {} },
    enis: {},
    publicIps: {},
  };
}

/** What is to be run to bring a standing VPC to the compiled one. */
export function emitChange(
  applied: AppliedNetwork,
  compiled: CompiledNetwork,
  options: ChangeOptions = {},
): NetworkPlan {
  const numbers: RulesetNumbers = {
    combinations: assignNumbers(applied.numbers.combinations, [
      ...new Set([...compiled.combinations.map(({ key }) => key), ...compiled.peerCombinations]),
    ]),
    acls: assignNumbers(
      applied.numbers.acls,
      compiled.acls.map(({ id }) => id),
    ),
  };
  const ruleset = renderRuleset(compiled, numbers);
  const links = renderLinkState(compiled);
  const parts = listParts(compiled);
  const enis = Object.fromEntries(parts.map(({ id, applied: part }) => [id, part]));
  const removed = Object.entries(applied.enis).filter(([id, eni]) => !sameLink(eni, enis[id]));
  const added = parts.filter((part) => !sameLink(part.applied, applied.enis[part.id]));
  const next: AppliedNetwork = {
    version: 1,
    vpcNumber: compiled.number,
    numbers,
    ruleset,
    links,
    enis,
    peerLink: compiled.peerings.length > 0,
    publicIps: publicMappings(compiled),
  };
  const renewed = new Set(added.map(({ id }) => id));
  return {
    fabricIp:
      needsFabric(next) && (options.replaceRuleset === true || !needsFabric(applied)) ? fabricLines() : [],
    nft: options.replaceRuleset === true ? printFull(ruleset) : printChange(applied.ruleset, ruleset),
    edgeNft:
      next.peerLink === true && (options.replaceRuleset === true || applied.peerLink !== true)
        ? peerEdge(compiled.number)
        : "",
    ...linkLines(applied, next, { added, removed: removed.map(([, eni]) => eni) }),
    guests: added.map(({ id, applied: { number }, lines }) => ({
      eniId: id,
      netns: guestNetns(number),
      lines: lines(),
    })),
    devices: parts.flatMap(({ id, applied: { number, rules } }) => {
      const stands = !renewed.has(id) && sameRules(applied.enis[id]?.rules, rules);
      return rules === undefined || stands ? [] : [{ eniId: id, netns: guestNetns(number), ...rules }];
    }),
    removeEnis: removed.map(([eniId, { number }]) => ({ eniId, number, netns: guestNetns(number) })),
    flushes: flushes(applied, next),
    applied: next,
  };
}

/** An interface or a gateway endpoint: what has a link to the router. */
interface Part {
  readonly id: string;
  readonly applied: AppliedEni;
  readonly lines: () => string[];
}

function listParts(compiled: CompiledNetwork): Part[] {
  return [
    ...compiled.enis.map((eni) => ({
      id: eni.id,
      applied: appliedEni(eni, compiled),
      lines: () => guestLines(eni),
    })),
    ...compiled.gatewayEndpoints.map((endpoint) => ({
      id: endpoint.id,
      applied: {
        number: endpoint.number,
        mac: routerMac("endpoint", endpoint.number),
        subnetNumber: 0,
        strict: false,
        rules: endpointRules(),
      },
      lines: () => endpointLines(endpoint),
    })),
  ];
}

function needsFabric({ peerLink, enis }: AppliedNetwork): boolean {
  return peerLink === true || Object.values(enis).some(({ linked }) => linked === true);
}

function sameRules(a: DeviceRules | undefined, b: DeviceRules | undefined): boolean {
  return a?.nft === b?.nft && JSON.stringify(a?.sysctls) === JSON.stringify(b?.sysctls);
}

function linkLines(
  applied: AppliedNetwork,
  next: AppliedNetwork,
  { added, removed }: { readonly added: readonly Part[]; readonly removed: readonly AppliedEni[] },
): Pick<NetworkPlan, "routerIp" | "routerIp6" | "internetIp"> {
  const unplugged = applied.peerLink === true && next.peerLink !== true;
  const plugged = applied.peerLink !== true && next.peerLink === true;
  const goneLinks = [...removed.map(({ number }) => eniLink(number)), ...(unplugged ? ["px0"] : [])];
  // A link that is made anew has lost its routes and neighbours, so these are not remembered.
  const standing = (state: IpState): IpState =>
    goneLinks.length === 0
      ? state
      : Object.fromEntries(
          Object.entries(state).filter(
            ([, text]) => !goneLinks.some((link) => `${text} `.includes(` dev ${link} `)),
          ),
        );
  const change = (from: IpState, to: IpState): string[] => changeLines(standing(from), to);
  const links = [
    ...added.flatMap((part) => eniLinkLines(part.applied)),
    ...(plugged ? peerLinkLines(next.vpcNumber) : []),
  ];
  const ports = [
    ...added.flatMap((part) => (part.applied.linked === true ? linkPortLines(part.applied.number) : [])),
    ...(plugged ? peerPortLines(next.vpcNumber) : []),
  ];
  const deletions =
    goneLinks.length === 0
      ? []
      : [
          ...goneLinks.map((link) => `link set dev ${link} group ${doomedGroup}`),
          `link del group ${doomedGroup}`,
        ];
  const reused = new Set(added.map((part) => eniLink(part.applied.number)));
  const deleteFirst = goneLinks.some((link) => reused.has(link));
  const router = change(applied.links.router, next.links.router);
  return {
    // Routes change before links go: a route through a middlebox must never fall back to the local one.
    routerIp: deleteFirst ? [...deletions, ...links, ...router] : [...links, ...router, ...deletions],
    routerIp6: change(applied.links.router6, next.links.router6),
    internetIp: [...ports, ...change(applied.links.internet, next.links.internet)],
  };
}

function appliedEni(eni: CompiledEni, compiled: CompiledNetwork): AppliedEni {
  const rules = deviceRules(compiled, eni);
  return {
    number: eni.number,
    mac: eni.mac,
    subnetNumber: eni.subnet.number,
    strict: !eni.sourceDestCheck,
    ...(isLinked(eni) ? { linked: true } : {}),
    ...(rules === undefined ? {} : { rules }),
  };
}

function sameLink(a: AppliedEni, b: AppliedEni | undefined): boolean {
  return (
    b !== undefined &&
    a.number === b.number &&
    a.mac === b.mac &&
    a.subnetNumber === b.subnetNumber &&
    (a.linked ?? false) === (b.linked ?? false)
  );
}

function publicMappings(compiled: CompiledNetwork): Record<string, string> {
  return Object.fromEntries(
    [...compiled.eniByPublicIp].map(([publicIp, { privateIp }]) => [
      formatAddress(publicIp),
      formatAddress(privateIp),
    ]),
  );
}

/** Keeps the numbers of keys that stay and gives new keys the lowest free ones. */
function assignNumbers(
  old: Readonly<Record<string, number>>,
  keys: readonly string[],
): Record<string, number> {
  const kept = keys.flatMap((key): [string, number][] => {
    const number = old[key];
    return number === undefined ? [] : [[key, number]];
  });
  const numbers = new Map(kept);
  const taken = new Set(numbers.values());
  let next = 1;
  for (const key of keys) {
    if (numbers.has(key)) continue;
    while (taken.has(next)) next++;
    taken.add(next);
    numbers.set(key, next);
  }
  return Object.fromEntries(numbers);
}

/** State of flows that must not outlive their interface, their public address or their kind of tracking. */
function flushes(applied: AppliedNetwork, next: AppliedNetwork): string[][] {
  const lists: string[][] = [];
  for (const [id, eni] of Object.entries(applied.enis)) {
    const now = next.enis[id];
    if (!sameLink(eni, now) || now?.strict !== eni.strict) lists.push(["-D", "-w", `${eni.number}`]);
  }
  for (const [publicIp, privateIp] of Object.entries(applied.publicIps)) {
    if (next.publicIps[publicIp] === privateIp) continue;
    lists.push(["-D", "-d", publicIp], ["-D", "-q", publicIp]);
  }
  return lists;
}

// Decides whether this host can be given a route to the public addresses of a cloud without taking anything
// from what it reaches already. It reads the host's routes and changes nothing.

import { contains, formatCidr, parseCidr } from "@casemate/net-engine";
import type { Cidr } from "@casemate/net-engine";

import { runCommand } from "./command.ts";

/** When the host gets a route: where nothing else can be meant by the pool, wherever it is free, or never. */
export type HostAccessMode = "auto" | "on" | "off";

/** What is asked for. */
export interface HostAccess {
  /** The public addresses of the cloud, an IPv4 block. */
  readonly pool: string;
  readonly mode: HostAccessMode;
}

/** Whether the host reaches public addresses: as whom, or why not, one sentence without its full stop. */
export type HostAccessState =
  | { readonly open: true; readonly address: string; readonly pool: string }
  | { readonly open: false; readonly reason: string };

/** A route of the host as `ip -j` prints it; what is not read here is left out. */
export interface HostRoute {
  readonly dst: string;
  readonly dev?: string | undefined;
  readonly table?: string | undefined;
}

/** The name of every host link of every cloud; which cloud's it is, its alias tells. */
export const hostLinkName = /^cmh[0-9a-f]{8}$/;

/** Blocks that lead nowhere outside of a site: nothing on the internet is hidden by a route to them. */
const siteBlocks = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
].map(requireCidr);

/** What the host may be called on its link, the first that is free: documentation and test addresses. */
const hostAddresses = ["198.51.100.254", "192.0.2.254", "198.18.0.254"];

const shortestPool = 8;

/** Every IPv4 route of this host. */
export async function readHostRoutes(): Promise<readonly HostRoute[]> {
  const { stdout } = await runCommand("ip", ["-j", "-4", "route", "show", "table", "all"]);
  return JSON.parse(stdout === "" ? "[]" : stdout) as HostRoute[];
}

/** Decides by the routes of the host; those of `ownLink` do not count. */
export function planHostAccess(
  { pool, mode }: HostAccess,
  routes: readonly HostRoute[],
  ownLink: string,
): HostAccessState {
  if (mode === "off") return refusal("it is turned off");
  const block = parseCidr(pool);
  if (block === undefined || block.family !== 4) return refusal(`${pool} is not an IPv4 block`);
  if (block.length < shortestPool) return refusal(`${pool} is larger than a /${shortestPool}`);
  const name = formatCidr(block);
  const others = routes.filter(({ dev }) => dev !== ownLink);
  const taken = others.find((route) => overlaps(route, block));
  if (taken !== undefined) return refusal(`a route to ${name} would hide this host's ${describe(taken)}`);
  if (mode === "auto" && !siteBlocks.some((each) => holds(each, block))) {
    return refusal(`${name} may be somebody's on the internet; turn host access on to route it all the same`);
  }
  // Several clouds may call the host the same: each has its own link.
  const strangers = others.filter(({ dev }) => dev === undefined || !hostLinkName.test(dev));
  const address = hostAddresses.find((each) => {
    const own = requireCidr(`${each}/32`);
    return !contains(block, own.low) && !strangers.some((route) => overlaps(route, own));
  });
  if (address === undefined) return refusal(`this host uses all of ${hostAddresses.join(", ")} itself`);
  return { open: true, address, pool: name };
}

function refusal(reason: string): HostAccessState {
  return { open: false, reason };
}

function describe({ dst, dev, table }: HostRoute): string {
  const by = dev === undefined ? "" : ` by ${dev}`;
  return `route to ${dst}${by}${table === undefined ? "" : ` (table ${table})`}`;
}

/** A default route, whole or in its two halves, is for what has no route of its own and is not hidden. */
function overlaps({ dst }: HostRoute, block: Cidr): boolean {
  if (dst === "default") return false;
  const other = parseCidr(dst.includes("/") ? dst : `${dst}/32`);
  // What cannot be read might be anything.
  if (other === undefined) return true;
  return other.length > 1 && (holds(other, block) || holds(block, other));
}

function holds(outer: Cidr, inner: Cidr): boolean {
  return contains(outer, inner.low) && contains(outer, inner.high);
}

function requireCidr(text: string): Cidr {
  const block = parseCidr(text);
  if (block === undefined) throw new TypeError(`not a block: ${text}`);
  return block;
}

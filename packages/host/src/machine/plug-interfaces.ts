/**
 * Brings a machine's interfaces to what is wanted while its guest runs: each lies ready in a namespace of
 * its own until it is moved into the guest's, where its addresses, routes and rules are set. May be
 * repeated; what is there already stays. A guest has no power over its interfaces, so what a distribution's
 * own tools would do on a new one (addresses, and a route table for each secondary interface) is done here,
 * from outside.
 */
import type { MachineInterface } from "@casemate/cloud";
import { formatCidr, parseCidr } from "@casemate/net-engine";
import { runIpBatch } from "../network/ip-batch.ts";
import { namespaceInode, runInNamespace } from "../network/namespaces.ts";

/** The priority of the rules, and the number of the route table, of the interface at index 0. */
const ruleBase = 10_000;

interface Link {
  readonly ifname: string;
  readonly address?: string;
  readonly addr_info?: readonly {
    readonly local?: string;
    readonly prefixlen?: number;
    readonly scope?: string;
  }[];
}

interface Rule {
  readonly priority: number;
  readonly src?: string;
  readonly srclen?: number;
}

interface Route {
  readonly dst: string;
  readonly dev?: string;
}

/** The interfaces, the primary first, which lies in the guest's namespace from the start. */
export async function plugInterfaces(enis: readonly MachineInterface[]): Promise<void> {
  const [primary, ...others] = enis;
  if (primary === undefined) throw new TypeError("a machine needs a network interface");
  const guest = primary.netns;
  const before = await readLinks(guest);
  for (const eni of others) await moveIn(guest, eni, before);
  const links = await readLinks(guest);
  const wanted = enis.filter(({ addresses }) => addresses !== undefined);
  for (const family of [4, 6] as const) {
    const lines = [
      ...wanted.flatMap((eni) => interfaceLines(eni, family, linkOf(links, eni))),
      ...staleRules(await readRules(guest, family), wanted, family),
      ...staleBlocks(await readBlocks(guest, family), wanted, family),
    ];
    await runIpBatch(guest, lines, { tolerant: true, family });
  }
}

function deviceOf({ deviceIndex = 0 }: MachineInterface): string {
  return `eth${deviceIndex}`;
}

function linkOf(links: readonly Link[], eni: MachineInterface): Link {
  const found = links.find(({ ifname }) => ifname === deviceOf(eni));
  if (found === undefined) throw new Error(`${eni.eniId} is not in its guest's namespace`);
  return found;
}

async function moveIn(guest: string, eni: MachineInterface, present: readonly Link[]): Promise<void> {
  const device = deviceOf(eni);
  const there = present.find(({ ifname }) => ifname === device);
  if (there?.address === eni.mac) return;
  // It goes with the network of the interface that it belonged to; until then nothing else takes its place.
  if (there !== undefined) throw new Error(`${device} is still another interface's`);
  if ((await namespaceInode(eni.netns)) === undefined) throw new Error(`the network has no ${eni.eniId} yet`);
  const waiting = (await readLinks(eni.netns)).find(({ ifname }) => ifname === "eth0");
  if (waiting?.address !== eni.mac) throw new Error(`the network has no link for ${eni.eniId} yet`);
  await runInNamespace(eni.netns, ["ip", "link", "set", "dev", "eth0", "netns", guest, "name", device]);
}

function familyOf(text: string): 4 | 6 {
  return text.includes(":") ? 6 : 4;
}

/** The lines that give an interface its addresses, and a secondary one its own way out. */
function interfaceLines(eni: MachineInterface, family: 4 | 6, link: Link): string[] {
  const device = deviceOf(eni);
  const index = eni.deviceIndex ?? 0;
  const addresses = (eni.addresses ?? []).filter(({ address }) => familyOf(address) === family);
  const prefixes = (eni.prefixes ?? []).filter((prefix) => familyOf(prefix) === family);
  const had = (link.addr_info ?? []).filter(
    ({ local, scope }) => local !== undefined && familyOf(local) === family && scope === "global",
  );
  const suffix = family === 4 ? " brd +" : " nodad";
  const lengthOf = (length: number): number => (family === 4 ? length : 128);
  const lines = [
    `link set dev ${device} up`,
    ...had
      .filter(({ local }) => !addresses.some(({ address }) => address === local))
      .map(({ local, prefixlen }) => `addr del ${local}/${prefixlen} dev ${device}`),
    ...addresses
      .filter(({ address }) => !had.some(({ local }) => local === address))
      .map(({ address, length }) => `addr add ${address}/${lengthOf(length)}${suffix} dev ${device}`),
    ...prefixes.map((prefix) => `route replace local ${prefix} dev ${device} table local`),
  ];
  const [first] = addresses;
  if (first === undefined) return lines;
  if (index === 0) {
    return family === 6 ? [...lines, `route replace default via ${first.gateway} dev ${device}`] : lines;
  }
  const table = ruleBase + index;
  const subnet = parseCidr(`${first.address}/${first.length}`);
  if (family === 4 && subnet !== undefined) {
    lines.push(`route replace ${formatCidr(subnet)} dev ${device} src ${first.address} table ${table}`);
  }
  lines.push(`route replace default via ${first.gateway} dev ${device} table ${table}`);
  // A rule that is there already would be added a second time.
  for (const source of sourcesOf(eni, family)) {
    lines.push(`rule del from ${source} lookup ${table} priority ${table}`);
    lines.push(`rule add from ${source} lookup ${table} priority ${table}`);
  }
  return lines;
}

/** What an interface sends from. */
function sourcesOf(eni: MachineInterface, family: 4 | 6): readonly string[] {
  const bits = family === 4 ? 32 : 128;
  return [
    ...(eni.addresses ?? []).map(({ address }) => `${address}/${bits}`),
    ...(eni.prefixes ?? []),
  ].filter((source) => familyOf(source) === family);
}

/** The lines that delete rules of interfaces and addresses that are gone. */
function staleRules(rules: readonly Rule[], wanted: readonly MachineInterface[], family: 4 | 6): string[] {
  const bits = family === 4 ? 32 : 128;
  return rules
    .filter(({ priority }) => priority > ruleBase && priority < ruleBase + 100)
    .map(({ priority, src = "", srclen = bits }) => ({ priority, source: `${src}/${srclen}` }))
    .filter(
      ({ priority, source }) =>
        !wanted.some(
          (eni) => priority - ruleBase === eni.deviceIndex && sourcesOf(eni, family).includes(source),
        ),
    )
    .map(({ priority, source }) => `rule del from ${source} lookup ${priority} priority ${priority}`);
}

/** The lines that delete local blocks that are no interface's any more. */
function staleBlocks(routes: readonly Route[], wanted: readonly MachineInterface[], family: 4 | 6): string[] {
  const kept = wanted.flatMap(({ prefixes = [] }) => prefixes);
  return routes
    .filter(({ dst, dev }) => dst.includes("/") && dev?.startsWith("eth") && familyOf(dst) === family)
    .filter(({ dst }) => !kept.includes(dst))
    .map(({ dst, dev }) => `route del local ${dst} dev ${dev} table local`);
}

async function readJson<Value>(netns: string, args: readonly string[]): Promise<readonly Value[]> {
  const { stdout } = await runInNamespace(netns, ["ip", "-j", ...args]);
  return stdout.trim() === "" ? [] : (JSON.parse(stdout) as readonly Value[]);
}

function readLinks(netns: string): Promise<readonly Link[]> {
  return readJson(netns, ["addr", "show"]);
}

function readRules(netns: string, family: 4 | 6): Promise<readonly Rule[]> {
  return readJson(netns, [`-${family}`, "rule", "show"]);
}

async function readBlocks(netns: string, family: 4 | 6): Promise<readonly Route[]> {
  return readJson(netns, [`-${family}`, "route", "show", "table", "local", "type", "local"]);
}

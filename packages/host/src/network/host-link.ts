// The one link between this host's own network and the internet side of a cloud, by which the host reaches
// public addresses. It adds to the host one link, one address and the route of the pool; what filters stands
// in the internet side's namespace, and only answers come back through it.

import { runCommand } from "./command.ts";
import { planHostAccess, readHostRoutes } from "./host-routes.ts";
import type { HostAccess, HostAccessState } from "./host-routes.ts";
import { runIpBatch } from "./ip-batch.ts";
import { namespaceInode, namespaceOwner, runInNamespace } from "./namespaces.ts";
import type { NamespaceOwner } from "./namespaces.ts";

/** The internet side's end. */
const innerEnd = "h0";
// A next hop that exists only as a permanent neighbour: neither end ever asks for the other.
const nextHop = "169.254.0.1";
const innerMac = "0e:ca:5e:0a:00:01";
const hostMac = "0e:ca:5e:0a:00:02";
const linkMtu = 1500;

/** The name of the host's end for one owner. */
export function hostLinkOf(owner: NamespaceOwner): string {
  return `cmh${owner.tag.replace(/^casemate:/, "").slice(0, 8)}`;
}

/** Whether the host of a cloud with this state directory could have its route; nothing is changed. */
export async function probeHostAccess(stateDirectory: string, access: HostAccess): Promise<HostAccessState> {
  const owner = namespaceOwner(stateDirectory);
  const link = await readHostLink(owner);
  if (link === "foreign") return { open: false, reason: takenName(owner) };
  return planHostAccess(access, await readHostRoutes(), hostLinkOf(owner));
}

/** Plugs the host into the namespace, which must exist; what stood before is replaced. */
export async function plugHost(
  owner: NamespaceOwner,
  namespace: string,
  access: HostAccess,
): Promise<HostAccessState> {
  await unplugHost(namespace);
  const state = await probeOwned(owner, access);
  if (!state.open) return state;
  const name = hostLinkOf(owner);
  await runInNamespace(namespace, ["nft", "-f", "-"], { stdin: hostRules(state) });
  try {
    await runIpBatch(namespace, innerLines(name, owner.tag, state.address));
    // `-e`: a kernel without IPv6 has no such setting.
    await runCommand("sysctl", ["-q", "-e", "-w", `net.ipv6.conf.${name}.disable_ipv6=1`]);
    await runCommand("ip", ["-batch", "-"], { stdin: `${hostLines(name, state).join("\n")}\n` });
  } catch (error) {
    await unplugHost(namespace);
    throw error;
  }
  return state;
}

async function probeOwned(owner: NamespaceOwner, access: HostAccess): Promise<HostAccessState> {
  // The link of an earlier life went with its other end, so that what has the name now is somebody else's.
  if ((await readHostLink(owner)) !== "missing") return { open: false, reason: takenName(owner) };
  return planHostAccess(access, await readHostRoutes(), "");
}

/**
 * Takes the link away with its address and route, and its rules. Safety: it is deleted by the end that lies
 * in the own namespace, so that no link of the host can be mistaken for it.
 */
export async function unplugHost(namespace: string): Promise<void> {
  if ((await namespaceInode(namespace)) === undefined) return;
  await runIpBatch(namespace, [`link del ${innerEnd}`], { tolerant: true });
  await runInNamespace(namespace, ["nft", "-f", "-"], { stdin: "table ip host\ndelete table ip host\n" });
}

/** Made within the own namespace and marked there, so that it never stands on the host unmarked. */
function innerLines(name: string, tag: string, address: string): string[] {
  const ends =
    `link add ${innerEnd} address ${innerMac} mtu ${linkMtu} type veth ` +
    `peer name ${name} address ${hostMac} mtu ${linkMtu}`;
  return [
    ends,
    `link set ${name} alias ${tag}`,
    `link set ${name} netns ${process.pid}`,
    `link set ${innerEnd} arp off`,
    `link set ${innerEnd} addrgenmode none`,
    `link set ${innerEnd} up`,
    `neigh replace ${address} lladdr ${hostMac} dev ${innerEnd} nud permanent`,
    `route replace ${address}/32 dev ${innerEnd}`,
  ];
}

/** `add` and not `replace`: a route that somebody made meanwhile stays, and this fails. */
function hostLines(name: string, { address, pool }: { address: string; pool: string }): string[] {
  return [
    `link set ${name} arp off`,
    `addr add ${address}/32 dev ${name}`,
    `link set ${name} up`,
    `neigh replace ${nextHop} lladdr ${innerMac} dev ${name} nud permanent`,
    `route add ${pool} via ${nextHop} dev ${name} onlink src ${address}`,
  ];
}

/**
 * From the host comes only what it sends itself to the pool; to it goes only what answers that. All other
 * packets of the internet side stay untracked.
 */
function hostRules({ address, pool }: { address: string; pool: string }): string {
  const answers = [
    `oifname ${innerEnd} ct state established accept`,
    `oifname ${innerEnd} ct state related icmp type { destination-unreachable, time-exceeded, ` +
      "parameter-problem } accept",
    `oifname ${innerEnd} drop`,
  ];
  const chain = (name: string, hook: string, rules: readonly string[]): string[] => [
    `chain ${name} {`,
    `type filter hook ${hook}; policy accept;`,
    ...rules,
    "}",
  ];
  return [
    "table ip host",
    "delete table ip host",
    "table ip host {",
    ...chain("raw", "prerouting priority -300", [
      `iifname ${innerEnd} ip saddr != ${address} drop`,
      `iifname ${innerEnd} ip daddr != ${pool} drop`,
      `iifname ${innerEnd} accept`,
      `ip saddr ${address} drop`,
      `ip daddr ${address} accept`,
      "notrack",
    ]),
    ...chain("raw_out", "output priority -300", [`ip daddr ${address} accept`, "notrack"]),
    ...chain("forward", "forward priority 0", answers),
    ...chain("output", "output priority 0", answers),
    ...chain("input", "input priority 0", [`iifname ${innerEnd} drop`]),
    "}",
    "",
  ].join("\n");
}

async function readHostLink(owner: NamespaceOwner): Promise<"missing" | "own" | "foreign"> {
  const { stdout } = await runCommand("ip", ["-j", "link", "show"]);
  const links = JSON.parse(stdout) as { ifname: string; ifalias?: string }[];
  const found = links.find(({ ifname }) => ifname === hostLinkOf(owner));
  if (found === undefined) return "missing";
  return found.ifalias === owner.tag ? "own" : "foreign";
}

function takenName(owner: NamespaceOwner): string {
  return `the link ${hostLinkOf(owner)} of this host belongs to somebody else`;
}

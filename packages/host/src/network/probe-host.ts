// Finds out whether this host can carry real networks and says what is missing, by trying and not by reading
// version numbers. It leaves nothing behind.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";

import { CommandFailure, runCommand } from "./command.ts";
import { removeNamespaces, runInNamespace } from "./namespaces.ts";

/** Whether packets can be filtered here; `reasons` says why not, one sentence each. */
export interface NetworkProbe {
  readonly available: boolean;
  readonly reasons: readonly string[];
  /** Whether VPCs can be joined, by peering or endpoint services; VPCs by themselves need none of it. */
  readonly peering: PeeringProbe;
}

/** Whether VPCs can be joined here; `reason` says why not, one sentence without its full stop. */
export type PeeringProbe =
  { readonly available: true } | { readonly available: false; readonly reason: string };

const programs: readonly { program: string; args: readonly string[]; package: string }[] = [
  { program: "ip", args: ["-V"], package: "iproute2" },
  { program: "nft", args: ["--version"], package: "nftables" },
  { program: "nsenter", args: ["--version"], package: "util-linux" },
  { program: "conntrack", args: ["--version"], package: "conntrack" },
  { program: "sysctl", args: ["--version"], package: "procps" },
];

// One line for each kernel part that the ruleset stands on.
const trialRuleset = `
table inet trial {
  map zones { type ipv4_addr : verdict; }
  map links { type iface_index : verdict; elements = { 1 : accept } }
  set boxes {
    type inet_proto . inet_service . ipv4_addr; flags interval;
    elements = { 6 . 80-90 . 10.0.0.0-10.0.0.9 }
  }
  chain raw {
    type filter hook prerouting priority -300;
    meta iif vmap @links
    ct zone set 7
    notrack
  }
  chain forward {
    type filter hook forward priority 0; policy drop;
    meta l4proto . th dport . ip saddr @boxes ct mark set 1 accept
    fib daddr . mark oif 1 accept
  }
  chain nat { type nat hook postrouting priority 100; masquerade; }
}
`;

const trialLinks = [
  "link set lo up",
  "link add ta index 1001 type veth peer name tb index 1002",
  "rule add fwmark 0x1/0x1 table 7 priority 7",
  "route add blackhole default table 7",
];

// The bridge that joins VPCs, and the hook by which a peer is told who it hears, new in Linux 5.16.
const trialBridge = "link add tbr type bridge";
const trialEgress = `
table netdev trial {
  chain out {
    type filter hook egress device "ta" priority 0; policy accept;
    meta mark != 1 ether saddr set 0e:ca:5e:00:00:01
  }
}
`;

/** Tries everything that the driver needs in a namespace of its own. */
export async function probeHost(): Promise<NetworkProbe> {
  const reasons: string[] = [];
  if (process.platform !== "linux") return unavailable(["networks need Linux"]);
  if (process.getuid?.() !== 0) reasons.push("networks need root");
  const present = await Promise.all(programs.map(({ program, args }) => starts(program, args)));
  for (const [index, found] of present.entries()) {
    const needed = programs[index];
    if (!found && needed !== undefined) {
      reasons.push(`the program ${needed.program} is missing (Debian package ${needed.package})`);
    }
  }
  if (reasons.length > 0) return unavailable(reasons);
  return tryKernel();
}

function unavailable(reasons: readonly string[]): NetworkProbe {
  const peering = { available: false, reason: "there are no networks to join" } as const;
  return { available: false, reasons, peering };
}

async function starts(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await runCommand(program, args, { timeoutMs: 5000 });
    return true;
  } catch {
    return false;
  }
}

/**
 * The namespaces of trials whose process ended before it could remove them.
 *
 * Safety: only names of the exact form below are taken, and only where no process has that number any more.
 */
async function staleTrials(): Promise<string[]> {
  const names = await readdir("/run/netns").catch(() => []);
  return names.filter((name) => {
    const pid = /^cm-probe-(\d{1,10})-[0-9a-f]{8}$/.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
}

async function tryKernel(): Promise<NetworkProbe> {
  await removeNamespaces(await staleTrials());
  const name = `cm-probe-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await attempt("network namespaces cannot be made", runCommand("ip", ["netns", "add", name]));
    await attempt(
      "the kernel lacks veth or policy routing",
      runInNamespace(name, ["ip", "-batch", "-"], { stdin: `${trialLinks.join("\n")}\n` }),
    );
    await attempt(
      "the kernel lacks a part of nftables (inet, conntrack zones, nat or fib)",
      runInNamespace(name, ["nft", "-f", "-"], { stdin: trialRuleset }),
    );
    await attempt(
      "sysctls of a namespace cannot be written",
      runInNamespace(name, ["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]),
    );
    return { available: true, reasons: [], peering: await tryPeering(name) };
  } catch (error) {
    return unavailable([error instanceof Error ? error.message : String(error)]);
  } finally {
    await removeNamespaces([name]);
  }
}

async function tryPeering(name: string): Promise<PeeringProbe> {
  try {
    await attempt(
      "the kernel lacks the bridge module",
      runInNamespace(name, ["ip", "-batch", "-"], { stdin: `${trialBridge}\n` }),
    );
    await attempt(
      "the kernel lacks the egress hook of nftables",
      runInNamespace(name, ["nft", "-f", "-"], { stdin: trialEgress }),
    );
    return { available: true };
  } catch (error) {
    return { available: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function attempt(what: string, step: Promise<unknown>): Promise<void> {
  try {
    await step;
  } catch (error) {
    const detail = error instanceof CommandFailure ? error.stderr.trim().split("\n")[0] : String(error);
    throw new Error(`${what}: ${detail}`, { cause: error });
  }
}

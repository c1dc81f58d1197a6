// Measures what packets pay: the filter at 1, 100 and 1,000 rules, and the kernel's own share of it, against
// bare routing between two veth links, in slices taken in turn; and what it costs to count flows.
import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";

import { createNetworkDriver } from "@casemate/host";
import type { NetworkDriver } from "@casemate/host";
import { makeBareRoute } from "./network-bare.ts";
import type { BareRoute } from "./network-bare.ts";
import { group, interfaceOf, network, trafficRules } from "./network-models.ts";
import { measureTraffic, runInside, startServer } from "./network-traffic.ts";
import type { Traffic, TrafficMode, TrafficPath } from "./network-traffic.ts";
import { atLeast, atMost } from "./row.ts";
import type { Report } from "./row.ts";

const sliceSeconds = 0.2;
const slices = 5;
const readingSeconds = 25;
const countingSlices = 14;

const bareKinds = [
  { name: "bare routing", passes: 1, tracked: false },
  { name: "floor: one conntrack rule", passes: 1, tracked: true },
  { name: "floor: two passes without rules", passes: 2, tracked: false },
  { name: "floor: two passes, one conntrack rule in each", passes: 2, tracked: true },
] as const;

const ruleCounts = [1, 100, 1000] as const;

/** `more`: whether a larger number is better; the goal is a share of bare routing. */
const modes: readonly { mode: TrafficMode; name: string; unit: string; more: boolean; goal?: number }[] = [
  { mode: "tcp", name: "TCP", unit: "bytes/s", more: true, goal: 0.9 },
  { mode: "udp", name: "64 B datagrams", unit: "/s", more: true, goal: 0.7 },
  { mode: "conn", name: "new connections", unit: "/s", more: true, goal: 0.6 },
  { mode: "rr", name: "round trip", unit: "us", more: false },
];

/** How far the worst count of rules may stay behind the best, to be called flat. */
const flat = 0.9;

interface NamedPath extends TrafficPath {
  readonly name: string;
  readonly rules?: number | undefined;
}

/** Prints the rows of forwarding; the VPCs stay for `destroyAll`. */
export async function measureForwarding(stateDirectory: string, report: Report): Promise<void> {
  const driver = createNetworkDriver({ stateDirectory });
  const bare: BareRoute[] = [];
  const servers: ChildProcess[] = [];
  try {
    for (const [number, kind] of bareKinds.entries()) bare.push(await makeBareRoute({ ...kind, number }));
    const filtered: NamedPath[] = [];
    for (const [index, rules] of ruleCounts.entries())
      filtered.push(await makeFiltered(driver, index, rules));
    const named = bare.map((route, index) => ({ ...route, name: bareKinds[index]?.name ?? "" }));
    const paths: NamedPath[] = [...named, ...filtered];
    for (const path of paths) servers.push(await startServer(path));
    for (const each of modes) await measureMode(each, paths, report);
    const last = filtered.at(-1);
    if (last !== undefined) await measureAccounting(driver, last, report);
    report(`(python3 traffic; the best of ${slices} interleaved slices of ${sliceSeconds} s each)`);
  } finally {
    for (const child of servers) child.kill("SIGKILL");
    for (const route of bare) await route.remove();
  }
}

async function makeFiltered(driver: NetworkDriver, index: number, rules: number): Promise<NamedPath> {
  const number = index + 1;
  const client = interfaceOf(number * 10 + 1, ["sg"]);
  const server = interfaceOf(number * 10 + 2, ["sg"]);
  await driver.apply(network(number, [client, server], [group("sg", trafficRules(rules))]));
  return {
    name: `filter of ${rules} ${rules === 1 ? "rule" : "rules"}`,
    rules,
    client: driver.netnsOf(client.number),
    server: driver.netnsOf(server.number),
    address: server.privateIps[0] ?? "",
  };
}

/**
 * Ratios are of the best slices: for a second of CPU time, which the neighbours of a shared machine do not
 * stretch, and beside it for a second of time. Where less is better the ratio is a multiple.
 */
async function measureMode(
  { mode, name, unit, more, goal }: (typeof modes)[number],
  paths: readonly NamedPath[],
  report: Report,
): Promise<void> {
  const results = paths.map((): Traffic[] => []);
  for (let slice = 0; slice < slices; slice++) {
    for (const [index, path] of paths.entries()) {
      results[index]?.push(await measureTraffic(path, mode, sliceSeconds));
    }
  }
  const best = (key: keyof Traffic): number[] =>
    results.map((list) => (more ? Math.max : Math.min)(...list.map((traffic) => traffic[key])));
  const [byTime, byCpu] = [best("byTime"), best("byCpu")];
  const shares: number[] = [];
  for (const [index, path] of paths.entries()) {
    const ratio = (list: readonly number[]): number => (list[index] ?? Number.NaN) / (list[0] ?? Number.NaN);
    if (path.rules !== undefined) shares.push(more ? ratio(byCpu) : 1 / ratio(byCpu));
    report({
      what: `${name}, ${path.name}`,
      figure: `${format(byTime[index])} ${unit}; ${format(byCpu[index])} ${more ? "for 1 s" : "us"} of CPU`,
      beside:
        index === 0
          ? undefined
          : `${ratio(byCpu).toFixed(2)} of bare routing by CPU, ${ratio(byTime).toFixed(2)} by time`,
      goal: goal === undefined || path.rules === undefined ? undefined : atLeast(ratio(byCpu), goal, ""),
    });
  }
  const spread = Math.min(...shares) / Math.max(...shares);
  report({
    what: `${name}, the worst count of rules beside the best`,
    figure: spread.toFixed(2),
    goal: atLeast(spread, flat, ""),
  });
}

function format(value: number | undefined): string {
  return (value ?? Number.NaN).toPrecision(4);
}

/**
 * Counting is paid twice: by every packet, and by a reading of all flows now and then. The packet's part is
 * measured with the kernel's counters on and off in turn, a reading by the CPU time that it takes.
 */
async function measureAccounting(driver: NetworkDriver, path: NamedPath, report: Report): Promise<void> {
  const vpc = ruleCounts.length;
  const router = driver.netnsOf(0).replace(/e-0$/, `v-${vpc}`);
  const count = (on: boolean) =>
    runInside(router, ["sysctl", "-q", "-w", `net.netfilter.nf_conntrack_acct=${on ? 1 : 0}`]);
  const rates: Record<"off" | "on", number[]> = { off: [], on: [] };
  for (let slice = 0; slice < countingSlices; slice++) {
    for (const kind of ["off", "on"] as const) {
      await count(kind === "on");
      rates[kind].push((await measureTraffic(path, "udp", sliceSeconds)).byCpu);
    }
  }
  const readings: number[] = [];
  let flows = 0;
  for (let reading = 0; reading < 3; reading++) {
    const before = await cpuSeconds();
    flows = Math.max(flows, (await driver.readFlows(vpc)).length);
    readings.push((await cpuSeconds()) - before);
  }
  const perPacket = Math.max(0, 1 - Math.max(...rates.on) / Math.max(...rates.off));
  const reading = Math.min(...readings);
  const share = perPacket + reading / readingSeconds;
  report({
    what: `accounting, ${flows} counts read every ${readingSeconds} s`,
    figure: `${(share * 100).toFixed(1)} % of a processor that forwards`,
    beside:
      `counting ${(perPacket * 100).toFixed(1)} % of datagrams/s, ` +
      `a reading ${(reading * 1000).toFixed(0)} ms of CPU`,
    goal: atMost(share * 100, 5, " %"),
  });
}

/** CPU time of this process and of the programs that it has run. */
async function cpuSeconds(): Promise<number> {
  const fields = (await readFile("/proc/self/stat", "utf8")).replace(/^.*\) /s, "").split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

// Measures the control plane of the network: what an attach, a change of rules and a rebuild cost in a VPC of
// 1,000 interfaces and groups of 1,000 rules, and the memory that an interface takes.
import { readFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { createNetworkDriver } from "@casemate/host";
import type { NetworkDriver } from "@casemate/host";
import { compileNetwork, emitFull } from "@casemate/net-engine";
import type { EniModel } from "@casemate/net-engine";
import { distinctRule, distinctRules, group, interfaceOf, network } from "./network-models.ts";
import { atMost, median } from "./row.ts";
import type { Report } from "./row.ts";

const interfaces = 1000;
const rules = distinctRules(1000);
const combinations = 20;
const small = Array.from({ length: combinations }, (_, index) =>
  group(`sg-${index}`, [distinctRule(5000 + index)]),
);

/** Half of the interfaces have one large group, half another one, each time with one of twenty small ones. */
function groupsOf(number: number): string[] {
  return number % 2 === 0 ? ["sg-alone"] : ["sg-wide", `sg-${(number >> 1) % combinations}`];
}

/** The VPC with its first interfaces, and with so many rules more in each of the large groups. */
function large(enis: readonly EniModel[], more: { alone?: number; wide?: number } = {}) {
  const extra = (index: number | undefined) => (index === undefined ? [] : [distinctRule(2000 + index)]);
  return network(1, enis, [
    group("sg-alone", [...rules, ...extra(more.alone)]),
    group("sg-wide", [...rules, ...extra(more.wide)]),
    ...small,
  ]);
}

async function timed(task: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** What the kernel holds for itself; pages of processes and of files are not in it. */
async function kernelBytes(): Promise<number> {
  const lines = (await readFile("/proc/meminfo", "utf8")).split("\n");
  const kibibytes = ["Slab", "Percpu", "VmallocUsed"].map((name) =>
    Number(/(\d+) kB/.exec(lines.find((line) => line.startsWith(`${name}:`)) ?? "")?.[1] ?? 0),
  );
  return kibibytes.reduce((sum, each) => sum + each, 0) * 1024;
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

/** Prints the rows of the control plane; the VPC stays for `destroyAll`. */
export async function measureScale(stateDirectory: string, report: Report): Promise<void> {
  const driver = createNetworkDriver({ stateDirectory });
  const created = await timed(() => driver.apply(large([])));
  report({ what: "create a VPC with 21 combinations of 1,000 rules", figure: `${created.toFixed(0)} ms` });
  const enis: EniModel[] = [];
  const attach = async (count: number): Promise<number> => {
    const times: number[] = [];
    for (let index = 0; index < count; index++) {
      enis.push(interfaceOf(enis.length + 1, groupsOf(enis.length + 1)));
      times.push(await timed(() => driver.apply(large(enis))));
    }
    return median(times);
  };
  const first = await attach(10);
  report({ what: "attach one interface, 0-10 present", figure: `${first.toFixed(1)} ms (median of 10)` });
  const before = { kernel: await kernelBytes(), heap: heapBytes() };
  const count = interfaces - 10 - enis.length;
  while (enis.length < interfaces - 10) enis.push(interfaceOf(enis.length + 1, groupsOf(enis.length + 1)));
  const many = await timed(() => driver.apply(large(enis)));
  report({
    what: `attach ${count} at once`,
    figure: `${many.toFixed(0)} ms, ${(many / count).toFixed(1)} ms each`,
    beside: `${(many / count / first).toFixed(2)} x of one alone, each`,
  });
  const kernel = ((await kernelBytes()) - before.kernel) / count / 1024;
  const heap = (heapBytes() - before.heap) / count / 1024;
  report({
    what: "memory for each, its guest's namespace included",
    figure: `kernel ${kernel.toFixed(0)} KiB, process ${heap.toFixed(1)} KiB`,
  });
  const later = await attach(10);
  report({
    what: "attach one interface, 990-1,000 present",
    figure: `${later.toFixed(1)} ms (median of 10)`,
    beside: `${(later / first).toFixed(2)} x of one with 0-10 present`,
    goal: atMost(later, 50, " ms"),
  });
  await measureChanges({ driver, enis, stateDirectory }, report);
}

interface Scaled {
  readonly driver: NetworkDriver;
  readonly enis: readonly EniModel[];
  readonly stateDirectory: string;
}

async function measureChanges({ driver, enis, stateDirectory }: Scaled, report: Report): Promise<void> {
  const change = async (which: "alone" | "wide"): Promise<number> => {
    const times: number[] = [];
    for (let index = 0; index < 7; index++) {
      times.push(await timed(() => driver.apply(large(enis, { [which]: index }))));
    }
    return median(times);
  };
  const alone = await change("alone");
  report({
    what: "change one rule of 1,001, in one combination",
    figure: `${alone.toFixed(0)} ms (median of 7)`,
  });
  const wide = await change("wide");
  report({
    what: `the same in ${combinations} combinations`,
    figure: `${wide.toFixed(0)} ms (median of 7)`,
    beside: `${(wide / alone).toFixed(2)} x of one combination`,
  });
  const compile = await timed(async () => void emitFull(compileNetwork(large(enis))));
  // A daemon that has just started trusts no ruleset: it replaces it as a whole.
  const restarted = createNetworkDriver({ stateDirectory });
  const rebuild = await timed(() => restarted.apply(large(enis)));
  report({
    what: "rebuild all: compile, replace the ruleset in one transaction",
    figure: `${rebuild.toFixed(0)} ms, of which ${compile.toFixed(0)} compiling`,
    beside: `${(rebuild / alone).toFixed(1)} x of a change`,
  });
  const detach = await timed(() => restarted.apply(large(enis.slice(0, -1))));
  report({ what: "detach one interface of 1,000", figure: `${detach.toFixed(0)} ms` });
  const removal = await timed(() => restarted.remove({ vpcId: "vpc-bench-1" }));
  report({ what: "remove the VPC with 999 interfaces", figure: `${removal.toFixed(0)} ms` });
}

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileNetwork } from "./compile-network.ts";
import { emitChange, emitFull, type AppliedNetwork, type NetworkPlan } from "./emit.ts";
import { eniIndex, guestNetns, ifIndex, internetNetns, routerNetns, routerSysctls } from "./layout.ts";
import type { VpcModel } from "./model.ts";
import { internetSideLines } from "./render-links.ts";
import { randomModel, randomWorld, seededRandom, type SeededRandom } from "./testing/index.ts";

/** Why no kernel can be asked here, or undefined. */
function missing(): string | undefined {
  if (process.getuid?.() !== 0) return "not root";
  const tried = spawnSync("unshare", [
    "--net",
    "--mount",
    "sh",
    "-c",
    "nft list ruleset && ip -V && conntrack -V",
  ]);
  return tried.status === 0
    ? undefined
    : `no namespaces, nft, ip or conntrack: ${String(tried.stderr).trim()}`;
}

const reason = missing();

/** A mount namespace with a `/run` of its own, so that namespaces named in it are seen by nobody else. */
class Sandbox {
  readonly #holder: ChildProcess;
  readonly #names = new Set<string>();
  hasFabric = false;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  static async open(): Promise<Sandbox> {
    const script = "mount -t tmpfs tmpfs /run && mkdir /run/netns && echo ready && exec sleep infinity";
    const holder = spawn("unshare", ["--net", "--mount", "--propagation", "private", "sh", "-c", script]);
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once("data", () => resolve());
      holder.once("exit", () => reject(new Error("the sandbox did not open")));
    });
    return new Sandbox(holder);
  }

  close(): void {
    for (const name of this.#names) this.#run(["ip", "netns", "del", name]);
    this.#holder.kill("SIGKILL");
  }

  ensure(name: string): void {
    if (this.#names.has(name)) return;
    this.#must(["ip", "netns", "add", name]);
    this.#names.add(name);
  }

  remove(name: string): void {
    this.#must(["ip", "netns", "del", name]);
    this.#names.delete(name);
  }

  in(netns: string, argv: readonly string[], input = ""): string {
    return this.#must(["nsenter", `--net=/run/netns/${netns}`, ...argv], input);
  }

  batch(netns: string, lines: readonly string[], flags: readonly string[] = []): void {
    if (lines.length > 0) this.in(netns, ["ip", ...flags, "-batch", "-"], `${lines.join("\n")}\n`);
  }

  #must(argv: readonly string[], input = ""): string {
    const { status, stdout, stderr } = this.#run(argv, input);
    if (status !== 0) throw new Error(`${argv.join(" ")}: ${stderr.slice(0, 2000)}`);
    return stdout;
  }

  #run(argv: readonly string[], input = ""): { status: number | null; stdout: string; stderr: string } {
    const inside = ["-t", `${this.#holder.pid}`, "--mount", ...argv];
    const { status, stdout, stderr } = spawnSync("nsenter", inside, {
      input,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    return { status, stdout, stderr };
  }
}

function prepare(sandbox: Sandbox, vpcNumber: number): void {
  sandbox.ensure(internetNetns);
  sandbox.batch(internetNetns, internetSideLines(["192.0.2.1"]));
  const router = routerNetns(vpcNumber);
  sandbox.ensure(router);
  for (const [key, value] of Object.entries(routerSysctls))
    sandbox.in(router, ["sysctl", "-qw", `${key}=${value}`]);
}

function runPlan(sandbox: Sandbox, plan: NetworkPlan): void {
  const router = routerNetns(plan.applied.vpcNumber);
  for (const { netns } of plan.guests) sandbox.ensure(netns);
  if (!sandbox.hasFabric) sandbox.batch(internetNetns, plan.fabricIp);
  sandbox.hasFabric ||= plan.fabricIp.length > 0;
  if (plan.nft !== "") sandbox.in(router, ["nft", "-f", "-"], plan.nft);
  sandbox.batch(router, plan.routerIp);
  if (plan.edgeNft !== "") sandbox.in(router, ["nft", "-f", "-"], plan.edgeNft);
  sandbox.batch(router, plan.routerIp6, ["-6"]);
  sandbox.batch(internetNetns, plan.internetIp);
  for (const guest of plan.guests) sandbox.batch(guest.netns, guest.lines, ["-force"]);
  for (const { netns, nft } of plan.devices) sandbox.in(netns, ["nft", "-f", "-"], nft);
  const standing = new Set(Object.values(plan.applied.enis).map(({ number }) => guestNetns(number)));
  for (const { netns } of plan.removeEnis) if (!standing.has(netns)) sandbox.remove(netns);
}

/** The table as the kernel has it, without what depends on history: handles, counters and orders. */
function rulesetOf(sandbox: Sandbox, router: string): unknown {
  // nft prints an index as a name where the interface exists.
  const listed = sandbox
    .in(router, ["nft", "-j", "list", "ruleset"])
    .replace(/"counter": \{[^}]*\}/g, '"counter": {}')
    .replace(/"e(\d+)"/g, (_, number: string) => `"${eniIndex(Number(number))}"`)
    .replace(/"(lx0|lx1|up0|px0)"/g, (_, name: "lx0" | "lx1" | "up0" | "px0") => `"${ifIndex[name]}"`);
  const { nftables } = JSON.parse(listed) as {
    nftables: Record<string, Record<string, unknown>>[];
  };
  const sets: Record<string, unknown> = {};
  const chains: Record<string, unknown[]> = {};
  // The edge of a link to the fabric is a table of its own.
  const ofTable = nftables.filter((entry) => Object.values(entry)[0]?.["family"] !== "netdev");
  for (const entry of ofTable) {
    const set = entry["set"] ?? entry["map"];
    if (set !== undefined) {
      const name = String(set["name"]);
      const elements = name.startsWith("fl_") ? [] : ((set["elem"] ?? []) as unknown[]);
      sets[name] = {
        type: set["type"],
        map: set["map"],
        elements: elements.map((element) => JSON.stringify(element)).toSorted(),
      };
    }
    if (entry["chain"] !== undefined) chains[String(entry["chain"]["name"])] ??= [];
    const rule = entry["rule"];
    if (rule !== undefined) (chains[String(rule["chain"])] ??= []).push(rule["expr"]);
  }
  return { sets, chains };
}

/** Routes, rules, neighbours and addresses as the kernel has them. */
function routingOf(sandbox: Sandbox, netns: string): unknown {
  const lines = (...argv: string[]): string[] =>
    sandbox
      .in(netns, ["ip", ...argv])
      .split("\n")
      .map((line) => line.replace(/\s+/g, " ").trim())
      .filter(
        (line) =>
          line !== "" && !line.includes("fe80::") && !/^(local|broadcast|multicast|anycast) /.test(line),
      )
      .toSorted();
  return {
    routes: lines("-4", "route", "show", "table", "all"),
    routes6: lines("-6", "route", "show", "table", "all").map((line) => line.replace(/ pref medium/, "")),
    rules: lines("-4", "rule"),
    rules6: lines("-6", "rule"),
    neighbours: lines("neigh", "show", "nud", "permanent").filter((line) => line.includes("lladdr")),
    addresses: lines("-br", "addr", "show", "dev", "lo"),
    links: lines("-o", "link").map((line) => line.slice(0, line.indexOf(" "))),
  };
}

/** A model that shares parts with the one before. */
function nextModel(random: SeededRandom, model: VpcModel): VpcModel {
  const other = randomModel(random, {
    ipv6: true,
    firstEniNumber: model.enis[0]?.number,
    enis: random.between(3, 8),
  });
  const part = <K extends keyof VpcModel>(key: K, probability: number): VpcModel[K] =>
    random.chance(probability) ? other[key] : model[key];
  const enis = random.chance(0.3) ? other.enis : random.some(model.enis, 0.9);
  return {
    ...model,
    subnets: part("subnets", 0.3),
    routeTables: part("routeTables", 0.4),
    networkAcls: part("networkAcls", 0.4),
    securityGroups: random.chance(0.4)
      ? other.securityGroups
      : model.securityGroups.map((group, at) =>
          random.chance(0.3) ? (other.securityGroups[at] ?? group) : group,
        ),
    prefixLists: part("prefixLists", 0.3),
    enis: enis.length > 0 ? enis : model.enis,
  };
}

describe.skipIf(reason !== undefined)(
  `plans in a real kernel${reason === undefined ? "" : ` (${reason})`}`,
  () => {
    let changed: Sandbox;
    let replaced: Sandbox;
    beforeAll(async () => {
      changed = await Sandbox.open();
      replaced = await Sandbox.open();
    });
    afterAll(() => {
      changed?.close();
      replaced?.close();
    });

    it.each([1, 2, 3, 4])("changes leave exactly what a whole replacement makes (seed %i)", (seed) => {
      const random = seededRandom(seed);
      const first = randomModel(random, { number: 100 + seed, ipv6: true, firstEniNumber: 1000 * seed });
      expect(compareChanges(first, (model) => nextModel(random, model))).toBe(12);
    });

    it.each([5, 6, 7, 8])("and so they do with every gateway (seed %i)", (seed) => {
      const random = seededRandom(seed);
      const options = { firstVpcNumber: 100 + 2 * seed, firstEniNumber: 1000 * seed, middleboxes: true };
      const steps = compareChanges(randomWorld(random, options).a, (model) => {
        const { a } = randomWorld(random, options);
        return random.chance(0.5) ? a : { ...a, enis: model.enis, subnets: model.subnets };
      });
      expect(steps).toBe(12);
    });

    function compareChanges(begin: VpcModel, next: (model: VpcModel) => VpcModel): number {
      const { number } = begin;
      const router = routerNetns(number);
      let model = begin;
      prepare(changed, number);
      prepare(replaced, number);
      const first = emitFull(compileNetwork(model));
      runPlan(changed, first);
      let { applied }: { applied: AppliedNetwork } = first;
      let steps = 0;
      for (; steps < 12; steps++) {
        model = next(model);
        const compiled = compileNetwork(model);
        // What the host keeps between changes is JSON.
        const kept = JSON.parse(JSON.stringify(applied)) as AppliedNetwork;
        const plan = emitChange(kept, compiled);
        runPlan(changed, plan);
        applied = plan.applied;
        const whole = emitChange(kept, compiled, { replaceRuleset: true });
        replaced.in(router, ["nft", "-f", "-"], whole.nft);
        expect(rulesetOf(changed, router)).toEqual(rulesetOf(replaced, router));
      }
      runPlan(replaced, emitFull(compileNetwork(model)));
      expect(routingOf(changed, router)).toEqual(routingOf(replaced, router));
      const { applied: same, ...idle } = emitChange(applied, compileNetwork(model));
      expect(Object.values(idle).every((list) => list.length === 0)).toBe(true);
      expect(same).toEqual(applied);
      return steps;
    }
  },
);

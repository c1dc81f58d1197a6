// Measures the data plane: how long an interface takes to attach, what the filter costs against bare routing
// between two veth links, and how long a rule change takes. Ratios come from interleaved slices of one run.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

import { createNetworkDriver, namespacePath } from "@casemate/host";
import type { NetworkDriver } from "@casemate/host";
import type { EniModel, SecurityRule, VpcModel } from "@casemate/net-engine";
import { median } from "./row.ts";
import type { Report } from "./row.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const traffic = fileURLToPath(new URL("./network-traffic.py", import.meta.url));
const sliceSeconds = 0.5;
const slices = 6;
const port = 7000;

const modes = [
  { mode: "tcp", name: "TCP bytes/s" },
  { mode: "udp", name: "UDP 64 B datagrams/s" },
  { mode: "rr", name: "TCP round trips/s" },
  { mode: "conn", name: "TCP connections/s" },
] as const;

/** Prints the figures of the network, or why there are none. */
export function run(report: Report): Promise<void> {
  return inTemporaryFolder((folder) => measureAll(report, folder));
}

async function measureAll(report: Report, stateDirectory: string): Promise<void> {
  const driver = createNetworkDriver({ stateDirectory });
  try {
    const { available, reasons } = await driver.probe();
    if (!available) {
      report(`not measured: ${reasons.join("; ")}`);
      return;
    }
    await measureControlPlane(driver, report);
    await driver.destroyAll();
    await measureForwarding(driver, report);
  } finally {
    await driver.destroyAll().catch(() => {});
  }
}

function allow(index: number): SecurityRule {
  return {
    id: `sgr-${index}`,
    protocol: 6,
    fromPort: 10_000 + index,
    toPort: 10_000 + index,
    source: { cidr: `10.${index % 200}.0.0/16` },
  };
}

const everything: SecurityRule = { id: "sgr-all", protocol: -1, source: { cidr: "0.0.0.0/0" } };

function interfaceOf(number: number, groups: string[]): EniModel {
  const hex = number.toString(16).padStart(4, "0");
  return {
    id: `eni-${number}`,
    number,
    mac: `02:0b:00:00:${hex.slice(0, 2)}:${hex.slice(2)}`,
    subnetId: number % 2 === 0 ? "subnet-even" : "subnet-odd",
    privateIps: [`10.0.${number % 2 === 0 ? 16 : 32}.${10 + (number >> 1)}`],
    securityGroupIds: groups,
    sourceDestCheck: true,
    metadata: { enabled: true, hopLimit: 2 },
  };
}

function network(enis: readonly EniModel[], ingress: readonly SecurityRule[]): VpcModel {
  const entry = (egress: boolean) =>
    ({ ruleNumber: 100, egress, action: "allow", protocol: -1, cidr: "0.0.0.0/0" }) as const;
  return {
    vpcId: "vpc-bench",
    number: 1,
    cidrs: ["10.0.0.0/16"],
    subnets: [
      { id: "subnet-even", number: 1, cidr: "10.0.16.0/20", routeTableId: "rtb", networkAclId: "acl" },
      { id: "subnet-odd", number: 2, cidr: "10.0.32.0/20", routeTableId: "rtb", networkAclId: "acl" },
    ],
    routeTables: [{ id: "rtb", number: 1, routes: [] }],
    networkAcls: [{ id: "acl", entries: [entry(false), entry(true)] }],
    securityGroups: [{ id: "sg", ingress, egress: [everything] }],
    prefixLists: [],
    enis,
  };
}

async function timed(task: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

async function measureControlPlane(driver: NetworkDriver, report: Report): Promise<void> {
  const rules = Array.from({ length: 60 }, (_, index) => allow(index));
  const enis: EniModel[] = [];
  const created = await timed(() => driver.apply(network([], rules)));
  report({ what: "create a VPC", figure: `${created.toFixed(1)} ms` });
  const attach = async (count: number): Promise<number[]> => {
    const times: number[] = [];
    for (let index = 0; index < count; index++) {
      enis.push(interfaceOf(enis.length + 1, ["sg"]));
      times.push(await timed(() => driver.apply(network(enis, rules))));
    }
    return times;
  };
  const first = await attach(10);
  report({
    what: "attach one interface, 0-10 present",
    figure: `${median(first).toFixed(1)} ms (median of 10)`,
    beside: `${(median(first) / created).toFixed(2)} x creating a VPC`,
  });
  for (let number = 11; number <= 100; number++) enis.push(interfaceOf(number, ["sg"]));
  const many = await timed(() => driver.apply(network(enis, rules)));
  report({
    what: "attach 90 at once",
    figure: `${many.toFixed(0)} ms`,
    beside: `${(many / 90 / median(first)).toFixed(2)} x of one alone, each`,
  });
  const later = await attach(10);
  report({
    what: "attach one interface, 100-110 present",
    figure: `${median(later).toFixed(1)} ms (median of 10)`,
    beside: `${(median(later) / median(first)).toFixed(2)} x of one with 0-10 present`,
  });
  const changes: number[] = [];
  for (let index = 0; index < 20; index++) {
    changes.push(await timed(() => driver.apply(network(enis, [...rules, allow(100 + index)]))));
  }
  report({
    what: "change one rule of 61, 110 interfaces",
    figure: `${median(changes).toFixed(1)} ms (median of 20)`,
  });
  const detach = await timed(() => driver.apply(network(enis.slice(1), rules)));
  report({ what: "detach one interface of 110", figure: `${detach.toFixed(1)} ms` });
  const removal = await timed(() => driver.remove({ vpcId: "vpc-bench" }));
  report({ what: "remove the VPC with 109 interfaces", figure: `${removal.toFixed(0)} ms` });
}

async function measureForwarding(driver: NetworkDriver, report: Report): Promise<void> {
  const client = interfaceOf(1, ["sg"]);
  const server = interfaceOf(2, ["sg"]);
  const own = [0, 1, 2, 3].flatMap((offset): SecurityRule[] =>
    [6, 17].map((protocol) => ({
      id: `sgr-own-${protocol}-${offset}`,
      protocol,
      fromPort: port + offset,
      toPort: port + offset,
      source: { cidr: "10.0.0.0/16" },
    })),
  );
  await driver.apply(network([client, server], own));
  const bare = await BareRoute.create();
  const paths = [
    { name: "bare", client: bare.client, server: bare.server, address: bare.address },
    {
      name: "filtered",
      client: namespacePath(driver.netnsOf(client.number)),
      server: namespacePath(driver.netnsOf(server.number)),
      address: server.privateIps[0] ?? "",
    },
  ];
  const servers: ChildProcess[] = [];
  try {
    for (const path of paths) servers.push(await startServer(path.server));
    for (const { mode, name } of modes) {
      const results: number[][] = [[], []];
      for (let slice = 0; slice < slices; slice++) {
        for (const [index, path] of paths.entries()) {
          results[index]?.push(await measure(path.client, mode, path.address));
        }
      }
      const [plain, filtered] = results.map((list) => Math.max(...list));
      const ratio = (filtered ?? 0) / (plain ?? 1);
      report({
        what: `forwarding, ${name}`,
        figure: `filtered ${format(filtered)}, bare ${format(plain)}`,
        beside: `${ratio.toFixed(2)} of bare routing`,
      });
    }
    report(`(python3 traffic, best of ${slices} interleaved slices of ${sliceSeconds} s each)`);
  } finally {
    for (const child of servers) child.kill("SIGKILL");
    await bare.remove();
  }
}

function format(value: number | undefined): string {
  return (value ?? Number.NaN).toPrecision(4);
}

function startServer(namespacePath: string): Promise<ChildProcess> {
  const child = spawn(
    "nsenter",
    [`--net=${namespacePath}`, "/usr/bin/python3", traffic, "serve", String(port)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.stdout.once("data", () => resolve(child));
  });
}

async function measure(namespacePath: string, mode: string, address: string): Promise<number> {
  const said = await runProgram("nsenter", [
    `--net=${namespacePath}`,
    "/usr/bin/python3",
    traffic,
    "run",
    mode,
    address,
    String(port),
    String(sliceSeconds),
  ]);
  return Number(said);
}

function runProgram(program: string, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: ["pipe", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("error", reject);
    child.once("close", (status) =>
      status === 0 ? resolve(said) : reject(new Error(`${program} ended with ${status}`)),
    );
    // A program that reads nothing may be gone before its input is.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** Two guests and a router between them without any rule: what the filter is measured against. */
class BareRoute {
  readonly client: string;
  readonly server: string;
  readonly address = "10.99.2.10";
  private readonly names: readonly string[];

  private constructor(names: readonly [string, string, string]) {
    this.names = names;
    this.client = `/run/netns/${names[1]}`;
    this.server = `/run/netns/${names[2]}`;
  }

  static async create(): Promise<BareRoute> {
    const base = `cm-bare-${process.pid}`;
    const names = [`${base}-r`, `${base}-c`, `${base}-s`] as const;
    await runProgram("ip", ["-batch", "-"], names.map((name) => `netns add ${name}\n`).join(""));
    const router = [
      `link add c index 1001 mtu 9001 type veth peer name eth0 mtu 9001 netns ${names[1]}`,
      `link add s index 1002 mtu 9001 type veth peer name eth0 mtu 9001 netns ${names[2]}`,
      "link set c up",
      "link set s up",
      "address add 10.99.1.1/24 dev c",
      "address add 10.99.2.1/24 dev s",
    ];
    await runProgram("ip", ["-n", names[0], "-batch", "-"], `${router.join("\n")}\n`);
    for (const [index, name] of [names[1], names[2]].entries()) {
      const guest = [
        "link set eth0 up",
        `address add 10.99.${index + 1}.10/24 dev eth0`,
        `route add default via 10.99.${index + 1}.1`,
      ];
      await runProgram("ip", ["-n", name, "-batch", "-"], `${guest.join("\n")}\n`);
    }
    await runProgram("nsenter", [
      `--net=/run/netns/${names[0]}`,
      "sysctl",
      "-q",
      "-w",
      "net.ipv4.ip_forward=1",
    ]);
    return new BareRoute(names);
  }

  async remove(): Promise<void> {
    await runProgram("ip", ["-batch", "-"], this.names.map((name) => `netns delete ${name}\n`).join(""));
  }
}

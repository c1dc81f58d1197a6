// How soon a cloud answers and what it keeps in memory: the second `npm start` to `Ready.`, `start()` inside
// a process, memory idle and with 10,000 instances, and a start that loads them.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startSubject } from "./processes.ts";
import type { RunningSubject } from "./processes.ts";
import { atMost, median } from "./row.ts";
import type { Report } from "./row.ts";
import { launch } from "./signed-call.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const starts = 7;
const instances = 10_000;
const instancesPerCall = 500;
/** Each holds 1,000 instances at most. */
const regions = [
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "eu-central-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "eu-north-1",
  "sa-east-1",
];
const readyGoalMs = 300;
const startGoalMs = 500;

/** Prints the figures of starting. */
export async function run(report: Report): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    await commandLine(report, join(folder, "command"));
    await inProcess(report);
    await memory(report, join(folder, "memory"));
  });
}

interface Ready {
  readonly wallMs: number;
  /** Of all threads until then; undefined where there is no /proc. */
  readonly cpuMs: number | undefined;
}

async function commandLine(report: Report, dataDir: string): Promise<void> {
  await untilReady(dataDir);
  const times: Ready[] = [];
  const bare: number[] = [];
  for (let at = 0; at < starts; at += 1) {
    times.push(await untilReady(dataDir));
    bare.push(await bareNode());
  }
  const wall = times.map(({ wallMs }) => wallMs);
  const cpu = times.flatMap(({ cpuMs }) => cpuMs ?? []);
  const node = Math.min(...bare);
  report({
    what: "second `npm start` to Ready., wall time",
    figure: `best ${Math.min(...wall).toFixed(0)} ms, median ${median(wall).toFixed(0)} ms`,
    beside: `${(Math.min(...wall) / node).toFixed(1)} x a bare node process (${node.toFixed(0)} ms)`,
    ...(cpu.length === 0 ? { goal: atMost(Math.min(...wall), readyGoalMs, " ms") } : {}),
  });
  if (cpu.length === 0) return;
  report({
    what: "second `npm start` to Ready., CPU time of the process",
    figure: `best ${Math.min(...cpu).toFixed(0)} ms, median ${median(cpu).toFixed(0)} ms`,
    goal: atMost(Math.min(...cpu), readyGoalMs, " ms"),
  });
}

/** Starts as `npm start` does, and ends it once it is ready. */
async function untilReady(dataDir: string): Promise<Ready> {
  const before = performance.now();
  const parameters = ["tools/start.mjs", "--port", "0", "--machines", "recorded", "--data-dir", dataDir];
  const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`npm start ended with ${code}: ${said}`)));
    child.stdout.once("data", () =>
      resolve({ wallMs: performance.now() - before, cpuMs: cpuMsOf(child.pid ?? 0) }),
    );
  });
  child.kill("SIGTERM");
  await ended;
  return ready;
}

/** CPU time of a process's threads to the nanosecond, from Linux's /proc. */
function cpuMsOf(pid: number): number | undefined {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return undefined;
  let nanoseconds = 0;
  for (const task of readdirSync(tasks)) {
    const path = join(tasks, task, "schedstat");
    if (existsSync(path)) nanoseconds += Number(readFileSync(path, "latin1").split(" ")[0]);
  }
  return nanoseconds === 0 ? undefined : nanoseconds / 1e6;
}

async function bareNode(): Promise<number> {
  const before = performance.now();
  const child = spawn(process.execPath, ["-e", "0"], { stdio: "ignore" });
  await new Promise((resolve) => child.once("exit", resolve));
  return performance.now() - before;
}

async function inProcess(report: Report): Promise<void> {
  const startMs: number[] = [];
  const processMs: number[] = [];
  for (let at = 0; at < starts; at += 1) {
    const subject = await startSubject("casemate");
    startMs.push(subject.listening.startMs);
    processMs.push(subject.listening.processMs);
    await subject.stop();
  }
  report({
    what: "start() in a process, without a data directory",
    figure: `best ${Math.min(...startMs).toFixed(0)} ms, median ${median(startMs).toFixed(0)} ms`,
    beside: `with its import and node's own start ${median(processMs).toFixed(0)} ms`,
    goal: atMost(median(startMs), startGoalMs, " ms"),
  });
}

async function memory(report: Report, dataDir: string): Promise<void> {
  const hello = await startSubject("hello");
  const bare = await hello.usage("collected");
  await hello.stop();
  const subject = await startSubject("casemate", dataDir);
  await subject.settle();
  const idle = await subject.usage("collected");
  report({
    what: "memory, idle, SQLite",
    figure: `RSS ${mib(idle.rss)}, heap ${mib(idle.heap)}`,
    beside: `${(idle.rss / bare.rss).toFixed(1)} x a bare node:http server (${mib(bare.rss)})`,
  });
  const before = performance.now();
  await launchMany(subject);
  const launchedMs = performance.now() - before;
  report({
    what: `${instances} instances by RunInstances of ${instancesPerCall}, durable`,
    figure: `${(launchedMs / 1000).toFixed(1)} s`,
    beside: `${((launchedMs / instances) * 1000).toFixed(0)} us per instance`,
  });
  const settled = performance.now();
  await subject.settle();
  report({
    what: "  until they are seen to run, or 20 s (recorded machines)",
    figure: `${((performance.now() - settled) / 1000).toFixed(1)} s more`,
  });
  const loaded = await subject.usage("collected");
  const each = (loaded.heap - idle.heap) / instances;
  report({
    what: `memory with ${instances} instances and what they have`,
    figure: `RSS ${mib(loaded.rss)}, heap ${mib(loaded.heap)}`,
    beside: `heap +${mib(loaded.heap - idle.heap)}, ${(each / 1024).toFixed(1)} KiB per instance`,
  });
  await subject.stop();
  const again = await startSubject("casemate", dataDir);
  const after = await again.usage("collected");
  report({
    what: `start() that loads ${instances} instances`,
    figure: `${again.listening.startMs.toFixed(0)} ms`,
    beside: `RSS after it ${mib(after.rss)}, heap ${mib(after.heap)}`,
  });
  await again.stop();
}

async function launchMany({ listening }: RunningSubject): Promise<void> {
  const { port, credentials } = listening;
  if (credentials === undefined) throw new Error("The subject has no administrator.");
  const perRegion = instances / regions.length;
  for (const region of regions) {
    for (let present = 0; present < perRegion; present += instancesPerCall)
      await launch({ port, credentials, region }, instancesPerCall);
  }
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

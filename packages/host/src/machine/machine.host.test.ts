import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseStartTime } from "./process-identity.ts";
import { type SandboxWorld, createWorld, guestDirectory, makeDirectory } from "./testing/sandbox-world.ts";
import { processesOf, skipReason, traces } from "./testing/sandbox-world.ts";
import { waitFor } from "./wait-for.ts";

const skipped = await skipReason();
const title = skipped === undefined ? "" : ` (${skipped})`;

const id = "i-0123456789abcdef0";

/** The host's id of the guest's first process; while a machine starts or ends, there is none. */
function initOf(world: SandboxWorld): number {
  try {
    return Number(readFileSync(join(world.directory, "machines", id, "init"), "utf8").split(" ")[0]);
  } catch {
    return Number.NaN;
  }
}

/** The kernel's account of a process; empty once it has ended. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

/** The first processes of all process namespaces under this machine's limits. */
function initsUnderLimits(world: SandboxWorld): number[] {
  const state = readFileSync(join(world.directory, "machines", id, "state.json"), "utf8");
  const [group] = (JSON.parse(state) as { cgroups: string[] }).cgroups;
  const pids = readFileSync(join(group!, "cgroup.procs"), "utf8").trim().split("\n").map(Number);
  return pids.filter((pid) => /^NSpid:.*\t1$/m.test(statusOf(pid)));
}

async function exited(world: SandboxWorld): Promise<string | undefined> {
  await waitFor(async () => (await world.driver.observe()).every(({ state }) => state === "exited"), 20_000);
  const [machine] = await world.driver.observe();
  return machine?.exit?.reason;
}

describe.skipIf(skipped !== undefined)(`the life of a sandbox machine${title}`, () => {
  let world: SandboxWorld;
  const userData = "#!/bin/sh\necho ran >>/var/lib/runs\necho user data says hello\n";

  beforeAll(async () => {
    world = await createWorld({ instanceId: id, userData });
  });
  afterAll(async () => world.close());

  test("it starts, runs user data and shows its output on the console", async () => {
    await world.driver.start({ ...world.spec(id), nameServers: ["10.0.0.53", "169.254.169.253"] });
    expect((await world.driver.observe())[0]).toMatchObject({ instanceId: id, state: "running" });
    await world.setUp(id);
    const text = await world.consoleText(id);
    expect(text).toMatch(/^\[ {4}0\.0[0-9]0\] casemate-init: machine ip-10-0-0-5 starts$/m);
    expect(text).toContain("instance i-0123456789abcdef0, ip-10-0-0-5.eu-west-1.compute.internal");
    expect(text).toMatch(/^user data says hello$/m);
    expect(world.requests[0]).toBe("PUT api/token");
    expect(await world.run(id, "cat /etc/resolv.conf")).toContain(
      "search eu-west-1.compute.internal\nnameserver 10.0.0.53\nnameserver 169.254.169.253\n",
    );
    expect(await world.run(id, "hostname; cat /etc/hostname")).toBe("ip-10-0-0-5\nip-10-0-0-5\n");
  });

  test("starting a running machine changes nothing, from whichever process", async () => {
    const before = initOf(world);
    await Promise.all([world.driver.start(world.spec(id)), world.another().start(world.spec(id))]);
    expect(initOf(world)).toBe(before);
  });

  test("a stop keeps the disk and the console, and user data does not run again", async () => {
    const [first] = await world.driver.observe();
    await world.run(id, "echo kept >/root/file");
    await world.driver.stop(id, { force: false, timeoutMs: 20_000 });
    expect((await world.driver.observe())[0]).toMatchObject({
      state: "exited",
      exit: { reason: "guest-shutdown" },
    });
    expect(await world.consoleText(id)).toContain("power down");
    await world.driver.start(world.spec(id));
    await world.printed(id, "has run before");
    expect(await world.run(id, "cat /root/file /var/lib/runs")).toBe("kept\nran\n");
    const [second] = await world.driver.observe();
    expect(second?.startIdentity).not.toBe(first?.startIdentity);
    await world.driver.stop(id, { force: false, timeoutMs: 20_000 });
    await world.driver.stop(id, { force: false, timeoutMs: 20_000 });
    await world.driver.start(world.spec(id));
  });

  test("a reboot runs a new init on the same disk under the same identity", async () => {
    const before = initOf(world);
    const [first] = await world.driver.observe();
    await world.driver.reboot(id);
    expect(initOf(world)).not.toBe(before);
    expect((await world.driver.observe())[0]).toEqual(first);
    expect(await world.run(id, "cat /root/file")).toBe("kept\n");
  });

  test("a guest that does not answer a stop or a reboot is ended", async () => {
    const before = initOf(world);
    process.kill(before, "SIGSTOP");
    await world.driver.stop(id, { force: false, timeoutMs: 200 });
    expect((await world.driver.observe())[0]).toMatchObject({ state: "exited", exit: { reason: "killed" } });
    await world.driver.start(world.spec(id));
  });

  test("the guest itself may reboot and shut down", async () => {
    const before = initOf(world);
    await world.driver.exec(id, ["reboot"]);
    const again = async (): Promise<boolean> =>
      initOf(world) !== before && (await world.driver.observe())[0]?.state === "running";
    expect(await waitFor(again, 20_000)).toBe(true);
    await world.driver.exec(id, ["shutdown", "-h", "now"]);
    expect(await exited(world)).toBe("guest-shutdown");
  });

  test("a machine whose init dies is reported as crashed and can be started again", async () => {
    await world.driver.start(world.spec(id));
    process.kill(initOf(world), "SIGKILL");
    expect(await exited(world)).toBe("crashed");
    await world.driver.start(world.spec(id));
    await world.driver.stop(id, { force: true, timeoutMs: 0 });
    expect((await world.driver.observe())[0]).toMatchObject({ exit: { reason: "killed" } });
  });

  test("a machine that lost its supervisor is still seen, stopped and rebooted", async () => {
    await world.driver.start(world.spec(id));
    const supervisor = Number(
      readFileSync(join(world.directory, "machines", id, "process"), "utf8").split(" ")[0],
    );
    process.kill(supervisor, "SIGKILL");
    expect((await world.driver.observe())[0]?.state).toBe("running");
    await world.driver.reboot(id);
    expect((await world.driver.observe())[0]?.state).toBe("running");
    expect(await world.run(id, "cat /root/file")).toBe("kept\n");
  });

  test("the console stays bounded and ends with what was printed last", async () => {
    await world.run(id, "seq 1 400000 >/proc/1/fd/1; echo the last line >/proc/1/fd/1");
    await world.printed(id, "the last line");
    expect(statSync(join(world.directory, "machines", id, "console.log")).size).toBeLessThan(700_000);
    expect((await world.driver.console(id)).length).toBeLessThanOrEqual(65_536);
  });

  test("the counters are the kernel's", async () => {
    const before = await world.driver.metrics(id);
    await world.run(id, "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");
    const after = await world.driver.metrics(id);
    expect(after.cpuNanoseconds! - before.cpuNanoseconds!).toBeGreaterThan(10_000_000);
    expect(after.memoryBytes).toBeLessThan(512 * 1024 * 1024);
    expect(after.processes).toBeGreaterThan(2);
  });

  test("terminating leaves no process, mount, control group or file", async () => {
    expect((await traces(id, world.directory)).length).toBeGreaterThan(5);
    // A tree deeper than the longest path, a name that is no text, and a way out.
    const tree = [
      "import os; os.chdir('/var/tmp'); os.symlink('/etc/hostname', 'link'); open(b'bad\\xffname', 'w')",
      "for i in range(40): os.mkdir('d' * 200); os.chdir('d' * 200); os.mkdir('side')",
    ].join("\n");
    expect((await world.driver.exec(id, ["/usr/bin/python3", "-c", tree])).exitCode).toBe(0);
    const hostname = readFileSync("/etc/hostname", "utf8");
    await world.driver.terminate(id);
    expect(await traces(id, world.directory)).toEqual([]);
    expect(await world.driver.observe()).toEqual([]);
    expect(readFileSync("/etc/hostname", "utf8")).toBe(hostname);
    await world.driver.terminate(id);
  });

  test("a start that fails says why and can be repeated or terminated", async () => {
    const enis = [{ eniId: "eni-1", netns: "no-such-namespace", mac: "02:00:00:00:00:05", ipv4: "10.0.0.5" }];
    await expect(world.driver.start(world.spec(id, { enis }))).rejects.toThrow(/no-such-namespace/);
    expect((await world.driver.observe())[0]?.state).toBe("exited");
    const debian = { image: { kind: "debian" } } as const;
    await expect(world.driver.start(world.spec(id, debian))).rejects.toThrow(/from another image/);
    const other = "i-0123456789abcdef1";
    await expect(world.driver.start(world.spec(other, debian))).rejects.toThrow(/no image at/);
    await world.driver.terminate(other);
    await world.driver.start(world.spec(id));
    expect((await world.driver.observe())[0]?.state).toBe("running");
    await world.driver.terminate(id);
    expect(await traces(id, world.directory)).toEqual([]);
  });

  test("started by several at once it is one machine, and none comes back after it ended", async () => {
    for (const end of ["stop", "terminate"] as const) {
      const drivers = [world.driver, world.another(), world.another()];
      await Promise.all(drivers.map((driver) => driver.start(world.spec(id))));
      expect(initsUnderLimits(world)).toEqual([initOf(world)]);
      if (end === "stop") await world.driver.stop(id, { force: true, timeoutMs: 0 });
      else await world.driver.terminate(id);
      // Whoever waited for its turn has gone without taking it.
      expect(await waitFor(async () => (await processesOf(id, world.directory)).length === 0, 15_000)).toBe(
        true,
      );
      expect((await world.driver.observe()).map(({ state }) => state)).toEqual(
        end === "stop" ? ["exited"] : [],
      );
    }
  });

  test("a recorded process id that another process has now is never signalled", async () => {
    const bystander = spawn("sleep", ["60"], { detached: true });
    await once(bystander, "spawn");
    await world.driver.start(world.spec(id));
    await world.driver.stop(id, { force: true, timeoutMs: 0 });
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const startTime = parseStartTime(readFileSync(`/proc/${bystander.pid}/stat`, "utf8"));
    for (const record of ["init", "process"]) {
      const path = join(world.directory, "machines", id, record);
      writeFileSync(path, `${bystander.pid} ${Number(startTime) - 1} ${bootId}\n`);
    }
    await world.driver.stop(id, { force: true, timeoutMs: 0 });
    await world.driver.terminate(id);
    expect(parseStartTime(readFileSync(`/proc/${bystander.pid}/stat`, "utf8"))).toBe(startTime);
    bystander.kill("SIGKILL");
  });
});

describe.skipIf(skipped !== undefined)(`a machine whose starter is killed${title}`, () => {
  let world: SandboxWorld;
  let starter: string;
  let bundles: Awaited<ReturnType<typeof makeDirectory>>;

  beforeAll(async () => {
    world = await createWorld({ instanceId: id, userData: "#!/bin/sh\necho once >>/root/runs\n" });
    bundles = await makeDirectory();
    starter = join(bundles.path, "starter.mjs");
    buildSync({
      stdin: {
        contents: `
          import { createSandboxDriver } from "./sandbox-driver.ts";
          const [options, spec] = JSON.parse(process.argv[2]);
          process.stdout.write("go\\n");
          await createSandboxDriver(options).start(spec);
          process.stdout.write("started\\n");
          setInterval(() => undefined, 1000);`,
        resolveDir: fileURLToPath(new URL(".", import.meta.url)),
        loader: "ts",
      },
      outfile: starter,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["casemate-source"],
      logLevel: "error",
    });
  });
  afterAll(async () => {
    await world.close();
    await bundles.remove();
  });

  async function runStarter(): Promise<ReturnType<typeof spawn>> {
    const options = { directory: world.directory, guestDirectory };
    const input = JSON.stringify([options, world.spec(id)]);
    return spawn(process.execPath, [starter, input], { stdio: ["ignore", "pipe", "inherit"] });
  }

  test("it lives on and is adopted", async () => {
    const child = await runStarter();
    let said = "";
    child.stdout!.on("data", (chunk) => (said += chunk));
    expect(await waitFor(async () => said.includes("started"), 20_000)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    await world.setUp(id);
    const [machine] = await world.driver.observe();
    expect(machine?.state).toBe("running");
    const before = initOf(world);
    await world.driver.start(world.spec(id));
    expect(initOf(world)).toBe(before);
    expect(await world.run(id, "cat /root/runs")).toBe("once\n");
    await world.driver.terminate(id);
    expect(await traces(id, world.directory)).toEqual([]);
  });

  test("killed at any moment of a start, the next start brings exactly one machine", async () => {
    for (const delayMs of [0, 30, 60, 90, 120, 150, 200]) {
      const child = await runStarter();
      await once(child.stdout!, "data");
      // The delay is the point of the test: each lets the start get to another step.
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill("SIGKILL");
      await once(child, "exit");
      await world.driver.start(world.spec(id));
      expect(initsUnderLimits(world)).toEqual([initOf(world)]);
      await world.driver.terminate(id);
      expect(await traces(id, world.directory)).toEqual([]);
    }
  });
});

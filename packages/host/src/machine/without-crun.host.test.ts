import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SandboxWorld, createWorld, skipReason, traces } from "./testing/sandbox-world.ts";

const skipped = await skipReason();
const title = skipped === undefined ? "" : ` (${skipped})`;

const id = "i-0aaaaaaaaaaaaaaa0";

describe.skipIf(skipped !== undefined)(`a sandbox machine without crun${title}`, () => {
  let world: SandboxWorld;

  beforeAll(async () => {
    world = await createWorld({
      instanceId: id,
      userData: "#!/bin/sh\necho hello from user data\n",
      runtime: "unshare",
    });
    await world.driver.start(world.spec(id, { memoryMib: 256 }));
    await world.setUp(id);
  });
  afterAll(async () => world.close());

  test("says what it does not filter", async () => {
    const { isolation, limits, machines } = await world.driver.probe();
    expect(machines.available).toBe(true);
    expect(isolation.seccomp).toMatchObject({
      available: false,
      reason: expect.stringContaining("crun") as string,
    });
    expect(limits.memory.available).toBe(true);
    expect(await world.consoleText(id)).toContain("hello from user data");
  });

  test("confines the guest by users, capabilities and namespaces all the same", async () => {
    const status = await world.run(id, "cat /proc/1/status /proc/self/status");
    expect(status.match(/^CapBnd:\t00000000800405fb$/gm)).toHaveLength(2);
    expect(status.match(/^CapEff:\t00000000800405fb$/gm)).toHaveLength(2);
    expect(status.match(/^NoNewPrivs:\t1$/gm)).toHaveLength(2);
    expect(await world.run(id, "cat /proc/self/uid_map")).toMatch(/^\s+0\s+100000\s+65536\n$/);
    for (const line of [
      "mount -t tmpfs none /mnt",
      "mount -o remount,rw /usr",
      "umount /usr",
      "touch /usr/new",
      "mknod /root/disk b 254 0",
      "ls /work",
      "ls /run/host/work",
      "ip link set lo down",
      "echo 1 >/proc/sys/kernel/panic",
      "cat /proc/kcore",
      "date -s 2001-01-01",
    ]) {
      const result = await world.driver.exec(id, ["sh", "-c", line]);
      expect(`${line}: ${result.exitCode}`).not.toBe(`${line}: 0`);
    }
    expect(Number(await world.run(id, "ls -d /proc/[0-9]* | wc -l"))).toBeLessThan(20);
    expect(await world.run(id, "cat /proc/cmdline /proc/keys | wc -c; hostname; id -un")).toBe(
      "0\nip-10-0-0-5\nroot\n",
    );
  });

  test("hands the guest no open file of the host but its console", async () => {
    const init = readFileSync(join(world.directory, "machines", id, "init"), "utf8").split(" ")[0];
    const open = await world.run(id, "for fd in /proc/1/fd/*; do readlink $fd; done");
    expect(init).not.toBe("1");
    for (const target of open.trim().split("\n")) {
      expect(["/dev/null", "pipe", "/opt/casemate/init"]).toContain(target.replace(/:\[.*/, ""));
    }
    expect(new Set(open.match(/pipe:\[[0-9]+\]/g)).size).toBe(1);
  });

  test("holds its memory limit", async () => {
    const eat = "b = []\nwhile True: b.append(bytearray(8 << 20))";
    expect((await world.driver.exec(id, ["/usr/bin/python3", "-c", eat])).exitCode).toBe(137);
    expect((await world.driver.metrics(id)).memoryPeakBytes).toBeLessThanOrEqual(256 * 1024 * 1024);
    expect((await world.driver.observe())[0]?.state).toBe("running");
  });

  test("reboots, stops, keeps its disk and leaves nothing when terminated", async () => {
    await world.run(id, "echo kept >/root/file");
    await world.driver.reboot(id);
    await world.driver.stop(id, { force: false, timeoutMs: 20_000 });
    expect((await world.driver.observe())[0]).toMatchObject({
      state: "exited",
      exit: { reason: "guest-shutdown" },
    });
    await world.driver.start(world.spec(id));
    expect(await world.run(id, "cat /root/file")).toBe("kept\n");
    await world.driver.terminate(id);
    expect(await traces(id, world.directory)).toEqual([]);
  });
});

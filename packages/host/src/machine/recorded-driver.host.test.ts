import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineSpec } from "@casemate/cloud";
import { createRecordedDriver } from "./recorded-driver.ts";
import { makeDirectory } from "./testing/sandbox-world.ts";

const spec: MachineSpec = {
  instanceId: "i-0123456789abcdef0",
  imageId: "ami-1",
  image: { kind: "host" },
  vcpus: 1,
  memoryMib: 512,
  enis: [{ eniId: "eni-1", netns: "none", mac: "02:00:00:00:00:01", ipv4: "10.0.0.5" }],
  tenancy: "default",
  userDataPresent: false,
  hostname: "h",
  trustAnchorsPem: "",
};

describe("recorded machines", () => {
  let home: Awaited<ReturnType<typeof makeDirectory>>;
  beforeAll(async () => {
    home = await makeDirectory();
  });
  afterAll(async () => home.remove());

  test("they are kept over a restart of the daemon and say everywhere that nothing runs", async () => {
    const options = { reason: "sandbox machines need root" };
    const create = () => createRecordedDriver({ directory: home.path, ...options });
    const driver = create();
    const { machines, exec, kind } = await driver.probe();
    expect([kind, machines.available, exec.available]).toEqual(["recorded", false, false]);
    expect(machines.reason).toBe("machines: recorded (sandbox machines need root)");
    await driver.start(spec);
    await driver.start(spec);
    const [first] = await create().observe();
    expect(first).toMatchObject({ instanceId: spec.instanceId, state: "running" });
    await driver.reboot(spec.instanceId);
    await driver.stop(spec.instanceId, { force: false, timeoutMs: 0 });
    expect((await create().observe())[0]).toMatchObject({
      state: "exited",
      exit: { reason: "guest-shutdown" },
    });
    await expect(driver.reboot(spec.instanceId)).rejects.toThrow(/not running/);
    await expect(driver.exec(spec.instanceId, ["true"])).rejects.toThrow(/machines: recorded/);
    expect(Buffer.from(await driver.console(spec.instanceId)).toString()).toContain("machines: recorded");
    await driver.start(spec);
    expect((await driver.observe())[0]?.startIdentity).not.toBe(first?.startIdentity);
    await driver.terminate(spec.instanceId);
    await driver.terminate(spec.instanceId);
    expect(await driver.observe()).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import type { NetworkDriver } from "../../../kit/index.ts";
import type {
  MachineDriver,
  MachineId,
  MachineInterface,
  ObservedMachine,
} from "../../../kit/machine-driver.ts";
import { ec2Service } from "../index.ts";
import {
  attachNetworkInterface,
  detachNetworkInterface,
} from "../network-interface/attachment-operations.ts";
import { createNetworkInterface } from "../network-interface/create-operations.ts";
import { assignPrivateIpAddresses } from "../network-interface/private-address-operations.ts";
import { networkInterfaces, primaryPublicIp } from "../network-interface/network-interface.ts";
import { openTestCloud, type TestCloud } from "../testing.ts";
import { volumes } from "../volume/volume.ts";
import { instances, type InstanceRow } from "./instance.ts";
import { runInstances } from "./launch/run-instances.ts";
import { rebootInstances, startInstances, stopInstances, terminateInstances } from "./lifecycle.ts";
import { instanceReconciler } from "./reconciler.ts";

/** A host on which machines start at once; `refuse` makes every start fail. */
class FakeHost {
  readonly machines = new Map<string, ObservedMachine>();
  readonly calls: string[] = [];
  refuse = false;
  networkApplied = 0;
  /** The interfaces that machines were started with. */
  readonly specs: (readonly MachineInterface[])[] = [];
  /** What was plugged in, as device and addresses. */
  readonly plugged: string[] = [];
  plugRefused = false;
  /** Starts wait for it. */
  gate: Promise<void> = Promise.resolve();

  readonly driver = {
    observe: () => Promise.resolve([...this.machines.values()]),
    start: (spec: { instanceId: MachineId; enis: readonly MachineInterface[] }) => {
      this.specs.push(spec.enis);
      this.calls.push(`start after ${this.networkApplied} networks`);
      if (this.refuse) return Promise.reject(new Error("no room"));
      return this.gate.then(() => this.set(spec.instanceId, "running"));
    },
    stop: (id: MachineId, { force }: { force: boolean }) => {
      this.calls.push(force ? "stop by force" : "stop");
      this.exit(id, "killed");
      return Promise.resolve();
    },
    reboot: () => {
      this.calls.push("reboot");
      return Promise.resolve();
    },
    plugInterfaces: (id: MachineId, enis: readonly MachineInterface[]) => {
      if (this.plugRefused) return Promise.reject(new Error("no such device"));
      const said = enis.map(
        ({ deviceIndex, addresses = [] }) =>
          `eth${deviceIndex} ${addresses.map(({ address, length }) => `${address}/${length}`).join(" ")}`,
      );
      this.plugged.push(`${said.join(", ")} after ${this.networkApplied} networks`);
      const all = enis.flatMap(({ addresses = [] }) => addresses.map(({ address }) => address));
      this.set(id, "running", all);
      return Promise.resolve();
    },
    terminate: (id: MachineId) => {
      this.calls.push("terminate");
      this.machines.delete(id);
      return Promise.resolve();
    },
  } as unknown as MachineDriver;

  readonly network: NetworkDriver = {
    mode: "kernel",
    apply: () => {
      this.networkApplied += 1;
      return Promise.resolve();
    },
    remove: () => Promise.resolve(),
    standing: () => Promise.resolve([]),
    netnsOf: (number) => `e-${number}`,
  };

  set(id: string, state: ObservedMachine["state"], addresses?: readonly string[]): void {
    const machine = { instanceId: id as MachineId, state, startedAt: 0, startIdentity: "1" };
    this.machines.set(id, { ...machine, ...(addresses && { addresses }) });
  }

  exit(id: string, reason: NonNullable<ObservedMachine["exit"]>["reason"]): void {
    this.machines.set(id, {
      instanceId: id as MachineId,
      state: "exited",
      startedAt: 0,
      startIdentity: "1",
      exit: { reason },
    });
  }
}

describe("the instance reconciler", () => {
  let cloud: TestCloud;
  let host: FakeHost;
  let failures: unknown[];
  let pass: () => Promise<void>;

  beforeEach(async () => {
    cloud = await openTestCloud(ec2Service.collections);
    host = new FakeHost();
    failures = [];
    const reconciler = instanceReconciler({
      machines: host.driver,
      network: host.network,
      trustAnchorsPem: () => Promise.resolve(""),
      onFailure: (failure) => failures.push(failure),
    });
    pass = async () => {
      await reconciler.run(cloud.store, cloud.environment);
      await reconciler.drain?.();
    };
  });

  const launch = (more: object = {}): string => {
    const made = cloud.run<{ Instances: { InstanceId: string }[] }>(runInstances, {
      ImageId: "ami-0ca5e3a7e00000001",
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      ...more,
    });
    return made.Instances[0]?.InstanceId ?? "";
  };
  const rowOf = (id: string): InstanceRow | undefined =>
    cloud.store.read((tx) => tx.get(instances.collection, id));
  const stateOf = (id: string): string | undefined => rowOf(id)?.state;
  const until = async (id: string, state: string): Promise<void> => {
    for (let step = 0; step < 5 && stateOf(id) !== state; step += 1) await pass();
    expect(stateOf(id)).toBe(state);
  };

  it("starts a machine once its network stands, and says running only when it is observed", async () => {
    const id = launch();
    await pass();
    expect(host.calls).toEqual(["start after 1 networks"]);
    expect(stateOf(id)).toBe("pending");
    await pass();
    expect(stateOf(id)).toBe("running");
    expect(rowOf(id)?.stateReason).toBeUndefined();
  });

  it("stops, keeps the disk's row, gives the public address back, and starts again with another", async () => {
    const id = launch();
    await until(id, "running");
    const address = (): string | undefined =>
      cloud.store.read((tx) => primaryPublicIp(tx.by(networkInterfaces.collection, "instance", id)[0]!));
    expect(address()).toBeDefined();
    cloud.run(stopInstances, { InstanceIds: [id] });
    await until(id, "stopped");
    expect(address()).toBeUndefined();
    expect(cloud.store.read((tx) => tx.by(volumes.collection, "instance", id))).toHaveLength(1);
    cloud.run(startInstances, { InstanceIds: [id] });
    expect(address()).toBeDefined();
    await until(id, "running");
    expect(host.calls).toContain("stop");
  });

  it("stops by force only when asked to", async () => {
    const id = launch();
    await until(id, "running");
    cloud.run(stopInstances, { InstanceIds: [id], Force: true });
    await until(id, "stopped");
    expect(host.calls).toContain("stop by force");
  });

  it("reboots once", async () => {
    const id = launch();
    await until(id, "running");
    cloud.run(rebootInstances, { InstanceIds: [id] });
    await pass();
    await pass();
    expect(host.calls.filter((call) => call === "reboot")).toHaveLength(1);
    expect(stateOf(id)).toBe("running");
  });

  it("terminates and leaves nothing but the row, which it forgets after an hour", async () => {
    const id = launch();
    await until(id, "running");
    cloud.run(terminateInstances, { InstanceIds: [id] });
    await until(id, "terminated");
    const left = cloud.store.read((tx) => [
      tx.count(networkInterfaces.collection),
      tx.count(volumes.collection),
    ]);
    expect(left).toEqual([0, 0]);
    expect(host.machines.size).toBe(0);
    cloud.advance(61 * 60_000);
    await pass();
    expect(rowOf(id)).toBeUndefined();
  });

  it.each([
    ["stop", "stopped", "Client.InstanceInitiatedShutdown"],
    ["terminate", "terminated", "Client.InstanceInitiatedShutdown"],
  ])("%ss an instance whose guest shut itself down, as the instance says", async (behavior, state, code) => {
    const id = launch({ InstanceInitiatedShutdownBehavior: behavior });
    await until(id, "running");
    host.exit(id, "guest-shutdown");
    await until(id, state);
    expect(rowOf(id)?.stateReason?.code).toBe(code);
  });

  it("stops an instance whose machine crashed, with the server's reason", async () => {
    const id = launch();
    await until(id, "running");
    host.exit(id, "crashed");
    await until(id, "stopped");
    expect(rowOf(id)?.stateReason?.code).toBe("Server.InternalError");
  });

  it("terminates a launch that fails three times, and tells every failure", async () => {
    host.refuse = true;
    const id = launch();
    await until(id, "terminated");
    expect(failures).toHaveLength(3);
    expect(rowOf(id)?.stateReason?.code).toBe("Server.InternalError");
  });

  it("gives up the steps that have not begun when it is stopped", async () => {
    launch({ MinCount: 20, MaxCount: 20 });
    const reconciler = instanceReconciler({
      machines: host.driver,
      network: host.network,
      trustAnchorsPem: () => Promise.resolve(""),
      onFailure: (failure) => failures.push(failure),
    });
    let open = (): void => undefined;
    host.gate = new Promise((resolve) => {
      open = resolve;
    });
    await reconciler.run(cloud.store, cloud.environment);
    const stopped = reconciler.stop?.();
    open();
    await stopped;
    expect(host.calls.length).toBeLessThan(20);
    await pass();
    expect(host.machines.size).toBe(20);
  });

  it("brings a network up once for all the instances that start in a pass", async () => {
    launch({ MinCount: 12, MaxCount: 12 });
    await pass();
    expect(host.networkApplied).toBe(1);
    expect(host.machines.size).toBe(12);
  });

  describe("with interfaces that come and go", () => {
    let id: string;
    let subnetId: string;
    const newInterface = (PrivateIpAddress: string): string =>
      cloud.run<{ NetworkInterface: { NetworkInterfaceId: string } }>(createNetworkInterface, {
        SubnetId: subnetId,
        PrivateIpAddress,
      }).NetworkInterface.NetworkInterfaceId;
    const attachment = (eni: string) =>
      cloud.store.read((tx) => tx.get(networkInterfaces.collection, eni)?.attachment);
    const attach = (eni: string): unknown =>
      cloud.run(attachNetworkInterface, { NetworkInterfaceId: eni, InstanceId: id, DeviceIndex: 1 });

    beforeEach(async () => {
      id = launch({ PrivateIpAddress: "172.31.0.10" });
      await until(id, "running");
      subnetId = rowOf(id)?.subnetId ?? "";
      host.set(id, "running", ["172.31.0.10"]);
    });

    it("plugs one into a running machine once its network stands, and says then that it is attached", async () => {
      const eni = newInterface("172.31.0.20");
      await pass();
      expect(host.plugged).toEqual([]);
      attach(eni);
      const before = host.networkApplied;
      await pass();
      expect(host.plugged).toEqual([`eth0 172.31.0.10/20, eth1 172.31.0.20/20 after ${before + 1} networks`]);
      expect(attachment(eni)?.status).toBe("attached");
      await pass();
      expect(host.plugged).toHaveLength(1);
    });

    it("says nothing of the kind while plugging fails, and tries again", async () => {
      const eni = newInterface("172.31.0.20");
      attach(eni);
      host.plugRefused = true;
      await pass();
      expect(attachment(eni)?.status).toBe("attaching");
      expect(failures).toHaveLength(1);
      host.plugRefused = false;
      await pass();
      expect(attachment(eni)?.status).toBe("attached");
    });

    it("gives a running machine the addresses that were assigned, whoever took them from it", async () => {
      const eni = cloud.store.read((tx) => tx.by(networkInterfaces.collection, "instance", id)[0]!.id);
      cloud.run(assignPrivateIpAddresses, { NetworkInterfaceId: eni, PrivateIpAddresses: ["172.31.0.11"] });
      await pass();
      expect(host.plugged.at(-1)).toMatch(/^eth0 172\.31\.0\.10\/20 172\.31\.0\.11\/20 after/);
      host.set(id, "running", ["172.31.0.10"]);
      await pass();
      expect(host.plugged).toHaveLength(2);
    });

    it("takes out of its wish what is being detached", async () => {
      const eni = newInterface("172.31.0.20");
      attach(eni);
      await pass();
      cloud.run(detachNetworkInterface, { AttachmentId: attachment(eni)?.id });
      await pass();
      expect(host.plugged.at(-1)).toMatch(/^eth0 172\.31\.0\.10\/20 after/);
      expect(attachment(eni)?.status).toBe("detaching");
    });

    it("attaches one to a stopped instance, which starts with both", async () => {
      cloud.run(stopInstances, { InstanceIds: [id] });
      await until(id, "stopped");
      const eni = newInterface("172.31.0.20");
      attach(eni);
      await pass();
      expect(attachment(eni)?.status).toBe("attached");
      expect(host.plugged).toEqual([]);
      cloud.run(startInstances, { InstanceIds: [id] });
      await until(id, "running");
      expect(host.specs.at(-1)?.map(({ deviceIndex }) => deviceIndex)).toEqual([0, 1]);
    });
  });

  it("adopts what runs and removes machines that belong to no instance", async () => {
    const id = launch();
    host.set(id, "running");
    host.set("i-0ffffffffffffffff", "running");
    await pass();
    expect(stateOf(id)).toBe("running");
    expect([...host.machines.keys()]).toEqual([id]);
  });
});

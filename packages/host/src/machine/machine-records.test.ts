import { describe, expect, test } from "vitest";
import { cgroupPaths, cgroupSettings } from "./cgroups.ts";
import { parseInterfaceCounters } from "./interface-counters.ts";
import { assertMachineId, machinePaths, parseMachineState } from "./machine-directory.ts";
import { assertMachineSpec } from "./machine-spec.ts";
import { exitReason } from "./observe-machine.ts";
import { parseProcessIdentity, parseStartTime, parseTermination } from "./process-identity.ts";
import { parseRecord } from "./recorded-driver.ts";
import { parseMountPoints } from "./remove-tree.ts";

const boot = "22e4a3ed-c3d5-4937-8d84-7ffe1752b15a";

const spec = {
  instanceId: "i-0123456789abcdef0",
  imageId: "ami-1",
  image: { kind: "host" },
  vcpus: 2,
  memoryMib: 1_024,
  enis: [{ eniId: "eni-1", netns: "cm-1-e-7", mac: "02:00:00:00:00:01", ipv4: "10.0.0.5" }],
  tenancy: "default",
  userDataPresent: false,
  hostname: "ip-10-0-0-5.ec2.internal",
  trustAnchorsPem: "",
} as const;

describe("the records of a machine", () => {
  test("a process is its id, its start and the host's boot, and nothing else passes for one", () => {
    expect(parseProcessIdentity(`12 345 ${boot}\n`)).toEqual({ pid: 12, startTime: "345", bootId: boot });
    for (const text of [
      "",
      "12",
      `0 1 ${boot}`,
      `-1 1 ${boot}`,
      `12 345 ${boot} 9`,
      `12 x ${boot}`,
      "12 345 boot",
    ]) {
      expect(parseProcessIdentity(text)).toBeUndefined();
    }
  });

  test("a start time is found behind any program name, and a process that only waits to be reaped has none", () => {
    const fields = Array.from({ length: 48 }, (_, index) => String(index + 4)).join(" ");
    expect(parseStartTime(`7 (a) b) (c) S ${fields}`)).toBe("22");
    expect(parseStartTime(`7 (sh) Z ${fields}`)).toBeUndefined();
    expect(parseStartTime("")).toBeUndefined();
  });

  test("a guest is ready when its first process catches the signal to shut down", () => {
    const status = (caught: string, ignored: string): string =>
      `Name:\tsh\nSigIgn:\t${ignored}\nSigCgt:\t${caught}\n`;
    expect(parseTermination(status("0000000000004a00", "0000000000000000"))).toBe("caught");
    expect(parseTermination(status("0000000000000002", "0000000000004000"))).toBe("ignored");
    expect(parseTermination(status("0000000000000002", "0000000000000000"))).toBe("default");
    expect(parseTermination("")).toBe("default");
  });

  test("a machine ended by the reason that its supervisor and its driver recorded", () => {
    expect(exitReason("0\n", false)).toBe("guest-shutdown");
    expect(exitReason("64\n", false)).toBe("guest-reboot");
    expect(exitReason("137\n", false)).toBe("crashed");
    expect(exitReason("", false)).toBe("crashed");
    expect(exitReason(undefined, false)).toBe("crashed");
    expect(exitReason("0\n", true)).toBe("killed");
  });

  test("a launch record is read back, and anything else is no record", () => {
    const state = { version: 1, spec, startedAt: 1, lower: "/l", runtime: "crun", cgroups: ["/c"] };
    expect(parseMachineState(JSON.stringify(state))).toEqual(state);
    const bad: readonly object[] = [
      { ...state, version: 2 },
      { ...state, spec: { ...spec, instanceId: "../x" } },
      { ...state, spec: { ...spec, enis: [] } },
      { ...state, spec: undefined },
      { ...state, cgroups: [1] },
      { ...state, runtime: "docker" },
    ];
    for (const value of bad) expect(parseMachineState(JSON.stringify(value))).toBeUndefined();
    for (const text of ["", "{", "null", "[]", JSON.stringify(state).slice(0, -5)]) {
      expect(parseMachineState(text)).toBeUndefined();
    }
  });

  test("a recorded machine's record is read back, and anything else is no record", () => {
    const record = { version: 1, state: "running", startedAt: 1, startIdentity: "x" };
    expect(parseRecord(JSON.stringify(record))).toEqual(record);
    for (const text of ["", "null", "{}", JSON.stringify({ ...record, state: "odd" })]) {
      expect(parseRecord(text)).toBeUndefined();
    }
  });
});

describe("what a machine is made from", () => {
  test("an id is an instance id and never a path", () => {
    expect(machinePaths("/d", "i-0123456789abcdef0").state).toBe("/d/i-0123456789abcdef0/state.json");
    for (const id of [
      "i-",
      "i-../../etc",
      "i-0123456789abcdef0/..",
      "i-0123456789ABCDEF0",
      "vol-01234567",
      "i-0123456\n",
    ]) {
      expect(() => assertMachineId(id)).toThrow(TypeError);
    }
  });

  test("a specification that could not be a machine is refused by name", () => {
    expect(() => assertMachineSpec(spec)).not.toThrow();
    const [eni] = spec.enis;
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ enis: [] }, /needs a network interface/],
      [{ enis: [{ ...eni, netns: "../x" }] }, /not the name of a network namespace/],
      [{ enis: [{ ...eni, netns: "-x" }] }, /not the name of a network namespace/],
      [{ enis: [eni, { ...eni, netns: "other" }] }, /deviceIndex is 0/],
      [{ memoryMib: 1 }, /memoryMib is 1/],
      [{ vcpus: 1.5 }, /vcpus is 1.5/],
      [{ hostname: "a b" }, /not a host name/],
      [{ hostname: "-a" }, /not a host name/],
      [{ trustAnchorsPem: "hello" }, /no certificate/],
    ];
    for (const [change, message] of wrong) {
      expect(() => assertMachineSpec({ ...spec, ...change })).toThrow(message);
    }
  });

  test("limits are written as each version of control groups wants them", () => {
    const limits = { memoryMib: 512, vcpus: 2 };
    expect(cgroupSettings(1, "memory", limits)[0]).toEqual(["memory.limit_in_bytes", "536870912"]);
    expect(cgroupSettings(2, "memory", limits)).toEqual([
      ["memory.max", "536870912"],
      ["memory.swap.max", "0"],
    ]);
    expect(cgroupSettings(1, "cpu", limits)).toContainEqual(["cpu.cfs_quota_us", "200000"]);
    expect(cgroupSettings(2, "cpu", limits)).toEqual([["cpu.max", "200000 100000"]]);
    expect(cgroupSettings(2, "pids", limits)).toEqual([["pids.max", "4096"]]);
    const v1 = { version: 1, controllers: new Set(["memory", "pids"] as const), missing: undefined } as const;
    expect(cgroupPaths(v1, "g", "i-1")).toEqual(["/sys/fs/cgroup/memory/g/i-1", "/sys/fs/cgroup/pids/g/i-1"]);
    expect(cgroupPaths({ ...v1, version: 2 }, "g", "i-1")).toEqual(["/sys/fs/cgroup/g/i-1"]);
    expect(cgroupPaths({ ...v1, version: undefined }, "g", "i-1")).toEqual([]);
  });

  test("counters are those of the interfaces and not of the loopback device", () => {
    const text = [
      "Inter-|   Receive                            |  Transmit",
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
      "    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0",
      "  eth0: 100 2 0 0 0 0 0 0 300 4 0 0 0 0 0 0",
    ].join("\n");
    expect(parseInterfaceCounters(text)).toEqual([
      { name: "eth0", receivedBytes: 100, receivedPackets: 2, sentBytes: 300, sentPackets: 4 },
    ]);
  });

  test("mount points are read with what they escape", () => {
    expect(
      parseMountPoints("22 27 0:21 / /a\\040b rw - proc proc rw\n23 27 0:22 /x /c rw - t t rw\n"),
    ).toEqual(["/a b", "/c"]);
  });
});

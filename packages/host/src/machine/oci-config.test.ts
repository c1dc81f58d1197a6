import { describe, expect, test } from "vitest";
import { type OciConfigInput, ociConfig } from "./oci-config.ts";
import { seccompProfile } from "./seccomp-profile.ts";

const input: OciConfigInput = {
  instanceId: "i-0123456789abcdef0",
  hostname: "ip-10-0-0-5",
  netns: "cm-1-e-7",
  memoryMib: 1_000,
  architecture: "x64",
  directory: "/d/i-0123456789abcdef0",
  rootPath: "/mnt/merged",
  admitScript: "/p/admit",
  cgroups: ["/sys/fs/cgroup/x"],
  shared: [{ source: "/usr", target: "/usr" }],
  masked: ["/usr/private"],
  environment: { PATH: "/bin", HOME: "/root" },
};

describe("a machine's runtime configuration", () => {
  const config = ociConfig(input);

  test("every namespace is new but the network's, which is the interface's", () => {
    expect(config.linux.namespaces.map(({ type }) => type).toSorted()).toEqual(
      ["cgroup", "ipc", "mount", "network", "pid", "user", "uts"].toSorted(),
    );
    const given = config.linux.namespaces.filter(({ path }) => path !== undefined);
    expect(given).toEqual([{ type: "network", path: "/run/netns/cm-1-e-7" }]);
  });

  test("root is an unprivileged user of the host with eleven capabilities and no way to more", () => {
    for (const mapping of [config.linux.uidMappings, config.linux.gidMappings]) {
      expect(mapping).toEqual([{ containerID: 0, hostID: 100_000, size: 65_536 }]);
    }
    expect(config.process.noNewPrivileges).toBe(true);
    const { bounding, effective, permitted, ambient, inheritable } = config.process.capabilities;
    expect(bounding).toHaveLength(11);
    expect(bounding).not.toContain("CAP_SYS_ADMIN");
    expect([effective, permitted, ambient, inheritable]).toEqual([bounding, bounding, undefined, undefined]);
  });

  test("whatever is the host's is shown read-only, without set-user-id and devices", () => {
    const binds = config.mounts.filter(({ type }) => type === "bind");
    expect(binds.map(({ source }) => source)).toEqual(["/usr"]);
    for (const { options } of binds) expect(options).toEqual(["bind", "ro", "nosuid", "nodev"]);
    expect(config.mounts.filter(({ source }) => source.startsWith("/")).length).toBe(binds.length);
    expect(config.linux.maskedPaths).toContain("/usr/private");
    expect(config.linux.readonlyPaths).toContain("/proc/sys");
  });

  test("limits are applied before the guest's first process runs", () => {
    expect(config.hooks.createRuntime).toEqual([
      { path: "/bin/sh", args: ["sh", "/p/admit", "/d/i-0123456789abcdef0", "/sys/fs/cgroup/x"] },
    ]);
  });

  test("the environment says nothing about the instance", () => {
    expect(config.process.env).toEqual(["PATH=/bin", "HOME=/root"]);
    expect(config.process.args).toEqual(["/bin/sh", "/opt/casemate/init"]);
  });
});

describe("the system calls of a guest", () => {
  const profile = seccompProfile("x64");
  const free = profile.syscalls.filter(
    ({ action, args }) => action === "SCMP_ACT_ALLOW" && args === undefined,
  );
  const allowed = new Set(free.flatMap(({ names }) => names));

  test("what is not listed is refused, and one architecture is listed", () => {
    expect(profile.defaultAction).toBe("SCMP_ACT_ERRNO");
    expect(profile.architectures).toEqual(["SCMP_ARCH_X86_64"]);
    expect(() => seccompProfile("mips")).toThrow(RangeError);
  });

  test("nothing that reaches past the namespaces is allowed", () => {
    const forbidden = `mount umount2 pivot_root move_mount open_tree fsopen fsmount mount_setattr unshare
      setns init_module finit_module delete_module kexec_load kexec_file_load bpf
      perf_event_open reboot swapon swapoff open_by_handle_at name_to_handle_at keyctl
      add_key request_key userfaultfd io_uring_setup io_uring_enter settimeofday
      clock_settime clock_adjtime adjtimex acct quotactl iopl ioperm syslog vhangup
      lookup_dcookie sethostname setdomainname fanotify_init clone clone3 socket
      socketpair personality`;
    for (const name of forbidden.split(/\s+/)) expect([name, allowed.has(name)]).toEqual([name, false]);
  });

  test("a socket is only of a family that network namespaces contain", () => {
    const families = profile.syscalls
      .filter(({ names }) => names.includes("socket"))
      .map(({ args }) => args?.map(({ index, op, value }) => [index, op, value]));
    expect(families).toEqual([1, 2, 10, 16, 17].map((family) => [[0, "SCMP_CMP_EQ", family]]));
  });

  test("clone makes threads and processes and no namespaces; clone3 sends programs back to it", () => {
    const clone = profile.syscalls.find(({ names }) => names.includes("clone"));
    expect(clone?.args).toEqual([{ index: 0, value: 0x7e020000, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }]);
    expect(profile.syscalls.find(({ names }) => names.includes("clone3"))).toMatchObject({ errnoRet: 38 });
    expect(
      seccompProfile("s390x").syscalls.find(({ names }) => names.includes("clone"))?.args?.[0]?.index,
    ).toBe(1);
  });
});

/**
 * A machine's OCI runtime configuration. Pure: the driver looks at the host and hands in what it found;
 * everything that separates the guest from the host is stated here and nowhere else.
 */
import { type SeccompProfile, seccompProfile } from "./seccomp-profile.ts";

/** The host's uid and gid of a guest's root, and how many follow it. */
export const guestIdBase = 100_000;
export const guestIdCount = 65_536;

/** What a guest's root may do, inside its own user namespace only. */
export const guestCapabilities = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_NET_BIND_SERVICE",
  "CAP_SETFCAP",
  "CAP_SETGID",
  "CAP_SETPCAP",
  "CAP_SETUID",
  "CAP_SYS_CHROOT",
] as const;

/** A directory or file of the host that a guest sees, always read-only, without set-user-id and devices. */
export interface SharedPath {
  readonly source: string;
  readonly target: string;
}

export interface OciConfigInput {
  readonly instanceId: string;
  readonly hostname: string;
  readonly netns: string;
  readonly memoryMib: number;
  readonly architecture: string;
  /** Absolute path of the machine's own directory, for its records. */
  readonly directory: string;
  /** Where the machine's root file system is mounted when the runtime starts. */
  readonly rootPath: string;
  /** Absolute path of the host-side script that records init and applies limits. */
  readonly admitScript: string;
  readonly cgroups: readonly string[];
  readonly shared: readonly SharedPath[];
  /** Paths inside shared directories that the guest must find empty. */
  readonly masked: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** The part of the OCI runtime specification that a machine uses. */
export interface OciConfig {
  readonly ociVersion: string;
  readonly hostname: string;
  readonly root: { readonly path: string; readonly readonly: false };
  readonly process: {
    readonly terminal: false;
    readonly user: { readonly uid: 0; readonly gid: 0 };
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly cwd: "/";
    readonly noNewPrivileges: true;
    readonly capabilities: Readonly<Record<string, readonly string[]>>;
  };
  readonly mounts: readonly OciMount[];
  readonly hooks: {
    readonly createRuntime: readonly { readonly path: string; readonly args: readonly string[] }[];
  };
  readonly linux: {
    readonly namespaces: readonly { readonly type: string; readonly path?: string }[];
    readonly uidMappings: readonly IdMapping[];
    readonly gidMappings: readonly IdMapping[];
    readonly maskedPaths: readonly string[];
    readonly readonlyPaths: readonly string[];
    readonly seccomp: SeccompProfile;
  };
}

interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

const hostKernelPaths = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/kallsyms",
  "/proc/config.gz",
  "/proc/modules",
  "/proc/cmdline",
  "/proc/interrupts",
];

const readonlyKernelPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/**
 * The configuration that makes the runtime start `/opt/casemate/init` as the first process of a machine.
 *
 * Safety: every namespace but the network's is new, and the network's is the interface's own; the guest's
 * root is an unprivileged user of the host, sees no path of the host but `shared`, and can gain nothing.
 */
export function ociConfig(input: OciConfigInput): OciConfig {
  const mapping = [{ containerID: 0, hostID: guestIdBase, size: guestIdCount }];
  return {
    ociVersion: "1.0.2",
    hostname: input.hostname,
    root: { path: input.rootPath, readonly: false },
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ["/bin/sh", "/opt/casemate/init"],
      env: Object.entries(input.environment).map(([name, value]) => `${name}=${value}`),
      cwd: "/",
      noNewPrivileges: true,
      // No ambient ones: a guest user other than root starts with nothing.
      capabilities: {
        bounding: guestCapabilities,
        effective: guestCapabilities,
        permitted: guestCapabilities,
      },
    },
    mounts: [...systemMounts(input.memoryMib), ...input.shared.map(sharedMount)],
    hooks: {
      createRuntime: [
        { path: "/bin/sh", args: ["sh", input.admitScript, input.directory, ...input.cgroups] },
      ],
    },
    linux: {
      namespaces: [
        { type: "pid" },
        { type: "mount" },
        { type: "uts" },
        { type: "ipc" },
        { type: "cgroup" },
        { type: "user" },
        { type: "network", path: `/run/netns/${input.netns}` },
      ],
      uidMappings: mapping,
      gidMappings: mapping,
      maskedPaths: [...hostKernelPaths, ...input.masked],
      readonlyPaths: readonlyKernelPaths,
      seccomp: seccompProfile(input.architecture),
    },
  };
}

/** How large a guest's file systems in memory may grow; what they hold counts as its memory. */
export function tmpfsSizesMib(memoryMib: number): { readonly half: number; readonly fifth: number } {
  return { half: Math.max(16, Math.floor(memoryMib / 2)), fifth: Math.max(16, Math.floor(memoryMib / 5)) };
}

function systemMounts(memoryMib: number): OciMount[] {
  const sizes = tmpfsSizesMib(memoryMib);
  const [half, fifth] = [`size=${sizes.half}m`, `size=${sizes.fifth}m`];
  const mount = (destination: string, type: string, options: readonly string[]): OciMount => ({
    destination,
    type,
    source: type,
    options: ["nosuid", ...options],
  });
  return [
    mount("/proc", "proc", ["noexec", "nodev"]),
    mount("/dev", "tmpfs", ["strictatime", "mode=755", "size=64k"]),
    mount("/dev/pts", "devpts", ["noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
    mount("/dev/shm", "tmpfs", ["noexec", "nodev", "mode=1777", half]),
    mount("/dev/mqueue", "mqueue", ["noexec", "nodev"]),
    mount("/run", "tmpfs", ["nodev", "mode=755", fifth]),
    mount("/tmp", "tmpfs", ["nodev", "mode=1777", half]),
  ];
}

function sharedMount(path: SharedPath): OciMount {
  return {
    destination: path.target,
    type: "bind",
    source: path.source,
    // Not recursive: what the host has mounted below a shared directory stays out of the guest.
    options: ["bind", "ro", "nosuid", "nodev"],
  };
}

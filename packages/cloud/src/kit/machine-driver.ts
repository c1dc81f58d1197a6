/**
 * What the EC2 reconciler asks of whatever runs instances, and what it is told back. Types only: the
 * drivers live in `host`, decide nothing, and report only what they observe.
 */

export type MachineId = `i-${string}`;

/** Where a machine's root file system comes from. */
export type MachineImage =
  /** The host's own programs, read-only; everything private on the host is absent. */
  | { readonly kind: "host" }
  /** A minimal Debian that the operator built; refused with a reason where it is absent. */
  | { readonly kind: "debian" };

/** A network interface that the network driver has already made and put into its own namespace. */
export interface MachineInterface {
  readonly eniId: string;
  /** The name of the network namespace under /run/netns. */
  readonly netns: string;
  readonly mac: string;
  readonly ipv4: string;
  /** The guest sees it as `eth` and this number; absent, it is the primary one, 0. */
  readonly deviceIndex?: number | undefined;
  /** What the guest is to have on it; absent, what the network driver has set up stays. */
  readonly addresses?: readonly MachineAddress[] | undefined;
  /** Blocks whose every address is the guest's. */
  readonly prefixes?: readonly string[] | undefined;
}

/** An address of an interface as its guest has it. */
export interface MachineAddress {
  readonly address: string;
  /** The length of its subnet's block. */
  readonly length: number;
  /** The next hop of everything outside of the subnet. */
  readonly gateway: string;
}

/** The volume that a machine boots from; a driver without `bootVolumes` keeps the disk itself. */
export interface MachineBootVolume {
  readonly volumeId: string;
  readonly sizeGib: number;
}

/**
 * Everything a driver needs to start a machine. What the guest may know, it learns from its metadata service.
 */
export interface MachineSpec {
  readonly instanceId: MachineId;
  readonly imageId: string;
  readonly image: MachineImage;
  readonly bootVolume?: MachineBootVolume | undefined;
  readonly vcpus: number;
  readonly memoryMib: number;
  /** The primary interface first; at least one. */
  readonly enis: readonly MachineInterface[];
  readonly tenancy: "default" | "dedicated" | "host";
  /** Whether the instance has user data; the guest itself reads the data from its metadata service. */
  readonly userDataPresent: boolean;
  readonly hostname: string;
  /** The name servers that the guest asks; absent: the resolver of its VPC. None at all may be meant. */
  readonly nameServers?: readonly string[] | undefined;
  /** PEM certificates that the guest trusts beside its image's own: Casemate's CA. May be empty. */
  readonly trustAnchorsPem: string;
}

/**
 * How a machine ended. `guest-shutdown` and `guest-reboot` are the guest's own wish, `killed` is a forced
 * stop, `host-restarted` says that the host itself went away under the machine, `crashed` is all else.
 */
export type MachineExitReason = "guest-shutdown" | "guest-reboot" | "crashed" | "killed" | "host-restarted";

/** One machine as the host shows it now. Never from memory. */
export interface ObservedMachine {
  readonly instanceId: MachineId;
  readonly state: "starting" | "running" | "stopping" | "exited";
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Only when exited. */
  readonly exit?: { readonly reason: MachineExitReason } | undefined;
  /** Differs between two starts of one machine, also across a restart of the host; a reboot keeps it. */
  readonly startIdentity: string;
  /**
   * What the guest's kernel takes as its own, sorted: addresses, and prefixes as blocks. Absent where nobody
   * looked.
   */
  readonly addresses?: readonly string[] | undefined;
}

/** A part of a driver that is or is not there on this host, and why not. */
export interface MachineCapability {
  readonly available: boolean;
  readonly reason?: string | undefined;
}

/** What a driver can do on this host. */
export interface MachineCapabilities {
  readonly kind: MachineDriver["kind"];
  /** Whether machines can run at all; where they cannot, the reason says what is missing. */
  readonly machines: MachineCapability;
  /** What starts a machine, as `doctor` prints it. */
  readonly runtime: string;
  readonly isolation: {
    readonly userNamespace: MachineCapability;
    readonly seccomp: MachineCapability;
  };
  readonly limits: {
    readonly memory: MachineCapability;
    readonly cpu: MachineCapability;
    readonly processes: MachineCapability;
    readonly disk: MachineCapability;
  };
  readonly images: Readonly<Record<MachineImage["kind"], MachineCapability>>;
  readonly console: MachineCapability;
  readonly exec: MachineCapability;
  readonly bootVolumes: MachineCapability;
  readonly volumeAttachment: MachineCapability;
  readonly interfaceAttachment: MachineCapability;
}

export interface StopOptions {
  /** True ends the machine at once; false asks the guest first. */
  readonly force: boolean;
  /** How long the guest may take before it is ended. */
  readonly timeoutMs: number;
}

/** Counters as the kernel keeps them; undefined where the host does not count. */
export interface MachineMetrics {
  readonly cpuNanoseconds?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly memoryPeakBytes?: number | undefined;
  readonly processes?: number | undefined;
  readonly interfaces: readonly {
    readonly name: string;
    readonly receivedBytes: number;
    readonly receivedPackets: number;
    readonly sentBytes: number;
    readonly sentPackets: number;
  }[];
}

export interface ExecOptions {
  readonly timeoutMs?: number | undefined;
  readonly stdin?: Uint8Array | undefined;
  /** A user of the guest by name; root without it. */
  readonly user?: string | undefined;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/**
 * Runs machines. Every step may be repeated and leaves a trace that a later run can finish or undo; a
 * step that cannot be done rejects with an Error whose message an operator can act on.
 */
export interface MachineDriver {
  readonly kind: "sandbox" | "recorded";
  probe(): Promise<MachineCapabilities>;
  /** Resolves once the guest's init runs; on a machine that runs already it does nothing. */
  start(spec: MachineSpec): Promise<void>;
  /** Resolves once no process of the machine is left; its disk and console stay. */
  stop(id: MachineId, options: StopOptions): Promise<void>;
  /** Resolves once the guest's init runs anew on the same disk. */
  reboot(id: MachineId): Promise<void>;
  /** Ends the machine and removes every trace of it; of an unknown machine, nothing. */
  terminate(id: MachineId): Promise<void>;
  /** Every machine of this driver that exists on the host, also those that another process started. */
  observe(): Promise<readonly ObservedMachine[]>;
  /** The end of the console, at most 64 KiB; empty for a machine that never wrote. */
  console(id: MachineId): Promise<Uint8Array>;
  metrics(id: MachineId): Promise<MachineMetrics>;
  /**
   * Runs a program inside a running machine: for an operator at the host and for tests, never for the API.
   */
  exec(id: MachineId, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Absent where the capability says so. */
  readonly attachVolume?: ((id: MachineId, volume: MachineVolume) => Promise<void>) | undefined;
  readonly detachVolume?: ((id: MachineId, volumeId: string) => Promise<void>) | undefined;
  /**
   * Brings the interfaces of a running machine to these, the primary first: what is new is plugged in, what
   * has other addresses gets them. One that is not named any more goes with its network, not by this.
   */
  readonly plugInterfaces?: ((id: MachineId, enis: readonly MachineInterface[]) => Promise<void>) | undefined;
}

/** A volume to attach while the machine runs. */
export interface MachineVolume {
  readonly volumeId: string;
  readonly device: string;
  readonly readOnly: boolean;
}

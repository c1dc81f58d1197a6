/** Lays out a machine's directory for a launch: image, disk, trust, limits, configuration. May be repeated. */
import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { MachineCapabilities, MachineSpec } from "@casemate/cloud";
import { type CgroupHierarchy, createCgroups } from "./cgroups.ts";
import {
  type HostImage,
  nodePaths,
  powerPaths,
  prepareGuestPrograms,
  prepareHostImage,
} from "./host-image.ts";
import { type MachinePaths, exists, findState, writeDurably } from "./machine-directory.ts";
import { guestIdBase, ociConfig } from "./oci-config.ts";
import { sessionEnvironment } from "./session-environment.ts";

export interface Preparation {
  readonly lower: string;
  readonly cgroups: readonly string[];
  /** The machine's programs, copied to where every guest may read them. */
  readonly programs: string;
}

interface PreparationHost {
  readonly images: string;
  readonly options: {
    readonly guestDirectory: string;
    readonly privatePaths?: readonly string[] | undefined;
  };
  readonly cgroups: CgroupHierarchy;
  readonly cgroupName: string;
  readonly capabilities: MachineCapabilities;
}

/**
 * Safety: nothing below `disk` is ever opened by path once a guest has run, because the guest decides what
 * lies there; what the guest must get anew at each start is shown to it read-only from beside the disk.
 */
export async function prepareMachine(
  host: PreparationHost,
  { spec, paths }: { spec: MachineSpec; paths: MachinePaths },
): Promise<Preparation> {
  const earlier = await findState(paths);
  const image = await prepareImage(host, spec);
  // A disk stands on the lower directory that it was made over, also after the host's files have changed.
  const kept = earlier !== undefined && (await exists(earlier.lower)) ? earlier.lower : image.lower;
  const programs = await prepareGuestPrograms(host.options.guestDirectory, host.images);
  await layOutDisk(paths);
  await mkdir(paths.trust, { recursive: true });
  await chmod(paths.trust, 0o755);
  await writeFile(join(paths.trust, "ca.pem"), spec.trustAnchorsPem);
  await chmod(join(paths.trust, "ca.pem"), 0o644);
  const limits = { memoryMib: spec.memoryMib, vcpus: spec.vcpus };
  const cgroups = await createCgroups(host.cgroups, { group: host.cgroupName, id: paths.id, limits });
  const shared = [
    ...image.shared,
    ...(await nodePaths(process.execPath)),
    ...(await powerPaths(programs)),
    { source: programs, target: "/opt/casemate" },
    { source: paths.trust, target: "/etc/casemate" },
  ];
  const hidden = host.options.privatePaths ?? [];
  const config = ociConfig({
    instanceId: spec.instanceId,
    hostname: spec.hostname,
    netns: spec.enis[0]?.netns ?? "",
    memoryMib: spec.memoryMib,
    architecture: process.arch,
    directory: paths.directory,
    admitScript: join(programs, "admit"),
    cgroups,
    shared,
    masked: hidden.filter((path) => shared.some(({ source }) => path.startsWith(source + sep))),
    environment: sessionEnvironment(spec),
  });
  await writeDurably(join(paths.directory, "config.json"), JSON.stringify(config));
  return { lower: kept, cgroups, programs };
}

async function prepareImage(host: PreparationHost, spec: MachineSpec): Promise<HostImage> {
  const capability = host.capabilities.images[spec.image.kind];
  if (!capability.available) {
    throw new Error(`the image ${spec.image.kind} of ${spec.imageId} is not here: ${capability.reason}`);
  }
  switch (spec.image.kind) {
    case "host":
      return prepareHostImage(host.images);
    case "debian":
      // A complete system: its own programs, and nothing of the host's.
      return { lower: join(host.images, "debian"), shared: [] };
  }
}

async function layOutDisk(paths: MachinePaths): Promise<void> {
  const at = (name: string): string => join(paths.directory, name);
  await mkdir(at("disk"), { recursive: true, mode: 0o711 });
  await mkdir(at("merged"), { recursive: true, mode: 0o711 });
  await mkdir(at("disk/work"), { recursive: true, mode: 0o700 });
  if (await exists(at("disk/upper"))) return;
  await mkdir(at("disk/upper"), { mode: 0o755 });
  await chown(at("disk/upper"), guestIdBase, guestIdBase);
}

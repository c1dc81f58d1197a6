/**
 * Lays out a machine's directory for a launch: image, disk, trust, limits, configuration. May be repeated.
 */
import { chmod, chown, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import type { MachineCapabilities, MachineSpec } from "@casemate/cloud";
import { type CgroupHierarchy, createCgroups } from "./cgroups.ts";
import { type HostImage, nodePaths, powerPaths } from "./host-image.ts";
import { type MachinePaths, exists, findState } from "./machine-directory.ts";
import { type OciConfig, type SharedPath, guestIdBase, ociConfig, tmpfsSizesMib } from "./oci-config.ts";
import { sessionEnvironment } from "./session-environment.ts";

export interface Preparation {
  readonly lower: string;
  readonly cgroups: readonly string[];
  /** The machine's programs, copied to where every guest may read them. */
  readonly programs: string;
  readonly stage: string;
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
  /** The image `host`, made once for as long as the driver lives. */
  hostImage(): Promise<HostImage>;
  /** The directory of the guest's programs, likewise. */
  guestPrograms(): Promise<string>;
}

/** The file of the guest's name servers, one a line; without it the guest asks its VPC's resolver. */
async function writeNameServers(path: string, servers: readonly string[] | undefined): Promise<void> {
  await rm(path, { force: true });
  if (servers === undefined) return;
  await writeFile(path, servers.map((server) => `${server}\n`).join(""));
  await chmod(path, 0o644);
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
  if (earlier !== undefined && earlier.spec.image.kind !== spec.image.kind) {
    throw new Error(`the disk of ${paths.id} was made from another image`);
  }
  const image = await prepareImage(host, spec);
  // A disk stands on the lower directory that it was made over, also after the host's files have changed.
  const kept = earlier !== undefined && (await exists(earlier.lower)) ? earlier.lower : image.lower;
  const programs = await host.guestPrograms();
  await layOutDisk(paths);
  await mkdir(paths.trust, { recursive: true });
  await chmod(paths.trust, 0o755);
  await writeFile(join(paths.trust, "ca.pem"), spec.trustAnchorsPem);
  await chmod(join(paths.trust, "ca.pem"), 0o644);
  await writeNameServers(join(paths.trust, "name-servers"), spec.nameServers);
  const limits = { memoryMib: spec.memoryMib, vcpus: spec.vcpus };
  const cgroups = await createCgroups(host.cgroups, { group: host.cgroupName, id: paths.id, limits });
  const shared = [
    ...image.shared,
    ...(await nodePaths(process.execPath)),
    ...(await powerPaths(programs)),
    { source: programs, target: "/opt/casemate" },
    { source: paths.trust, target: "/etc/casemate" },
  ];
  const stage = await chooseStage([host.images, ...shared.map(({ source }) => source)]);
  const staged = shared.map(({ source, target }, index) => ({
    source: `${stage}/${index}`,
    target,
    from: source,
  }));
  await writeDerived(join(paths.directory, "shared"), stagingList(staged));
  const config = ociConfig({
    instanceId: spec.instanceId,
    hostname: spec.hostname,
    netns: spec.enis[0]?.netns ?? "",
    memoryMib: spec.memoryMib,
    architecture: process.arch,
    directory: paths.directory,
    rootPath: `${stage}/merged`,
    admitScript: join(programs, "admit"),
    cgroups,
    shared: staged,
    masked: maskedPaths(shared, host.options.privatePaths ?? []),
    environment: sessionEnvironment(spec),
  });
  await writeDerived(join(paths.directory, "config.json"), JSON.stringify(config));
  await writePlainConfig(paths.directory, { spec, config });
  return { lower: kept, cgroups, programs, stage };
}

/** Directories that a Linux host has and that any user may enter. */
const stages = ["/mnt", "/media", "/srv", "/opt", "/home"];

/** A directory to cover in the supervisor's own view, which hides nothing that a machine is made of. */
async function chooseStage(needed: readonly string[]): Promise<string> {
  for (const stage of stages) {
    if ((await exists(stage)) && !needed.some((path) => path.startsWith(stage + sep))) return stage;
  }
  throw new Error(`none of ${stages.join(", ")} is there to lay a machine's root file system out in`);
}

/** @throws {Error} for a path that a line cannot hold. */
function stagingList(staged: readonly (SharedPath & { readonly from: string })[]): string {
  return staged
    .map(({ source, target, from }) => {
      if (/[\t\n\\]/.test(from)) throw new Error(`${JSON.stringify(from)} cannot be shown to a machine`);
      return `${basename(source)}\t${from}\t${target}\n`;
    })
    .join("");
}

/** The guest's paths of what is private although it lies below something that is shown. */
export function maskedPaths(shared: readonly SharedPath[], hidden: readonly string[]): readonly string[] {
  return hidden.flatMap((path) =>
    shared.flatMap(({ source, target }) => {
      if (path === source) throw new Error(`${path} is private and cannot be shown to a machine`);
      return path.startsWith(source + sep) ? [target + path.slice(source.length)] : [];
    }),
  );
}

async function prepareImage(host: PreparationHost, spec: MachineSpec): Promise<HostImage> {
  const capability = host.capabilities.images[spec.image.kind];
  if (!capability.available) {
    throw new Error(`the image ${spec.image.kind} of ${spec.imageId} is not here: ${capability.reason}`);
  }
  switch (spec.image.kind) {
    case "host":
      return host.hostImage();
    case "debian":
      // A complete system: its own programs, and nothing of the host's.
      return { lower: join(host.images, "debian"), shared: [] };
  }
}

/** A file that every start writes anew; unlike a record, it need not outlive a power cut. */
async function writeDerived(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
}

/** The same configuration for the launch without crun, line by line, because a shell reads it. */
async function writePlainConfig(
  directory: string,
  { spec, config }: { spec: MachineSpec; config: OciConfig },
): Promise<void> {
  const sizes = tmpfsSizesMib(spec.memoryMib);
  await writeDerived(join(directory, "guest"), `${spec.hostname}\n${sizes.half}\n${sizes.fifth}\n`);
  await writeDerived(join(directory, "masked"), config.linux.maskedPaths.map((path) => `${path}\n`).join(""));
  await writeDerived(join(directory, "environment"), config.process.env.map((line) => `${line}\n`).join(""));
}

async function layOutDisk(paths: MachinePaths): Promise<void> {
  const at = (name: string): string => join(paths.directory, name);
  await mkdir(at("disk"), { recursive: true, mode: 0o700 });
  await mkdir(at("disk/work"), { recursive: true, mode: 0o700 });
  if (await exists(at("disk/upper"))) return;
  await mkdir(at("disk/upper"), { mode: 0o755 });
  await chown(at("disk/upper"), guestIdBase, guestIdBase);
}

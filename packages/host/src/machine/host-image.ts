/**
 * The image `host`: a root directory made of the host's public configuration files and of generated ones,
 * under which the host's own programs are shown read-only. What is private on the host is not left out by
 * name but never looked at: only listed paths are copied, and of these only what every user may read.
 */
import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { chmod, chown, copyFile, lchown, lstat, mkdir, readFile, readdir, readlink } from "node:fs/promises";
import { realpath, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runCommand } from "../network/command.ts";
import { type GuestFile, guestFiles } from "./guest-files.ts";
import { exists, pendingName } from "./machine-directory.ts";
import { type SharedPath, guestIdBase } from "./oci-config.ts";
import { removeTree } from "./remove-tree.ts";

/** Raised when what a base directory holds changes in a way that the copied files do not show. */
const imageVersion = 1;

/** Parts of the host's /etc that programs need and that say nothing about the host's users or services. */
const sharedConfiguration = `alternatives bash.bashrc bash_completion.d bindresvport.blacklist
  binfmt.d ca-certificates ca-certificates.conf crypto-policies debconf.conf debian_version dpkg
  ethertypes fonts gai.conf host.conf inputrc issue issue.net java-17-openjdk java-21-openjdk
  ld.so.cache ld.so.conf ld.so.conf.d locale.alias localtime login.defs magic magic.mime mime.types
  netconfig networks nsswitch.conf os-release pam.conf pam.d perl php pki profile protocols python3
  python3.9 python3.10 python3.11 python3.12 python3.13 rpc securetty security services shells skel
  ssl terminfo timezone xattr.conf`
  .split(/\s+/)
  .filter((name) => name !== "");

/** Larger files are not configuration. */
const copiedFileBytesMax = 4 * 1024 * 1024;

/** Directories of the root file system that hold programs, on a host that has not merged them into /usr. */
const programDirectories = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

interface Entry {
  readonly path: string;
  readonly kind: "file" | "directory" | "link";
  readonly mode: number;
  readonly source?: string;
  readonly text?: string;
  readonly stamp: string;
}

/** A built base directory and what of the host is shown over it. */
export interface HostImage {
  readonly lower: string;
  readonly shared: readonly SharedPath[];
}

/**
 * Makes the base directory below `images` unless it stands already; the same host content gives the same one.
 */
export async function prepareHostImage(images: string): Promise<HostImage> {
  const shell = (await exists("/bin/bash")) ? "/bin/bash" : "/bin/sh";
  const shared: SharedPath[] = [{ source: "/usr", target: "/usr" }];
  const entries: Entry[] = guestFiles(shell).map(generated);
  for (const name of programDirectories) {
    const found = await lstat(join("/", name)).catch(() => undefined);
    if (found?.isSymbolicLink() === true) {
      entries.push(link(name, await readlink(join("/", name))));
    } else if (found?.isDirectory() === true) {
      entries.push(directory(name, 0o755));
      shared.push({ source: `/${name}`, target: `/${name}` });
    }
  }
  for (const name of ["npm", "npx"]) {
    entries.push(link(`opt/node/bin/${name}`, `../lib/node_modules/npm/bin/${name}-cli.js`));
  }
  const own = new Set(entries.map((entry) => entry.path));
  for (const name of sharedConfiguration) {
    for (const entry of await readEntries(join("etc", name))) if (!own.has(entry.path)) entries.push(entry);
  }
  for (const entry of await readEntries("etc/skel")) {
    if (entry.kind !== "directory")
      entries.push({ ...entry, path: entry.path.replace("etc/skel", "home/admin") });
  }
  const lower = join(images, `host-${digest(entries)}`);
  if (!(await exists(lower))) await build(lower, entries, images);
  return { lower, shared };
}

function generated(file: GuestFile): Entry {
  if (file.text === undefined) return directory(file.path, file.mode);
  return { path: file.path, kind: "file", mode: file.mode, text: file.text, stamp: file.text };
}

function directory(path: string, mode: number): Entry {
  return { path, kind: "directory", mode, stamp: "" };
}

function link(path: string, target: string): Entry {
  return { path, kind: "link", mode: 0, text: target, stamp: target };
}

/**
 * What of a listed path is public.
 *
 * Safety: a file or directory that its mode keeps from any user, and everything that is not a file, a
 * directory or a link, is passed over, also inside a directory that is copied.
 */
async function readEntries(path: string): Promise<Entry[]> {
  const source = join("/", path);
  const found = await lstat(source).catch(() => undefined);
  if (found === undefined) return [];
  if (found.isSymbolicLink()) return [link(path, await readlink(source))];
  if (found.isDirectory() && (found.mode & 0o005) === 0o005) {
    const below: Entry[] = [directory(path, found.mode & 0o755)];
    for (const name of (await readdir(source)).toSorted())
      below.push(...(await readEntries(join(path, name))));
    return below;
  }
  if (!found.isFile() || (found.mode & 0o004) === 0 || found.size > copiedFileBytesMax) return [];
  return [{ path, kind: "file", mode: found.mode & 0o755, source, stamp: fileStamp(found) }];
}

function fileStamp(found: Stats): string {
  return `${found.size} ${found.mtimeMs}`;
}

function digest(entries: readonly Entry[]): string {
  const hash = createHash("sha256").update(`${imageVersion} ${guestIdBase}\n`);
  for (const { path, kind, mode, stamp } of entries) hash.update(`${path}\0${kind}\0${mode}\0${stamp}\n`);
  return hash.digest("hex").slice(0, 16);
}

async function build(lower: string, entries: readonly Entry[], images: string): Promise<void> {
  const pending = pendingName(lower);
  await mkdir(pending, { mode: 0o755 });
  await chown(pending, guestIdBase, guestIdBase);
  for (const entry of entries) await make(pending, entry);
  // Its name says that it is whole, also after a power cut.
  await runCommand("sync", ["--file-system", pending]);
  await rename(pending, lower).catch(async (error: NodeJS.ErrnoException) => {
    // Another driver built the same content in the meantime.
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    await removeTree(pending, images);
  });
}

async function make(root: string, entry: Entry): Promise<void> {
  const target = join(root, entry.path);
  await makeParents(root, dirname(entry.path));
  const owner = entry.path.startsWith("home/admin") ? guestIdBase + 1_000 : guestIdBase;
  if (entry.kind === "link") {
    await symlink(entry.text ?? "", target);
    return lchown(target, owner, owner);
  }
  if (entry.kind === "directory") await mkdir(target, { recursive: true });
  else if (entry.source === undefined) await writeFile(target, entry.text ?? "");
  else await copyFile(entry.source, target, constants.COPYFILE_FICLONE);
  await chmod(target, entry.mode);
  await chown(target, owner, owner);
}

async function makeParents(root: string, path: string): Promise<void> {
  if (path === "." || (await exists(join(root, path)))) return;
  await makeParents(root, dirname(path));
  await mkdir(join(root, path), { mode: 0o755 });
  await chown(join(root, path), guestIdBase, guestIdBase);
}

/**
 * Copies the guest's programs to a place that every guest may read, whatever the modes of the installation.
 * The result is named by its content, so a running machine keeps the one it started with.
 */
export async function prepareGuestPrograms(source: string, images: string): Promise<string> {
  const names = (await readdir(source)).filter((name) => !/\.d\.mts$|\.json$/.test(name)).toSorted();
  const hash = createHash("sha256");
  const contents = new Map<string, Buffer>();
  for (const name of names) {
    const content = await readFile(join(source, name));
    contents.set(name, content);
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  const target = join(images, `guest-${hash.digest("hex").slice(0, 16)}`);
  if (await exists(target)) return target;
  const pending = pendingName(target);
  await mkdir(pending);
  for (const [name, content] of contents) {
    await writeFile(join(pending, name), content);
    await chmod(join(pending, name), 0o755);
  }
  await chmod(pending, 0o755);
  await rename(pending, target).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    await removeTree(pending, images);
  });
  return target;
}

/** Where the running Node is outside /usr, the two paths of it that a guest needs; never the whole prefix. */
export async function nodePaths(execPath: string): Promise<readonly SharedPath[]> {
  if (execPath === "/usr/bin/node" || execPath === "/usr/local/bin/node") return [];
  const paths: SharedPath[] = [{ source: execPath, target: "/opt/node/bin/node" }];
  const modules = join(dirname(dirname(execPath)), "lib", "node_modules");
  if (await exists(join(modules, "npm")))
    paths.push({ source: modules, target: "/opt/node/lib/node_modules" });
  return paths;
}

/**
 * The host's power commands, which would ask a service manager that the guest has not; shown as the guest's
 * own.
 */
export async function powerPaths(guestPrograms: string): Promise<readonly SharedPath[]> {
  const targets = new Set<string>();
  for (const name of ["shutdown", "poweroff", "reboot", "halt"]) {
    const real = await realpath(`/usr/sbin/${name}`).catch(() => undefined);
    if (real?.startsWith("/usr/") === true) targets.add(real);
  }
  return [...targets].map((target) => ({ source: join(guestPrograms, "power"), target }));
}

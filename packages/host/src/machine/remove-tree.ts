/**
 * The one place that deletes recursively. It refuses everything that is not strictly inside a directory
 * the caller owns, never follows a symbolic link and never crosses into another mount.
 */
import { lstat, readFile, readdir, realpath, rename, rmdir, unlink } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, sep } from "node:path";

/** Paths longer than this are shortened by moving what lies there up; the kernel's own limit is 4096. */
const pathBytesMax = 2_000;

/** Mount points in the text of a mountinfo file, unescaped. */
export function parseMountPoints(mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .flatMap((line) => line.split(" ").slice(4, 5))
    .map((path) =>
      path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    );
}

/**
 * Removes `path` and everything below it; a missing one is no failure.
 *
 * Safety: `path` must be absolute, normalised and strictly inside `within`, whose real path is itself, so
 * no caller's value can lead elsewhere. A mount point at or below `path`, or a directory of another device,
 * stops the removal before anything there is touched.
 * @throws {Error} naming the path that was refused.
 */
export async function removeTree(path: string, within: string): Promise<void> {
  await assertRemovable(path, within);
  const top = await lstat(path).catch(ignoreMissing);
  if (top === undefined) return;
  if (!top.isDirectory()) return unlink(path);
  const mounted = parseMountPoints(await readFile("/proc/self/mountinfo", "utf8").catch(() => ""));
  const inside = mounted.find((point) => point === path || point.startsWith(path + sep));
  if (inside !== undefined) throw new Error(`${inside} is a mount point: ${path} is not removed`);
  await removeDirectory(path, top.dev);
}

async function assertRemovable(path: string, within: string): Promise<void> {
  const clean = isAbsolute(path) && normalize(path) === path && !path.endsWith(sep);
  const owned = isAbsolute(within) && normalize(within) === within && within.split(sep).length > 2;
  if (!clean || !owned || !path.startsWith(within + sep)) {
    throw new Error(`${path} is not inside ${within}: not removed`);
  }
  const parent = await realpath(dirname(path)).catch(ignoreMissing);
  if (parent !== undefined && parent !== dirname(path)) {
    throw new Error(`${dirname(path)} is reached through a link: ${path} is not removed`);
  }
}

async function removeDirectory(top: string, device: number): Promise<void> {
  let moved = 0;
  // Depth first by an own stack, and names as bytes: how deep a tree is and what its files are called is the
  // guest's choice.
  const open: Buffer[] = [Buffer.from(top)];
  for (let current = open.at(-1); current !== undefined; current = open.at(-1)) {
    const below: Buffer[] = [];
    for (const entry of await readdir(current, { withFileTypes: true, encoding: "buffer" })) {
      const child = Buffer.concat([current, Buffer.from(sep), entry.name]);
      if (!entry.isDirectory()) await unlink(child);
      else below.push(child);
    }
    if (below.length === 0) {
      await rmdir(current);
      open.pop();
      continue;
    }
    for (const child of below) {
      if ((await lstat(child)).dev !== device)
        throw new Error(`${child.toString()} is another device: not removed`);
      if (child.length <= pathBytesMax) open.push(child);
      else await rename(child, join(top, `.removing-${process.pid}-${moved++}`));
    }
  }
}

/** Removes one file; a missing one is no failure. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}

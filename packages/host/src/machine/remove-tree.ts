/**
 * The one place that deletes recursively. It refuses everything that is not strictly inside a directory
 * the caller owns, never follows a symbolic link and never crosses into another mount.
 */
import { lstat, readFile, readdir, realpath, rename, rmdir, unlink } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, sep } from "node:path";

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
 * Safety: `path` must be absolute, normalised and strictly inside `within`, and reached from there through
 * no link, so no caller's value can lead elsewhere. `within` may itself be reached through one. A directory
 * of the root, such as /usr, is nobody's own: only one for everybody's files, such as /tmp, is taken, and in
 * it only what belongs to this process's user. A mount point at or below `path`, or a directory of another
 * device, stops the removal before anything there is touched.
 * @throws {Error} naming the path that was refused.
 */
export async function removeTree(path: string, within: string): Promise<void> {
  const real = await resolveInside(path, within);
  const top = real === undefined ? undefined : await lstat(real).catch(ignoreMissing);
  if (real === undefined || top === undefined) return;
  if (isDirectoryOfRoot(within)) await assertOwnInShared(top.uid, { path, within });
  if (!top.isDirectory()) return unlink(real);
  const mounted = parseMountPoints(await readFile("/proc/self/mountinfo", "utf8").catch(() => ""));
  const inside = mounted.find((point) => point === real || point.startsWith(real + sep));
  if (inside !== undefined) throw new Error(`${inside} is a mount point: ${path} is not removed`);
  await removeDirectory(real, top.dev);
}

/** The real path; undefined where its parent is missing. */
async function resolveInside(path: string, within: string): Promise<string | undefined> {
  const clean = [path, within].every(
    (text) => isAbsolute(text) && normalize(text) === text && !text.endsWith(sep),
  );
  if (!clean || !path.startsWith(within + sep))
    throw new Error(`${path} is not inside ${within}: not removed`);
  const home = await realpath(within).catch(ignoreMissing);
  const parent = await realpath(dirname(path)).catch(ignoreMissing);
  if (home === undefined || parent === undefined) return undefined;
  if (parent !== home + dirname(path).slice(within.length)) {
    throw new Error(`${dirname(path)} is reached through a link: ${path} is not removed`);
  }
  return join(parent, basename(path));
}

function isDirectoryOfRoot(path: string): boolean {
  return dirname(path) === sep;
}

async function assertOwnInShared(
  owner: number,
  { path, within }: { path: string; within: string },
): Promise<void> {
  const sticky = ((await lstat(await realpath(within))).mode & 0o1000) !== 0;
  if (!sticky || owner !== process.getuid?.()) throw new Error(`${path} is not this user's own: not removed`);
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
      if (!entry.isDirectory()) await unlink(child).catch(ignoreMissing);
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

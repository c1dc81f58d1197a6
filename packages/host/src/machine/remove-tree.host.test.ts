import { execFileSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, realpath } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { removeTree } from "./remove-tree.ts";
import { makeDirectory } from "./testing/sandbox-world.ts";

const root = process.getuid?.() === 0;

describe("removing a tree", () => {
  let home: Awaited<ReturnType<typeof makeDirectory>>;
  beforeEach(async () => {
    home = await makeDirectory();
    mkdirSync(join(home.path, "tree", "below"), { recursive: true });
    writeFileSync(join(home.path, "tree", "below", "file"), "x");
    writeFileSync(join(home.path, "outside"), "kept");
  });
  afterEach(async () => home.remove());

  test("it removes what is below, follows no link, and may be repeated", async () => {
    symlinkSync(join(home.path, "outside"), join(home.path, "tree", "link"));
    symlinkSync(home.path, join(home.path, "tree", "below", "up"));
    await removeTree(join(home.path, "tree"), home.path);
    expect(existsSync(join(home.path, "tree"))).toBe(false);
    expect(readFileSync(join(home.path, "outside"), "utf8")).toBe("kept");
    await removeTree(join(home.path, "tree"), home.path);
  });

  test("it refuses a path that is not plainly inside the caller's directory", async () => {
    symlinkSync(join(home.path, "tree"), join(home.path, "alias"));
    const wrong: readonly (readonly [path: string, within: string])[] = [
      [home.path, home.path],
      [join(home.path, "..", "other"), home.path],
      [`${home.path}/tree/../outside`, home.path],
      [`${home.path}/tree/`, home.path],
      ["tree", home.path],
      ["/usr", "/"],
      ["/usr/bin", "/usr"],
      [`${home.path}-other/x`, home.path],
      [join(home.path, "alias", "below"), home.path],
    ];
    for (const [path, within] of wrong) await expect(removeTree(path, within)).rejects.toThrow(/not removed/);
    expect(existsSync(join(home.path, "tree", "below", "file"))).toBe(true);
  });

  test("in a directory for everybody's files it removes this user's own, and nothing of the root's other ones", async () => {
    const own = await mkdtemp(join(await realpath("/tmp"), "casemate-"));
    await removeTree(own, "/tmp");
    expect(existsSync(own)).toBe(false);
    await expect(removeTree("/proc/self", "/proc")).rejects.toThrow(/not removed/);
  });

  test.skipIf(!root)("there it leaves what belongs to another user (needs root)", async () => {
    const foreign = await mkdtemp(join(await realpath("/tmp"), "casemate-"));
    chownSync(foreign, 65_534, 65_534);
    await expect(removeTree(foreign, "/tmp")).rejects.toThrow(/not this user's own/);
    rmdirSync(foreign);
  });

  test.skipIf(!root)(
    "it removes nothing where something is mounted inside, be it a file of the same disk (needs root)",
    async () => {
      mkdirSync(join(home.path, "treasure"));
      writeFileSync(join(home.path, "treasure", "coin"), "gold");
      mkdirSync(join(home.path, "tree", "mount point"));
      const target = join(home.path, "tree", "mount point");
      execFileSync("mount", ["--bind", join(home.path, "treasure"), target]);
      try {
        await expect(removeTree(join(home.path, "tree"), home.path)).rejects.toThrow(/is a mount point/);
        await expect(removeTree(target, home.path)).rejects.toThrow(/is a mount point/);
      } finally {
        execFileSync("umount", [target]);
      }
      expect(readFileSync(join(home.path, "treasure", "coin"), "utf8")).toBe("gold");
      expect(existsSync(join(home.path, "tree", "below", "file"))).toBe(true);
    },
  );
});

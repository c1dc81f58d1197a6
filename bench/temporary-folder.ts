// A folder that a benchmark keeps its state in, and that is gone afterwards.
import { mkdirSync, mkdtempSync, realpathSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeTree } from "@casemate/host";

/** Works in a new folder and removes it, whatever came of the work. */
export async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  // Nothing is removed through a link, and temporary folders often lie behind one.
  const own = mkdtempSync(join(realpathSync(tmpdir()), "casemate-bench-"));
  const folder = join(own, "state");
  mkdirSync(folder);
  try {
    await work(folder);
  } finally {
    await removeTree(folder, own);
    rmdirSync(own);
  }
}

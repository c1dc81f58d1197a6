// Stands in the place of `node:fs/promises` for the records of the driver that fails. For tests only.

import { rename as renameWhole, rm as removeWhole } from "node:fs/promises";
import type { PathLike, RmOptions } from "node:fs";

import { step } from "./faults.ts";

export { mkdir, open, readdir, readFile } from "node:fs/promises";

/** Replaces a file, unless this is where the driver fails. */
export function rename(from: PathLike, to: PathLike): Promise<void> {
  return step(
    () => renameWhole(from, to),
    () => renameWhole(from, to),
  );
}

/** Removes a file, unless this is where the driver fails. */
export function rm(path: PathLike, options?: RmOptions): Promise<void> {
  return step(
    () => removeWhole(path, options),
    () => removeWhole(path, options),
  );
}

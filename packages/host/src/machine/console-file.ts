/** Reads the end of a machine's console, which the supervisor keeps bounded. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

import { assertMachineId, machinePaths } from "./machine-directory.ts";

/** What GetConsoleOutput shows at most. */
export const consoleBytesMax = 64 * 1024;

/**
 * The last bytes of the file, empty where there is none.
 *
 * Safety: only the supervisor writes the file; the guest's bytes are its content, never its name.
 */
export async function readConsole(path: string): Promise<Uint8Array> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return new Uint8Array();
  try {
    const { size } = await file.stat();
    const length = Math.min(size, consoleBytesMax);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return new Uint8Array(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** The end of a machine's console as of now, for callers that cannot wait; undefined where there is none. */
export function consoleOf(
  directory: string,
  instanceId: string,
): { readonly text: Uint8Array; readonly at: number } | undefined {
  const path = machinePaths(join(directory, "machines"), assertMachineId(instanceId)).console;
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    const { size, mtimeMs } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, consoleBytesMax));
    const length = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return { text: Uint8Array.from(buffer.subarray(0, length)), at: mtimeMs };
  } finally {
    closeSync(file);
  }
}

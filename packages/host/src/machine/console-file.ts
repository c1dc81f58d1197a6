/** Reads the end of a machine's console, which the supervisor keeps bounded. */
import { open } from "node:fs/promises";

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

/**
 * Secrets of the daemon itself: kept in files of the state directory, sealed under the root key, made when
 * they are not there.
 */
import type { Keyring } from "@casemate/cloud";
import { readOptional, writePrivate } from "./state-directory.ts";

/** A secret's file and what it is for. */
export interface SealedFile {
  /** Absent where nothing is kept: the secret then lives as long as the process. */
  readonly path: string | undefined;
  readonly purpose: string;
}

/** The secret of a file, or the one that `make` gives, which is then kept. */
export async function loadSealed(
  keyring: Keyring,
  file: SealedFile,
  make: () => string | Promise<string>,
): Promise<string> {
  const context = { purpose: file.purpose };
  const sealed = file.path === undefined ? undefined : readOptional(file.path);
  if (sealed !== undefined) return keyring.open(sealed.trim(), context);
  const made = await make();
  if (file.path !== undefined) writePrivate(file.path, `${keyring.seal(made, context)}\n`);
  return made;
}

/**
 * The state directory: where everything that outlives the daemon is kept, readable by its owner alone. Files
 * in it are replaced whole, never written in place.
 */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** Paths in a state directory. */
export interface StateDirectory {
  readonly path: string;
  readonly database: string;
  readonly rootKey: string;
  readonly credentials: string;
  readonly authority: string;
  readonly metadataKey: string;
  readonly network: string;
  readonly machines: string;
  /** The socket of the operator's own channel. */
  readonly operator: string;
}

/** Opens a state directory, making it when it is not there. */
export function openStateDirectory(path: string): StateDirectory {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  return {
    path,
    database: join(path, "casemate.sqlite"),
    rootKey: join(path, "root.key"),
    credentials: join(path, "credentials.json"),
    authority: join(path, "authority.sealed"),
    metadataKey: join(path, "metadata.sealed"),
    network: join(path, "network"),
    machines: join(path, "machines"),
    operator: join(path, "operator.sock"),
  };
}

/** Reads a file, or undefined when it is not there. */
export function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (failure) {
    if (failure instanceof Error && "code" in failure && failure.code === "ENOENT") return undefined;
    throw failure;
  }
}

/** Replaces a file whole and durably; only its owner can read it. */
export function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = openSync(temporary, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

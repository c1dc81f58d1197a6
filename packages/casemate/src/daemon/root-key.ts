/**
 * The root key: 32 bytes that everything secret is sealed under. It comes from a systemd credential, from the
 * environment, or from a file of the state directory that is made at first start; a key that is there but
 * cannot be used is an error, never replaced.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { rootKeyFromBytes, type RootKey } from "@casemate/key-engine";
import { readOptional, writePrivate } from "./state-directory.ts";

/** Where a root key may come from, first to last. */
export interface RootKeySources {
  /**
   * The directory of systemd's credentials (`$CREDENTIALS_DIRECTORY`); the credential is `casemate-root-key`.
   */
  readonly credentialsDirectory?: string | undefined;
  /** Base64 of the key (`$CASEMATE_ROOT_KEY`). */
  readonly text?: string | undefined;
  /** The file of the state directory; absent when nothing is kept. */
  readonly file?: string | undefined;
}

/** A root key that is there but unusable. */
export class RootKeyError extends Error {}

/** Loads the root key; makes the file where no source has one. */
export function loadRootKey(sources: RootKeySources): RootKey {
  const credential =
    sources.credentialsDirectory && readOptional(join(sources.credentialsDirectory, "casemate-root-key"));
  if (credential !== undefined && credential !== "") return parse(credential, "the systemd credential");
  if (sources.text !== undefined && sources.text !== "") return parse(sources.text, "CASEMATE_ROOT_KEY");
  if (sources.file === undefined) return rootKeyFromBytes(randomBytes(32));
  if (readOptional(sources.file) === undefined) {
    writePrivate(sources.file, `${randomBytes(32).toString("base64")}\n`);
  }
  const mode = statSync(sources.file).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new RootKeyError(`${sources.file} can be read by others (mode ${mode.toString(8)}); make it 0600.`);
  }
  return parse(readFileSync(sources.file, "utf8"), sources.file);
}

function parse(text: string, source: string): RootKey {
  const bytes = Buffer.from(text.trim(), "base64");
  if (bytes.length !== 32) throw new RootKeyError(`The root key in ${source} is not 32 bytes of base64.`);
  return rootKeyFromBytes(bytes);
}

/** The root certificate authority of a cloud: made at first start, its key sealed under the root key in the state directory. */
import type { Keyring } from "@casemate/cloud";
import { createAuthority, type AuthorityOptions, type PemPair } from "../certificates/authority.ts";
import { readOptional, writePrivate, type StateDirectory } from "./state-directory.ts";

const context = { purpose: "certificate-authority" };

/** Loads the authority, or makes it. */
export async function loadAuthority(
  keyring: Keyring,
  directory: StateDirectory | undefined,
  options: AuthorityOptions,
): Promise<PemPair> {
  const sealed = directory && readOptional(directory.authority);
  // Sealed by this function: what opens has that form.
  if (sealed !== undefined) return JSON.parse(keyring.open(sealed.trim(), context)) as PemPair;
  const authority = await createAuthority(options);
  if (directory !== undefined) {
    writePrivate(directory.authority, `${keyring.seal(JSON.stringify(authority), context)}\n`);
  }
  return authority;
}

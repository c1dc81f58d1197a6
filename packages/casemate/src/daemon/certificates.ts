/**
 * The certificates of a daemon: its authority, the leaf it serves with, and their renewal. Made on first use.
 */
import type { CloudEnvironment } from "@casemate/cloud";
import {
  createAuthority,
  defaultPermittedNames,
  issueLeaf,
  needsRenewal,
  trustBundle,
  type PemPair,
} from "../certificates/authority.ts";
import { createServerContexts, type ServerContexts } from "../certificates/server-contexts.ts";
import { loadSealed } from "./sealed-file.ts";
import type { StateDirectory } from "./state-directory.ts";

/** What TLS is served with, and what clients trust. */
export interface Certificates {
  readonly contexts: ServerContexts;
  /** PEM of the authority. */
  readonly anchor: string;
}

/** How often the leaf is looked at; it is renewed long before it ends. */
const checkEveryMs = 60_000;

const names = ["localhost", "127.0.0.1", "::1", "amazonaws.com", "*.amazonaws.com"];

/** Loads or makes them when first asked; a failure is tried again at the next ask. */
export function createCertificates(
  environment: CloudEnvironment,
  directory: StateDirectory | undefined,
): () => Promise<Certificates> {
  const { clock, keyring } = environment;
  let authority: PemPair | undefined;
  let leaf: PemPair | undefined;
  let made: Promise<Certificates> | undefined;
  let nextCheckAt = 0;
  const make = async (): Promise<Certificates> => {
    const file = { path: directory?.authority, purpose: "certificate-authority" };
    const text = await loadSealed(keyring, file, async () =>
      JSON.stringify(
        await createAuthority({
          commonName: "Casemate root",
          permitted: defaultPermittedNames,
          nowMs: clock(),
        }),
      ),
    );
    // Sealed by this function: what opens has that form.
    authority = JSON.parse(text) as PemPair;
    leaf = await issueLeaf({ authority, names, nowMs: clock() });
    const contexts = createServerContexts({ authority, leaf, now: clock });
    return { contexts, anchor: trustBundle([authority.certificatePem]) };
  };
  return async () => {
    made ??= make().catch((failure: unknown) => {
      made = undefined;
      throw failure;
    });
    const certificates = await made;
    // Asked for each connection and machine: reading a certificate costs a hundred times a look at the clock.
    if (authority && leaf && clock() >= nextCheckAt) {
      nextCheckAt = clock() + checkEveryMs;
      const check = { authorityPem: authority.certificatePem, names, nowMs: clock() };
      if (needsRenewal(leaf.certificatePem, check)) {
        leaf = await issueLeaf({ authority, names, nowMs: clock() });
        certificates.contexts.replaceLeaf(leaf);
      }
    }
    return certificates;
  };
}

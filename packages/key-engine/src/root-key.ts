/**
 * The root key of a daemon: the one secret from which the sealing keys are derived. Its bytes never leave
 * this module but as derived keys; they show in no JSON and no log line.
 */
import { createHmac, hkdfSync } from "node:crypto";
import { SealFault } from "./seal-fault.ts";

/** A root key; only its id can be seen. */
export interface RootKey {
  /** Names the key in envelopes: 16 hex digits that tell nothing of it. */
  readonly id: string;
}

/** The size of a root key in bytes. */
export const rootKeySize = 32;

const secrets = new WeakMap<RootKey, Buffer>();

/**
 * The root key of 32 random bytes.
 * @throws SealFault when there are not 32, or all are the same
 */
export function rootKeyFromBytes(bytes: Uint8Array): RootKey {
  if (bytes.length !== rootKeySize)
    throw new SealFault(`A root key has ${rootKeySize} bytes, not ${bytes.length}.`);
  if (bytes.every((byte) => byte === bytes[0])) throw new SealFault("A root key is random bytes.");
  const secret = Buffer.from(bytes);
  const id = createHmac("sha256", secret).update("casemate root key id").digest("hex").slice(0, 16);
  const root = Object.freeze({ id });
  secrets.set(root, secret);
  return root;
}

/** Derives the 32-byte key of a purpose (HKDF with SHA-256). */
export function deriveKey(root: RootKey, purpose: string): Buffer {
  const secret = secrets.get(root);
  if (secret === undefined) throw new SealFault("Not a root key.");
  return Buffer.from(hkdfSync("sha256", secret, "casemate/v1", `seal/${purpose}`, 32));
}

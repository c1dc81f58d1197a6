/**
 * Makes private keys. Node draws them from its own generator, the one source of randomness that is no
 * argument.
 */
import { generateKeyPair, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { KeyPairType } from "./public-key.ts";

const modulusLength = 2048;

/** A new private key, made in a thread of Node's pool. */
export function generatePrivateKey(type: KeyPairType): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    const made = (cause: Error | null, _publicKey: KeyObject, privateKey: KeyObject): void => {
      if (cause === null) resolve(privateKey);
      else reject(cause);
    };
    if (type === "rsa") generateKeyPair("rsa", { modulusLength }, made);
    else generateKeyPair("ed25519", undefined, made);
  });
}

/** A new private key, made at once. */
export function generatePrivateKeySync(type: KeyPairType): KeyObject {
  return type === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength }).privateKey
    : generateKeyPairSync("ed25519").privateKey;
}

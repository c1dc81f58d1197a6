// Derives SigV4 signing keys and remembers the last ones used. A key is good for one secret, day, region
// and service.
import { createHmac } from "node:crypto";
import { terminator, type Scope } from "./canonical-request.ts";

/** A bounded cache of derived keys, least recently used first out. */
export class SigningKeyCache {
  readonly #keys = new Map<string, Buffer>();
  readonly #capacity: number;

  constructor(capacity = 1_024) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** The secret is part of the cache key: after a rotation the old derived key can never be found. */
  derive(secret: string, scope: Scope): Buffer {
    const id = `${scope.day}/${scope.region}/${scope.service}/${secret}`;
    const known = this.#keys.get(id);
    if (known !== undefined) {
      this.#keys.delete(id);
      this.#keys.set(id, known);
      return known;
    }
    const key = deriveSigningKey(secret, scope);
    this.#keys.set(id, key);
    if (this.#keys.size > this.#capacity) {
      for (const oldest of this.#keys.keys()) {
        this.#keys.delete(oldest);
        break;
      }
    }
    return key;
  }
}

/** The signing key of a secret for one day, region and service. */
export function deriveSigningKey(secret: string, { day, region, service }: Scope): Buffer {
  let key = mac(`AWS4${secret}`, day);
  for (const part of [region, service, terminator]) key = mac(key, part);
  return key;
}

/** HMAC-SHA256 of the text. */
export function mac(key: string | Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

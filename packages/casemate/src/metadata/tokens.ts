/**
 * Metadata session tokens: opaque, self-contained, sealed with an HMAC and bound to one network
 * interface of one instance. Nothing is stored, so a token cannot be listed, leaked from a table or
 * exhausted; it dies by its own expiry or with the key.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** The longest a token may live, in seconds. */
export const tokenTtlSecondsMax = 21_600;

/** Whom a token belongs to. A token shown by anybody else is no token. */
export interface TokenHolder {
  readonly vpcId: string;
  readonly instanceId: string;
  readonly interfaceId: string;
}

/** Issues and checks tokens under one key. */
export interface MetadataTokens {
  /** A new token that expires `ttlSeconds` after `nowMs`. */
  issue(holder: TokenHolder, ttlSeconds: number, nowMs: number): string;
  /** The whole seconds left of this holder's token, or undefined when it is not valid. */
  remainingSeconds(token: string, holder: TokenHolder, nowMs: number): number | undefined;
}

const expiryBytes = 6;
const nonceBytes = 10;
const headBytes = expiryBytes + nonceBytes;
const macBytes = 24;
const tokenPattern = /^[A-Za-z0-9_-]{54}==$/;

/** Tokens under a key of at least 32 bytes; `randomBytes` supplies the nonce that makes each unlike. */
export function createMetadataTokens(
  key: Uint8Array,
  randomBytes: (count: number) => Uint8Array,
): MetadataTokens {
  if (key.length < 32) throw new RangeError("A metadata token key needs at least 32 bytes");

  function seal(head: Uint8Array, holder: TokenHolder): Buffer {
    return createHmac("sha256", key)
      .update("casemate metadata token\0")
      .update(head)
      .update(`${holder.vpcId}\0${holder.instanceId}\0${holder.interfaceId}`)
      .digest()
      .subarray(0, macBytes);
  }

  return {
    issue(holder, ttlSeconds, nowMs) {
      const head = Buffer.alloc(headBytes);
      head.writeUIntBE(nowMs + ttlSeconds * 1000, 0, expiryBytes);
      head.set(randomBytes(nonceBytes), expiryBytes);
      return `${Buffer.concat([head, seal(head, holder)]).toString("base64url")}==`;
    },

    remainingSeconds(token, holder, nowMs) {
      if (!tokenPattern.test(token)) return undefined;
      const bytes = Buffer.from(token, "base64url");
      const head = bytes.subarray(0, headBytes);
      if (!timingSafeEqual(bytes.subarray(headBytes), seal(head, holder))) return undefined;
      const leftMs = head.readUIntBE(0, expiryBytes) - nowMs;
      return leftMs > 0 ? Math.min(Math.ceil(leftMs / 1000), tokenTtlSecondsMax) : undefined;
    },
  };
}

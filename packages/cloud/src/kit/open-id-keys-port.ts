/**
 * What services ask of OpenID Connect issuers outside the cloud: the keys that their tokens are verified by.
 * Questions are answered at once from what is known; what must be fetched first is a promise to wait for.
 */
import type { KeySet } from "@casemate/key-engine";

/** Whose keys are asked for. */
export interface OpenIdKeysQuestion {
  /** The issuer's URL, `https://` and all. */
  readonly issuer: string;
  /**
   * SHA-1 thumbprints, in lower-case hexadecimal digits, of certificates that vouch for the issuer's servers
   * where no trust anchor does.
   */
  readonly thumbprints: readonly string[];
  /** The key that a token names: keys that lack it are fetched again, though not time and again. */
  readonly keyId?: string | undefined;
}

/**
 * Why there are no keys: the operator lets nobody ask this issuer, it did not answer, its certificate is
 * vouched for by nobody, or what it says is no key set.
 */
export type OpenIdRefusal = "forbidden" | "unreachable" | "thumbprint" | "invalid";

/** The way to issuers. */
export interface OpenIdKeysPort {
  /** The issuer's keys, why there are none, or what to wait for before asking again. */
  keysOf(question: OpenIdKeysQuestion): KeySet | OpenIdRefusal | Promise<void>;
  /**
   * The thumbprint of the topmost certificate that the issuer's server sends, for a provider that is made
   * without one.
   */
  thumbprintOf(issuer: string): { readonly thumbprint: string } | OpenIdRefusal | Promise<void>;
}

/** A cloud that asks no issuer. */
export const noOpenIdKeys: OpenIdKeysPort = {
  keysOf: () => "forbidden",
  thumbprintOf: () => "forbidden",
};

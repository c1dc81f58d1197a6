/**
 * What surrounds the services and comes in from outside: time, randomness, keys and the operator's settings.
 */
import type { KeyPairMaterial } from "@casemate/key-engine";
import type { OpenIdKeysPort } from "./open-id-keys-port.ts";

/** What a sealed secret is for and whose it is. */
export type SecretContext = Readonly<Record<string, string>> & { readonly purpose: string };

/** Sealing under the root key; every purpose and context opens only what was sealed for it. */
export interface Keyring {
  /** Seals a secret for storage. */
  seal(plain: string, context: SecretContext): string;
  /** Opens what seal made, or throws. */
  open(envelope: string, context: SecretContext): string;
  /**
   * Seals a self-contained token that leaves the cloud: a session token, a page token, an encoded message.
   */
  sealToken(purpose: TokenPurpose, payload: string, context: Readonly<Record<string, string>>): string;
  /** Opens a token, or undefined when it is not one of ours for this purpose and context. */
  openToken(
    purpose: TokenPurpose,
    token: string,
    context: Readonly<Record<string, string>>,
  ): string | undefined;
}

/** The kinds of sealed tokens; one kind never opens as another. */
export type TokenPurpose = "session" | "page" | "authorization-message";

/** Settings of the operator that services read. */
export interface CloudSettings {
  /** The account made at first start. */
  readonly accountId: string;
  /** Regions that answer; a credential scope with another one is refused. */
  readonly regions: readonly string[];
  /** Pool that public IPv4 addresses are given from, a CIDR. */
  readonly publicIpPool: string;
}

/** The end of what an instance has written to its console. */
export interface ConsoleText {
  readonly text: Uint8Array;
  /** When it last wrote, epoch milliseconds. */
  readonly at: number;
}

/** Handed to every call and reconciler. */
export interface CloudEnvironment {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly keyring: Keyring;
  readonly settings: CloudSettings;
  /** A key pair just made, by whatever way does not hold up others. */
  readonly newKeyPair: (type: "rsa" | "ed25519") => KeyPairMaterial;
  /** What an instance has written to its console, or undefined when nothing is kept of it. */
  readonly consoleOf: (instanceId: string) => ConsoleText | undefined;
  /** The keys of OpenID Connect issuers. */
  readonly openIdKeys: OpenIdKeysPort;
}

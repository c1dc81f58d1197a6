/**
 * Session tokens: sealed, self-contained and bound to their access key. Nothing of a session is stored; what
 * ends it early is looked up when it is used: the user or role must still exist.
 */
import { generateAccessKeyId, generateSecretAccessKey } from "@casemate/key-engine";
import type { CloudEnvironment, SessionFacts } from "../../../kit/index.ts";

/** What a token says. */
export interface SessionTokenContent {
  readonly accountId: string;
  readonly secretAccessKey: string;
  readonly holder:
    | { readonly type: "root" }
    | { readonly type: "user"; readonly userId: string; readonly accessKeyId: string }
    | {
        readonly type: "console";
        readonly sessionId: string;
        /** Undefined for a root user. */
        readonly userId?: string | undefined;
      }
    | {
        readonly type: "federated";
        readonly name: string;
        /** Undefined where a root asked. */
        readonly userId?: string | undefined;
        readonly accessKeyId: string;
      }
    | { readonly type: "role"; readonly roleId: string; readonly sessionName: string };
  readonly session: SessionFacts;
}

/** Temporary credentials as they are handed out. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Makes credentials for a holder. */
export function issueCredentials(
  environment: CloudEnvironment,
  content: Omit<SessionTokenContent, "secretAccessKey">,
): TemporaryCredentials {
  const accessKeyId = generateAccessKeyId(environment.random, "ASIA", content.accountId);
  const secretAccessKey = generateSecretAccessKey(environment.random);
  const sealed: SessionTokenContent = { ...content, secretAccessKey };
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken: environment.keyring.sealToken("session", JSON.stringify(sealed), { key: accessKeyId }),
    expiresAt: content.session.expiresAt,
  };
}

/** Opens a token, or undefined when it was not made for this key. */
export function openSessionToken(
  environment: CloudEnvironment,
  accessKeyId: string,
  token: string,
): SessionTokenContent | undefined {
  const text = environment.keyring.openToken("session", token, { key: accessKeyId });
  // Sealed by issueCredentials: what opens has that form.
  return text === undefined ? undefined : (JSON.parse(text) as SessionTokenContent);
}

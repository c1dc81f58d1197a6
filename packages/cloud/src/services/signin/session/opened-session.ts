/**
 * What signing in gives: short credentials, and the token that fetches the next ones. Each token counts once;
 * a token that comes again ends its session, because somebody else may have had it.
 */
import { secretDigest } from "@casemate/key-engine";
import type { Tx } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import {
  accounts,
  consoleSessions,
  findConsoleSession,
  issueCredentials,
  rootHolder,
  userArn,
  users,
  type ConsoleSessionRow,
  type TemporaryCredentials,
} from "../../iam/index.ts";

/** How long the credentials of a session work before they must be fetched anew. */
export const consoleCredentialsLifetimeMs = 15 * 60_000;

/** Who is signed in. */
export interface SignedIn {
  readonly accountId: string;
  readonly accountAlias: string | undefined;
  readonly arn: string;
  /** Undefined for a root user. */
  readonly userName: string | undefined;
  readonly mfa: boolean;
}

/** An open session, as it is handed out. */
export interface OpenedSession {
  readonly credentials: TemporaryCredentials;
  readonly identity: SignedIn;
  readonly refreshToken: string;
  /** When there will be no further credentials, epoch milliseconds. */
  readonly endsAt: number;
}

/** The token of a session and what is kept of it. */
export interface RefreshToken {
  readonly text: string;
  readonly digest: string;
}

/** Draws the id of a session. */
export function drawSessionId(environment: CloudEnvironment): string {
  return Buffer.from(environment.random(16)).toString("base64url");
}

/** Draws the token that refreshes a session next. */
export function drawRefreshToken(environment: CloudEnvironment, sessionId: string): RefreshToken {
  const secret = Buffer.from(environment.random(32)).toString("base64url");
  return { text: `${sessionId}.${secret}`, digest: secretDigest(secret) };
}

/** What a token opens: a session that stands, one that it must end, or nothing. */
export type Presented =
  | { readonly kind: "standing"; readonly row: ConsoleSessionRow }
  | { readonly kind: "ended"; readonly row: ConsoleSessionRow }
  | { readonly kind: "used-twice"; readonly row: ConsoleSessionRow }
  | { readonly kind: "unknown" };

/** Looks a token up. */
export function presentedSession(tx: Tx, text: string, now: number): Presented {
  const [, id, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(text) ?? [];
  const row = id === undefined ? undefined : tx.get(consoleSessions, id);
  if (row === undefined || secret === undefined) return { kind: "unknown" };
  if (secretDigest(secret) !== row.refreshDigest) return { kind: "used-twice", row };
  if (now >= row.endsAt || findConsoleSession(tx, row.id) === undefined) return { kind: "ended", row };
  return { kind: "standing", row };
}

/** Issues credentials of a session that stands; the row must carry the token's digest. */
export function openedSession(
  tx: Tx,
  environment: CloudEnvironment,
  opened: { readonly row: ConsoleSessionRow; readonly token: RefreshToken; readonly now: number },
): OpenedSession {
  const { row, token, now } = opened;
  const { accountId, holder, startedAt, endsAt, mfa } = row;
  const user = holder === rootHolder ? undefined : tx.get(users, holder);
  const credentials = issueCredentials(environment, {
    accountId,
    holder: { type: "console", sessionId: row.id, ...(user === undefined ? {} : { userId: user.id }) },
    session: {
      // As of signing in, however often they were fetched: policies on age mean the session.
      issuedAt: startedAt,
      expiresAt: Math.min(now + consoleCredentialsLifetimeMs, endsAt),
      ...(mfa === undefined ? {} : { mfaAt: startedAt }),
      tags: {},
      transitiveTagKeys: [],
      policies: [],
      chained: false,
      console: true,
    },
  });
  return {
    credentials,
    identity: {
      accountId,
      accountAlias: tx.get(accounts, accountId)?.alias,
      arn: user === undefined ? `arn:aws:iam::${accountId}:root` : userArn(user),
      userName: user?.name,
      mfa: mfa !== undefined,
    },
    refreshToken: token.text,
    endsAt,
  };
}

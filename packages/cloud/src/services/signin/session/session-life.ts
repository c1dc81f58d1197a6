/**
 * How a session goes on and ends. What is presented for a session that must not go on ends it for good; only
 * a token of no session at all leaves nothing.
 */
import type { Tx } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import { consoleSessions, rootHolder, users, type ConsoleSessionRow } from "../../iam/index.ts";
import {
  recordSignIn,
  signedInIdentity,
  type SignInEvent,
  type SignInEventName,
  type SignInOccasion,
} from "../trail/sign-in-record.ts";
import { drawRefreshToken, openedSession, presentedSession, type OpenedSession } from "./opened-session.ts";

/** A token of a session, and when and how it came. */
export interface TokenOccasion {
  readonly refreshToken: string;
  readonly occasion: SignInOccasion;
}

/** The next credentials and the next token, or undefined when the session has ended. */
export function refreshSession(
  tx: Tx,
  environment: CloudEnvironment,
  { refreshToken, occasion }: TokenOccasion,
): OpenedSession | undefined {
  const { now } = occasion;
  const presented = presentedSession(tx, refreshToken, now);
  if (presented.kind !== "standing") {
    if (presented.kind !== "unknown") revoke(tx, environment, { occasion, row: presented.row });
    return undefined;
  }
  const token = drawRefreshToken(environment, presented.row.id);
  const row = { ...presented.row, refreshDigest: token.digest };
  tx.put(consoleSessions, row);
  recordSignIn(tx, environment, { occasion, event: sessionEvent(tx, "ConsoleSessionRefresh", row) });
  return openedSession(tx, environment, { row, token, now });
}

/** Ends the session of a token. */
export function endSession(
  tx: Tx,
  environment: CloudEnvironment,
  { refreshToken, occasion }: TokenOccasion,
): void {
  const presented = presentedSession(tx, refreshToken, occasion.now);
  if (presented.kind === "unknown") return;
  const { row } = presented;
  if (presented.kind === "used-twice") return revoke(tx, environment, { occasion, row });
  tx.delete(consoleSessions, row.id);
  recordSignIn(tx, environment, { occasion, event: sessionEvent(tx, "ConsoleLogout", row) });
}

/** Ends a session whose token came twice, or that something else has ended. */
function revoke(
  tx: Tx,
  environment: CloudEnvironment,
  { occasion, row }: { readonly occasion: SignInOccasion; readonly row: ConsoleSessionRow },
): void {
  tx.delete(consoleSessions, row.id);
  recordSignIn(tx, environment, { occasion, event: sessionEvent(tx, "ConsoleSessionRevocation", row) });
}

function sessionEvent(tx: Tx, name: SignInEventName, row: ConsoleSessionRow): SignInEvent {
  const { accountId, holder } = row;
  const user = tx.get(users, holder);
  const deleted = holder !== rootHolder && user === undefined;
  return {
    name,
    outcome: "Success",
    accountId,
    userIdentity: deleted
      ? { type: "IAMUser", principalId: holder, accountId }
      : signedInIdentity(accountId, user),
  };
}

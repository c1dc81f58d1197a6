/**
 * Whose password a request means: a user's, or that of a root user, which only a session from AssumeRoot can
 * mean. "When you make this request with root user credentials, you must use an AssumeRoot session to omit
 * the user name": IAM API, CreateLoginProfile.
 */
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { rootUserName } from "../access-key/access-key.ts";
import { fetchMeantUser } from "../user/meant-user.ts";
import { rootOwner, type PasswordOwner } from "./login-profile.ts";

/** A user or a root user, with its name as replies have it. */
export interface MeantOwner extends PasswordOwner {
  readonly name: string;
  readonly isRoot: boolean;
}

/** The named user, else the caller. @throws userNotFound, userNotNamed also for a root of its own account */
export function fetchMeantOwner(tx: ReadTx, call: Call, name: string | undefined): MeantOwner {
  const { principal, accountId } = call;
  if (name === undefined && principal.type === "root" && principal.session?.assumedRoot === true) {
    return { ...rootOwner(accountId), name: rootUserName, isRoot: true };
  }
  const user = fetchMeantUser(tx, call, name);
  return { accountId: user.accountId, id: user.id, name: user.name, isRoot: false };
}

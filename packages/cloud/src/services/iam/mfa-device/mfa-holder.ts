/**
 * Whose MFA device a request means: a user's or the root user's own. Nobody but the root user can mean the
 * root user.
 */
import type { ReadTx } from "@casemate/store";
import type { Call, Target } from "../../../kit/index.ts";
import { rootHolder } from "../access-key/access-key.ts";
import { fetchMeantHolder, type Holder } from "../user/meant-holder.ts";
import { meantUserTarget } from "../user/meant-user.ts";
import { findUser } from "../user/user.ts";

/**
 * What a root user calls itself where an operation wants a name, unless a user has that name.
 * Differs: AWS's own console sends a name there that its API does not take.
 */
const rootWord = "root";

function meansRoot(tx: ReadTx, { principal, accountId }: Call, name: string | undefined): boolean {
  if (principal.type !== "root") return false;
  return name === undefined || (name === rootWord && findUser(tx, accountId, name) === undefined);
}

/** The named user, else the caller. @throws userNotFound, userNotNamed */
export function fetchMfaHolder(tx: ReadTx, call: Call, name: string | undefined): Holder {
  if (meansRoot(tx, call, name)) return { id: rootHolder, name: undefined };
  return fetchMeantHolder(tx, call, name);
}

/** As target of a need. @throws userNotNamed */
export function mfaHolderTarget(call: Call, name: string | undefined): Target {
  return meantUserTarget(call, meansRoot(call.tx, call, name) ? undefined : name);
}

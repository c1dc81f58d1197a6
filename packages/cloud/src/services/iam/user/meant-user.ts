/** The user that a request means: the one it names, else the caller. */
import type { ReadTx } from "@casemate/store";
import type { Call, Target } from "../../../kit/index.ts";
import { fetchUser, userTarget, type UserRow } from "./user.ts";
import { userNotNamed } from "./user-faults.ts";

/** As target of a need; the root user, which has no name, is meant by itself alone. @throws userNotNamed */
export function meantUserTarget(call: Call, name: string | undefined): Target {
  const { principal } = call;
  if (name !== undefined) return userTarget(call, name);
  if (principal.type === "user") return userTarget(call, principal.userName);
  if (principal.type === "root") return { arn: principal.arn, accountId: call.accountId, keys: {} };
  throw userNotNamed();
}

/** Its row. @throws userNotFound, userNotNamed also for the root user */
export function fetchMeantUser(tx: ReadTx, call: Call, name: string | undefined): UserRow {
  const { principal } = call;
  if (name !== undefined) return fetchUser(tx, call, name);
  if (principal.type === "user") return fetchUser(tx, call, principal.userName);
  throw userNotNamed();
}

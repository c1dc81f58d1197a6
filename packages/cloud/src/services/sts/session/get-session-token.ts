/**
 * GetSessionToken: temporary credentials with the caller's own permissions, for users and roots with a
 * long-lived key.
 */
import { noPermissionNeeded } from "../../../kit/index.ts";
import { issueCredentials } from "../../iam/index.ts";
import { sessionCannotGetSession } from "../faults.ts";
import { operation } from "../operation.ts";
import { credentialsView } from "./credentials-view.ts";
import { spentMfa } from "./mfa.ts";

const userDefaultSeconds = 43_200;
/** A root's session lives an hour at most, whatever was asked for. */
const rootSecondsMax = 3600;

export const getSessionToken = operation("GetSessionToken", {
  access: "write",
  honours: ["DurationSeconds", "SerialNumber", "TokenCode"],
  // "You cannot use policies to control authentication operations": STS user guide, GetSessionToken.
  needs: () => noPermissionNeeded,
  handle(tx, input, call) {
    const { principal } = call;
    const longLived = principal.type === "root" || principal.type === "user";
    if (!longLived || principal.session !== undefined) throw sessionCannotGetSession();
    const asked = input.DurationSeconds ?? userDefaultSeconds;
    const seconds = principal.type === "root" ? Math.min(asked, rootSecondsMax) : asked;
    const holder =
      principal.type === "root"
        ? ({ type: "root" } as const)
        : ({ type: "user", userId: principal.id, accessKeyId: principal.accessKeyId } as const);
    const credentials = issueCredentials(call.environment, {
      accountId: call.accountId,
      holder,
      session: {
        issuedAt: call.now,
        expiresAt: call.now + seconds * 1000,
        ...spentMfa(tx, call, input),
        tags: {},
        transitiveTagKeys: [],
        policies: [],
        chained: false,
      },
    });
    return { Credentials: credentialsView(credentials) };
  },
});

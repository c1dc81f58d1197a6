/** GetCallerIdentity: who am I. It needs no permission, and no policy can take it away. */
import { noPermissionNeeded } from "../../../kit/index.ts";
import { operation } from "../operation.ts";

export const getCallerIdentity = operation("GetCallerIdentity", {
  access: "read",
  honours: "all",
  needs: () => noPermissionNeeded,
  handle: (_tx, _input, call) => ({
    UserId: call.principal.id,
    Account: call.accountId,
    Arn: call.principal.arn,
  }),
});

/**
 * GetAccessKeyInfo: the account that an access key belongs to, whoever's it is and whether it still works.
 */
import { accountOfAccessKeyId } from "@casemate/key-engine";
import { accessKeyIdInvalid } from "../faults.ts";
import { operation } from "../operation.ts";

export const getAccessKeyInfo = operation("GetAccessKeyInfo", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(_tx, input) {
    // The id carries its account, so that nothing is looked up and nothing is told of what exists.
    const account = accountOfAccessKeyId(input.AccessKeyId);
    if (account === undefined) throw accessKeyIdInvalid(input.AccessKeyId);
    return { Account: account };
  },
});

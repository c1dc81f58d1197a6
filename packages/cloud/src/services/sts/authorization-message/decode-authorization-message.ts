/**
 * DecodeAuthorizationMessage: opens the sealed explanation that a refusal carried, for callers of the same
 * account.
 */
import { invalidAuthorizationMessage } from "../faults.ts";
import { operation } from "../operation.ts";

export const decodeAuthorizationMessage = operation("DecodeAuthorizationMessage", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(_tx, input, call) {
    const context = { account: call.accountId };
    const text = call.environment.keyring.openToken("authorization-message", input.EncodedMessage, context);
    if (text === undefined) throw invalidAuthorizationMessage();
    return { DecodedMessage: text };
  },
});

/** Operations on the password policy of the account. */
import { operation } from "../operation.ts";
import { findPasswordPolicy, passwordLengthMinOfPolicy, passwordPolicies } from "./password-policy.ts";
import { passwordPolicyNotFound } from "./password-policy-faults.ts";
import { openToUsers } from "./users-may-change.ts";

export const updateAccountPasswordPolicy = operation("UpdateAccountPasswordPolicy", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    // What the request leaves out goes back to its default: there is no partial update.
    tx.put(passwordPolicies, {
      accountId: call.accountId,
      lengthMin: input.MinimumPasswordLength ?? passwordLengthMinOfPolicy,
      symbols: input.RequireSymbols ?? false,
      numbers: input.RequireNumbers ?? false,
      uppercase: input.RequireUppercaseCharacters ?? false,
      lowercase: input.RequireLowercaseCharacters ?? false,
      usersMayChange: input.AllowUsersToChangePassword ?? false,
      ageMaxDays: input.MaxPasswordAge,
      reusePrevention: input.PasswordReusePrevention,
      hardExpiry: input.HardExpiry ?? false,
    });
    return {};
  },
});

export const getAccountPasswordPolicy = operation("GetAccountPasswordPolicy", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need(openToUsers(call, call.anything))],
  handle(tx, _input, call) {
    const row = findPasswordPolicy(tx, call.accountId);
    if (row === undefined) throw passwordPolicyNotFound(call.accountId);
    return {
      PasswordPolicy: {
        MinimumPasswordLength: row.lengthMin,
        RequireSymbols: row.symbols,
        RequireNumbers: row.numbers,
        RequireUppercaseCharacters: row.uppercase,
        RequireLowercaseCharacters: row.lowercase,
        AllowUsersToChangePassword: row.usersMayChange,
        ExpirePasswords: row.ageMaxDays !== undefined,
        ...(row.ageMaxDays === undefined ? {} : { MaxPasswordAge: row.ageMaxDays }),
        ...(row.reusePrevention === undefined ? {} : { PasswordReusePrevention: row.reusePrevention }),
        HardExpiry: row.hardExpiry,
      },
    };
  },
});

export const deleteAccountPasswordPolicy = operation("DeleteAccountPasswordPolicy", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, _input, call) {
    if (findPasswordPolicy(tx, call.accountId) === undefined) throw passwordPolicyNotFound(call.accountId);
    tx.delete(passwordPolicies, call.accountId);
    return {};
  },
});

/** Every operation of this file. */
export const passwordPolicyOperations = [
  updateAccountPasswordPolicy,
  getAccountPasswordPolicy,
  deleteAccountPasswordPolicy,
];

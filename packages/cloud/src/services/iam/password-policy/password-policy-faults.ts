/** Faults about password policies and what they refuse. */
import { fault } from "../../../kit/index.ts";

export const passwordPolicyNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (accountId: string) => `The Password Policy with domain name ${accountId} cannot be found.`,
});
export const passwordPolicyViolation = fault({
  code: "PasswordPolicyViolation",
  message: () => "Password does not conform to the account password policy.",
});

export const passwordPolicyFaults = [passwordPolicyNotFound, passwordPolicyViolation];

/** Faults about the passwords of users. */
import { fault } from "../../../kit/index.ts";

export const loginProfileNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (user: string) => `Login Profile for User ${user} cannot be found.`,
});
export const loginProfileExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (user: string) => `Login Profile for user ${user} already exists.`,
});
export const passwordMissing = fault({
  code: "ValidationError",
  message: () =>
    "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
});
export const passwordNotOmitted = fault({
  code: "InvalidInput",
  message: () => "The password must be omitted for the root user of an account.",
});
export const oldPasswordWrong = fault({
  code: "AccessDenied",
  status: 403,
  message: () => "The old password was incorrect.",
});
export const notAUser = fault({
  code: "InvalidUserType",
  message: () => "Only IAM Users can change their own password.",
});

export const loginProfileFaults = [
  loginProfileNotFound,
  loginProfileExists,
  passwordMissing,
  passwordNotOmitted,
  oldPasswordWrong,
  notAUser,
];

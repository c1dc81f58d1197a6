/** Faults about users. */
import { fault } from "../../../kit/index.ts";

export const userNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (name: string) => `The user with name ${name} cannot be found.`,
});
export const userExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (name: string) => `User with name ${name} already exists.`,
});
export const userHasAccessKeys = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete entity, must delete access keys first.",
});
export const userHasLoginProfile = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete entity, must delete login profile first.",
});
export const userHasMfaDevice = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete entity, must delete MFA device first.",
});
export const userHasSigningCertificates = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete entity, must delete signing certificates first.",
});
export const userIsReferenced = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "Cannot delete entity, must delete referenced objects first.",
});
export const userNotNamed = fault({
  code: "ValidationError",
  message: () => "Must specify userName when calling with non-User credentials",
});

export const userFaults = [
  userNotFound,
  userExists,
  userHasAccessKeys,
  userHasLoginProfile,
  userHasMfaDevice,
  userHasSigningCertificates,
  userIsReferenced,
  userNotNamed,
];

/** Faults about service-linked roles. */
import { fault } from "../../../kit/index.ts";

export const linkedServiceUnknown = fault({
  code: "InvalidInput",
  message: (service: string) => `Service ${service} does not support service-linked roles.`,
});
export const suffixNotAllowed = fault({
  code: "InvalidInput",
  message: (service: string) => `Custom suffix is not allowed for ${service}`,
});
export const linkedRoleExists = fault({
  code: "InvalidInput",
  message: (name: string) =>
    `Service role name ${name} has been taken in this account, please try a different suffix.`,
});
export const linkedRoleNameTooLong = fault({
  code: "ValidationError",
  message: (name: string) => `The role name ${name} would be longer than 64 characters.`,
});
export const deletionTaskMalformed = fault({
  code: "InvalidInput",
  message: (id: string) => `${id} is not the id of a deletion task.`,
});
export const deletionTaskNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (id: string) => `The deletion task ${id} cannot be found.`,
});

export const serviceLinkedRoleFaults = [
  linkedServiceUnknown,
  suffixNotAllowed,
  linkedRoleExists,
  linkedRoleNameTooLong,
  deletionTaskMalformed,
  deletionTaskNotFound,
];

/** Faults about roles. */
import { fault } from "../../../kit/index.ts";

export const roleNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (name: string) => `The role with name ${name} cannot be found.`,
});
export const roleExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (name: string) => `Role with name ${name} already exists.`,
});

export const roleProtected = fault({
  code: "UnmodifiableEntity",
  message: (name: string) =>
    `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`,
});
export const rolePathReserved = fault({
  code: "InvalidInput",
  message: (path: string) => `The path ${path} is reserved for the roles of services.`,
});

export const roleFaults = [roleNotFound, roleExists, roleProtected, rolePathReserved];

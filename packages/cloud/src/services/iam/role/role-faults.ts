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

export const roleFaults = [roleNotFound, roleExists];

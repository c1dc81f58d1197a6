/** Faults about groups. */
import { fault } from "../../../kit/index.ts";

export const groupNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (name: string) => `The group with name ${name} cannot be found.`,
});
export const groupExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (name: string) => `Group with name ${name} already exists.`,
});

export const groupFaults = [groupNotFound, groupExists];

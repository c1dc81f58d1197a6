/** Faults about instance profiles. */
import { fault } from "../../../kit/index.ts";

export const instanceProfileNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (name: string) => `Instance Profile ${name} cannot be found.`,
});
export const instanceProfileExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (name: string) => `Instance Profile ${name} already exists.`,
});

export const instanceProfileFaults = [instanceProfileNotFound, instanceProfileExists];

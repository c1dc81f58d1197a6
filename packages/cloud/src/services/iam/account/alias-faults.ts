/** Faults about account aliases. */
import { fault } from "../../../kit/index.ts";

export const aliasExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: (alias: string) => `The account alias ${alias} already exists.`,
});
export const aliasNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (alias: string) => `The account alias with name ${alias} cannot be found.`,
});

export const aliasFaults = [aliasExists, aliasNotFound];

/** Faults about access keys. */
import { fault } from "../../../kit/index.ts";

export const accessKeyNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (id: string) => `The Access Key with id ${id} cannot be found.`,
});
export const accessKeyStatusInvalid = fault({
  code: "ValidationError",
  message: () => "The status of an access key can be set to Active or Inactive only.",
});

export const accessKeyFaults = [accessKeyNotFound, accessKeyStatusInvalid];

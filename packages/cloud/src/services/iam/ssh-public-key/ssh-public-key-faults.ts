/** Faults about the SSH public keys of users. */
import { fault } from "../../../kit/index.ts";

export const sshPublicKeyNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (id: string) => `The Public Key with id ${id} cannot be found.`,
});
export const sshPublicKeyInvalid = fault({
  code: "InvalidPublicKey",
  message: () => "The public key is malformed or otherwise invalid.",
});
export const sshPublicKeyUnrecognized = fault({
  code: "UnrecognizedPublicKeyEncoding",
  message: () => "The public key encoding format is unsupported or unrecognized.",
});
export const sshPublicKeyExists = fault({
  code: "DuplicateSSHPublicKey",
  message: () => "The SSH public key is already associated with the specified IAM user.",
});
export const sshPublicKeyStatusInvalid = fault({
  code: "ValidationError",
  message: () => "The status of an SSH public key can be set to Active or Inactive only.",
});

export const sshPublicKeyFaults = [
  sshPublicKeyNotFound,
  sshPublicKeyInvalid,
  sshPublicKeyUnrecognized,
  sshPublicKeyExists,
  sshPublicKeyStatusInvalid,
];

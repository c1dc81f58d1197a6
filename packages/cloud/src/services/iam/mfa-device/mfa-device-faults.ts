/** Faults about MFA devices. */
import { fault } from "../../../kit/index.ts";

export const mfaDeviceExists = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: () => "MFADevice entity at the same path and name already exists.",
});
export const mfaDeviceNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (serial: string) => `VirtualMFADevice with serial number ${serial} doesn't exist.`,
});
export const mfaDeviceNotOfUser = fault({
  code: "NoSuchEntity",
  status: 404,
  message: () => "MFA Device invalid for user.",
});
export const mfaDeviceTaken = fault({
  code: "EntityAlreadyExists",
  status: 409,
  message: () => "MFA Device is already in use.",
});
export const mfaDeviceInUse = fault({
  code: "DeleteConflict",
  status: 409,
  message: () => "MFA VirtualDevice in use. Must deactivate first.",
});
export const mfaCodesNotValid = fault({
  code: "InvalidAuthenticationCode",
  status: 403,
  message: () => "Authentication code for device is not valid.",
});
export const mfaSerialTooLong = fault({
  code: "ValidationError",
  message: (limit: string) => `The serial number of the device would be longer than ${limit} characters.`,
});

export const mfaDeviceFaults = [
  mfaDeviceExists,
  mfaDeviceNotFound,
  mfaDeviceNotOfUser,
  mfaDeviceTaken,
  mfaDeviceInUse,
  mfaCodesNotValid,
  mfaSerialTooLong,
];

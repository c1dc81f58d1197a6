/** Faults of managed prefix lists. */
import { fault } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

export const prefixListNotFound = fault({
  code: "InvalidPrefixListID.NotFound",
  message: (id: string) => `The prefix list ID '${id}' does not exist`,
});
export const prefixListMalformed = malformedId("InvalidPrefixListId.Malformed", "pl");
export const prefixListsExceeded = fault({
  code: "PrefixListLimitExceeded",
  message: () => "The maximum number of prefix lists has been reached.",
});
export const prefixListInUse = fault({
  code: "DependencyViolation",
  message: (id: string) => `The prefixList '${id}' has dependencies and cannot be deleted.`,
});
export const prefixListOfAws = fault({
  code: "OperationNotPermitted",
  message: (id: string) =>
    `The prefix list '${id}' is managed by AWS: this operation is not permitted on it.`,
});
export const listNameInvalid = fault({
  code: "InvalidParameterValue",
  message: (name: string) =>
    `Value (${name}) for parameter prefixListName is invalid. It must have 1 to 255 characters and must not ` +
    "start with com.amazonaws.",
});
export const addressFamilyInvalid = fault({
  code: "InvalidParameterValue",
  message: (family: string) =>
    `Value (${family}) for parameter addressFamily is invalid. It must be IPv4 or IPv6.`,
});
export const maxEntriesInvalid = fault({
  code: "InvalidParameterValue",
  message: (value: string) =>
    `Value (${value}) for parameter maxEntries is invalid. It must be between 1 and 1000.`,
});
export const maxEntriesTooFew = fault({
  code: "InvalidParameterValue",
  message: (value: string, count: string) =>
    `Value (${value}) for parameter maxEntries is invalid. The prefix list has ${count} entries.`,
});
export const entriesOverMax = fault({
  code: "PrefixListMaxEntriesExceeded",
  message: () => "You've reached the maximum number of entries for the prefix list.",
});
export const entriesPerRequestExceeded = fault({
  code: "InvalidParameterValue",
  message: () => "The number of entries per request cannot exceeds limit (100).",
});
export const listBlockInvalid = fault({
  code: "InvalidParameterValue",
  message: (cidr: string) =>
    `The specified CIDR (${cidr}) is not valid. For example, specify a CIDR in the following form: 10.0.0.0/16.`,
});
export const listBlockTwice = fault({
  code: "InvalidRequest",
  message: (cidr: string) => `The request received was invalid: the prefix list has an entry for ${cidr}.`,
});
export const listBlockAbsent = fault({
  code: "InvalidParameterValue",
  message: (cidr: string) => `The prefix list has no entry for the CIDR ${cidr}`,
});
export const listBlockBothWays = fault({
  code: "InvalidParameterValue",
  message: (cidr: string) =>
    `Request cannot contain Cidr ${cidr} in both AddPrefixListEntries and RemovePrefixListEntries`,
});
export const entryDescriptionInvalid = fault({
  code: "InvalidParameterValue",
  message: () => "The description of a prefix list entry may have up to 255 characters.",
});
export const entriesAndMax = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "You cannot modify the entries and the maximum entries for the prefix list in the same request.",
});
export const nothingToModify = fault({
  code: "InvalidParameterCombination",
  message: () =>
    "The request must contain a name, a maximum number of entries, or entries to add or to remove",
});
export const versionMismatch = fault({
  code: "PrefixListVersionMismatch",
  message: () => "The prefix list has the incorrect version number.",
});
export const versionNotFound = fault({
  code: "InvalidPrefixListVersion.NotFound",
  message: (version: string) => `The prefix list version '${version}' does not exist`,
});

export const prefixListFaults = [
  prefixListNotFound,
  prefixListMalformed,
  prefixListsExceeded,
  prefixListInUse,
  prefixListOfAws,
  listNameInvalid,
  addressFamilyInvalid,
  maxEntriesInvalid,
  maxEntriesTooFew,
  entriesOverMax,
  entriesPerRequestExceeded,
  listBlockInvalid,
  listBlockTwice,
  listBlockAbsent,
  listBlockBothWays,
  entryDescriptionInvalid,
  entriesAndMax,
  nothingToModify,
  versionMismatch,
  versionNotFound,
];

/** Faults about simulations and about the policies they are given. */
import { fault } from "../../../kit/index.ts";

export const inputPolicyInvalid = fault({
  code: "InvalidInput",
  message: (reason: string) => reason,
});
export const resourceNameInvalid = fault({
  code: "InvalidInput",
  message: (name: string) => `ResourceNames are not in a valid ARN format: ${name}.`,
});
export const actionNameInvalid = fault({
  code: "InvalidInput",
  message: (name: string) => `Invalid Input Actions: ${name} is not the name of an action.`,
});
export const resourceOwnerInvalid = fault({
  code: "InvalidInput",
  message: (owner: string) => `'${owner}' is not a valid as a Resource Owner.`,
});
export const contextEntryInvalid = fault({
  code: "InvalidInput",
  message: (key: string) => `Invalid Input Context: the values given for ${key} do not have its type.`,
});
export const callerArnMissing = fault({
  code: "InvalidInput",
  message: () => "CallerArn must be the ARN of an IAM user if you include a ResourcePolicy.",
});
export const tooManyBoundaries = fault({
  code: "InvalidInput",
  message: () => "You can input only one permissions boundary policy.",
});
export const policyIdentifierInvalid = fault({
  code: "InvalidInput",
  message: () => "Invalid policy identifier in PolicyExclusionList.",
});
export const scenarioUnknown = fault({
  code: "InvalidInput",
  message: (option: string) => `Invalid Input ResourceHandlingOption: ${option} is not a known scenario.`,
});
export const scenarioIncomplete = fault({
  code: "InvalidInput",
  message: (option: string, kind: string) =>
    `Invalid Input ResourceHandlingOption: ${option} requires a resource of type ${kind}.`,
});
export const simulationTooLarge = fault({
  code: "InvalidInput",
  message: () => "The simulation has too many resources for policies of this length.",
});

export const simulationFaults = [
  inputPolicyInvalid,
  resourceNameInvalid,
  actionNameInvalid,
  resourceOwnerInvalid,
  contextEntryInvalid,
  callerArnMissing,
  tooManyBoundaries,
  policyIdentifierInvalid,
  scenarioUnknown,
  scenarioIncomplete,
  simulationTooLarge,
];

/** Faults of launch templates and their versions. */
import { fault } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

export const templateNotFound = fault({
  code: "InvalidLaunchTemplateId.NotFound",
  message: (id: string) => `The specified launch template, with template ID ${id}, does not exist.`,
});
export const templateMalformed = malformedId("InvalidLaunchTemplateId.Malformed", "lt");
export const templateNameNotFound = fault({
  code: "InvalidLaunchTemplateName.NotFoundException",
  message: (name: string) => `The specified launch template, with template name ${name}, does not exist.`,
});
export const templateNameTaken = fault({
  code: "InvalidLaunchTemplateName.AlreadyExistsException",
  message: () => "Launch template name already in use.",
});
export const templateNameMalformed = fault({
  code: "InvalidLaunchTemplateName.MalformedException",
  message: () =>
    "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, " +
    "and the following characters: - ( ) . / _.",
});
export const templateVersionNotFound = fault({
  code: "InvalidLaunchTemplateId.VersionNotFound",
  message: (id: string, version: string) =>
    `Could not find the specified version ${version} for the launch template with ID ${id}.`,
});
export const templateVersionMalformed = fault({
  code: "InvalidParameterValue",
  message: (version: string) =>
    `Invalid launch template version: '${version}'. A launch template version must be a positive integer, ` +
    "$Latest or $Default.",
});
export const templateNotNamed = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter LaunchTemplateId or LaunchTemplateName.",
});
export const templateNamedTwice = fault({
  code: "InvalidParameterCombination",
  message: () => "You can specify either the launch template ID or the launch template name, but not both.",
});
export const templatesExceeded = fault({
  code: "LaunchTemplateLimitExceeded",
  message: (limit: string) => `You have reached the limit of ${limit} launch templates in this region.`,
});
export const templateVersionsExceeded = fault({
  code: "LaunchTemplateVersionLimitExceeded",
  message: (limit: string) => `The launch template has reached the limit of ${limit} versions.`,
});
export const versionDescriptionTooLong = fault({
  code: "InvalidParameterValue",
  message: () => "A version description may have at most 255 characters.",
});
export const templateVersionRange = fault({
  code: "InvalidParameterCombination",
  message: () => "The parameter versions cannot be used with the parameters minVersion and maxVersion",
});
export const tooManyVersions = fault({
  code: "InvalidParameterValue",
  message: (limit: string) => `At most ${limit} launch template versions may be specified.`,
});
export const aliasUnresolvable = fault({
  code: "UnsupportedOperation",
  message: () => "Casemate has no Systems Manager parameters to resolve image aliases by.",
});
export const templateOperatorUnsupported = fault({
  code: "UnsupportedOperation",
  message: () => "Launch templates that a service manages are not supported by Casemate.",
});
export const templateParameterUnsupported = fault({
  code: "UnsupportedOperation",
  message: (parameter: string) =>
    `The launch template parameter ${parameter} is not supported by Casemate: no instance can be launched with it.`,
});

export const launchTemplateFaults = [
  templateNotFound,
  templateMalformed,
  templateNameNotFound,
  templateNameTaken,
  templateNameMalformed,
  templateVersionNotFound,
  templateVersionMalformed,
  templateNotNamed,
  templateNamedTwice,
  templatesExceeded,
  templateVersionsExceeded,
  versionDescriptionTooLong,
  templateVersionRange,
  tooManyVersions,
  aliasUnresolvable,
  templateOperatorUnsupported,
  templateParameterUnsupported,
];

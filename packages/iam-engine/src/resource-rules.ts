// What the API says about the names in Resource and NotResource when a policy is written.

import { splitFields } from "./arn.ts";
import type { LocatedText, ParsedPolicy } from "./policy.ts";
import { VERSION_WITH_VARIABLES } from "./policy.ts";

const PARTITIONS: ReadonlySet<string> = new Set([
  "aws",
  "aws-cn",
  "aws-us-gov",
  "aws-iso",
  "aws-iso-b",
  "aws-iso-e",
  "aws-iso-f",
  "aws-eusc",
]);

const IAM_PATHS: readonly string[] = [
  "user/",
  "federated-user/",
  "role/",
  "group/",
  "instance-profile/",
  "mfa/",
  "server-certificate/",
  "policy/",
  "sms-mfa/",
  "saml-provider/",
  "oidc-provider/",
  "report/",
  "access-report/",
];

/** Whether the older parser stumbles over the name: an empty field in a short ARN, or no vendor. */
export function failsLegacyParsing(resource: string, variables: boolean): boolean {
  const fields = splitFields(resource, variables);
  return (resource.includes("::") && fields.length < 6) || fields[2] === "";
}

/** A bad name and what the API says about it. */
export interface BadResource {
  readonly resource: LocatedText;
  readonly message: string;
}

/**
 * The bad name that the API reports: the alphabetically first of the last list that holds a bad one,
 * all Resource lists standing before all NotResource lists.
 */
export function findBadResource(policy: ParsedPolicy): BadResource | undefined {
  const variables = policy.version === VERSION_WITH_VARIABLES;
  const lists = [
    ...policy.statements.map((statement) => statement.resources),
    ...policy.statements.map((statement) => statement.notResources),
  ];
  for (const list of lists.toReversed()) {
    const sorted = (list ?? []).toSorted((left, right) => (left.text < right.text ? -1 : 1));
    for (const resource of sorted) {
      const message = resourceMessage(resource.text, variables);
      if (message !== undefined) return { resource, message };
    }
  }
  return undefined;
}

function resourceMessage(resource: string, variables: boolean): string | undefined {
  if (resource === "*") return undefined;
  const fields = splitFields(resource, variables);
  const notAnArn = `Resource ${resource} must be in ARN format or "*".`;
  const [prefix, partition, vendor, region, , id] = fields;
  if (partition === undefined) return notAnArn;
  if (!PARTITIONS.has(partition)) {
    const shown = [1, 2, 3, 4, 5].map((index) => fields[index] ?? "*").join(":");
    return `Partition "${partition}" is not valid for resource "arn:${shown}".`;
  }
  if (prefix !== "arn") return notAnArn;
  if (vendor === undefined || /[*?]/.test(vendor)) {
    return "Resource vendor must be fully qualified and cannot contain regexes.";
  }
  const hasRegion = region !== undefined && region !== "";
  if (vendor === "iam" && hasRegion) return `IAM resource ${resource} cannot contain region information.`;
  if (vendor === "s3" && hasRegion && id?.startsWith("accesspoint") !== true) {
    return `Resource ${resource} can not contain region information.`;
  }
  if (vendor === "iam" && id !== undefined && !isIamPath(id)) {
    return `IAM resource path must either be "*" or start with ${IAM_PATHS.join(", ")}.`;
  }
  return undefined;
}

/** The root of an account is a resource too, that of sts:AssumeRoot and of what such a session does. */
function isIamPath(id: string): boolean {
  return id === "*" || id === "root" || IAM_PATHS.some((path) => id.startsWith(path));
}

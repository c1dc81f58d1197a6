// Checks of the ARNs in Resource and NotResource, field by field and against the known resource types.

import { splitFields } from "../../arn.ts";
import type { Text } from "../policy-outline.ts";
import { memberOf, partOf, textsOf } from "../policy-outline.ts";
import type { ResourceTypeKnowledge } from "../service-knowledge.ts";
import type { CheckContext } from "./check-context.ts";
import { globsMeet, withoutVariables } from "./globs-meet.ts";
import { isRegion } from "./regions.ts";

const PARTITIONS = [
  "aws",
  "aws-cn",
  "aws-us-gov",
  "aws-iso",
  "aws-iso-b",
  "aws-iso-e",
  "aws-iso-f",
  "aws-eusc",
];
const FIELDS = 6;

/** Checks every resource named. */
export function checkResources(context: CheckContext): void {
  for (const statement of context.policy.statements) {
    for (const name of ["Resource", "NotResource"]) {
      for (const resource of textsOf(memberOf(statement, name))) checkResource(context, resource);
    }
  }
}

/** A field of an ARN and its place. */
interface Field {
  readonly text: string;
  readonly start: number;
}

function checkResource(context: CheckContext, resource: Text): void {
  const { report } = context;
  if (/^\*+$/.test(resource.text)) return;
  const fields = fieldsOf(resource.text);
  const [prefix, partition, service, region, account, name] = fields;
  if (prefix === undefined || (prefix.text !== "arn" && !isOpen(prefix.text))) {
    report({ code: "INVALID_ARN_PREFIX", places: [resource.place] });
    return;
  }
  if (!partition || !service || !region || !account || !name) {
    report({ code: "MISSING_ARN_FIELD", places: [resource.place], values: { fields: String(FIELDS) } });
    return;
  }
  if (!isOpen(partition.text) && !PARTITIONS.includes(partition.text)) {
    const values = { service: service.text, partition: partition.text, partitions: PARTITIONS.join(", ") };
    report({ code: "INVALID_PARTITION", places: [placeOf(resource, partition)], values });
  }
  checkPlaces(context, resource, { region, account });
  checkService(context, resource, { service, region, account, name });
}

function fieldsOf(text: string): readonly Field[] {
  let start = 0;
  return splitFields(text, true).map((field) => {
    const found = { text: field, start };
    start += field.length + 1;
    return found;
  });
}

function placeOf(resource: Text, { start, text }: Field) {
  return partOf(resource, start, text.length);
}

function isOpen(text: string): boolean {
  return /[*?]|\$\{/.test(text);
}

interface PlaceFields {
  readonly region: Field;
  readonly account: Field;
}

function checkPlaces({ report }: CheckContext, resource: Text, { region, account }: PlaceFields): void {
  if (region.text !== "" && !isOpen(region.text) && !isRegion(region.text)) {
    const values = { region: region.text };
    report({ code: "INVALID_ARN_REGION", places: [placeOf(resource, region)], values });
  }
  // AWS's own managed policies stand in the account `aws`.
  if (account.text === "" || isOpen(account.text) || /^(?:[0-9]{12}|aws)$/.test(account.text)) return;
  const values = { account: account.text };
  report({ code: "INVALID_ARN_ACCOUNT", places: [placeOf(resource, account)], values });
}

interface ArnFields extends PlaceFields {
  readonly service: Field;
  readonly name: Field;
}

function checkService(context: CheckContext, resource: Text, fields: ArnFields): void {
  const { knowledge, report } = context;
  const { service, region, account, name } = fields;
  const places = [placeOf(resource, service)];
  if (isOpen(service.text)) {
    if (!/^\*+$/.test(service.text)) report({ code: "WILDCARD_IN_SERVICE_NAME", places });
    return;
  }
  const values = { service: service.text };
  if (service.text !== service.text.toLowerCase()) {
    report({ code: "INVALID_ARN_SERVICE_CASE", places, values });
    return;
  }
  const types = knowledge.details(service.text)?.resourceTypes;
  if (types === undefined) {
    if (!knowledge.knows(service.text)) report({ code: "INVALID_SERVICE", places, values });
    return;
  }
  // The account itself is named so, although no resource type says it.
  if (service.text === "iam" && name.text === "root") return;
  const pattern = withoutVariables(name.text);
  const fitting = types.map(templateOf).filter((template) => globsMeet(pattern, template.name));
  if (types.length > 0 && fitting.length === 0) {
    report({ code: "INVALID_ARN_RESOURCE", places: [placeOf(resource, name)] });
    return;
  }
  if (fitting.length === 0) return;
  if (region.text !== "" && !isOpen(region.text) && fitting.every((template) => template.region === "")) {
    report({ code: "ARN_REGION_NOT_ALLOWED", places: [placeOf(resource, region)], values });
  }
  if (region.text === "" && fitting.every((template) => template.region !== "")) {
    report({ code: "MISSING_ARN_REGION", places: [resource.place], values });
  }
  if (account.text !== "" && !isOpen(account.text) && fitting.every((template) => template.account === "")) {
    report({ code: "ARN_ACCOUNT_NOT_ALLOWED", places: [placeOf(resource, account)], values });
  }
}

interface ArnTemplate {
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

function templateOf({ arn }: ResourceTypeKnowledge): ArnTemplate {
  const [, , , region = "", account = "", name = ""] = splitFields(arn, true);
  return { region, account, name: withoutVariables(name) };
}

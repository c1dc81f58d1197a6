/**
 * Amazon Resource Names: building them from parts and taking them apart. Knows no service's resource grammar.
 */

/** The six fields of an ARN. */
export interface ArnParts {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly resource: string;
}

/** The one partition there is. */
export const partition = "aws";

/** Writes an ARN; IAM and STS pass an empty region. */
export function formatArn(parts: Omit<ArnParts, "partition">): string {
  return `arn:${partition}:${parts.service}:${parts.region}:${parts.accountId}:${parts.resource}`;
}

/** Reads an ARN, or undefined when the text is not one. */
export function parseArn(text: string): ArnParts | undefined {
  const fields = text.split(":");
  const [scheme, arnPartition, service, region, accountId] = fields;
  if (scheme !== "arn" || fields.length < 6 || !arnPartition || !service) return undefined;
  return {
    partition: arnPartition,
    service,
    region: region ?? "",
    accountId: accountId ?? "",
    resource: fields.slice(5).join(":"),
  };
}

/** Faults about entities that are named by ARN. */
import { fault } from "../../../kit/index.ts";

export const invalidEntityArn = fault({
  code: "InvalidInput",
  message: (arn: string) => `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`,
});

export const entityFaults = [invalidEntityArn];

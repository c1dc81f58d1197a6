/** Every service of the cloud, and what a store for them holds. */
import type { AnyAppendTable, AnyCollection } from "@casemate/store";
import { clientTokens, trailEntries, type Service } from "../kit/index.ts";
import { accessAnalyzerService } from "./access-analyzer/index.ts";
import { ec2Service } from "./ec2/index.ts";
import { iamService } from "./iam/index.ts";
import { organizationsService } from "./organizations/index.ts";
import { stsService } from "./sts/index.ts";

/** The services, in the order the documentation lists them. */
export const services: readonly Service[] = [
  accessAnalyzerService,
  ec2Service,
  iamService,
  organizationsService,
  stsService,
];

/** The collections of a store. */
export const storedCollections: readonly AnyCollection[] = [
  clientTokens,
  ...services.flatMap((service) => service.collections),
];

/** The append-only tables of a store. */
export const storedTables: readonly AnyAppendTable[] = [
  trailEntries,
  ...services.flatMap((service) => service.tables),
];

/** Every source of resources that are analyzed. */
import { roleSource } from "./role-source.ts";
import type { ResourceSource } from "./shared-resource.ts";

/**
 * The sources.
 * Differs: AWS analyzes many more types of resource; here are those that exist in this cloud.
 */
export const resourceSources: readonly ResourceSource[] = [roleSource];

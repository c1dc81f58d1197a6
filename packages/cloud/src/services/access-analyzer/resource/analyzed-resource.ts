/** Which resources an analyzer has looked at, and when it last saw their policies change. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { AnalyzedResource, ResourceType } from "@casemate/wire/access-analyzer";
import type { AnalyzerRow } from "../analyzer/analyzer.ts";
import { findingsAbout } from "../finding/finding.ts";
import type { SharedResource } from "./shared-resource.ts";

/** A resource that was analyzed. */
export interface AnalyzedResourceRow {
  readonly analyzerId: string;
  readonly arn: string;
  readonly type: ResourceType;
  readonly ownerAccount: string;
  /** The policy that was analyzed. */
  readonly policy: string;
  readonly createdAt: number;
  readonly analyzedAt: number;
  readonly updatedAt: number;
}

export const analyzedResources = collection<AnalyzedResourceRow>()({
  kind: "access-analyzer/analyzed-resource",
  key: (row) => keyOf(row.analyzerId, row.arn),
  indexes: { analyzer: (row) => row.analyzerId },
});

function keyOf(analyzerId: string, arn: string): string {
  return `${analyzerId}/${arn}`;
}

/** The resources of an analyzer, by ARN. */
export function analyzedResourcesOf(tx: ReadTx, analyzer: AnalyzerRow): readonly AnalyzedResourceRow[] {
  return tx.by(analyzedResources, "analyzer", analyzer.id);
}

/** One resource of an analyzer. */
export function findAnalyzedResource(
  tx: ReadTx,
  analyzer: AnalyzerRow,
  arn: string,
): AnalyzedResourceRow | undefined {
  return tx.get(analyzedResources, keyOf(analyzer.id, arn));
}

/** Notes what was looked at just now, and answers the resource of the last change, if any. */
export function noteAnalyzed(
  tx: Tx,
  analyzer: AnalyzerRow,
  { resources, now }: { readonly resources: readonly SharedResource[]; readonly now: number },
): string | undefined {
  const gone = new Map(analyzedResourcesOf(tx, analyzer).map((row) => [row.arn, row]));
  let changed: string | undefined;
  for (const { arn, type, ownerAccount, policy } of resources) {
    const before = gone.get(arn);
    gone.delete(arn);
    if (before?.policy === policy) continue;
    const createdAt = before?.createdAt ?? now;
    const times = { createdAt, analyzedAt: now, updatedAt: now };
    tx.put(analyzedResources, { analyzerId: analyzer.id, arn, type, ownerAccount, policy, ...times });
    changed = arn;
  }
  for (const arn of gone.keys()) tx.delete(analyzedResources, keyOf(analyzer.id, arn));
  return changed;
}

/** Notes that a resource was looked at again on demand. */
export function noteScanned(tx: Tx, row: AnalyzedResourceRow, now: number): void {
  tx.put(analyzedResources, { ...row, analyzedAt: now });
}

/** Takes away what is known of the resources of an analyzer. */
export function forgetAnalyzed(tx: Tx, analyzer: AnalyzerRow): void {
  for (const { arn } of analyzedResourcesOf(tx, analyzer))
    tx.delete(analyzedResources, keyOf(analyzer.id, arn));
}

/** A resource with what is open about it, as the API shows it. */
export function analyzedResourceView(
  tx: ReadTx,
  analyzer: AnalyzerRow,
  row: AnalyzedResourceRow,
): AnalyzedResource {
  const about = findingsAbout(tx, analyzer, row.arn);
  const open = about.filter(({ status }) => status !== "RESOLVED");
  const accesses = open.flatMap(({ access }) => (access.kind === "ExternalAccess" ? [access] : []));
  const actions = [...new Set(accesses.flatMap((access) => access.actions))].toSorted();
  const status = (open.find((finding) => finding.status === "ACTIVE") ?? open[0] ?? about[0])?.status;
  return {
    resourceArn: row.arn,
    resourceType: row.type,
    resourceOwnerAccount: row.ownerAccount,
    createdAt: new Date(row.createdAt),
    analyzedAt: new Date(row.analyzedAt),
    updatedAt: new Date(row.updatedAt),
    isPublic: accesses.some(({ isPublic }) => isPublic),
    ...(actions.length === 0 ? {} : { actions }),
    ...(status === undefined ? {} : { status }),
  };
}

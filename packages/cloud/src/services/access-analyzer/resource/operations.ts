/** Operations on the resources that an analyzer of external access looks at. */
import type { Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { analyzers, analyzerTargetByArn, isUnusedAccess, type AnalyzerRow } from "../analyzer/analyzer.ts";
import { invalidField, notSupported, resourceNotFound } from "../faults.ts";
import { findings, findingsAbout } from "../finding/finding.ts";
import { freshAnalyzer } from "../finding/operations.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import {
  analyzedResourcesOf,
  analyzedResourceView,
  findAnalyzedResource,
  noteScanned,
  type AnalyzedResourceRow,
} from "./analyzed-resource.ts";

/** @throws resourceNotFound, notSupported */
function externalAnalyzer(tx: Tx, call: Call, arn: string): AnalyzerRow {
  const analyzer = freshAnalyzer(tx, call, arn);
  if (isUnusedAccess(analyzer)) throw notSupported(`${call.operation} of an unused access analyzer`);
  return analyzer;
}

/** @throws resourceNotFound */
function fetchAnalyzedResource(tx: Tx, analyzer: AnalyzerRow, arn: string): AnalyzedResourceRow {
  const row = findAnalyzedResource(tx, analyzer, arn);
  if (row === undefined) throw resourceNotFound("AnalyzedResource", arn);
  return row;
}

const getAnalyzedResource = operation("GetAnalyzedResource", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, { analyzerArn, resourceArn }, call) {
    const analyzer = externalAnalyzer(tx, call, analyzerArn);
    const row = fetchAnalyzedResource(tx, analyzer, resourceArn);
    return { resource: analyzedResourceView(tx, analyzer, row) };
  },
});

const listAnalyzedResources = operation("ListAnalyzedResources", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, input, call) {
    const { analyzerArn, resourceType } = input;
    const rows = analyzedResourcesOf(tx, externalAnalyzer(tx, call, analyzerArn)).filter(
      ({ type }) => resourceType === undefined || type === resourceType,
    );
    const { items, next } = listing(call, input, rows);
    const analyzedResources = items.map(({ arn, ownerAccount, type }) => ({
      resourceArn: arn,
      resourceOwnerAccount: ownerAccount,
      resourceType: type,
    }));
    return { analyzedResources, ...next };
  },
});

/** A scan is immediate: what it would find stands in the findings before it answers. */
const startResourceScan = operation("StartResourceScan", {
  access: "write",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, { analyzerArn, resourceArn, resourceOwnerAccount }, call) {
    const analyzer = externalAnalyzer(tx, call, analyzerArn);
    const row = fetchAnalyzedResource(tx, analyzer, resourceArn);
    if (resourceOwnerAccount !== undefined && resourceOwnerAccount !== row.ownerAccount) {
      throw invalidField("resourceOwnerAccount", `${resourceOwnerAccount} does not own ${resourceArn}`);
    }
    noteScanned(tx, row, call.now);
    for (const finding of findingsAbout(tx, analyzer, resourceArn)) {
      if (finding.status !== "RESOLVED") tx.put(findings, { ...finding, analyzedAt: call.now });
    }
    tx.put(analyzers, { ...analyzer, lastAnalyzed: { resource: resourceArn, at: call.now } });
    return {};
  },
});

export const resourceOperations = [getAnalyzedResource, listAnalyzedResources, startResourceScan];

/** Operations on access previews. */
import type { Tx } from "@casemate/store";
import type { AccessPreviewFinding, Configuration } from "@casemate/wire/access-analyzer";
import { once, type Call } from "../../../kit/index.ts";
import { analyzerTargetByArn, fetchAnalyzerByArn } from "../analyzer/analyzer.ts";
import { invalidField, notSupported, previewFailed, tokenConflict } from "../faults.ts";
import { checkFilter, meetsAll } from "../finding/finding-filter.ts";
import { externalDetails } from "../finding/finding-view.ts";
import { attributesOf } from "../finding/finding.ts";
import { freshAnalyzer } from "../finding/operations.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { resourceSources } from "../resource/resource-sources.ts";
import type { SharedResource } from "../resource/shared-resource.ts";
import {
  fetchPreview,
  makePreview,
  previewsOf,
  previewView,
  type AccessPreviewRow,
  type PreviewFinding,
} from "./access-preview.ts";

const createAccessPreview = operation("CreateAccessPreview", {
  access: "write",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, { clientToken, ...request }, call) {
    return once(tx, call, {
      token: clientToken,
      input: request,
      mismatch: tokenConflict,
      create: () => {
        const analyzer = freshAnalyzer(tx, call, request.analyzerArn);
        if (analyzer.type !== "ACCOUNT")
          throw notSupported(`A preview of an analyzer of type ${analyzer.type}`);
        const { configurations } = request;
        const resource = proposedResource(tx, call, configurations);
        const { id } = makePreview(tx, call, { analyzer, configurations, resource });
        return { made: id, output: { id } };
      },
      recall: (id) => ({ id }),
    });
  },
});

/** The one resource that is proposed, as it would be. @throws invalidField, notSupported */
function proposedResource(
  tx: Tx,
  call: Call,
  configurations: Readonly<Record<string, Configuration>>,
): SharedResource {
  const [first, ...more] = Object.entries(configurations);
  if (first === undefined || more.length > 0) {
    throw invalidField("configurations", "The configurations must contain exactly one element");
  }
  const [arn, configuration] = first;
  const types = Object.entries(configuration).filter(([, value]) => value !== undefined);
  if (types.length !== 1) {
    throw invalidField("configurations", "A configuration must be of exactly one type of resource");
  }
  const { accountId, region } = call;
  for (const source of resourceSources) {
    const resource = source.proposed(tx, { arn, configuration, accountId, region });
    if (resource !== undefined) return resource;
  }
  throw notSupported(`A configuration of the type ${types[0]?.[0] ?? ""}`);
}

const getAccessPreview = operation("GetAccessPreview", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, { analyzerArn, accessPreviewId: id }, call) {
    const analyzer = fetchAnalyzerByArn(tx, call, analyzerArn);
    return { accessPreview: previewView(analyzer, fetchPreview(tx, call, { analyzer, id })) };
  },
});

const listAccessPreviews = operation("ListAccessPreviews", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, input, call) {
    const analyzer = fetchAnalyzerByArn(tx, call, input.analyzerArn);
    const { items, next } = listing(call, input, previewsOf(tx, analyzer, call.now));
    const accessPreviews = items.map((row) => {
      const { configurations: _left, ...summary } = previewView(analyzer, row);
      return summary;
    });
    return { accessPreviews, ...next };
  },
});

const listAccessPreviewFindings = operation("ListAccessPreviewFindings", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, input, call) {
    const analyzer = fetchAnalyzerByArn(tx, call, input.analyzerArn);
    const row = fetchPreview(tx, call, { analyzer, id: input.accessPreviewId });
    if (row.findings === undefined) throw previewFailed(row.id);
    const { filter = {} } = input;
    checkFilter(filter, "preview");
    const found = row.findings.filter((finding) => meetsAll(previewAttributes(finding), filter));
    const { items, next } = listing(call, input, found);
    return { findings: items.map((finding) => findingView(finding, row)), ...next };
  },
});

function previewAttributes(finding: PreviewFinding): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map([...attributesOf(finding), ["changeType", [finding.changeType]] as const]);
  if (finding.existing === undefined) return attributes;
  attributes.set("existingFindingId", [finding.existing.id]);
  return attributes.set("existingFindingStatus", [finding.existing.status]);
}

function findingView(finding: PreviewFinding, { createdAt }: AccessPreviewRow): AccessPreviewFinding {
  const { id, resource, resourceType, ownerAccount, access, changeType, status, existing } = finding;
  return {
    id,
    resource,
    resourceType,
    resourceOwnerAccount: ownerAccount,
    createdAt: new Date(createdAt),
    changeType,
    status,
    ...(existing === undefined
      ? {}
      : { existingFindingId: existing.id, existingFindingStatus: existing.status }),
    ...(access.kind === "ExternalAccess" ? externalDetails(access) : {}),
  };
}

export const accessPreviewOperations = [
  createAccessPreview,
  getAccessPreview,
  listAccessPreviewFindings,
  listAccessPreviews,
];

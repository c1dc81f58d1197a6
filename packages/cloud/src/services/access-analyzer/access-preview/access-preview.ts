/**
 * Access previews: what would be found if a resource were given a configuration. A preview is complete when
 * it is made, and keeps what was true then.
 */
import { PolicyFault } from "@casemate/iam-engine";
import { externalAccess, type ExternalGrant } from "@casemate/iam-engine/analysis";
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type {
  AccessPreview,
  Configuration,
  FindingChangeType,
  FindingStatus,
} from "@casemate/wire/access-analyzer";
import { drawUuid, type Call } from "../../../kit/index.ts";
import { analyzerArn, type AnalyzerRow } from "../analyzer/analyzer.ts";
import { quotaExceeded, resourceNotFound } from "../faults.ts";
import { findingsAbout, type FindingRow, type WantedFinding } from "../finding/finding.ts";
import { firstStatus } from "../finding/renew-findings.ts";
import { findingsIn, restrictionOf } from "../resource/external-findings.ts";
import type { SharedResource } from "../resource/shared-resource.ts";

/** How long a preview is kept. */
export const previewLifetimeMs = 24 * 60 * 60 * 1000;
/** Previews of one analyzer that are kept. */
export const previewsMax = 1000;

/** A finding that there would be, beside the one that there is. */
export interface PreviewFinding extends Omit<WantedFinding, "key"> {
  readonly id: string;
  readonly changeType: FindingChangeType;
  readonly status: FindingStatus;
  readonly existing?: { readonly id: string; readonly status: FindingStatus } | undefined;
}

/** A preview. */
export interface AccessPreviewRow {
  readonly id: string;
  readonly analyzerId: string;
  readonly configurations: Readonly<Record<string, Configuration>>;
  readonly createdAt: number;
  /** Undefined when the proposed policy cannot be read. */
  readonly findings: readonly PreviewFinding[] | undefined;
}

export const accessPreviews = collection<AccessPreviewRow>()({
  kind: "access-analyzer/access-preview",
  key: (row) => row.id,
  indexes: { analyzer: (row) => row.analyzerId },
});

/** The previews of an analyzer, newest first. */
export function previewsOf(tx: ReadTx, analyzer: AnalyzerRow, now: number): readonly AccessPreviewRow[] {
  return tx
    .by(accessPreviews, "analyzer", analyzer.id)
    .filter(({ createdAt }) => now - createdAt <= previewLifetimeMs)
    .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
}

/** A preview of an analyzer. @throws resourceNotFound */
export function fetchPreview(tx: ReadTx, call: Call, asked: { analyzer: AnalyzerRow; id: string }) {
  const row = tx.get(accessPreviews, asked.id);
  const kept = row?.analyzerId === asked.analyzer.id && call.now - row.createdAt <= previewLifetimeMs;
  if (!kept) throw resourceNotFound("AccessPreview", asked.id);
  return row;
}

/** Makes the preview of a resource. @throws quotaExceeded */
export function makePreview(
  tx: Tx,
  call: Call,
  asked: {
    readonly analyzer: AnalyzerRow;
    readonly configurations: AccessPreviewRow["configurations"];
    readonly resource: SharedResource;
  },
): AccessPreviewRow {
  const { analyzer, configurations, resource } = asked;
  forgetPreviews(tx, analyzer, call.now - previewLifetimeMs);
  if (previewsOf(tx, analyzer, call.now).length >= previewsMax) {
    throw quotaExceeded("AccessPreview", resource.arn, "access previews of an analyzer");
  }
  const grants = readGrants(resource);
  const row: AccessPreviewRow = {
    id: drawUuid(call.environment.random),
    analyzerId: analyzer.id,
    configurations,
    createdAt: call.now,
    findings: grants && previewFindings(tx, call, { analyzer, resource, grants }),
  };
  tx.put(accessPreviews, row);
  return row;
}

function readGrants({ policy, ownerAccount }: SharedResource): readonly ExternalGrant[] | undefined {
  try {
    return externalAccess(policy, { ownerAccount });
  } catch (thrown) {
    if (thrown instanceof PolicyFault) return undefined;
    throw thrown;
  }
}

/** What would be found, and what is found now and would be resolved. */
function previewFindings(
  tx: Tx,
  call: Call,
  asked: {
    readonly analyzer: AnalyzerRow;
    readonly resource: SharedResource;
    readonly grants: readonly ExternalGrant[];
  },
): readonly PreviewFinding[] {
  const { analyzer, resource, grants } = asked;
  const left = new Map(findingsAbout(tx, analyzer, resource.arn).map((row) => [row.key, row]));
  const drawn = () => drawUuid(call.environment.random);
  const wanted = findingsIn(resource, grants, restrictionOf(tx, resource, call.guardrails));
  const found = wanted.map((finding): PreviewFinding => {
    const before = left.get(finding.key);
    left.delete(finding.key);
    return previewOf(finding, before, { id: drawn(), analyzer, now: call.now });
  });
  const ended = [...left.values()]
    .filter(({ status }) => status !== "RESOLVED")
    .map((row): PreviewFinding => {
      const existing = { id: row.id, status: row.status };
      return { ...facts(row), id: drawn(), changeType: "CHANGED", status: "RESOLVED", existing };
    });
  return [...found, ...ended];
}

function previewOf(
  finding: WantedFinding,
  before: FindingRow | undefined,
  { id, analyzer, now }: { readonly id: string; readonly analyzer: AnalyzerRow; readonly now: number },
): PreviewFinding {
  if (before !== undefined && before.status !== "RESOLVED") {
    const existing = { id: before.id, status: before.status };
    return { ...facts(finding), id, changeType: "UNCHANGED", status: before.status, existing };
  }
  const times = { createdAt: now, analyzedAt: now, updatedAt: now };
  const status = firstStatus({ ...finding, id, status: "ACTIVE", ...times }, analyzer.archiveRules);
  if (before === undefined) return { ...facts(finding), id, changeType: "NEW", status };
  const existing = { id: before.id, status: before.status };
  return { ...facts(finding), id, changeType: "CHANGED", status, existing };
}

function facts({ resource, resourceType, ownerAccount, access }: WantedFinding): Omit<WantedFinding, "key"> {
  return { resource, resourceType, ownerAccount, access };
}

/** Takes away the previews of an analyzer that were made before a moment, or all. */
export function forgetPreviews(tx: Tx, analyzer: AnalyzerRow, before = Number.POSITIVE_INFINITY): void {
  for (const { id, createdAt } of tx.by(accessPreviews, "analyzer", analyzer.id)) {
    if (createdAt < before) tx.delete(accessPreviews, id);
  }
}

/** A preview as the API shows it. */
export function previewView(analyzer: AnalyzerRow, row: AccessPreviewRow): AccessPreview {
  const failed = { status: "FAILED", statusReason: { code: "INVALID_CONFIGURATION" } } as const;
  return {
    id: row.id,
    analyzerArn: analyzerArn(analyzer),
    configurations: row.configurations,
    createdAt: new Date(row.createdAt),
    ...(row.findings === undefined ? failed : { status: "COMPLETED" }),
  };
}

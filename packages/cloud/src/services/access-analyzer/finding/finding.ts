/**
 * Findings: the row, and what lists are narrowed and sorted by. A finding is found again by its key: what it
 * is about, not what it says.
 */
import { collection, type ReadTx } from "@casemate/store";
import type {
  FindingStatus,
  FindingType,
  ResourceControlPolicyRestriction,
  ResourceType,
} from "@casemate/wire/access-analyzer";
import type { AnalyzerRow } from "../analyzer/analyzer.ts";
import { resourceNotFound } from "../faults.ts";

/** Access that somebody outside of the zone of trust has. */
export interface ExternalAccess {
  readonly kind: "ExternalAccess";
  /** The type of the principal, such as `AWS`, and its value. */
  readonly principal: Readonly<Record<string, string>>;
  /** The account that the principal belongs to, where one is known. */
  readonly principalAccount?: string | undefined;
  readonly actions: readonly string[];
  readonly condition: Readonly<Record<string, string>>;
  readonly isPublic: boolean;
  readonly restriction: ResourceControlPolicyRestriction;
}

/** Access that nobody used for as long as the analyzer says. */
export interface UnusedAccess {
  readonly kind: Exclude<FindingType, "ExternalAccess" | "InternalAccess">;
  /** The unique id of the user or role. */
  readonly entityId: string;
  readonly accessKeyId?: string | undefined;
  /** When it was last used, ever. Of permissions, what is unused is told when it is asked for. */
  readonly lastAccessed?: number | undefined;
}

/** What a finding is about, before anything is known of its history. */
export interface WantedFinding {
  /** The same for the same access, whenever it is found. */
  readonly key: string;
  readonly resource: string;
  readonly resourceType: ResourceType;
  readonly ownerAccount: string;
  readonly access: ExternalAccess | UnusedAccess;
}

/** A finding. */
export interface FindingRow extends WantedFinding {
  readonly id: string;
  readonly analyzerId: string;
  readonly status: FindingStatus;
  readonly createdAt: number;
  readonly analyzedAt: number;
  readonly updatedAt: number;
}

export const findings = collection<FindingRow>()({
  kind: "access-analyzer/finding",
  key: (row) => row.id,
  indexes: {
    analyzer: (row) => row.analyzerId,
    resource: (row) => `${row.analyzerId}/${row.resource}`,
  },
});

/** The findings of an analyzer, in id order. */
export function findingsOf(tx: ReadTx, analyzer: AnalyzerRow): readonly FindingRow[] {
  return tx.by(findings, "analyzer", analyzer.id);
}

/** The findings of an analyzer about one resource. */
export function findingsAbout(tx: ReadTx, analyzer: AnalyzerRow, resource: string): readonly FindingRow[] {
  return tx.by(findings, "resource", `${analyzer.id}/${resource}`);
}

/** A finding of an analyzer by id. @throws resourceNotFound */
export function fetchFinding(tx: ReadTx, analyzer: AnalyzerRow, id: string): FindingRow {
  const row = tx.get(findings, id);
  if (row?.analyzerId !== analyzer.id) throw resourceNotFound("Finding", id);
  return row;
}

/** The attributes of a finding by name, as filters and sorting know them; one that it has not is absent. */
export function attributesOf(
  finding: Pick<FindingRow, "id" | "status" | "resource" | "resourceType" | "ownerAccount" | "access">,
): ReadonlyMap<string, readonly string[]> {
  const { access } = finding;
  const attributes = new Map<string, readonly string[]>([
    ["id", [finding.id]],
    ["resource", [finding.resource]],
    ["resourceType", [finding.resourceType]],
    ["resourceOwnerAccount", [finding.ownerAccount]],
    ["findingType", [access.kind]],
    ["status", [finding.status]],
  ]);
  if (access.kind !== "ExternalAccess") return attributes;
  attributes.set("isPublic", [String(access.isPublic)]);
  attributes.set("resourceControlPolicyRestriction", [access.restriction]);
  for (const [type, value] of Object.entries(access.principal)) {
    const account = type === "AWS" ? access.principalAccount : undefined;
    attributes.set(
      `principal.${type}`,
      account === undefined || account === value ? [value] : [value, account],
    );
  }
  for (const [key, value] of Object.entries(access.condition)) attributes.set(`condition.${key}`, [value]);
  return attributes;
}

/** The time of an attribute that is one. */
export function timeOf(finding: FindingRow, attribute: string): number | undefined {
  if (attribute === "createdAt") return finding.createdAt;
  if (attribute === "updatedAt") return finding.updatedAt;
  return attribute === "analyzedAt" ? finding.analyzedAt : undefined;
}

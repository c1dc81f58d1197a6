/**
 * Filters over findings, of lists and of archive rules. An attribute that does not exist is a fault; one that
 * a finding has not never equals and never contains anything.
 */
import type { Criterion, SortCriteria } from "@casemate/wire/access-analyzer";
import type { FindingFilter } from "../archive-rule/archive-rule.ts";
import { invalidField } from "../faults.ts";
import { attributesOf, timeOf, type FindingRow } from "./finding.ts";

const attributes: ReadonlySet<string> = new Set([
  "error",
  "findingType",
  "id",
  "isPublic",
  "principal.AWS",
  "principal.CanonicalUser",
  "principal.Federated",
  "resource",
  "resourceControlPolicyRestriction",
  "resourceOwnerAccount",
  "resourceType",
  "status",
]);
const times: ReadonlySet<string> = new Set(["analyzedAt", "createdAt", "updatedAt"]);
/** Attributes that findings have when they are made: what an archive rule may ask about. */
const settled = (name: string): boolean => name !== "status" && name !== "id";

/** Differs: AWS lets filters ask about certain condition keys; here any condition key may be asked about. */
const conditionKey = /^condition\.[\w.+:/-]{1,250}$/;

/** Criteria of one filter. */
export const criteriaMax = 20;

/** Attributes that findings of previews have beside those of all. */
const previewAttributes: ReadonlySet<string> = new Set([
  "changeType",
  "existingFindingId",
  "existingFindingStatus",
]);

/** Refuses a filter that asks about what is not there. @throws invalidField */
export function checkFilter(filter: FindingFilter, use: "list" | "archive-rule" | "preview"): void {
  const criteria = Object.entries(filter);
  if (criteria.length > criteriaMax) {
    throw invalidField("filter", `A filter has at most ${criteriaMax} criteria`);
  }
  if (use === "archive-rule" && criteria.length === 0) {
    throw invalidField("filter", "An archive rule has at least one criterion");
  }
  for (const [name, criterion] of criteria) {
    const known = attributes.has(name) && (use !== "archive-rule" || settled(name));
    const more = conditionKey.test(name) || (use === "preview" && previewAttributes.has(name));
    if (!known && !more) throw invalidField("filter", `Invalid filter key: ${name}`);
    if (Object.values(criterion).every((value) => value === undefined)) {
      throw invalidField("filter", `The criterion of ${name} has no operator`);
    }
  }
}

/** Whether a finding meets every criterion. */
export function matchesFilter(finding: Omit<FindingRow, "analyzerId">, filter: FindingFilter): boolean {
  return meetsAll(attributesOf(finding), filter);
}

/** Whether attributes meet every criterion. */
export function meetsAll(held: ReadonlyMap<string, readonly string[]>, filter: FindingFilter): boolean {
  return Object.entries(filter).every(([name, criterion]) => meets(held.get(name), criterion));
}

function meets(held: readonly string[] | undefined, { eq, neq, contains, exists }: Criterion): boolean {
  const values = held ?? [];
  if (eq !== undefined && !values.some((value) => eq.includes(value))) return false;
  if (neq !== undefined && values.some((value) => neq.includes(value))) return false;
  if (contains !== undefined && !values.some((value) => contains.some((part) => value.includes(part)))) {
    return false;
  }
  return exists === undefined || exists === (held !== undefined);
}

/** Findings in the order asked for, else by when they were made. @throws invalidField */
export function sorted(
  rows: readonly FindingRow[],
  { attributeName = "createdAt", orderBy = "ASC" }: SortCriteria = {},
): readonly FindingRow[] {
  if (!attributes.has(attributeName) && !times.has(attributeName)) {
    throw invalidField("sort", `Invalid sort attribute: ${attributeName}`);
  }
  const key = (row: FindingRow): string =>
    timeOf(row, attributeName)?.toString().padStart(16, "0") ??
    attributesOf(row).get(attributeName)?.[0] ??
    "";
  const keyed = rows.map((row) => ({ row, key: key(row) }));
  const direction = orderBy === "ASC" ? 1 : -1;
  return keyed
    .toSorted((a, b) => direction * compare(a.key, b.key) || compare(a.row.id, b.row.id))
    .map(({ row }) => row);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

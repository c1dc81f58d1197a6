/**
 * AWS managed policies: a constant table that every account may name and nobody may change. The documents are
 * AWS's own. The table is read when a policy of it is first asked for.
 * Differs: AWS has more than a thousand of them with every version; here are those that the services here and
 * their users are given, the default version and older ones of the short policies.
 * Differs: the ids of most of them are drawn here; AWS publishes no list of its own.
 */
import { awsManagedPoliciesText } from "./generated/aws-managed-policies-text.ts";
import type { PolicyRow } from "./policy-row.ts";

/** The owner of these policies, where ARNs of others have an account id. */
export const awsOwner = "aws";

/** What the ARN of every AWS managed policy begins with. */
const arnPrefix = `arn:aws:iam::${awsOwner}:policy`;

/** Paths of policies that are for roles of services and for root sessions, and nobody else. */
const unattachablePaths: ReadonlySet<string> = new Set(["/aws-service-role/", "/root-task/"]);

type Packed = string | number | boolean | null | readonly Packed[] | { readonly [key: string]: Packed };
type PackedVersion = readonly [number: number, createdAt: number, document: Packed];
type PackedPolicy = readonly [
  pathAndName: string,
  id: string,
  description: string | null,
  createdAt: number,
  updatedAt: number,
  versions: readonly PackedVersion[],
];

interface PackedTable {
  readonly shared: readonly string[];
  readonly policies: ReadonlyMap<string, PackedPolicy>;
}

let packedTable: PackedTable | undefined;
/** The policies that were asked for, as rows. */
const unpackedRows = new Map<string, PolicyRow>();

/** Every AWS managed policy. */
export function awsManagedPolicies(): readonly PolicyRow[] {
  return [...table().policies.keys()].map(findAwsManagedPolicy).filter((row) => row !== undefined);
}

/** An AWS managed policy by its ARN; the table is not read for any other. */
export function findAwsManagedPolicy(arn: string): PolicyRow | undefined {
  const known = unpackedRows.get(arn);
  if (known !== undefined || !arn.startsWith(arnPrefix)) return known;
  const { shared, policies } = table();
  const packed = policies.get(arn);
  if (packed === undefined) return undefined;
  const row = rowOf(packed, shared);
  unpackedRows.set(arn, row);
  return row;
}

/** Whether a policy is for the roles of services or for root sessions only. */
export function isUnattachable(row: PolicyRow): boolean {
  return row.accountId === awsOwner && unattachablePaths.has(row.path);
}

function table(): PackedTable {
  if (packedTable !== undefined) return packedTable;
  const [shared, packed] = JSON.parse(awsManagedPoliciesText) as [readonly string[], readonly PackedPolicy[]];
  const policies = new Map(packed.map((policy) => [`${arnPrefix}${policy[0]}`, policy]));
  return (packedTable = { shared, policies });
}

function rowOf(packed: PackedPolicy, shared: readonly string[]): PolicyRow {
  const [pathAndName, id, description, createdAt, updatedAt, versions] = packed;
  const end = pathAndName.lastIndexOf("/") + 1;
  const newest = versions[0]?.[0] ?? 0;
  return {
    id,
    arn: `${arnPrefix}${pathAndName}`,
    accountId: awsOwner,
    name: pathAndName.slice(end),
    path: pathAndName.slice(0, end),
    ...(description === null ? {} : { description }),
    versions: versions.map(([number, at, document]) => ({
      versionId: `v${number}`,
      document: JSON.stringify(unpacked(document, shared)),
      createdAt: at * 1000,
    })),
    defaultVersionId: `v${newest}`,
    nextVersion: newest + 1,
    createdAt: createdAt * 1000,
    updatedAt: updatedAt * 1000,
    tags: {},
  };
}

/** A document as it was before its strings were shared: what stands for one is its number. */
function unpacked(value: Packed, shared: readonly string[]): Packed {
  if (typeof value === "number") return shared[value] ?? null;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => unpacked(member as Packed, shared));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unpacked(member, shared)]));
}

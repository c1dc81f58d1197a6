/** Jobs that make the policy of a user or role from what it did: the row, and how it is shown. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { JobDetails, JobErrorCode, JobStatus, PolicyGeneration } from "@casemate/wire/access-analyzer";
import type { Call } from "../../../kit/index.ts";

/** The topic that wakes the reconciler which does the jobs. */
export const generationTopic = "access-analyzer/policy-generation";
/** Jobs in progress that an account may have in a region. */
export const generationsAtOnceMax = 5;
/** Jobs of an account in a region that are kept. */
export const generationsMax = 1000;
/** How long a job and its policies are kept. */
export const generationLifetimeMs = 7 * 24 * 60 * 60 * 1000;

/** A trail as a request names it, with the regions that count. */
export interface NamedTrail {
  readonly cloudTrailArn: string;
  readonly regions?: readonly string[] | undefined;
  readonly allRegions?: boolean | undefined;
}

/** A job. */
export interface PolicyGenerationRow {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly principalArn: string;
  readonly status: JobStatus;
  readonly startedAt: number;
  readonly completedAt?: number | undefined;
  /** Calls from then to then count. */
  readonly from: number;
  readonly to: number;
  /** Calls in these regions count; all when undefined. */
  readonly regions?: readonly string[] | undefined;
  /** Absent when the request named none. */
  readonly trails?: readonly NamedTrail[] | undefined;
  /** The policies, once they are made. */
  readonly documents?: readonly string[] | undefined;
  readonly error?: { readonly code: JobErrorCode; readonly message: string } | undefined;
}

export const policyGenerations = collection<PolicyGenerationRow>()({
  kind: "access-analyzer/policy-generation",
  key: (row) => row.id,
  indexes: {
    owner: (row) => `${row.accountId}/${row.region}`,
    status: (row) => row.status,
  },
});

/** The caller's jobs in its region, newest first. */
export function generationsOf(tx: ReadTx, call: Call): readonly PolicyGenerationRow[] {
  return tx
    .by(policyGenerations, "owner", `${call.accountId}/${call.region}`)
    .filter(({ startedAt }) => call.now - startedAt <= generationLifetimeMs)
    .toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1));
}

/** The caller's job of an id. */
export function findGeneration(tx: ReadTx, call: Call, id: string): PolicyGenerationRow | undefined {
  const row = tx.get(policyGenerations, id);
  const own = row?.accountId === call.accountId && row.region === call.region;
  return own && call.now - row.startedAt <= generationLifetimeMs ? row : undefined;
}

/** Takes away jobs whose time is over. */
export function forgetGenerations(tx: Tx, now: number): void {
  for (const { id, startedAt } of tx.scan(policyGenerations)) {
    if (now - startedAt > generationLifetimeMs) tx.delete(policyGenerations, id);
  }
}

/** A job as lists show it. */
export function generationView(row: PolicyGenerationRow): PolicyGeneration {
  return {
    jobId: row.id,
    principalArn: row.principalArn,
    status: row.status,
    startedOn: new Date(row.startedAt),
    ...(row.completedAt === undefined ? {} : { completedOn: new Date(row.completedAt) }),
  };
}

/** A job as its result shows it. */
export function jobDetails(row: PolicyGenerationRow): JobDetails {
  const { jobId, status, startedOn, completedOn } = generationView(row);
  return {
    jobId,
    status,
    startedOn,
    ...(completedOn === undefined ? {} : { completedOn }),
    ...(row.error === undefined ? {} : { jobError: row.error }),
  };
}

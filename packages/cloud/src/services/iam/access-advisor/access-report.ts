/** Reports of last access: the row, which keeps what was true when the report was made. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { AccessAdvisorUsageGranularityType } from "@casemate/wire/iam";
import type { Call } from "../../../kit/index.ts";
import { accessReportNotFound } from "./access-report-faults.ts";
import type { Attempt } from "./service-access.ts";

/** A user or role that may use a service, with its last attempt. */
export interface ReportedEntity {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly type: "USER" | "ROLE";
  readonly path: string;
  readonly last?: Attempt | undefined;
}

/** An action that somebody tried. */
export interface ReportedAction extends Attempt {
  readonly name: string;
  readonly entityArn: string;
}

/** A service that the policies of the report's subject let it use. */
export interface ReportedService {
  readonly namespace: string;
  /** The latest attempt first. */
  readonly entities: readonly ReportedEntity[];
  /** By name; absent in a report about services only. */
  readonly actions?: readonly ReportedAction[] | undefined;
}

/** A report. */
export interface AccessReportRow {
  readonly jobId: string;
  readonly accountId: string;
  /** aws:userid of who asked for it, who alone may read it. */
  readonly requesterId: string;
  readonly granularity: AccessAdvisorUsageGranularityType;
  readonly createdAt: number;
  readonly services: readonly ReportedService[];
}

export const accessReports = collection<AccessReportRow>()({
  kind: "iam/access-report",
  key: (row) => row.jobId,
  indexes: { account: (row) => row.accountId },
});

/** Reports that an account may have at a time; a new one takes the place of the oldest. */
export const accessReportsPerAccountMax = 100;

/** How long a report is kept. */
export const accessReportLifetimeMs = 7 * 24 * 60 * 60 * 1000;

/** Keeps a report, and lets go of those that are too old or too many. */
export function putAccessReport(tx: Tx, row: AccessReportRow): void {
  const others = tx.by(accessReports, "account", row.accountId).toSorted((a, b) => b.createdAt - a.createdAt);
  for (const [index, other] of others.entries()) {
    const old = row.createdAt - other.createdAt > accessReportLifetimeMs;
    if (old || index >= accessReportsPerAccountMax - 1) tx.delete(accessReports, other.jobId);
  }
  tx.put(accessReports, row);
}

/** The caller's own report. @throws accessReportNotFound */
export function fetchAccessReport(tx: ReadTx, call: Call, jobId: string): AccessReportRow {
  const row = tx.get(accessReports, jobId);
  const { accountId, principal } = call;
  if (row?.accountId !== accountId || row.requesterId !== principal.id) throw accessReportNotFound(jobId);
  return row;
}

/**
 * GenerateCredentialReport and GetCredentialReport. A report is made at once, yet the first call says that
 * it was started, as clients expect; the next one finds it complete.
 */
import { operation } from "../operation.ts";
import { credentialReports, reportLifetimeMs, reportOf } from "./credential-report.ts";
import { reportExpired, reportNotPresent } from "./credential-report-faults.ts";

export const generateCredentialReport = operation("GenerateCredentialReport", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, _input, call) {
    const { accountId } = call;
    const last = tx.get(credentialReports, accountId);
    if (last !== undefined && call.now - last.generatedAt <= reportLifetimeMs)
      return { State: "COMPLETE" as const };
    tx.put(credentialReports, { accountId, content: reportOf(tx, accountId), generatedAt: call.now });
    return {
      State: "STARTED" as const,
      Description: "No report exists. Starting a new report generation task",
    };
  },
});

export const getCredentialReport = operation("GetCredentialReport", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, _input, call) {
    const report = tx.get(credentialReports, call.accountId);
    if (report === undefined) throw reportNotPresent();
    if (call.now - report.generatedAt > reportLifetimeMs) throw reportExpired();
    return {
      Content: new TextEncoder().encode(report.content),
      ReportFormat: "text/csv" as const,
      GeneratedTime: new Date(report.generatedAt),
    };
  },
});

/** Every operation of this file. */
export const credentialReportOperations = [generateCredentialReport, getCredentialReport];

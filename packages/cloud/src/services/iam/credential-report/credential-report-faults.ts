/** Faults about credential reports. */
import { fault } from "../../../kit/index.ts";

export const reportNotPresent = fault({
  code: "ReportNotPresent",
  status: 410,
  message: () => "Unknown",
});
export const reportExpired = fault({
  code: "ReportExpired",
  status: 410,
  message: () => "Unknown",
});

export const credentialReportFaults = [reportNotPresent, reportExpired];

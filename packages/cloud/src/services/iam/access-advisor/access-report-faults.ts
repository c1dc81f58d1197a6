/** Faults about reports of last access. */
import { fault } from "../../../kit/index.ts";

export const accessReportNotFound = fault({
  code: "NoSuchEntity",
  status: 404,
  message: (jobId: string) => `The job with id ${jobId} cannot be found.`,
});

export const accessReportFaults = [accessReportNotFound];

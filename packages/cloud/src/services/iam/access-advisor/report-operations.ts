/** Operations on reports of last access. A report is made at once, so every job is completed. */
import { drawUuid, type Call, type Target } from "../../../kit/index.ts";
import { entityTarget } from "../entity/entity.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { policyTarget } from "../policy/policy.ts";
import {
  fetchAccessReport,
  putAccessReport,
  type AccessReportRow,
  type ReportedService,
} from "./access-report.ts";
import { isPolicyArn, reportedServices, reportedServicesOf } from "./make-report.ts";

function subjectTarget(call: Call, arn: string): Target {
  return isPolicyArn(arn) ? policyTarget(call, arn, "read") : entityTarget(call, arn);
}

export const generateServiceLastAccessedDetails = operation("GenerateServiceLastAccessedDetails", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(subjectTarget(call, input.Arn))],
  handle(tx, input, call) {
    const granularity = input.Granularity ?? "SERVICE_LEVEL";
    const withActions = granularity === "ACTION_LEVEL";
    const services = reportedServicesOf(tx, call, { arn: input.Arn, withActions });
    const jobId = drawUuid(call.environment.random);
    putAccessReport(tx, {
      jobId,
      accountId: call.accountId,
      requesterId: call.principal.id,
      granularity,
      createdAt: call.now,
      services,
    });
    return { JobId: jobId };
  },
});

export const getServiceLastAccessedDetails = operation("GetServiceLastAccessedDetails", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const report = fetchAccessReport(tx, call, input.JobId);
    const { items, marks } = listing(call, input, {
      items: report.services,
      key: ({ namespace }) => namespace,
    });
    return {
      ...jobView(report),
      JobType: report.granularity,
      ServicesLastAccessed: items.map(serviceView),
      ...marks,
    };
  },
});

export const getServiceLastAccessedDetailsWithEntities = operation(
  "GetServiceLastAccessedDetailsWithEntities",
  {
    access: "read",
    honours: "all",
    needs: (_input, call) => [call.need()],
    handle(tx, input, call) {
      const report = fetchAccessReport(tx, call, input.JobId);
      const service = report.services.find(({ namespace }) => namespace === input.ServiceNamespace);
      const entities = (service?.entities ?? []).map((entity, index) => ({ entity, index }));
      const { items, marks } = listing(call, input, {
        items: entities,
        key: ({ index }) => String(index).padStart(6, "0"),
      });
      return {
        ...jobView(report),
        EntityDetailsList: items.map(({ entity }) => ({
          EntityInfo: {
            Arn: entity.arn,
            Name: entity.name,
            Type: entity.type,
            Id: entity.id,
            Path: entity.path,
          },
          ...(entity.last === undefined ? {} : { LastAuthenticated: new Date(entity.last.at) }),
        })),
        ...marks,
      };
    },
  },
);

function jobView({ createdAt }: AccessReportRow) {
  return {
    JobStatus: "COMPLETED" as const,
    JobCreationDate: new Date(createdAt),
    JobCompletionDate: new Date(createdAt),
  };
}

function serviceView({ namespace, entities, actions }: ReportedService) {
  const [latest] = entities;
  return {
    ServiceName: reportedServices.get(namespace) ?? namespace,
    ServiceNamespace: namespace,
    TotalAuthenticatedEntities: entities.filter(({ last }) => last !== undefined).length,
    ...(latest?.last === undefined
      ? {}
      : {
          LastAuthenticated: new Date(latest.last.at),
          LastAuthenticatedEntity: latest.arn,
          LastAuthenticatedRegion: latest.last.region,
        }),
    ...(actions === undefined
      ? {}
      : {
          TrackedActionsLastAccessed: actions.map(({ name, at, region, entityArn }) => ({
            ActionName: name,
            LastAccessedEntity: entityArn,
            LastAccessedTime: new Date(at),
            LastAccessedRegion: region,
          })),
        }),
  };
}

/** Every operation of this file. */
export const accessReportOperations = [
  generateServiceLastAccessedDetails,
  getServiceLastAccessedDetails,
  getServiceLastAccessedDetailsWithEntities,
];

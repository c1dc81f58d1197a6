/** Operations on reports of last access in an organization. A report is made at once. */
import type { AccessDetail, ErrorDetails, SortKeyType } from "@casemate/wire/iam";
import type { ReadTx } from "@casemate/store";
import { drawUuid, type Call, type ScopeOfPolicies, type ScopeQuestion } from "../../../kit/index.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { reportedServices } from "./make-report.ts";
import {
  fetchOrganizationReport,
  organizationServices,
  putOrganizationReport,
  type OrganizationReportRow,
  type OrganizationService,
} from "./organization-report.ts";

/** What a report reads of the organization, in the name of the caller. */
const readActions = [
  "organizations:DescribePolicy",
  "organizations:ListChildren",
  "organizations:ListParents",
  "organizations:ListPoliciesForTarget",
  "organizations:ListRoots",
  "organizations:ListTargetsForPolicy",
];

type Refusal = NonNullable<OrganizationReportRow["refusal"]>;

/** Why a job failed, in the words of Organizations. */
const errors: Readonly<Record<Refusal, ErrorDetails>> = {
  "no-organization": {
    Code: "AWSOrganizationsNotInUseException",
    Message: "Your account is not a member of an organization.",
  },
  "not-management": {
    Code: "AccessDeniedException",
    Message: "Only the management account of an organization can generate this report.",
  },
  "no-such-entity": {
    Code: "TargetNotFoundException",
    Message: "You specified an entity that does not exist.",
  },
  "no-such-policy": {
    Code: "PolicyNotFoundException",
    Message: "You specified a policy that doesn't exist.",
  },
  "policies-disabled": {
    Code: "PolicyTypeNotEnabledException",
    Message: "Service control policies are not enabled for the root of the organization.",
  },
};

export const generateOrganizationsAccessReport = operation("GenerateOrganizationsAccessReport", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const { accountId } = call;
    const arn = `arn:aws:iam::${accountId}:access-report/${input.EntityPath}`;
    return [
      call.need({ arn, accountId, keys: {} }, { "iam:OrganizationsPolicyId": input.OrganizationsPolicyId }),
      ...readActions.map((action) => call.needAction(action, call.anything)),
    ];
  },
  handle(tx, input, call) {
    const jobId = drawUuid(call.environment.random);
    const scope = scopeFor(tx, call, {
      accountId: call.accountId,
      entityPath: input.EntityPath,
      policyId: input.OrganizationsPolicyId,
    });
    const made =
      typeof scope === "string"
        ? { refusal: scope, services: [] }
        : { services: organizationServices(tx, scope, call.now) };
    putOrganizationReport(tx, { jobId, accountId: call.accountId, createdAt: call.now, ...made });
    return { JobId: jobId };
  },
});

function scopeFor(tx: ReadTx, call: Call, question: ScopeQuestion): ScopeOfPolicies | Refusal {
  const place = call.guardrails.organizationOf(tx, call.accountId);
  if (place !== undefined && place.managementAccountId !== call.accountId) return "not-management";
  return call.guardrails.scopeOf(tx, question);
}

export const getOrganizationsAccessReport = operation("GetOrganizationsAccessReport", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const { refusal, services, createdAt } = fetchOrganizationReport(tx, call, input.JobId);
    const at = new Date(createdAt);
    const dates = { JobCreationDate: at, JobCompletionDate: at };
    if (refusal !== undefined) {
      return { JobStatus: "FAILED" as const, ...dates, ErrorDetails: errors[refusal] };
    }
    const sorted = services.toSorted(orders[input.SortKey ?? "SERVICE_NAMESPACE_ASCENDING"]);
    const { items, marks } = listing(call, input, {
      items: sorted.map((service, index) => ({ service, index })),
      key: ({ index }) => String(index).padStart(6, "0"),
    });
    return {
      JobStatus: "COMPLETED" as const,
      ...dates,
      NumberOfServicesAccessible: services.length,
      NumberOfServicesNotAccessed: services.filter(({ last }) => last === undefined).length,
      AccessDetails: items.map(({ service }) => accessDetail(service)),
      ...marks,
    };
  },
});

type Order = (one: OrganizationService, other: OrganizationService) => number;

const byNamespace: Order = (one, other) => (one.namespace < other.namespace ? -1 : 1);
const byTime: Order = (one, other) => (one.last?.at ?? 0) - (other.last?.at ?? 0) || byNamespace(one, other);

const orders: Readonly<Record<SortKeyType, Order>> = {
  SERVICE_NAMESPACE_ASCENDING: byNamespace,
  SERVICE_NAMESPACE_DESCENDING: (one, other) => byNamespace(other, one),
  LAST_AUTHENTICATED_TIME_ASCENDING: byTime,
  LAST_AUTHENTICATED_TIME_DESCENDING: (one, other) => byTime(other, one),
};

function accessDetail({ namespace, accounts, last }: OrganizationService): AccessDetail {
  return {
    ServiceName: reportedServices.get(namespace) ?? namespace,
    ServiceNamespace: namespace,
    ...(last === undefined
      ? {}
      : { Region: last.region, EntityPath: last.path, LastAuthenticatedTime: new Date(last.at) }),
    TotalAuthenticatedEntities: accounts,
  };
}

/** Every operation of this file. */
export const organizationReportOperations = [generateOrganizationsAccessReport, getOrganizationsAccessReport];

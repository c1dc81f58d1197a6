/**
 * Operations on policy generations. A job is done by a reconciler at once after its call; everything that was
 * decided in this cloud is recorded, so that a policy is complete.
 */
import { principalsOf } from "@casemate/iam-engine";
import type { Tx } from "@casemate/store";
import type { CloudTrailDetails, GeneratedPolicyResult } from "@casemate/wire/access-analyzer";
import { drawUuid, once, parseArn, resourceTagKeys, type Call, type Need } from "../../../kit/index.ts";
import { findRole, findUser, roleArn, userArn, type RoleRow } from "../../iam/index.ts";
import { servicePrincipal } from "../analyzer/analyzer.ts";
import { invalidField, notSupported, quotaExceeded, tokenConflict } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { withPlaceholders } from "./placeholders.ts";
import {
  findGeneration,
  generationsAtOnceMax,
  generationsMax,
  generationsOf,
  generationTopic,
  generationView,
  jobDetails,
  policyGenerations,
  type PolicyGenerationRow,
} from "./policy-generation.ts";

/** How far back calls count when the caller does not say, and at the most. */
export const historyDays = 90;
const historyMs = historyDays * 24 * 60 * 60 * 1000;

const startPolicyGeneration = operation("StartPolicyGeneration", {
  access: "write",
  honours: "all",
  needs: ({ cloudTrailDetails }, call) => [call.need(), ...passRoleNeeds(call, cloudTrailDetails)],
  handle(tx, { clientToken, ...request }, call) {
    return once(tx, call, {
      token: clientToken,
      input: request,
      mismatch: tokenConflict,
      create: () => {
        const { policyGenerationDetails, cloudTrailDetails } = request;
        const jobId = startJob(tx, call, {
          principalArn: policyGenerationDetails.principalArn,
          details: cloudTrailDetails,
        });
        return { made: jobId, output: { jobId } };
      },
      recall: (jobId) => ({ jobId }),
    });
  },
});

/** The role that reads a trail on AWS is passed, whether or not there is anything left for it to do. */
function passRoleNeeds(call: Call, details: CloudTrailDetails | undefined): Need[] {
  if (details === undefined) return [];
  const arn = details.accessRole;
  const accountId = parseArn(arn)?.accountId ?? call.accountId;
  const role = accountId === call.accountId ? findRole(call.tx, accountId, nameIn(arn)) : undefined;
  const keys = role === undefined || roleArn(role) !== arn ? {} : resourceTagKeys(role.tags, "iam");
  const target = { arn, accountId, keys };
  return [call.needAction("iam:PassRole", target, { "iam:PassedToService": servicePrincipal })];
}

/** The name at the end of the ARN of a user or role, which may have a path. */
function nameIn(arn: string): string {
  return arn.split("/").at(-1) ?? "";
}

function startJob(
  tx: Tx,
  call: Call,
  {
    principalArn,
    details,
  }: { readonly principalArn: string; readonly details: CloudTrailDetails | undefined },
): string {
  checkPrincipal(tx, call, principalArn);
  const own = generationsOf(tx, call);
  if (own.filter(({ status }) => status === "IN_PROGRESS").length >= generationsAtOnceMax) {
    throw quotaExceeded("PolicyGeneration", principalArn, "policy generations in progress");
  }
  if (own.length >= generationsMax) {
    throw quotaExceeded("PolicyGeneration", principalArn, "policy generations");
  }
  const row: PolicyGenerationRow = {
    id: drawUuid(call.environment.random),
    accountId: call.accountId,
    region: call.region,
    principalArn,
    status: "IN_PROGRESS",
    startedAt: call.now,
    ...(details === undefined ? { from: call.now - historyMs, to: call.now } : trailFacts(tx, call, details)),
  };
  tx.put(policyGenerations, row);
  tx.wish(generationTopic);
  return row.id;
}

/** @throws invalidField */
function checkPrincipal(tx: Tx, call: Call, arn: string): void {
  const type = parseArn(arn)?.resource.split("/")[0];
  const name = nameIn(arn);
  const user = type === "user" ? findUser(tx, call.accountId, name) : undefined;
  const role = type === "role" ? findRole(tx, call.accountId, name) : undefined;
  const found = (user && userArn(user)) ?? (role && roleArn(role));
  if (found !== arn) throw invalidField("principalArn", `There is no user or role ${arn} in this account`);
}

/**
 * What counts of the trails that a request names.
 * Differs: every call is recorded, whichever trails there are; a trail that is named only says which regions
 * count.
 */
function trailFacts(tx: Tx, call: Call, details: CloudTrailDetails) {
  checkAccessRole(tx, call, details.accessRole);
  const { trails, startTime, endTime = new Date(call.now) } = details;
  if (trails.length === 0) throw invalidField("trails", "At least one trail must be given");
  for (const { cloudTrailArn } of trails) {
    const arn = parseArn(cloudTrailArn);
    if (arn?.accountId !== call.accountId || !call.environment.settings.regions.includes(arn.region)) {
      throw invalidField("cloudTrailArn", `There is no trail ${cloudTrailArn} in this account`);
    }
  }
  const from = startTime.getTime();
  const to = endTime.getTime();
  if (from >= to || from > call.now)
    throw invalidField("startTime", "The start time must be before the end time");
  if (call.now - from > historyMs) {
    throw invalidField("startTime", `The start time must be within the last ${historyDays} days`);
  }
  const regions = trails.some(({ allRegions }) => allRegions === true)
    ? undefined
    : [...new Set(trails.flatMap((trail) => trail.regions ?? [parseArn(trail.cloudTrailArn)?.region ?? ""]))];
  return { from, to, trails, regions };
}

/** The role must be the caller's, and let the service use it. @throws invalidField */
function checkAccessRole(tx: Tx, call: Call, arn: string): void {
  const row = findRole(tx, call.accountId, nameIn(arn));
  if (row === undefined || roleArn(row) !== arn || !trustsService(row)) {
    throw invalidField("accessRole", `The role ${arn} cannot be assumed by ${servicePrincipal}`);
  }
}

function trustsService({ trustDocument }: RoleRow): boolean {
  return principalsOf(trustDocument).some(
    ({ type, value }) => type === "Service" && value.text === servicePrincipal,
  );
}

const cancelPolicyGeneration = operation("CancelPolicyGeneration", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, { jobId }, call) {
    const row = fetchGeneration(tx, call, jobId);
    if (row.status !== "IN_PROGRESS") throw invalidField("jobId", `The job ${jobId} is ${row.status}`);
    tx.put(policyGenerations, { ...row, status: "CANCELED", completedAt: call.now });
    return {};
  },
});

/** @throws invalidField */
function fetchGeneration(tx: Tx, call: Call, jobId: string): PolicyGenerationRow {
  const row = findGeneration(tx, call, jobId);
  if (row === undefined) throw invalidField("jobId", `There is no job ${jobId}`);
  return row;
}

const getGeneratedPolicy = operation("GetGeneratedPolicy", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, { jobId, includeResourcePlaceholders, includeServiceLevelTemplate }, call) {
    if (includeServiceLevelTemplate === true) throw notSupported("includeServiceLevelTemplate");
    const row = fetchGeneration(tx, call, jobId);
    const result = resultView(row, includeResourcePlaceholders === true);
    return { jobDetails: jobDetails(row), generatedPolicyResult: result };
  },
});

/** Differs: where AWS writes `*` in the place of resources, a policy names those that were seen. */
function resultView(row: PolicyGenerationRow, placeholders: boolean): GeneratedPolicyResult {
  const { principalArn, trails, documents } = row;
  const cloudTrailProperties = trails && {
    trailProperties: trails,
    startTime: new Date(row.from),
    endTime: new Date(row.to),
  };
  return {
    properties: {
      principalArn,
      ...(row.status === "SUCCEEDED" ? { isComplete: true } : {}),
      ...(cloudTrailProperties === undefined ? {} : { cloudTrailProperties }),
    },
    ...(documents === undefined
      ? {}
      : {
          generatedPolicies: documents.map((document) => ({
            policy: placeholders ? withPlaceholders(document) : document,
          })),
        }),
  };
}

const listPolicyGenerations = operation("ListPolicyGenerations", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const rows = generationsOf(tx, call).filter(
      ({ principalArn }) => input.principalArn === undefined || principalArn === input.principalArn,
    );
    const { items, next } = listing(call, input, rows);
    return { policyGenerations: items.map(generationView), ...next };
  },
});

export const policyGenerationOperations = [
  cancelPolicyGeneration,
  getGeneratedPolicy,
  listPolicyGenerations,
  startPolicyGeneration,
];

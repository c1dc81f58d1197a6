/**
 * AssumeRoot: a root session of a member account for one task, asked by the management account of its
 * organization or by whoever administers IAM for it.
 * Differs: AWS does not answer it at the global endpoint; here every endpoint does.
 */
import { compileStored, type CompiledPolicy } from "@casemate/iam-engine";
import type { FeatureType } from "@casemate/wire/iam";
import type { AssumeRootRequest } from "@casemate/wire/sts";
import { parseArn, type Call, type Target } from "../../../kit/index.ts";
import {
  accountExists,
  defaultDocument,
  enabledFeatures,
  findPolicy,
  issueCredentials,
  managedOrganization,
} from "../../iam/index.ts";
import {
  rootAccessDisabled,
  rootCannotAssumeRoot,
  targetPrincipalInvalid,
  taskPolicyInvalid,
} from "../faults.ts";
import { operation } from "../operation.ts";
import { credentialsView } from "./credentials-view.ts";

/** How long a root session lives at most, and unless asked. */
const rootSessionSeconds = 900;

/** The tasks, each with the feature of the organization that it belongs to. */
const tasks: Readonly<Record<string, FeatureType>> = {
  IAMAuditRootUserCredentials: "RootCredentialsManagement",
  IAMCreateRootUserPassword: "RootCredentialsManagement",
  IAMDeleteRootUserCredentials: "RootCredentialsManagement",
  S3UnlockBucketPolicy: "RootSessions",
  SQSUnlockQueuePolicy: "RootSessions",
};
const taskPrefix = "arn:aws:iam::aws:policy/root-task/";

export const assumeRoot = operation("AssumeRoot", {
  access: "write",
  honours: ["TargetPrincipal", "TaskPolicyArn", "DurationSeconds"],
  needs: (input, call) => [
    call.need(rootTarget(call, targetAccount(input)), { "sts:TaskPolicyArn": input.TaskPolicyArn.arn }),
  ],
  handle(tx, input, call) {
    if (call.principal.type === "root") throw rootCannotAssumeRoot();
    const accountId = targetAccount(input);
    const { arn, feature } = taskOf(input);
    const organization = managedOrganization(tx, call);
    if (organization === undefined) throw new Error("The target's policy lets nobody else in.");
    if (!enabledFeatures(tx, organization.id).includes(feature)) throw rootAccessDisabled(feature);
    const policy = findPolicy(tx, accountId, arn);
    if (policy === undefined) throw new Error(`The policy ${arn} is shipped.`);
    const sourceIdentity = call.principal.session?.sourceIdentity;
    const credentials = issueCredentials(call.environment, {
      accountId,
      holder: { type: "root" },
      session: {
        issuedAt: call.now,
        expiresAt: call.now + (input.DurationSeconds ?? rootSessionSeconds) * 1000,
        tags: {},
        transitiveTagKeys: [],
        policies: [{ id: arn, document: defaultDocument(policy) }],
        chained: false,
        assumedRoot: true,
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      },
    });
    return {
      Credentials: credentialsView(credentials),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  },
});

/** The account whose root is asked for, by its id or its root's ARN. @throws targetPrincipalInvalid */
function targetAccount({ TargetPrincipal: named }: AssumeRootRequest): string {
  const parts = parseArn(named);
  const isRoot = parts?.service === "iam" && parts.region === "" && parts.resource === "root";
  const accountId = isRoot ? parts.accountId : named;
  if (!/^\d{12}$/.test(accountId)) throw targetPrincipalInvalid(named);
  return accountId;
}

/** The task that is asked for. @throws taskPolicyInvalid */
function taskOf({ TaskPolicyArn: { arn = "" } }: AssumeRootRequest) {
  const feature = arn.startsWith(taskPrefix) ? tasks[arn.slice(taskPrefix.length)] : undefined;
  if (feature === undefined) throw taskPolicyInvalid(arn);
  return { arn, feature };
}

/** The root of an account; it lets in those who manage its organization as far as their own policies go. */
function rootTarget(call: Call, accountId: string): Target {
  const organization = managedOrganization(call.tx, call);
  const place = call.guardrails.organizationOf(call.tx, accountId);
  const isMember = place !== undefined && place.id === organization?.id;
  const isManaged = isMember && place.managementAccountId !== accountId && accountExists(call.tx, accountId);
  return {
    arn: `arn:aws:iam::${accountId}:root`,
    accountId,
    keys: {},
    resourcePolicy: admitting(isManaged ? { AWS: call.accountId } : { Service: "nobody.invalid" }),
    trustIsThePolicy: true,
  };
}

function admitting(principal: Readonly<Record<string, string>>): CompiledPolicy {
  const statement = { Effect: "Allow", Principal: principal, Action: "sts:AssumeRoot", Resource: "*" };
  const document = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return compileStored(document, "resource", { id: "centralized root access", type: "resource" });
}

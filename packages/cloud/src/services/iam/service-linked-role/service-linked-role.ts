/**
 * Service-linked roles: roles that a service has in an account. They are rows among the other roles, and what
 * makes them so is the service that is written in the row; their path alone makes nobody's role one.
 */
import { uniqueId } from "@casemate/key-engine";
import type { ReadTx, Tx } from "@casemate/store";
import type { Call, Need, Target } from "../../../kit/index.ts";
import { findRole, putRole, roleArn, type RoleRow } from "../role/role.ts";
import { linkedServices, type LinkedService } from "./linked-service.ts";
import { linkedServiceUnknown } from "./service-linked-role-faults.ts";

/** Sessions of a service last an hour. */
const sessionSeconds = 3600;

/** Which role of which service. */
export interface LinkedRoleName {
  readonly service: string;
  readonly suffix?: string | undefined;
}

/** The service of a name. @throws linkedServiceUnknown */
export function fetchLinkedService(service: string): LinkedService {
  const found = linkedServices.get(service);
  if (found === undefined) throw linkedServiceUnknown(service);
  return found;
}

/** The name of a service's role, with its suffix if any. */
export function linkedRoleName({ roleName }: LinkedService, suffix: string | undefined): string {
  return suffix === undefined ? roleName : `${roleName}_${suffix}`;
}

/** The path of the roles of a service. */
export function linkedRolePath(service: string): string {
  return `/aws-service-role/${service}/`;
}

/** The role of a service in an account, if there is one. */
export function findServiceLinkedRole(
  tx: ReadTx,
  accountId: string,
  { service, suffix }: LinkedRoleName,
): RoleRow | undefined {
  const linked = linkedServices.get(service);
  const row = linked && findRole(tx, accountId, linkedRoleName(linked, suffix));
  return row?.linkedService === service ? row : undefined;
}

/** The role of a service as target of a need, whether there is one or not; an unknown service has no name. */
export function linkedRoleTarget(call: Call, { service, suffix }: LinkedRoleName): Target {
  const linked = linkedServices.get(service);
  const name = linked === undefined ? "*" : linkedRoleName(linked, suffix);
  const { accountId } = call;
  return { arn: roleArn({ accountId, path: linkedRolePath(service), name }), accountId, keys: {} };
}

/**
 * The permission to have a service's role made: for the needs of operations of services that make theirs when
 * they are first used. It is empty where the account has the role already, as nothing is made then.
 */
export function serviceLinkedRoleNeeds(call: Call, named: LinkedRoleName): readonly Need[] {
  if (findServiceLinkedRole(call.tx, call.accountId, named) !== undefined) return [];
  const keys = { "iam:AWSServiceName": named.service };
  return [call.needAction("iam:CreateServiceLinkedRole", linkedRoleTarget(call, named), keys)];
}

/** What a service-linked role is made from. */
export interface AskedLinkedRole extends LinkedRoleName {
  /** The caller's own account where it is left out. */
  readonly accountId?: string | undefined;
  readonly description?: string | undefined;
}

/**
 * The role of a service in the caller's account, made if there is none: for handlers of operations whose
 * needs were `serviceLinkedRoleNeeds`. @throws linkedServiceUnknown
 */
export function ensureServiceLinkedRole(tx: Tx, call: Call, asked: AskedLinkedRole): RoleRow {
  const found = findServiceLinkedRole(tx, asked.accountId ?? call.accountId, asked);
  return found ?? putServiceLinkedRole(tx, call, asked);
}

/** Makes the role. @throws linkedServiceUnknown */
export function putServiceLinkedRole(tx: Tx, call: Call, asked: AskedLinkedRole): RoleRow {
  const linked = fetchLinkedService(asked.service);
  const statement = {
    Effect: "Allow",
    Principal: { Service: linked.name },
    Action: "sts:AssumeRole",
  };
  return putRole(tx, {
    id: uniqueId(call.environment.random, "AROA"),
    accountId: asked.accountId ?? call.accountId,
    name: linkedRoleName(linked, asked.suffix),
    path: linkedRolePath(linked.name),
    linkedService: linked.name,
    trustDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    maxSessionSeconds: sessionSeconds,
    createdAt: call.now,
    tags: {},
    attachedPolicyArns: [`arn:aws:iam::aws:policy/aws-service-role/${linked.policyName}`],
    inlinePolicies: [],
    ...(asked.description === undefined ? {} : { description: asked.description }),
  });
}

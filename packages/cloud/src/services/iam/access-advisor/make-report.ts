/** Makes a report of last access: which services policies let somebody use, and who last tried to. */
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { fetchEntity, type Entity } from "../entity/entity.ts";
import { grantedDocuments } from "../entity/granted-documents.ts";
import { membersOf } from "../group/group.ts";
import { grantsService } from "../policy/granted-services.ts";
import { defaultDocument, fetchPolicy } from "../policy/policy.ts";
import { usesPolicy, usersOf } from "../policy/policy-use.ts";
import { roleArn, type RoleRow } from "../role/role.ts";
import { userArn, type UserRow } from "../user/user.ts";
import type { ReportedAction, ReportedEntity, ReportedService } from "./access-report.ts";
import { accessOf, type Attempt } from "./service-access.ts";

/**
 * The services that are reported about, by namespace.
 * Differs: on AWS the list has every service that a policy can name; here it has those of this cloud.
 */
export const reportedServices: ReadonlyMap<string, string> = new Map([
  ["access-analyzer", "IAM Access Analyzer"],
  ["ec2", "Amazon EC2"],
  ["iam", "AWS Identity and Access Management"],
  ["organizations", "AWS Organizations"],
  ["sts", "AWS Security Token Service"],
]);

/** How far back attempts are told. */
export const trackingPeriodMs = 400 * 24 * 60 * 60 * 1000;

/** Whom a report is about: the policies that grant, and the users and roles that may use them. */
interface Subject {
  readonly documents: readonly string[];
  readonly entities: readonly ReportedEntity[];
}

/**
 * The services of a report on a user, group, role or managed policy.
 * @throws invalidEntityArn, policyNotFound, and the not-found faults of entities
 */
export function reportedServicesOf(
  tx: ReadTx,
  call: Call,
  asked: { readonly arn: string; readonly withActions: boolean },
): ReportedService[] {
  const { documents, entities } = subjectOf(tx, call, asked.arn);
  const since = call.now - trackingPeriodMs;
  return [...reportedServices.keys()]
    .filter((namespace) => documents.some((document) => grantsService(document, namespace)))
    .map((namespace) => ({
      namespace,
      entities: entities
        .map((entity) => ({ ...entity, ...lastAttempt(tx, { entity, namespace, since }) }))
        .toSorted((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0) || (a.arn < b.arn ? -1 : 1)),
      ...(asked.withActions ? { actions: reportedActions(tx, { entities, namespace, since }) } : {}),
    }));
}

/** Whether an ARN is that of a managed policy. */
export function isPolicyArn(arn: string): boolean {
  return /^arn:aws:iam::[^:]+:policy\//.test(arn);
}

function subjectOf(tx: ReadTx, call: Call, arn: string): Subject {
  if (isPolicyArn(arn)) return policySubject(tx, call, arn);
  const entity = fetchEntity(tx, call, arn);
  return { documents: grantedDocuments(tx, entity), entities: membersOfEntity(tx, entity) };
}

function policySubject(tx: ReadTx, call: Call, arn: string): Subject {
  const policy = fetchPolicy(tx, call, arn);
  const { users, groups, roles } = usersOf(tx, call, policy.arn);
  const attached = <Row extends UserRow | RoleRow>(rows: readonly Row[]): Row[] =>
    rows.filter((row) => usesPolicy(row, policy.arn, "PermissionsPolicy"));
  const members = [...attached(users), ...groups.flatMap((group) => membersOf(tx, group))];
  const distinct = [...new Map(members.map((user) => [user.id, user])).values()];
  return {
    documents: [defaultDocument(policy)],
    entities: [...distinct.map(reportedUser), ...attached(roles).map(reportedRole)],
  };
}

function membersOfEntity(tx: ReadTx, entity: Entity): ReportedEntity[] {
  if (entity.type === "user") return [reportedUser(entity.row)];
  return entity.type === "role" ? [reportedRole(entity.row)] : membersOf(tx, entity.row).map(reportedUser);
}

function reportedUser(row: UserRow): ReportedEntity {
  return { id: row.id, arn: userArn(row), name: row.name, type: "USER", path: row.path };
}

function reportedRole(row: RoleRow): ReportedEntity {
  return { id: row.id, arn: roleArn(row), name: row.name, type: "ROLE", path: row.path };
}

function lastAttempt(
  tx: ReadTx,
  { entity, namespace, since }: { entity: ReportedEntity; namespace: string; since: number },
): { readonly last?: Attempt } {
  const last = accessOf(tx, entity.id, namespace)?.last;
  return last === undefined || last.at < since ? {} : { last };
}

/** The last attempt at each action, whoever of the entities made it. */
function reportedActions(
  tx: ReadTx,
  asked: { readonly entities: readonly ReportedEntity[]; readonly namespace: string; readonly since: number },
): ReportedAction[] {
  const latest = new Map<string, ReportedAction>();
  for (const { id, arn } of asked.entities) {
    for (const [name, attempt] of Object.entries(accessOf(tx, id, asked.namespace)?.actions ?? {})) {
      const before = latest.get(name);
      if (attempt.at < asked.since || (before !== undefined && before.at >= attempt.at)) continue;
      latest.set(name, { name, entityArn: arn, ...attempt });
    }
  }
  return [...latest.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

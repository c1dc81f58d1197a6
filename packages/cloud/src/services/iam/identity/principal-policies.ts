/** The compiled policies of a principal, read from the rows of the transaction that acts on them. */
import { compileStored, type CompiledPolicy } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { Principal, PrincipalPolicies } from "../../../kit/index.ts";
import { groups, type GroupRow } from "../group/group.ts";
import { defaultDocument, findPolicy, policies } from "../policy/policy.ts";
import type { PolicyHolder } from "../policy/policy-holder.ts";
import type { PolicyRow } from "../policy/policy-row.ts";
import { roles, type RoleRow } from "../role/role.ts";
import { users, type UserRow } from "../user/user.ts";

interface Remembered {
  /** The groups that were read; a changed one is another row object. */
  readonly groups: readonly (GroupRow | undefined)[];
  /** The managed policies that were read; a changed one is another row object. */
  readonly managed: readonly (PolicyRow | undefined)[];
  readonly arns: readonly string[];
  readonly policies: PrincipalPolicies;
}

/**
 * Rows are immutable: what was compiled from a row, unchanged groups and unchanged managed policies holds.
 */
const remembered = new WeakMap<UserRow | RoleRow, Remembered>();

/** A document that allows nothing: what a boundary or session policy that is gone leaves. */
const nothing = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}';

const everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';

/**
 * The policies of a principal. A principal without a row has none, and a policy that cannot be read refuses.
 */
export function policiesOf(tx: ReadTx, principal: Principal): PrincipalPolicies {
  if (principal.session?.assumedRoot === true) return { identity: taskPolicies(principal) };
  const session = sessionPolicies(principal);
  const holder = holderOf(tx, principal);
  if (holder === undefined) return { identity: ofRoot(principal), session };
  const own = holderPolicies(tx, principal.accountId, holder);
  return session === undefined ? own : { ...own, session };
}

/**
 * The policies of a root session that another account assumed: they take away everything but their task, as a
 * root user's own policies would if it had any. Without one nothing is left.
 */
function taskPolicies(principal: Principal): readonly CompiledPolicy[] {
  const given = principal.session?.policies ?? [];
  const documents = given.length === 0 ? [{ id: "no task policy", document: nothing }] : given;
  return documents.map(({ id, document }) => compileStored(document, "identity", { id, type: "managed" }));
}

/** A root user may do everything and has no policy that says so; whom it vouches for is bounded by that. */
function ofRoot(principal: Principal): readonly CompiledPolicy[] {
  const byRoot = principal.type === "federated-user" && principal.issuer.type === "root";
  return byRoot ? [compileStored(everything, "identity", { id: "root user", type: "inline" })] : [];
}

function holderOf(tx: ReadTx, principal: Principal): UserRow | RoleRow | undefined {
  if (principal.type === "user") return tx.get(users, principal.id);
  if (principal.type === "role-session") return tx.get(roles, principal.roleId);
  if (principal.type === "federated-user") return tx.get(users, principal.issuer.id);
  return undefined;
}

/** The ids of the groups whose policies a holder has beside its own. */
function groupIdsOf(holder: UserRow | RoleRow): readonly string[] {
  return "groupIds" in holder ? (holder.groupIds ?? []) : [];
}

function stillHolds(tx: ReadTx, holder: UserRow | RoleRow, known: Remembered): boolean {
  return (
    groupIdsOf(holder).every((id, index) => tx.get(groups, id) === known.groups[index]) &&
    known.arns.every((arn, index) => tx.get(policies, arn) === known.managed[index])
  );
}

function holderPolicies(tx: ReadTx, accountId: string, holder: UserRow | RoleRow): PrincipalPolicies {
  const known = remembered.get(holder);
  if (known !== undefined && stillHolds(tx, holder, known)) return known.policies;
  const joined = groupIdsOf(holder).map((id) => tx.get(groups, id));
  const holders: PolicyHolder[] = [holder, ...joined.filter((group) => group !== undefined)];
  const { boundaryArn } = holder;
  const arns = holders.flatMap(({ attachedPolicyArns }) => attachedPolicyArns);
  if (boundaryArn !== undefined) arns.push(boundaryArn);
  const managed = arns.map((arn) => tx.get(policies, arn));
  const compiled: PrincipalPolicies = {
    identity: holders.flatMap((each) => identityPolicies(tx, accountId, each)),
    ...(boundaryArn === undefined
      ? {}
      : { boundary: managedPolicy(tx, { accountId, arn: boundaryArn, kind: "boundary" }) }),
  };
  remembered.set(holder, { groups: joined, managed, arns, policies: compiled });
  return compiled;
}

function identityPolicies(tx: ReadTx, accountId: string, holder: PolicyHolder): CompiledPolicy[] {
  return [
    ...holder.attachedPolicyArns.map((arn) => managedPolicy(tx, { accountId, arn, kind: "identity" })),
    ...holder.inlinePolicies.map(({ name, document }) =>
      compileStored(document, "identity", { id: name, type: "inline" }),
    ),
  ];
}

function managedPolicy(
  tx: ReadTx,
  { accountId, arn, kind }: { accountId: string; arn: string; kind: "identity" | "boundary" },
): CompiledPolicy {
  const row = findPolicy(tx, accountId, arn);
  return compileStored(row === undefined ? nothing : defaultDocument(row), kind, {
    id: arn,
    type: "managed",
  });
}

function sessionPolicies(principal: Principal): readonly CompiledPolicy[] | undefined {
  const documents = principal.session?.policies ?? [];
  if (documents.length === 0) return undefined;
  return documents.map(({ id, document }) => compileStored(document, "session", { id, type: "session" }));
}

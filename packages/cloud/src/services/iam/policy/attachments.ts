/**
 * Attached managed policies of users, groups and roles, and permissions boundaries of users and roles: what
 * the operations of all kinds do.
 */
import type { Tx } from "@casemate/store";
import type { AttachedPermissionsBoundary } from "@casemate/wire/iam";
import type { Call, Need } from "../../../kit/index.ts";
import { quotaExceeded } from "../faults.ts";
import { listing, type ListRequest } from "../listing.ts";
import { isUnattachable } from "./aws-managed-policies.ts";
import { boundedNeed, type NamedHolder } from "./inline-policies.ts";
import { checkPolicyArn, findPolicy } from "./policy.ts";
import {
  boundaryNotAttachable,
  policyNotAttachable,
  policyNotFound,
  serviceRolePolicyNotAttachable,
} from "./policy-faults.ts";
import type { PolicyHolder } from "./policy-holder.ts";

/** Managed policies that one user, group or role may have attached. */
export const attachedPoliciesMax = 10;

type WithPolicy<Row extends PolicyHolder> = NamedHolder<Row> & { readonly policyArn: string };

/**
 * The permission to attach or detach a policy: iam:PolicyARN beside the boundary the holder has.
 * @throws invalidPolicyArn
 */
export function attachmentNeed<Row extends PolicyHolder>(call: Call, asked: WithPolicy<Row>): Need {
  checkPolicyArn(asked.policyArn);
  return boundedNeed(call, asked, { "iam:PolicyARN": asked.policyArn });
}

/**
 * Attaches a policy; one that is attached already stays as it is.
 * @throws policyNotAttachable, serviceRolePolicyNotAttachable, quotaExceeded
 */
export function attachPolicy<Row extends PolicyHolder>(
  tx: Tx,
  call: Call,
  { kind, name, policyArn }: WithPolicy<Row>,
): void {
  const row = kind.fetchChangeable(tx, call, name);
  const policy = findPolicy(tx, call.accountId, policyArn);
  if (policy === undefined) throw policyNotAttachable(policyArn);
  if (isUnattachable(policy)) throw serviceRolePolicyNotAttachable();
  if (row.attachedPolicyArns.includes(policyArn)) return;
  if (row.attachedPolicyArns.length >= attachedPoliciesMax) {
    throw quotaExceeded(kind.attachmentQuota, String(attachedPoliciesMax));
  }
  kind.put(tx, { ...row, attachedPolicyArns: [...row.attachedPolicyArns, policyArn] });
}

/** Detaches a policy. @throws policyNotFound when it is not attached */
export function detachPolicy<Row extends PolicyHolder>(
  tx: Tx,
  call: Call,
  { kind, name, policyArn }: WithPolicy<Row>,
): void {
  const row = kind.fetchChangeable(tx, call, name);
  const left = row.attachedPolicyArns.filter((arn) => arn !== policyArn);
  if (left.length === row.attachedPolicyArns.length) throw policyNotFound(policyArn);
  kind.put(tx, { ...row, attachedPolicyArns: left });
}

/** A page of a holder's attached policies. */
export function listAttachments<Row extends PolicyHolder>(
  call: Call,
  { kind, name }: NamedHolder<Row>,
  request: ListRequest & { readonly PathPrefix?: string | undefined },
) {
  const attached = kind
    .fetch(call.tx, call, name)
    .attachedPolicyArns.map((arn) => findPolicy(call.tx, call.accountId, arn))
    .filter((policy) => policy !== undefined)
    .filter(({ path }) => path.startsWith(request.PathPrefix ?? "/"));
  const { items, marks } = listing(call, request, {
    items: attached,
    key: (policy) => `${policy.name}/${policy.accountId}`,
  });
  return {
    AttachedPolicies: items.map((policy) => ({ PolicyName: policy.name, PolicyArn: policy.arn })),
    ...marks,
  };
}

/**
 * The permission to set a boundary: iam:PermissionsBoundary is the one asked for.
 * @throws invalidPolicyArn
 */
export function boundaryNeed<Row extends PolicyHolder>(
  call: Call,
  { kind, name }: NamedHolder<Row>,
  boundaryArn: string,
): Need {
  checkPolicyArn(boundaryArn);
  return call.need(kind.target(call, name), { "iam:PermissionsBoundary": boundaryArn });
}

/** Refuses a boundary that is no policy of this account. @throws boundaryNotAttachable */
export function checkBoundary(tx: Tx, call: Call, boundaryArn: string): void {
  if (findPolicy(tx, call.accountId, boundaryArn) === undefined) throw boundaryNotAttachable(boundaryArn);
}

/** Sets or, with undefined, takes away the boundary of a holder. @throws boundaryNotAttachable */
export function changeBoundary<Row extends PolicyHolder>(
  tx: Tx,
  call: Call,
  { kind, name, boundaryArn }: NamedHolder<Row> & { readonly boundaryArn: string | undefined },
): void {
  const row = kind.fetchChangeable(tx, call, name);
  if (boundaryArn !== undefined) checkBoundary(tx, call, boundaryArn);
  const { boundaryArn: _before, ...rest } = row;
  // Only the optional boundary was taken out, so what is left is still a row.
  const unbounded = rest as unknown as Row;
  kind.put(tx, boundaryArn === undefined ? unbounded : { ...unbounded, boundaryArn });
}

/** A boundary as the API shows it. */
export function boundaryView(holder: PolicyHolder): {
  readonly PermissionsBoundary?: AttachedPermissionsBoundary;
} {
  if (holder.boundaryArn === undefined) return {};
  // The API answers "Policy"; the published model's enum has another word for it.
  const type = "Policy" as "PermissionsBoundaryPolicy";
  return {
    PermissionsBoundary: { PermissionsBoundaryType: type, PermissionsBoundaryArn: holder.boundaryArn },
  };
}

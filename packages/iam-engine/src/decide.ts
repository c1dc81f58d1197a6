// Decides a request over all policy types. An explicit Deny anywhere refuses; then every ceiling must
// allow; then the resource policy and the identity policies, by who is named and in which account.

import { knownSlotOf, NO_SLOT, slotOf } from "./action-slot.ts";
import { RequestArn } from "./arn.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { bucketOf, EMPTY_BUCKET } from "./compile.ts";
import type { ActionBucket, CompiledPolicy, CompiledStatement } from "./compile.ts";
import type { Decision, DecisionKind, ExplicitDeny } from "./decision.ts";
import { ALLOWED, IMPLICIT } from "./decision.ts";
import { GRANT_ALONE_CROSSES_ACCOUNTS, GRANT_IS_DIRECT } from "./open-questions.ts";
import { ACCOUNT, DIRECT, ROLE } from "./principal-matcher.ts";
import { levelsBucket, policiesBucket } from "./policy-set.ts";
import type { SetBucket } from "./policy-set.ts";
import { appliedForms } from "./statement-match.ts";

/** The only actions that no policy can take away. */
const NEEDS_NO_PERMISSION = "sts:getcalleridentity";

/**
 * Decides the request. Total: it throws only on a programmer's error, two resource policies at once.
 * The action is one of an operation; for an action that a user made up, ask `explain`. The lists of identity
 * policies, SCPs and RCPs are frozen, for what they say is kept with them.
 */
export function decide(request: AuthorizationRequest): Decision {
  const slot = slotOf(request.action);
  return decideBy(new Pass(request, slot, slot !== NO_SLOT));
}

/**
 * Decides a request whose action is any text, on lists that nobody decides on again: it keeps nothing with
 * them and of the text nothing beyond the documents' bounds.
 */
export function decideUnnumbered(request: AuthorizationRequest): Decision {
  return decideBy(new Pass(request, knownSlotOf(request.action), false));
}

function decideBy(pass: Pass): Decision {
  if (needsNoPermission(pass.request.action)) return ALLOWED["no-permission-needed"];
  return pass.explicitDeny() ?? conclude(pass.request, pass);
}

function needsNoPermission(action: string): boolean {
  return action.length === NEEDS_NO_PERMISSION.length && action.toLowerCase() === NEEDS_NO_PERMISSION;
}

/** One pass over the policies: which kinds allow, and the first statement that denies. */
class Pass {
  identity = false;
  boundary = true;
  session = true;
  scp = true;
  rcp = true;
  endpoint = true;
  /** The forms in which the resource policy allows the caller. */
  forms = 0;
  readonly request: AuthorizationRequest;
  readonly #arn: RequestArn;
  readonly #slot: number;
  /** Whether what a list of policies says is merged and kept with the list. */
  readonly #merged: boolean;
  #denying: CompiledStatement | undefined = undefined;
  #denyingPolicy: CompiledPolicy | undefined = undefined;

  constructor(request: AuthorizationRequest, slot: number, merged: boolean) {
    this.request = request;
    this.#slot = slot;
    this.#merged = merged;
    this.#arn = new RequestArn(request.resource);
  }

  /** The first explicit Deny in the order of the policy types; notes what allows when there is none. */
  explicitDeny(): ExplicitDeny | undefined {
    const { identity, boundary, session, scps, rcps, endpointPolicy, resourcePolicy, trustPolicy } =
      this.request;
    if (resourcePolicy !== undefined && trustPolicy !== undefined) {
      throw new TypeError("a request has a resource policy or a trust policy, not both");
    }
    if (identity.length > 0) {
      this.identity = this.#identityAllows(identity);
      if (this.#denying !== undefined) return this.#refusal("identity");
    }
    if (boundary !== undefined) {
      this.boundary = this.#allows(boundary) !== 0;
      if (this.#denying !== undefined) return this.#refusal("boundary");
    }
    if (session !== undefined && session.length > 0) {
      this.session = this.#anyAllows(session);
      if (this.#denying !== undefined) return this.#refusal("session");
    }
    if (scps !== undefined) {
      this.scp = this.#everyLevelAllows(scps);
      if (this.#denying !== undefined) return this.#refusal("scp");
    }
    if (rcps !== undefined) {
      this.rcp = this.#everyLevelAllows(rcps);
      if (this.#denying !== undefined) return this.#refusal("rcp");
    }
    if (endpointPolicy !== undefined) {
      this.endpoint = this.#allows(endpointPolicy) !== 0;
      if (this.#denying !== undefined) return this.#refusal("endpoint");
    }
    const own = trustPolicy ?? resourcePolicy;
    if (own !== undefined) {
      this.forms = this.#allows(own);
      if (this.#denying !== undefined) return this.#refusal("resource");
    }
    return undefined;
  }

  #refusal(kind: DecisionKind): ExplicitDeny | undefined {
    const statement = this.#denying;
    const policy = this.#denyingPolicy;
    if (statement === undefined || policy === undefined) return undefined;
    const { index, sid } = statement;
    return { allowed: false, effect: "explicit", kind, source: policy.source, statementIndex: index, sid };
  }

  #identityAllows(policies: readonly CompiledPolicy[]): boolean {
    // A policy alone has its own bucket.
    if (!this.#merged || policies.length === 1) return this.#anyAllows(policies);
    return this.#bucketAllows(policiesBucket(policies, this.request.action, this.#slot));
  }

  #everyLevelAllows(levels: readonly (readonly CompiledPolicy[])[]): boolean {
    if (this.#merged) return this.#bucketAllows(levelsBucket(levels, this.request.action, this.#slot));
    let all = true;
    for (const level of levels) {
      if (!this.#anyAllows(level)) all = false;
      if (this.#denying !== undefined) return false;
    }
    return all;
  }

  #bucketAllows({ deny, allow }: SetBucket): boolean {
    for (const { statement, policy } of deny) {
      if (appliedForms(statement, this.request, this.#arn) === 0) continue;
      this.#denying = statement;
      this.#denyingPolicy = policy;
      return false;
    }
    for (const level of allow) if (this.#firstForms(level) === 0) return false;
    return true;
  }

  #anyAllows(policies: readonly CompiledPolicy[]): boolean {
    let any = false;
    for (const policy of policies) {
      const bucket = bucketOf(policy.document, this.request.action, this.#slot);
      if (bucket === EMPTY_BUCKET) continue;
      if (this.#denies(bucket, policy)) return false;
      any ||= bucket.open || this.#firstForms(bucket.cheapest) !== 0;
    }
    return any;
  }

  // The forms in which the policy allows the caller, all of them unless one is direct.
  #allows(policy: CompiledPolicy): number {
    const bucket = bucketOf(policy.document, this.request.action, this.#slot);
    if (bucket === EMPTY_BUCKET || this.#denies(bucket, policy)) return 0;
    if (bucket.open) return DIRECT;
    let forms = 0;
    for (const statement of bucket.cheapest) {
      forms |= appliedForms(statement, this.request, this.#arn);
      if ((forms & DIRECT) !== 0) break;
    }
    return forms;
  }

  #denies(bucket: ActionBucket, policy: CompiledPolicy): boolean {
    for (const statement of bucket.deny) {
      if (appliedForms(statement, this.request, this.#arn) === 0) continue;
      this.#denying = statement;
      this.#denyingPolicy = policy;
      return true;
    }
    return false;
  }

  #firstForms(statements: readonly CompiledStatement[]): number {
    for (const statement of statements) {
      const forms = appliedForms(statement, this.request, this.#arn);
      if (forms !== 0) return forms;
    }
    return 0;
  }
}

function conclude(request: AuthorizationRequest, found: Pass): Decision {
  if (!found.scp) return IMPLICIT.scp;
  if (!found.rcp) return IMPLICIT.rcp;
  if (!found.endpoint) return IMPLICIT.endpoint;
  const { principal } = request;
  const direct = (found.forms & DIRECT) !== 0;
  const granted = request.grant === true;
  if (principal.type === "anonymous" || principal.type === "service") {
    if (direct) return ALLOWED.resource;
    return granted ? ALLOWED.grant : IMPLICIT.resource;
  }
  const sameAccount = principal.accountId === request.resourceAccount;
  if (sameAccount && direct) return ALLOWED.resource;
  if (sameAccount && granted && GRANT_IS_DIRECT) return ALLOWED.grant;
  const base = sameAccount ? withinAccount(request, found) : acrossAccounts(request, found);
  if (!base.allowed) return base;
  if (!found.boundary) return IMPLICIT.boundary;
  return found.session ? base : IMPLICIT.session;
}

function withinAccount(request: AuthorizationRequest, found: Pass): Decision {
  const trustIsThePolicy = request.trustIsThePolicy === true || request.trustPolicy !== undefined;
  const delegated = !trustIsThePolicy || (found.forms & ACCOUNT) !== 0;
  if (request.principal.type === "root") return delegated ? ALLOWED.root : IMPLICIT.resource;
  if (!hasOwnPermissions(request)) return found.identity ? IMPLICIT.session : IMPLICIT.identity;
  if ((found.forms & ROLE) !== 0) return ALLOWED.resource;
  if (request.grant === true) return ALLOWED.grant;
  if (!found.identity) return IMPLICIT.identity;
  return delegated ? ALLOWED.identity : IMPLICIT.resource;
}

function acrossAccounts(request: AuthorizationRequest, found: Pass): Decision {
  const granted = request.grant === true;
  const named = found.forms !== 0 || granted;
  if (request.principal.type === "root") return named ? ALLOWED.resource : IMPLICIT.resource;
  if (granted && GRANT_ALONE_CROSSES_ACCOUNTS) return ALLOWED.grant;
  if (!found.identity) return IMPLICIT.identity;
  if (!hasOwnPermissions(request)) return IMPLICIT.session;
  return named ? ALLOWED.identity : IMPLICIT.resource;
}

// A federated session without a session policy has no permissions of its own.
function hasOwnPermissions(request: AuthorizationRequest): boolean {
  if (request.principal.type !== "federated-user") return true;
  return request.session !== undefined && request.session.length > 0;
}

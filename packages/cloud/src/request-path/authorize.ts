/**
 * Authorization: every need of a call is decided in order on the policies of this transaction; the first
 * refusal ends the call.
 */
import {
  allowingStatement,
  decide,
  denialText,
  explain,
  type AuthorizationRequest,
  type Decision,
  type DecisionKind,
  type EnginePrincipal,
} from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import {
  Fault,
  noPermissionNeeded,
  type Call,
  type DecisionRecord,
  type GuardrailsPort,
  type IdentityPort,
  type Need,
  type PolicyLevels,
  type Principal,
  type PrincipalPolicies,
  type Service,
} from "../kit/index.ts";
import { GlobalKeys, NeedContext } from "./context.ts";
import { encodedMessage } from "./encoded-message.ts";

/** What authorization works on. */
export interface AuthorizationInput {
  readonly tx: ReadTx;
  readonly call: Call;
  readonly service: Service;
  readonly identity: IdentityPort;
}

/** Characters of an explanation that a record keeps; of a longer one only the decision is kept. */
export const explanationLengthMax = 64 * 1024;

/**
 * Decides the needs. Every decision, the refused one last, is pushed to `decisions`.
 * @throws Fault, the service's refusal, naming the need and the kind of policy that refused.
 */
export function authorize(
  input: AuthorizationInput,
  needs: readonly Need[],
  decisions: DecisionRecord[],
): void {
  if (needs === noPermissionNeeded) return;
  const { tx, call, identity } = input;
  // An operation that states nothing must not pass for one that needs nothing.
  const stated = needs.length === 0 ? [call.need()] : needs;
  const principal = enginePrincipal(call.principal);
  const policies = identity.policiesOf(tx, call.principal);
  const globals = new GlobalKeys(call, () => identity.tagsOf(tx, call.principal));
  const scps = call.guardrails.scpsOf(tx, call.principal);
  for (const need of stated) {
    const context = new NeedContext(globals, need);
    const request = authorizationRequest({ tx, call, principal, policies, scps }, need, context);
    const decision = decide(request);
    const { action, target } = need;
    if (!decision.allowed) throw refuse(input, { need, context, request, decision }, decisions);
    const statement = allowingStatement(request, decision);
    const because = statement === undefined ? decision : { ...decision, statement };
    const within = ceilingsOf(request);
    decisions.push({
      action,
      resource: target.arn,
      allowed: true,
      because: within.length === 0 ? because : { ...because, within },
    });
  }
}

/** What the needs of one call are decided with alike. */
interface Deciding {
  readonly tx: ReadTx;
  readonly call: Call;
  readonly principal: EnginePrincipal;
  readonly policies: PrincipalPolicies;
  readonly scps: PolicyLevels | undefined;
}

function authorizationRequest(
  { tx, call, principal, policies, scps }: Deciding,
  need: Need,
  context: NeedContext,
): AuthorizationRequest {
  const { action, target } = need;
  const { arn: resource, accountId: resourceAccount } = target;
  return {
    principal,
    action,
    resource,
    resourceAccount,
    context,
    identity: policies.identity,
    boundary: policies.boundary,
    session: policies.session,
    scps,
    rcps: call.guardrails.rcpsOf(tx, { principal: call.principal, action, resource, resourceAccount }),
    endpointPolicy: call.origin.vpcEndpoint?.policy,
    resourcePolicy: target.resourcePolicy,
    trustPolicy: target.trustPolicy,
    grant: target.grant,
    trustIsThePolicy: target.trustIsThePolicy,
  };
}

/** The kinds of policy that bound the call and let it pass, for its record. */
function ceilingsOf(request: AuthorizationRequest): readonly DecisionKind[] {
  const { boundary, session, scps, rcps, endpointPolicy } = request;
  const present = { boundary, session, scp: scps, rcp: rcps, endpoint: endpointPolicy };
  return ceilings.filter((kind) => present[kind] !== undefined);
}

const ceilings = ["boundary", "session", "scp", "rcp", "endpoint"] as const;

/** The principal as the policy engine knows it. */
export function enginePrincipal(principal: Principal): EnginePrincipal {
  const { accountId, arn, id } = principal;
  if (principal.type === "web-identity" || principal.type === "saml") {
    return { type: "anonymous", accountId, arn, id, provider: principal.provider };
  }
  if (principal.type === "federated-user") {
    return { type: "federated-user", accountId, arn, id, issuer: principal.issuer };
  }
  if (principal.type !== "role-session") return { type: principal.type, accountId, arn, id };
  return { type: "role-session", accountId, arn, id, role: { arn: principal.roleArn, id: principal.roleId } };
}

interface Refused {
  readonly need: Need;
  readonly context: NeedContext;
  readonly request: AuthorizationRequest;
  readonly decision: Decision;
}

/** Records the refusal with its explanation and makes the service's fault of it. */
function refuse(
  { tx, call, service }: AuthorizationInput,
  refused: Refused,
  decisions: DecisionRecord[],
): Fault {
  const { need, request, decision } = refused;
  const { action } = need;
  const { arn } = need.target;
  const explanation = explain(request);
  const short = JSON.stringify(explanation).length <= explanationLengthMax;
  decisions.push({
    action,
    resource: arn,
    allowed: false,
    because: short ? explanation : { decision, policies: [], missingKeys: [] },
  });
  const { code, status, encoded } = service.refusal;
  // EC2 names no resource where an action has none; the other services write `*`.
  const resource = encoded && arn === "*" ? undefined : arn;
  const text = refusalText({ tx, call }, { need, resource, decision });
  if (!encoded) return new Fault(code, status, text);
  // Differs: on AWS the refusals of EC2's describing actions carry no encoded message.
  const blob = encodedMessage(call, { ...refused, explanation });
  return new Fault(
    code,
    status,
    `You are not authorized to perform this operation. ${text}. ` +
      `Encoded authorization failure message: ${blob}`,
  );
}

/** The sentence that tells what was refused; an unsigned caller has no ARN that it could name. */
function refusalText(
  { tx, call }: Pick<AuthorizationInput, "tx" | "call">,
  refused: { readonly need: Need; readonly resource: string | undefined; readonly decision: Decision },
): string {
  const { need, resource, decision } = refused;
  const { action, target } = need;
  const { principal } = call;
  if (principal.type === "web-identity" || principal.type === "saml") {
    return `Not authorized to perform ${action}`;
  }
  const namePolicy = isNear(call.guardrails, tx, [principal.accountId, target.accountId]);
  return denialText({ principalArn: principal.arn, action, resource, decision, namePolicy });
}

/** Whether two accounts are one or of one organization: policies are then named to the caller. */
function isNear(guardrails: GuardrailsPort, tx: ReadTx, [caller, owner]: readonly [string, string]): boolean {
  if (caller === owner) return true;
  const place = guardrails.organizationOf(tx, caller);
  return place !== undefined && place.id === guardrails.organizationOf(tx, owner)?.id;
}

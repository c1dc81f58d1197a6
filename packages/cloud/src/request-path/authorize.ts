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
  type EnginePrincipal,
} from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import {
  Fault,
  noPermissionNeeded,
  type Call,
  type DecisionRecord,
  type IdentityPort,
  type Need,
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
  for (const need of stated) {
    const context = new NeedContext(globals, need);
    const request = authorizationRequest(principal, policies, { need, context });
    const decision = decide(request);
    const { action, target } = need;
    if (!decision.allowed) throw refuse(input, { need, context, request, decision }, decisions);
    const statement = allowingStatement(request, decision);
    const because = statement === undefined ? decision : { ...decision, statement };
    decisions.push({ action, resource: target.arn, allowed: true, because });
  }
}

function authorizationRequest(
  principal: EnginePrincipal,
  policies: PrincipalPolicies,
  { need, context }: { need: Need; context: NeedContext },
): AuthorizationRequest {
  return {
    principal,
    action: need.action,
    resource: need.target.arn,
    resourceAccount: need.target.accountId,
    context,
    identity: policies.identity,
    boundary: policies.boundary,
    session: policies.session,
    resourcePolicy: need.target.resourcePolicy,
    trustPolicy: need.target.trustPolicy,
  };
}

/** The principal as the policy engine knows it. */
export function enginePrincipal(principal: Principal): EnginePrincipal {
  const { accountId, arn, id } = principal;
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
function refuse({ call, service }: AuthorizationInput, refused: Refused, decisions: DecisionRecord[]): Fault {
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
  const text = denialText({ principalArn: call.principal.arn, action, resource, decision });
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

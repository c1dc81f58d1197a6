/** Authorization: every need of a call is decided in order on the policies of this transaction; the first refusal ends the call. */
import {
  decide,
  denialText,
  explain,
  type AuthorizationRequest,
  type EnginePrincipal,
} from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import {
  Fault,
  type Call,
  type DecisionRecord,
  type IdentityPort,
  type Need,
  type Principal,
  type PrincipalPolicies,
  type Service,
} from "../kit/index.ts";
import { globalKeys, NeedContext } from "./context.ts";
import { encodedMessage } from "./encoded-message.ts";

/** What authorization works on. */
export interface AuthorizationInput {
  readonly tx: ReadTx;
  readonly call: Call;
  readonly service: Service;
  readonly identity: IdentityPort;
}

/**
 * Decides the needs. Every decision, the refused one last, is pushed to `decisions`.
 * @throws Fault, the service's refusal, naming the need and the kind of policy that refused.
 */
export function authorize(
  input: AuthorizationInput,
  needs: readonly Need[],
  decisions: DecisionRecord[],
): void {
  if (needs.length === 0) return;
  const { tx, call, identity } = input;
  const policies = identity.policiesOf(tx, call.principal);
  const globals = globalKeys(call, identity.tagsOf(tx, call.principal));
  for (const need of needs) {
    const context = new NeedContext(globals, need);
    const request = authorizationRequest(call.principal, policies, { need, context });
    const decision = decide(request);
    if (decision.allowed) {
      decisions.push({ action: need.action, resource: need.target.arn, allowed: true, because: decision });
      continue;
    }
    const because = explain(request);
    decisions.push({ action: need.action, resource: need.target.arn, allowed: false, because });
    const text = denialText({
      principalArn: call.principal.arn,
      action: need.action,
      resource: need.target.arn,
      decision,
    });
    throw refusal(input, { need, context, text, decision });
  }
}

function authorizationRequest(
  principal: Principal,
  policies: PrincipalPolicies,
  { need, context }: { need: Need; context: NeedContext },
): AuthorizationRequest {
  return {
    principal: enginePrincipal(principal),
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
  if (principal.type !== "role-session") return { type: principal.type, accountId, arn, id };
  return { type: "role-session", accountId, arn, id, role: { arn: principal.roleArn, id: principal.roleId } };
}

function refusal(
  { call, service }: AuthorizationInput,
  refused: Parameters<typeof encodedMessage>[1] & { readonly text: string },
): Fault {
  const { code, status, encoded } = service.refusal;
  if (!encoded) return new Fault(code, status, refused.text);
  const blob = encodedMessage(call, refused);
  return new Fault(
    code,
    status,
    `You are not authorized to perform this operation. ${refused.text}. ` +
      `Encoded authorization failure message: ${blob}`,
  );
}

/** The encoded authorization message of a refusal: the decision and its context, sealed for sts:DecodeAuthorizationMessage. */
import type { Decision } from "@casemate/iam-engine";
import type { Call, Need } from "../kit/index.ts";
import type { NeedContext } from "./context.ts";

/** What was refused. */
export interface RefusedNeed {
  readonly need: Need;
  readonly context: NeedContext;
  readonly decision: Exclude<Decision, { allowed: true }>;
}

/** Seals the refusal for the caller's account. */
export function encodedMessage(call: Call, refused: RefusedNeed): string {
  const text = JSON.stringify(decodedMessage(call, refused));
  return call.environment.keyring.sealToken("authorization-message", text, { account: call.accountId });
}

function decodedMessage(call: Call, { need, context, decision }: RefusedNeed): unknown {
  const items = <Item>(list: readonly Item[]): { readonly items: readonly Item[] } => ({ items: list });
  const explicit = decision.effect === "explicit";
  const [service = "", action = ""] = need.action.split(":");
  const resource = need.target.arn;
  const statement = {
    statementId: decision.effect === "explicit" ? (decision.sid ?? "") : "",
    effect: "DENY",
    principals: items([{ value: call.principal.id.split(":")[0] }]),
    principalGroups: items([]),
    actions: items([{ value: need.action }]),
    resources: items([{ value: resource }]),
    conditions: items([]),
  };
  const conditions = [
    ...Object.entries(arnKeys(resource, call, service)),
    ...context.entries().map(([key, values]) => [key, values] as const),
  ].map(([key, values]) => ({ key, values: items(values.map((value) => ({ value }))) }));
  return {
    allowed: false,
    explicitDeny: explicit,
    matchedStatements: items(explicit ? [statement] : []),
    failures: items([]),
    context: {
      principal: { id: call.principal.id, arn: call.principal.arn },
      action: need.action,
      resource,
      conditions: items(conditions),
      apiAction: action,
    },
  };
}

/** The keys AWS lists about the resource itself. */
function arnKeys(arn: string, call: Call, service: string): Record<string, readonly string[]> {
  const resource = arn.split(":").slice(5).join(":");
  const [type = "", id = ""] = resource.split("/");
  return {
    "aws:Region": [call.region],
    "aws:Service": [service],
    "aws:Account": [call.accountId],
    "aws:Resource": [resource === "" ? "*" : resource],
    "aws:Type": [type],
    "aws:ID": [id],
    "aws:ARN": [arn],
  };
}

/**
 * The encoded authorization message of a refusal: the decision and its context, sealed for
 * sts:DecodeAuthorizationMessage.
 */
import type { AuthorizationRequest, CompiledPolicy, Decision, Explanation } from "@casemate/iam-engine";
import type { Call, Need } from "../kit/index.ts";
import type { NeedContext } from "./context.ts";

/** Characters of an encoded message: more than sts:DecodeAuthorizationMessage would take back. */
export const encodedMessageLengthMax = 10_240;

/** What was refused. */
export interface RefusedNeed {
  readonly need: Need;
  readonly context: NeedContext;
  readonly request: AuthorizationRequest;
  readonly decision: Decision;
  readonly explanation: Explanation;
}

/** How much of it a message tells: all, no elements of statements, or no condition values either. */
type Detail = "whole" | "brief" | "least";

/**
 * Seals the refusal for the caller's account, with less detail when it would otherwise be too long to be
 * decoded.
 */
export function encodedMessage(call: Call, refused: RefusedNeed): string {
  const { keyring } = call.environment;
  const seal = (detail: Detail): string => {
    const text = JSON.stringify(decodedMessage(call, refused, detail));
    return keyring.sealToken("authorization-message", text, { account: call.accountId });
  };
  for (const detail of ["whole", "brief"] as const) {
    const sealed = seal(detail);
    if (sealed.length <= encodedMessageLengthMax) return sealed;
  }
  return seal("least");
}

function decodedMessage(call: Call, refused: RefusedNeed, detail: Detail): unknown {
  const { need, context, decision } = refused;
  const explicit = !decision.allowed && decision.effect === "explicit";
  const [service = "", action = ""] = need.action.split(":");
  const resource = need.target.arn;
  const conditions = detail === "least" ? [] : context.entries();
  return {
    allowed: false,
    explicitDeny: explicit,
    matchedStatements: items(explicit ? matchedStatements(call, refused, detail) : []),
    failures: items([]),
    context: {
      principal: { id: call.principal.id, arn: call.principal.arn },
      action: need.action,
      resource,
      conditions: items([...arnKeys(resource, call, service), ...conditions].map(keyView)),
      apiAction: action,
    },
  };
}

/** The Deny statements that applied, in the order in which policy types are judged. */
function matchedStatements(call: Call, { request, explanation }: RefusedNeed, detail: Detail): unknown[] {
  const compiled = policiesOf(request);
  return explanation.policies.flatMap(({ source, statements }) => {
    const document = compiled.find((policy) => policy.source === source)?.document;
    return statements
      .filter(({ applied, effect }) => applied && effect === "Deny")
      .map(({ index, sid }) => {
        const parsed = detail === "whole" ? document?.parsed?.statements[index] : undefined;
        const conditions = (parsed?.conditions ?? []).map(({ key, values }) =>
          keyView([key.text, values.map(({ text }) => text)]),
        );
        return {
          statementId: sid ?? "",
          effect: "DENY",
          principals: items([{ value: call.principal.id.split(":")[0] }]),
          principalGroups: items([]),
          actions: values(parsed?.actions),
          ...(parsed?.notActions && { notActions: values(parsed.notActions) }),
          resources: values(parsed?.resources),
          ...(parsed?.notResources && { notResources: values(parsed.notResources) }),
          conditions: items(conditions),
        };
      });
  });
}

function policiesOf(request: AuthorizationRequest): readonly CompiledPolicy[] {
  const { identity, boundary, session, scps, rcps, endpointPolicy, resourcePolicy, trustPolicy } = request;
  const single = [boundary, endpointPolicy, resourcePolicy, trustPolicy];
  const levels = [...(scps ?? []), ...(rcps ?? [])].flat();
  return [...identity, ...(session ?? []), ...levels, ...single.filter((policy) => policy !== undefined)];
}

function items<Item>(list: readonly Item[]): { readonly items: readonly Item[] } {
  return { items: list };
}

function values(texts: readonly { readonly text: string }[] = []): unknown {
  return items(texts.map(({ text }) => ({ value: text })));
}

function keyView([key, list]: readonly [string, readonly string[]]): unknown {
  return { key, values: items(list.map((value) => ({ value }))) };
}

/** The keys AWS lists about the resource itself. */
function arnKeys(arn: string, call: Call, service: string): [string, readonly string[]][] {
  const resource = arn.split(":").slice(5).join(":");
  const [type = "", id = ""] = resource.split("/");
  return [
    ["aws:Region", [call.region]],
    ["aws:Service", [service]],
    ["aws:Account", [call.accountId]],
    ["aws:Resource", [resource === "" ? "*" : resource]],
    ["aws:Type", [type]],
    ["aws:ID", [id]],
    ["aws:ARN", [arn]],
  ];
}

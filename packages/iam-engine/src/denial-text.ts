// The sentence that tells a caller what was refused and which type of policy refused it.

import type { Decision, DecisionKind } from "./decision.ts";

export interface Denial {
  /** The caller's ARN. */
  readonly principalArn: string;
  /** The action as its service spells it. */
  readonly action: string;
  /** The resource; undefined leaves the phrase out, as EC2 does for actions without resources. */
  readonly resource?: string | undefined;
  /** The decision; nothing is refused by an allowing one, so its reason is left out. */
  readonly decision: Decision;
  /**
   * Whether an explicit Deny names the policy's ARN. AWS does so within one account or organization,
   * for IAM and Organizations policies.
   */
  readonly namePolicy?: boolean | undefined;
}

const WITHOUT: Readonly<Record<DecisionKind, string>> = {
  identity: "identity-based policy",
  boundary: "permissions boundary",
  session: "session policy",
  scp: "service control policy",
  rcp: "resource control policy",
  endpoint: "VPC endpoint policy",
  resource: "resource-based policy",
};

const WITHIN: Readonly<Record<DecisionKind, string>> = {
  identity: "an identity-based policy",
  boundary: "a permissions boundary",
  session: "a session policy",
  scp: "a service control policy",
  rcp: "a resource control policy",
  endpoint: "a VPC endpoint policy",
  resource: "a resource-based policy",
};

// These actions are judged against the trust policy of the role.
const TRUST_ACTIONS: ReadonlySet<string> = new Set([
  "sts:assumerole",
  "sts:assumerolewithsaml",
  "sts:assumerolewithwebidentity",
  "sts:setcontext",
  "sts:setsourceidentity",
  "sts:tagsession",
]);

/** The base text of a refusal, such as every service puts into its error message. */
export function denialText(denial: Denial): string {
  const on = denial.resource === undefined ? "" : ` on resource: ${denial.resource}`;
  const base = `User: ${denial.principalArn} is not authorized to perform: ${denial.action}${on}`;
  return denial.decision.allowed ? base : `${base} ${reason(denial)}`;
}

function reason({ action, decision, namePolicy }: Denial): string {
  if (decision.allowed) return "";
  const trust = decision.kind === "resource" && TRUST_ACTIONS.has(action.toLowerCase());
  if (decision.effect === "implicit") {
    const type = trust ? "role trust policy" : WITHOUT[decision.kind];
    return `because no ${type} allows the ${action} action`;
  }
  const type = trust ? "the role trust policy" : WITHIN[decision.kind];
  const { id } = decision.source;
  const named = namePolicy === true && decision.kind !== "resource" && decision.kind !== "endpoint";
  return `with an explicit deny in ${type}${named && id.startsWith("arn:") ? `: ${id}` : ""}`;
}

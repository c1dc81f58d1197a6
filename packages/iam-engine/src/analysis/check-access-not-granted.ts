// Whether policies allow none of the listed access. Conditions of an Allow are taken to hold, and a Deny
// counts only when it applies to everybody without a condition.

import { accessCheck, reasonAbout } from "./access-check.ts";
import type { AccessCheck, ReasonSummary } from "./access-check.ts";
import { newBudget } from "./budget.ts";
import { reachesPast } from "./joint-coverage.ts";
import type { Scope } from "./joint-coverage.ts";
import { actionSymbols, resourceSymbols, VariableNames } from "./pattern-language.ts";
import { namesEveryone } from "./principal-scope.ts";
import { regionsOf } from "./region.ts";
import type { AccessPolicyType, ElementSet, Region } from "./region.ts";

/** A policy by its text. */
export interface AccessPolicy {
  readonly document: string;
  readonly type: AccessPolicyType;
}

/** Access that is asked about: an absent or empty list stands for all actions or all resources. */
export interface Access {
  readonly actions?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
}

const MESSAGES = {
  pass: "The policy document does not grant access to perform the listed actions.",
  fail: "The policy document grants access to perform one or more of the listed actions.",
};

/**
 * Whether none of the access is allowed by any of the policies, taken together.
 * @throws PolicyFault when a document is no policy of its type.
 */
export function checkAccessNotGranted(
  policies: readonly AccessPolicy[],
  access: readonly Access[],
): AccessCheck {
  const names = new VariableNames();
  const budget = newBudget();
  const regions = policies.map(({ document, type }) => regionsOf(document, type, names));
  const denies = regions.flat().filter(deniesAlways);
  const scopes = access.map((one) => scopeOf(one, names));
  const reasons = regions.flatMap((own, policyIndex) =>
    own
      .filter((region) => !region.deny)
      .filter((region) => scopes.some((scope) => reachesPast(region, denies, { scope, budget })))
      .map((region): ReasonSummary => {
        return reasonAbout("One or more of the listed actions in the statement", region, policyIndex);
      }),
  );
  return accessCheck(reasons, MESSAGES);
}

/** Whether the statement denies whatever it covers, to everybody and under all conditions. */
function deniesAlways(region: Region): boolean {
  return region.deny && region.conditions.length === 0 && namesEveryone(region.principals);
}

function scopeOf({ actions = [], resources = [] }: Access, names: VariableNames): Scope {
  const reading = { variables: true, names };
  const element = (patterns: ElementSet["patterns"]) => ({ patterns, negated: false, key: "" });
  return {
    actions: actions.length === 0 ? undefined : element(actions.map(actionSymbols)),
    resources:
      resources.length === 0
        ? undefined
        : element(resources.flatMap((resource) => resourceSymbols(resource, reading))),
  };
}

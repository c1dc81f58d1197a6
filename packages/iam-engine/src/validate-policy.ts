// Judges a policy document that is about to be stored. The checks run in the order of AWS's own; the
// first that fails gives its message. What passes here always compiles.

import { parseInstant } from "./date.ts";
import { TRUST_REQUIRES_VERSION_2012 } from "./open-questions.ts";
import { parsePolicy } from "./parse-policy.ts";
import type { LocatedText, ParsedPolicy, ParsedStatement, PolicyKind } from "./policy.ts";
import { VERSION_WITH_VARIABLES } from "./policy.ts";
import { PolicyFault, positionAt } from "./policy-fault.ts";
import { failsLegacyParsing, findBadResource } from "./resource-rules.ts";
import {
  LEGACY_TEXT,
  refuseBadEffect,
  refuseBadPrincipals,
  refuseBadResources,
  refuseNoAction,
} from "./statement-rules.ts";

/**
 * Refuses a document that AWS would not store as a policy of this kind.
 * @throws PolicyFault with AWS's message and the place it is about
 */
export function validatePolicy(text: string, kind: PolicyKind): void {
  const policy = parsePolicy(text, kind);
  const { statements } = policy;
  refuseOldVersion(policy);
  for (const statement of statements) refuseLegacyFailure(policy, statement);
  refuseBadSids(policy);
  for (const statement of statements) refuseNoAction(policy, statement);
  const bad = findBadResource(policy);
  if (bad !== undefined) throw faultAt(policy, bad.resource, bad.message);
  for (const statement of statements) refuseBadActions(policy, statement);
  for (const statement of statements) refuseBadResources(policy, statement);
  for (const statement of statements) refuseBadPrincipals(policy, statement);
}

const VERSION_KINDS: ReadonlySet<PolicyKind> = new Set(["identity", "boundary", "session", "scp", "rcp"]);

function refuseOldVersion(policy: ParsedPolicy): void {
  const required = VERSION_KINDS.has(policy.kind) || (policy.kind === "trust" && TRUST_REQUIRES_VERSION_2012);
  if (!required || policy.version === VERSION_WITH_VARIABLES) return;
  throw new PolicyFault("Policy document must be version 2012-10-17 or greater.", positionAt(policy.text, 0));
}

function refuseLegacyFailure(policy: ParsedPolicy, statement: ParsedStatement): void {
  refuseBadEffect(policy, statement);
  for (const condition of statement.conditions) {
    if (condition.operator.family !== "date") continue;
    const bad = condition.values.find((value) => parseInstant(value.text) === undefined);
    if (bad !== undefined) throw faultAt(policy, bad, LEGACY_TEXT);
  }
  const variables = policy.version === VERSION_WITH_VARIABLES;
  const resources = statement.resources ?? statement.notResources ?? [];
  const bad = resources.find((resource) => failsLegacyParsing(resource.text, variables));
  if (bad !== undefined) throw faultAt(policy, bad, LEGACY_TEXT);
}

function refuseBadSids(policy: ParsedPolicy): void {
  const sids = policy.statements.flatMap((statement) => statement.sid ?? []).filter((sid) => sid.text !== "");
  // Resource policies of several services take spaces and punctuation in a Sid.
  if (policy.kind !== "resource" && policy.kind !== "endpoint") {
    const bad = sids.find((sid) => !/^[0-9A-Za-z]*$/.test(sid.text));
    const message =
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";
    if (bad !== undefined) throw faultAt(policy, bad, message);
  }
  const seen = new Set<string>();
  for (const sid of sids) {
    if (seen.has(sid.text)) {
      throw faultAt(policy, sid, "Statement IDs (SID) in a single policy must be unique.");
    }
    seen.add(sid.text);
  }
}

function refuseBadActions(policy: ParsedPolicy, statement: ParsedStatement): void {
  for (const action of statement.actions ?? statement.notActions ?? []) {
    if (action.text !== "*") refuseBadAction(policy, action);
    if (policy.kind === "trust" && !/^sts:/i.test(action.text)) {
      throw faultAt(policy, action, "AssumeRole policy may only specify STS AssumeRole actions.");
    }
  }
}

function refuseBadAction(policy: ParsedPolicy, action: LocatedText): void {
  const [vendor = "", ...names] = action.text.split(":");
  if (names.length === 0) {
    const message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    throw faultAt(policy, action, message);
  }
  if (names.length > 1) throw faultAt(policy, action, "Actions/Condition can contain only one colon.");
  if (!/^[0-9A-Za-z.-]+$/.test(vendor)) throw faultAt(policy, action, `Vendor ${vendor} is not valid`);
}

function faultAt(policy: ParsedPolicy, place: LocatedText, message: string): PolicyFault {
  return new PolicyFault(message, positionAt(policy.text, place.start));
}

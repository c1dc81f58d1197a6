// Proves a policy by deciding again what was decided before: it must allow all that was used, and should
// allow nothing that was refused.

import { compile } from "../compile.ts";
import { decideUnnumbered } from "../decide.ts";
import type { EnginePrincipal } from "../principal-matcher.ts";
import type { RecordedDecision } from "./smallest-policy.ts";

/** What decisions were made, and how. */
export interface RecordedUse {
  readonly allowed: readonly RecordedDecision[];
  readonly refused?: readonly RecordedDecision[] | undefined;
}

export interface Replay {
  /** Allowed before, and not any more: none in a sound policy. */
  readonly missing: readonly RecordedDecision[];
  /** Refused before, and allowed now: none in a policy that is narrow enough. */
  readonly widened: readonly RecordedDecision[];
}

const ACCOUNT = "000000000000";

// The policy is an identity policy without variables, so that it is the same to every principal.
const PRINCIPAL: EnginePrincipal = {
  type: "user",
  accountId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/replay`,
  id: "AIDAREPLAY",
};

/**
 * Decides the recorded use again with the policies alone, within one account and without condition keys.
 * @throws PolicyFault when a document is no identity policy.
 */
export function replay(documents: readonly string[], use: RecordedUse): Replay {
  const identity = documents.map((text) => compile(text, "identity", { id: "replayed", type: "inline" }));
  const isAllowed = ({ action, resource }: RecordedDecision): boolean =>
    decideUnnumbered({
      principal: PRINCIPAL,
      action,
      resource,
      resourceAccount: ACCOUNT,
      context: { get: () => undefined },
      identity,
    }).allowed;
  return {
    missing: use.allowed.filter((decision) => !isAllowed(decision)),
    widened: (use.refused ?? []).filter(isAllowed),
  };
}

// Names the statement behind an allowing decision, for whoever keeps a record. A decision itself does not
// say: most decisions are never asked about, and finding the statement again costs less than carrying it.

import { slotOf } from "./action-slot.ts";
import { RequestArn } from "./arn.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { bucketOf } from "./compile.ts";
import type { CompiledPolicy } from "./compile.ts";
import type { Allowed } from "./decision.ts";
import type { PolicySource } from "./policy.ts";
import { appliedForms } from "./statement-match.ts";

/** A statement by its policy and its place in it. */
export interface AllowingStatement {
  readonly source: PolicySource;
  readonly statementIndex: number;
  readonly sid: string | undefined;
}

/**
 * The first statement that allows the request in the kind of policy its decision names; undefined where no
 * statement was needed. The request is one that was decided just now, on unchanged policies.
 */
export function allowingStatement(
  request: AuthorizationRequest,
  decision: Allowed,
): AllowingStatement | undefined {
  const own = request.trustPolicy ?? request.resourcePolicy;
  if (decision.by === "identity") return firstAllowing(request, request.identity);
  return decision.by === "resource" && own !== undefined ? firstAllowing(request, [own]) : undefined;
}

function firstAllowing(
  request: AuthorizationRequest,
  policies: readonly CompiledPolicy[],
): AllowingStatement | undefined {
  const arn = new RequestArn(request.resource);
  const slot = slotOf(request.action);
  for (const policy of policies) {
    for (const statement of bucketOf(policy.document, request.action, slot).allow) {
      if (appliedForms(statement, request, arn) === 0) continue;
      return { source: policy.source, statementIndex: statement.index, sid: statement.sid };
    }
  }
  return undefined;
}

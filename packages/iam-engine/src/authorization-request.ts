// What a decision is asked about: a caller, an action on a resource, and all policies in force.

import type { CompiledPolicy } from "./compile.ts";
import type { EnginePrincipal } from "./principal-matcher.ts";
import type { ConditionContext } from "./template.ts";

/**
 * Everything that is in force for one action on one resource. The lists of policies never change once they
 * were decided on; other policies are another list. Callers who keep their lists are answered faster.
 */
export interface AuthorizationRequest {
  readonly principal: EnginePrincipal;
  /** Such as `ec2:RunInstances`; its case does not matter. */
  readonly action: string;
  /** The ARN the action touches, or `*` for an action without resources. A `*` in it is a plain character. */
  readonly resource: string;
  /** The account that owns the resource; the caller's own for an action without resources. */
  readonly resourceAccount: string;
  readonly context: ConditionContext;
  /** All identity policies of the user or role; empty for root, services and anonymous callers. */
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: CompiledPolicy | undefined;
  /** The session's policies; undefined or empty when the session has none. */
  readonly session?: readonly CompiledPolicy[] | undefined;
  /** One list per level from the organization's root down to the account; undefined when exempt. */
  readonly scps?: readonly (readonly CompiledPolicy[])[] | undefined;
  readonly rcps?: readonly (readonly CompiledPolicy[])[] | undefined;
  readonly resourcePolicy?: CompiledPolicy | undefined;
  /** The trust policy of the role to be assumed. Never together with a resource policy. */
  readonly trustPolicy?: CompiledPolicy | undefined;
  readonly endpointPolicy?: CompiledPolicy | undefined;
  /** Whether a grant on the resource names the caller and covers the action. */
  readonly grant?: boolean | undefined;
  /** Whether identity policies count only where the resource's policy delegates to the account. */
  readonly trustIsThePolicy?: boolean | undefined;
}

// The answer to a request for authorization: one of fifteen outcomes.

import type { PolicySource } from "./policy.ts";

/** The policy type that decided; `endpoint` is the VPC endpoint policy, `resource` also a trust policy. */
export type DecisionKind = "identity" | "boundary" | "session" | "scp" | "rcp" | "endpoint" | "resource";

/** What allowed: a policy, a grant, being root, or an action that needs no permission. */
export type AllowedBy = "identity" | "resource" | "grant" | "root" | "no-permission-needed";

export interface Allowed {
  readonly allowed: true;
  readonly by: AllowedBy;
}

/** No statement allowed; `kind` is the first policy type that lacked one. */
export interface ImplicitDeny {
  readonly allowed: false;
  readonly effect: "implicit";
  readonly kind: DecisionKind;
}

/** A Deny statement applied. */
export interface ExplicitDeny {
  readonly allowed: false;
  readonly effect: "explicit";
  readonly kind: DecisionKind;
  readonly source: PolicySource;
  readonly statementIndex: number;
  readonly sid: string | undefined;
}

export type Decision = Allowed | ImplicitDeny | ExplicitDeny;

/** The allowing decisions, one object each. */
export const ALLOWED: Readonly<Record<AllowedBy, Allowed>> = Object.freeze({
  identity: Object.freeze({ allowed: true, by: "identity" }),
  resource: Object.freeze({ allowed: true, by: "resource" }),
  grant: Object.freeze({ allowed: true, by: "grant" }),
  root: Object.freeze({ allowed: true, by: "root" }),
  "no-permission-needed": Object.freeze({ allowed: true, by: "no-permission-needed" }),
});

/** The implicit refusals, one object each. */
export const IMPLICIT: Readonly<Record<DecisionKind, ImplicitDeny>> = Object.freeze({
  identity: Object.freeze({ allowed: false, effect: "implicit", kind: "identity" }),
  boundary: Object.freeze({ allowed: false, effect: "implicit", kind: "boundary" }),
  session: Object.freeze({ allowed: false, effect: "implicit", kind: "session" }),
  scp: Object.freeze({ allowed: false, effect: "implicit", kind: "scp" }),
  rcp: Object.freeze({ allowed: false, effect: "implicit", kind: "rcp" }),
  endpoint: Object.freeze({ allowed: false, effect: "implicit", kind: "endpoint" }),
  resource: Object.freeze({ allowed: false, effect: "implicit", kind: "resource" }),
});

// The public face of the policy engine: parse, validate, compile, decide, explain. Pure throughout.

export type {
  PolicyKind,
  PolicySource,
  ParsedPolicy,
  ParsedStatement,
  ParsedCondition,
  LocatedText,
} from "./policy.ts";
export { PolicyFault, positionAt } from "./policy-fault.ts";
export type { Position } from "./policy-fault.ts";
export { parsePolicy } from "./parse-policy.ts";
export { compile, compileStored } from "./compile.ts";
export type { CompiledPolicy } from "./compile.ts";
export type { ConditionContext } from "./template.ts";
export type { EnginePrincipal, NamedIdentity } from "./principal-matcher.ts";
export { allowingStatement } from "./allowing-statement.ts";
export type { AllowingStatement } from "./allowing-statement.ts";
export { decide } from "./decide.ts";
export type { AuthorizationRequest } from "./authorization-request.ts";
export type { Allowed, AllowedBy, Decision, DecisionKind, ExplicitDeny, ImplicitDeny } from "./decision.ts";
export { validatePolicy } from "./validate-policy.ts";
export { denialText } from "./denial-text.ts";
export type { Denial } from "./denial-text.ts";
export { compileGlob, matchGlob } from "./glob.ts";
export type { Glob } from "./glob.ts";
export { mapPrincipals, principalsOf } from "./map-principals.ts";
export type { NamedPrincipal } from "./map-principals.ts";
export { contextKeysOf } from "./context-keys.ts";
export { PACKED_UNITS_MAX, packedSize, policySize } from "./policy-size.ts";
export type { PackedParts } from "./policy-size.ts";
export { explain } from "./explain.ts";
export type { ExplainedPolicy, ExplainedStatement, Explanation, StatementFailure } from "./explain.ts";

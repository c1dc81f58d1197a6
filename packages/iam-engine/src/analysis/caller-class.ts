// What a condition says about a whole class of callers: that it holds, that it fails, or neither. The classes
// are strangers, of whom nothing is known, and the principals of one account or organization.

import { compileCondition, testCondition } from "../condition.ts";
import { parseIpRange } from "../ip-range.ts";
import type { ParsedCondition } from "../policy.ts";

/** Whether a condition holds for every caller of a class, for none, or for some at most. */
export type Truth = "holds" | "fails" | "unknown";

/** A class of callers outside the zone of trust. */
export type CallerClass =
  | { readonly type: "stranger" }
  | { readonly type: "account"; readonly account: string; readonly notIn: string | undefined }
  | { readonly type: "organization"; readonly organization: string };

/** Keys, in lower case, that a stranger cannot meet when the policy asks for fixed values. */
export const RESTRICTING_KEYS: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:principalservicename",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
]);

const MULTIVALUED_KEYS: ReadonlySet<string> = new Set(["aws:principalorgpaths", "aws:sourceorgpaths"]);

/** Widest ranges of client addresses that still keep strangers out, as S3 draws the line. */
const IPV4_PREFIX_MIN = 8;
const IPV6_PREFIX_MIN = 32;

/** What the condition says about the class; `variables` is whether its document has variables. */
export function truthFor(condition: ParsedCondition, variables: boolean, caller: CallerClass): Truth {
  const key = condition.key.text.toLowerCase();
  const known = knownValue(key, caller);
  if (known !== undefined) {
    const compiled = compileCondition(condition, variables);
    if (usesVariables(condition, variables)) return "unknown";
    return testCondition(compiled, { get: () => [known] }) ? "holds" : "fails";
  }
  return isForeign(condition, variables, caller) ? truthForOthers(condition, key) : "unknown";
}

/** Whether the condition keeps strangers out. */
export function keepsStrangersOut(condition: ParsedCondition, variables: boolean): boolean {
  return truthFor(condition, variables, { type: "stranger" }) === "fails";
}

function knownValue(key: string, caller: CallerClass): string | undefined {
  if (caller.type === "account" && (key === "aws:principalaccount" || key === "kms:calleraccount")) {
    return caller.account;
  }
  return caller.type === "organization" && key === "aws:principalorgid" ? caller.organization : undefined;
}

// Whether none of the condition's values can be a caller's of the class.
function isForeign(condition: ParsedCondition, variables: boolean, caller: CallerClass): boolean {
  const key = condition.key.text.toLowerCase();
  if (!RESTRICTING_KEYS.has(key) && !isProviderKey(key)) return false;
  const fixed = condition.values.every((value) => isFixed({ text: value.text, key, condition, variables }));
  if (!fixed || condition.operator.family === "null") return false;
  if (caller.type === "stranger") return true;
  if (caller.type === "organization") return false;
  if (key === "aws:principalorgid") return condition.values.every(({ text }) => text === caller.notIn);
  return (
    key === "aws:principalarn" && condition.values.every(({ text }) => arnAccount(text) !== caller.account)
  );
}

/** The account in an ARN, if it is fixed. */
export function arnAccount(text: string): string | undefined {
  return /^arn:(?:[^:]*:){3}([0-9]{12}):/.exec(text)?.[1];
}

// A key that is absent or has a single value, or several, none of which is in the policy.
function truthForOthers({ operator }: ParsedCondition, key: string): Truth {
  const absent =
    operator.quantifier === "none" ? operator.ifExists || operator.negated : operator.quantifier === "all";
  const other = operator.negated;
  if (other && operator.quantifier === "none" && MULTIVALUED_KEYS.has(key)) return "unknown";
  if (absent !== other) return "unknown";
  return other ? "holds" : "fails";
}

interface FixedQuestion {
  readonly text: string;
  readonly key: string;
  readonly condition: ParsedCondition;
  readonly variables: boolean;
}

function isFixed({ text, key, condition, variables }: FixedQuestion): boolean {
  if (text === "" || (variables && text.includes("${"))) return false;
  switch (condition.operator.family) {
    case "string":
    case "string-ignore-case":
      return true;
    case "string-like":
      return !/[*?]/.test(text) || isFixedBeforeWildcard(text, key);
    case "arn":
      return !/[*?]/.test(text) || arnAccount(text) !== undefined;
    case "ip":
      return isNarrowRange(text);
    case "numeric":
    case "date":
    case "bool":
    case "binary":
    case "null":
      return false;
  }
}

// A wildcard of StringLike crosses colons, so that all before the deciding part must be plain.
function isFixedBeforeWildcard(text: string, key: string): boolean {
  switch (key) {
    case "aws:principalarn":
    case "aws:sourcearn":
    case "s3:dataaccesspointarn":
      return /^arn:[^:*?]+:[^:*?]+:[^:*?]*:[0-9]{12}:/.test(text);
    case "aws:principalorgpaths":
    case "aws:sourceorgpaths":
      return /^o-[a-z0-9]{10,32}\//.test(text);
    case "aws:userid":
      return /^A[A-Z]{3}[A-Z0-9]{12,}:\*$/.test(text);
    default:
      return key.endsWith(":sub") && /^repo:[^*?:/]+\//.test(text);
  }
}

function isNarrowRange(text: string): boolean {
  const range = parseIpRange(text);
  // What is no range matches no address.
  if (range === undefined) return true;
  return range.prefix >= (range.address.length === 1 ? IPV4_PREFIX_MIN : IPV6_PREFIX_MIN);
}

function usesVariables(condition: ParsedCondition, variables: boolean): boolean {
  return variables && condition.values.some(({ text }) => text.includes("${"));
}

// The claims of an identity provider that say for whom, or for which tenant, a token was issued.
function isProviderKey(key: string): boolean {
  return SHARED_PROVIDERS.some((provider) =>
    provider.claims.some((claim) => key === `${provider.host}:${claim}`),
  );
}

/** An identity provider that issues tokens to everybody. */
interface SharedProvider {
  readonly host: string;
  /** The claims that tell its tenants apart. */
  readonly claims: readonly string[];
}

const SHARED_PROVIDERS: readonly SharedProvider[] = [
  { host: "accounts.google.com", claims: ["aud", "oaud", "sub"] },
  { host: "agent.buildkite.com", claims: ["sub"] },
  { host: "app.terraform.io", claims: ["sub"] },
  { host: "cognito-identity.amazonaws.com", claims: ["aud", "sub"] },
  { host: "gitlab.com", claims: ["sub"] },
  { host: "graph.facebook.com", claims: ["app_id", "id"] },
  { host: "token.actions.githubusercontent.com", claims: ["sub"] },
  { host: "www.amazon.com", claims: ["app_id", "user_id"] },
];

/** Whether a federated principal is a provider that vouches for anybody: its name alone keeps nobody out. */
export function vouchesForAnybody(provider: string): boolean {
  const host = /^arn:[^:]+:iam::[0-9]{12}:oidc-provider\/([^/]+)/.exec(provider)?.[1] ?? provider;
  return SHARED_PROVIDERS.some((shared) => shared.host === host);
}

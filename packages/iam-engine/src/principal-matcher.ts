// Who a statement names, and in which form it names the caller: directly, through the role or through
// the account. The form settles what else must allow the request.

import { STAR_PRINCIPAL_IS_DIRECT } from "./open-questions.ts";
import type { ParsedPrincipals } from "./policy.ts";

/** An identity as a policy may name it: its ARN, and its unique id, which a namesake does not inherit. */
export interface NamedIdentity {
  readonly arn: string;
  readonly id: string;
}

/** The caller. */
export interface EnginePrincipal {
  readonly type: "anonymous" | "root" | "user" | "role-session" | "federated-user" | "service";
  readonly accountId: string;
  /** A user's ARN, a session's ARN, or the account's root. */
  readonly arn: string;
  /** AIDA.. of a user, `AROA..:name` of a session, `account:name` of a federated user. */
  readonly id: string;
  /** The role of a role session. */
  readonly role?: NamedIdentity | undefined;
  /** The user who issued a federated user's session. */
  readonly issuer?: NamedIdentity | undefined;
  /** The name of a service principal, such as ec2.amazonaws.com. */
  readonly service?: string | undefined;
  /** The identity provider that vouches for a caller who has no AWS identity yet. */
  readonly provider?: string | undefined;
  /** The canonical id of the caller's account, for CanonicalUser principals. */
  readonly canonicalId?: string | undefined;
}

/** Names the caller itself, or everybody. */
export const DIRECT = 1;
/** Names the role of the session, or the user who issued a federated session. */
export const ROLE = 2;
/** Names the caller's account. */
export const ACCOUNT = 4;

export interface PrincipalMatcher {
  readonly everyone: boolean;
  /** ARNs and unique ids. */
  readonly named: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly providers: ReadonlySet<string>;
  readonly canonicalIds: ReadonlySet<string>;
}

const ACCOUNT_ID = /^[0-9]{12}$/;
const ROOT_ARN = /^arn:[^:*?]+:iam::([0-9]{12}):root$/;

/** Compiles a Principal or NotPrincipal element. */
export function compilePrincipals(parsed: ParsedPrincipals): PrincipalMatcher {
  const named = new Set<string>();
  const accounts = new Set<string>();
  const services = new Set<string>();
  const providers = new Set<string>();
  const canonicalIds = new Set<string>();
  let everyone = false;
  for (const { type, value } of parsed.entries) {
    if (type === "Service") services.add(value.text);
    else if (type === "Federated") providers.add(value.text);
    else if (type === "CanonicalUser") canonicalIds.add(value.text);
    else if (value.text === "*") everyone = true;
    else {
      const account = ACCOUNT_ID.test(value.text) ? value.text : ROOT_ARN.exec(value.text)?.[1];
      if (account === undefined) named.add(value.text);
      else accounts.add(account);
    }
  }
  return { everyone, named, accounts, services, providers, canonicalIds };
}

/** Whether the element names every caller directly. */
export function namesEveryone(matcher: PrincipalMatcher): boolean {
  return matcher.everyone && STAR_PRINCIPAL_IS_DIRECT;
}

/** In which forms the element names the caller; zero when it does not. */
export function matchPrincipal(matcher: PrincipalMatcher, principal: EnginePrincipal): number {
  if (namesEveryone(matcher)) return DIRECT;
  switch (principal.type) {
    case "anonymous":
      return matcher.everyone || has(matcher.providers, principal.provider) ? DIRECT : 0;
    case "service":
      return matcher.everyone || has(matcher.services, principal.service) ? DIRECT : 0;
    case "root":
      return (matcher.everyone ? DIRECT : 0) | accountForm(matcher, principal);
    case "user":
    case "role-session":
    case "federated-user":
      return sessionForms(matcher, principal) | accountForm(matcher, principal);
  }
}

function sessionForms(matcher: PrincipalMatcher, principal: EnginePrincipal): number {
  let forms = matcher.everyone ? ROLE : 0;
  if (matcher.named.size === 0) return forms;
  if (matcher.named.has(principal.arn) || matcher.named.has(principal.id)) forms |= DIRECT;
  const behind = principal.role ?? principal.issuer;
  if (behind !== undefined && (matcher.named.has(behind.arn) || matcher.named.has(behind.id))) forms |= ROLE;
  return forms;
}

function accountForm(matcher: PrincipalMatcher, principal: EnginePrincipal): number {
  if (matcher.accounts.has(principal.accountId)) return ACCOUNT;
  return has(matcher.canonicalIds, principal.canonicalId) ? ACCOUNT : 0;
}

function has(set: ReadonlySet<string>, value: string | undefined): boolean {
  return value !== undefined && set.has(value);
}

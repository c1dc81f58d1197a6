// Whom a statement names, and whether one statement names all whom another does. A principal that is named
// itself and one that is named through its account are told apart: they need different further policies.

import type { ParsedPrincipals, ParsedStatement } from "../policy.ts";

/** Whom a statement names. Both undefined: the statement belongs to a principal. */
export interface PrincipalScope {
  readonly named: ReadonlySet<string> | undefined;
  readonly except: ReadonlySet<string> | undefined;
}

const EVERYONE = "AWS *";

/** Reads the Principal or NotPrincipal of a statement. */
export function principalScope(statement: ParsedStatement): PrincipalScope {
  return { named: entriesOf(statement.principals), except: entriesOf(statement.notPrincipals) };
}

function entriesOf(principals: ParsedPrincipals | undefined): ReadonlySet<string> | undefined {
  if (principals === undefined) return undefined;
  return new Set(
    principals.entries.map(({ type, value }) => `${type} ${accountOf(value.text) ?? value.text}`),
  );
}

/** The account that an AWS principal names as a whole. */
export function accountOf(principal: string): string | undefined {
  return /^(?:arn:[^:*?]+:iam::)?([0-9]{12})(?::root)?$/.exec(principal)?.[1];
}

/** Whether the statement names everybody, or nobody because it belongs to a principal. */
export function namesEveryone(scope: PrincipalScope): boolean {
  return scope.except === undefined && (scope.named === undefined || scope.named.has(EVERYONE));
}

/** Whether each principal of the narrow scope is named by the wide one in a form that is as strong. */
export function grantsToAll(wide: PrincipalScope, narrow: PrincipalScope): boolean {
  if (namesEveryone(wide)) return true;
  const { named } = wide;
  if (named === undefined || narrow.named === undefined) return false;
  return [...narrow.named].every((entry) => named.has(entry));
}

/** Whether a Deny with the wide scope reaches everybody whom the narrow scope reaches, in whatever form. */
export function deniesAll(wide: PrincipalScope, narrow: PrincipalScope): boolean {
  if (namesEveryone(wide)) return true;
  const { named, except } = wide;
  if (except !== undefined) {
    const others = narrow.except;
    return others !== undefined && [...except].every((entry) => others.has(entry));
  }
  if (named === undefined || narrow.named === undefined) return false;
  return [...narrow.named].every((entry) => named.has(entry) || named.has(`AWS ${accountIn(entry) ?? ""}`));
}

function accountIn(entry: string): string | undefined {
  return /^AWS arn:[^:]+:(?:iam|sts)::([0-9]{12}):/.exec(entry)?.[1];
}

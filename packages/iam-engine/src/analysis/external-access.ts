// Whom outside the zone of trust a resource policy lets in, statement by statement. A condition that cannot
// be reasoned about neither hides a grant nor makes it certain.

import type { ParsedCondition, PrincipalType } from "../policy.ts";
import { newBudget } from "./budget.ts";
import type { Budget } from "./budget.ts";
import { arnAccount, keepsStrangersOut, truthFor, vouchesForAnybody } from "./caller-class.ts";
import type { CallerClass } from "./caller-class.ts";
import { reachesPast } from "./joint-coverage.ts";
import { narrowing } from "./narrowing.ts";
import { VariableNames } from "./pattern-language.ts";
import { accountOf, deniesAll } from "./principal-scope.ts";
import { regionsOf } from "./region.ts";
import type { Region } from "./region.ts";

/** Whose access is no news: the owner's, and that of the organization if the analysis is about one. */
export interface ZoneOfTrust {
  readonly ownerAccount: string;
  readonly organization?: { readonly id: string; readonly accounts: readonly string[] } | undefined;
}

/** A condition of a statement as text. */
export interface GrantCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** Access that one statement gives to somebody outside. */
export interface ExternalGrant {
  readonly statementIndex: number;
  readonly sid: string | undefined;
  /** `principal` is a unique id whose account is not known; `everybody` is all who meet the conditions. */
  readonly kind: "everybody" | "account" | "organization" | "federated" | "canonical-user" | "principal";
  /** The principal as the finding names it: as written, or the account that the conditions leave of `*`. */
  readonly principal: { readonly type: PrincipalType; readonly value: string };
  /** The account let in, or the organization. */
  readonly accountId: string | undefined;
  readonly organizationId: string | undefined;
  /** Whether anybody at all is let in. */
  readonly isPublic: boolean;
  /** `possible` when a condition may keep everybody out. */
  readonly certainty: "certain" | "possible";
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly conditions: readonly GrantCondition[];
}

/**
 * The grants of a resource or trust policy to principals outside the zone of trust. Service principals are
 * inside; unique ids are to be exchanged for ARNs before.
 * @throws PolicyFault when the document is no resource policy.
 */
export function externalAccess(document: string, zone: ZoneOfTrust): readonly ExternalGrant[] {
  const regions = regionsOf(document, "RESOURCE_POLICY", new VariableNames());
  const budget = newBudget();
  return regions
    .filter((region) => !region.deny)
    .flatMap((region) =>
      candidatesOf(region, zone).flatMap((candidate) => grantOf(candidate, { region, regions, budget })),
    );
}

/** Somebody whom a statement may let in. */
interface Candidate {
  readonly kind: ExternalGrant["kind"];
  readonly principal: ExternalGrant["principal"];
  readonly accountId?: string | undefined;
  readonly organizationId?: string | undefined;
  readonly isPublic: boolean;
  /** What is known of the callers; undefined when nothing can be said about their keys. */
  readonly caller: CallerClass | undefined;
}

function candidatesOf(region: Region, zone: ZoneOfTrust): readonly Candidate[] {
  const entries = region.parsed.principals?.entries ?? [];
  return entries.flatMap(({ type, value }): readonly Candidate[] => {
    const principal = { type, value: value.text };
    switch (type) {
      case "Service":
        return [];
      case "CanonicalUser":
        return [{ kind: "canonical-user", principal, isPublic: false, caller: undefined }];
      case "Federated":
        return [
          { kind: "federated", principal, isPublic: isOpenProvider(value.text, region), caller: undefined },
        ];
      case "AWS":
        return value.text === "*" ? everybody(region, zone) : named(value.text, zone);
    }
  });
}

function isOpenProvider(provider: string, region: Region): boolean {
  return vouchesForAnybody(provider) && restrictions(region).length === 0;
}

function restrictions({ parsed, variables }: Region): readonly ParsedCondition[] {
  return parsed.conditions.filter((condition) => keepsStrangersOut(condition, variables));
}

function named(text: string, zone: ZoneOfTrust): readonly Candidate[] {
  const account = accountOf(text) ?? arnAccount(text);
  const principal = { type: "AWS", value: text } as const;
  if (account === undefined) return [{ kind: "principal", principal, isPublic: false, caller: undefined }];
  return accountCandidate(account, principal, zone);
}

function accountCandidate(
  account: string,
  principal: Candidate["principal"],
  { ownerAccount, organization }: ZoneOfTrust,
): readonly Candidate[] {
  if (account === ownerAccount || organization?.accounts.includes(account) === true) return [];
  const caller = { type: "account", account, notIn: organization?.id } as const;
  return [{ kind: "account", principal, accountId: account, isPublic: false, caller }];
}

// Conditions on fixed accounts or organizations leave only these of everybody.
function everybody(region: Region, zone: ZoneOfTrust): readonly Candidate[] {
  const restricting = restrictions(region);
  const principal = { type: "AWS", value: "*" } as const;
  if (restricting.length === 0) {
    return [{ kind: "everybody", principal, isPublic: true, caller: { type: "stranger" } }];
  }
  const { services, accounts, organizations } = narrowing(restricting);
  if (services) return [];
  if (accounts !== undefined) {
    return accounts.flatMap((account) => accountCandidate(account, { type: "AWS", value: account }, zone));
  }
  if (organizations === undefined) {
    return [{ kind: "everybody", principal, isPublic: false, caller: undefined }];
  }
  return organizations
    .filter((organization) => organization !== zone.organization?.id)
    .map((organizationId): Candidate => {
      const caller = { type: "organization", organization: organizationId } as const;
      return { kind: "organization", principal, organizationId, isPublic: false, caller };
    });
}

interface GrantContext {
  readonly region: Region;
  readonly regions: readonly Region[];
  readonly budget: Budget;
}

function grantOf(candidate: Candidate, { region, regions, budget }: GrantContext): readonly ExternalGrant[] {
  const { caller } = candidate;
  const { parsed, variables } = region;
  const truths = parsed.conditions.map((condition) =>
    caller === undefined ? "unknown" : truthFor(condition, variables, caller),
  );
  if (truths.includes("fails")) return [];
  const denies = regions.filter((other) => deniesCandidate(other, candidate));
  if (!reachesPast(region, denies, { budget })) return [];
  const texts = (list: readonly { readonly text: string }[] | undefined) =>
    (list ?? []).map(({ text }) => text);
  return [
    {
      statementIndex: region.index,
      sid: region.sid,
      kind: candidate.kind,
      principal: candidate.principal,
      accountId: candidate.accountId,
      organizationId: candidate.organizationId,
      isPublic: candidate.isPublic,
      certainty: truths.includes("unknown") ? "possible" : "certain",
      actions: texts(parsed.actions),
      notActions: texts(parsed.notActions),
      resources: texts(parsed.resources),
      notResources: texts(parsed.notResources),
      conditions: parsed.conditions.map(({ operator, key, values }) => {
        return { operator: operator.name, key: key.text, values: texts(values) };
      }),
    },
  ];
}

// Whether the statement denies what it covers to all whom the candidate stands for.
function deniesCandidate(region: Region, { principal, caller }: Candidate): boolean {
  if (!region.deny) return false;
  const scope = { named: new Set([`${principal.type} ${principal.value}`]), except: undefined };
  if (!deniesAll(region.principals, scope)) return false;
  const { conditions } = region.parsed;
  if (caller === undefined) return conditions.length === 0;
  return conditions.every((condition) => truthFor(condition, region.variables, caller) === "holds");
}

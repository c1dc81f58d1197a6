// Whether a new policy allows nothing that the existing one does not. Each statement of the new policy must
// be covered, sort by sort, by statements of the existing one whose conditions it implies.

import { accessCheck, reasonAbout } from "./access-check.ts";
import type { AccessCheck } from "./access-check.ts";
import { newBudget } from "./budget.ts";
import type { Budget } from "./budget.ts";
import { conditionsImply } from "./condition-implication.ts";
import { jointCoverage } from "./joint-coverage.ts";
import type { Coverage } from "./joint-coverage.ts";
import { VariableNames } from "./pattern-language.ts";
import { deniesAll, grantsToAll } from "./principal-scope.ts";
import { regionsOf } from "./region.ts";
import type { AccessPolicyType, Region } from "./region.ts";

const MESSAGES = {
  pass: "The modified permissions do not grant new access compared to your existing policy.",
  fail: "The modified permissions grant new access compared to your existing policy.",
};

/** The two documents to be compared, both of one type. */
export interface PolicyChange {
  readonly existing: string;
  readonly changed: string;
  readonly type: AccessPolicyType;
}

/**
 * Whether every request that the changed policy allows is allowed by the existing one.
 * @throws PolicyFault when a document is no policy of the type.
 */
export function checkNoNewAccess({ existing, changed, type }: PolicyChange): AccessCheck {
  const names = new VariableNames();
  const budget = newBudget();
  const before = regionsOf(existing, type, names);
  const after = regionsOf(changed, type, names);
  const reasons = after
    .filter((region) => !region.deny && isNew(region, { before, after, budget }))
    .map((region) => reasonAbout("New access in the statement", region));
  return accessCheck(reasons, MESSAGES);
}

interface Comparison {
  readonly before: readonly Region[];
  readonly after: readonly Region[];
  readonly budget: Budget;
}

/** A statement with the place of its coverage. */
interface Placed {
  readonly region: Region;
  readonly index: number;
}

interface Parts {
  /** Statements of the existing policy that allow whatever of the region they cover. */
  readonly allowing: readonly Placed[];
  /** Statements of the changed policy that deny whatever of the region they cover. */
  readonly denying: readonly Placed[];
  /** Statements of the existing policy that may deny some of the region. */
  readonly threats: readonly Placed[];
  /** All Deny statements of the changed policy. */
  readonly denies: readonly Placed[];
}

function isNew(region: Region, { before, after, budget }: Comparison): boolean {
  const allowing = before.filter((other) => !other.deny && allowsWithin(other, region));
  const threats = before.filter((other) => other.deny);
  // The common case of a statement that was not changed needs no work.
  if (threats.length === 0 && allowing.some((other) => coversSame(other, region))) return false;
  const denies = after.filter((other) => other.deny);
  const tested = [
    ...allowing.map((one) => ({ region: one, bound: "least" }) as const),
    ...denies.map((one) => ({ region: one, bound: "least" }) as const),
    ...threats.map((one) => ({ region: one, bound: "most" }) as const),
  ];
  const coverage = jointCoverage(region, tested, { budget });
  if (coverage === undefined) return true;
  const placed = (regions: readonly Region[], from: number): Placed[] =>
    regions.map((one, index) => ({ region: one, index: from + index }));
  const deniesPlaced = placed(denies, allowing.length);
  const parts: Parts = {
    allowing: placed(allowing, 0),
    denying: deniesPlaced.filter((deny) => deniesWithin(deny.region, region)),
    threats: placed(threats, allowing.length + denies.length),
    denies: deniesPlaced,
  };
  return coverage.actions.some((action) =>
    coverage.resources.some((resource) => !isKept({ region, parts, action, resource })),
  );
}

function coversSame(other: Region, region: Region): boolean {
  return other.actions.key === region.actions.key && other.resources.key === region.resources.key;
}

function allowsWithin(other: Region, region: Region): boolean {
  return (
    grantsToAll(other.principals, region.principals) && conditionsImply(region.conditions, other.conditions)
  );
}

function deniesWithin(other: Region, region: Region): boolean {
  return (
    deniesAll(other.principals, region.principals) && conditionsImply(region.conditions, other.conditions)
  );
}

interface Sort {
  readonly region: Region;
  readonly parts: Parts;
  readonly action: Coverage;
  readonly resource: Coverage;
}

// Whether the sort of request is denied by the changed policy, or allowed by the existing one.
function isKept(sort: Sort): boolean {
  const { parts, action, resource } = sort;
  const covers = ({ index }: Placed) => action[index] === true && resource[index] === true;
  if (parts.denying.some(covers)) return true;
  if (!parts.allowing.some(covers)) return false;
  return parts.threats.every((threat) => !covers(threat) || isRepeated(threat, sort));
}

// Whether the changed policy denies all that the existing Deny denies of this sort of request.
function isRepeated(threat: Placed, { region, parts, action, resource }: Sort): boolean {
  return parts.denies.some((deny) => {
    const actions = action[deny.index] === true || deny.region.actions.key === threat.region.actions.key;
    const resources =
      resource[deny.index] === true || deny.region.resources.key === threat.region.resources.key;
    const principals =
      deniesAll(deny.region.principals, threat.region.principals) ||
      deniesAll(deny.region.principals, region.principals);
    const conditions = [...region.conditions, ...threat.region.conditions];
    return actions && resources && principals && conditionsImply(conditions, deny.region.conditions);
  });
}

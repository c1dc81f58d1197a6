// What all documents of a list say about an action, merged: every Deny in order, and for each level the
// statements that may allow, cheapest first. Decides nothing. Kept by the identity of the list.

import { bucketOf, cheapestFirst } from "./compile.ts";
import type { CompiledPolicy, CompiledStatement } from "./compile.ts";

/** The levels of an organization, or the one level that all identity policies of a principal are. */
type Levels = readonly (readonly CompiledPolicy[])[];

/** A Deny statement with the policy that a refusal names. */
export interface PlacedDeny {
  readonly statement: CompiledStatement;
  readonly policy: CompiledPolicy;
}

/** What the documents of all levels say about one action. */
export interface SetBucket {
  /** In the order of the levels, their policies and their statements. */
  readonly deny: readonly PlacedDeny[];
  /** For each level that does not allow everything: its Allow statements, cheapest first. */
  readonly allow: readonly (readonly CompiledStatement[])[];
}

type Numbered = (SetBucket | undefined)[];

const ofPolicies = new WeakMap<readonly CompiledPolicy[], Numbered>();
const ofLevels = new WeakMap<Levels, Numbered>();

/**
 * The bucket of a principal's policies for an action that has a number. It is kept with the list, which is
 * frozen: changing it throws, where a change would be overlooked.
 */
export function policiesBucket(policies: readonly CompiledPolicy[], action: string, slot: number): SetBucket {
  const numbered = ofPolicies.get(policies) ?? keepPolicies(policies);
  return (numbered[slot] ??= merge([policies], action, slot));
}

/** The bucket of the levels of an organization, all of which must allow; kept and frozen alike. */
export function levelsBucket(levels: Levels, action: string, slot: number): SetBucket {
  const numbered = ofLevels.get(levels) ?? keepLevels(levels);
  return (numbered[slot] ??= merge(levels, action, slot));
}

function keepPolicies(policies: readonly CompiledPolicy[]): Numbered {
  const numbered: Numbered = [];
  ofPolicies.set(Object.freeze(policies), numbered);
  return numbered;
}

function keepLevels(levels: Levels): Numbered {
  for (const level of levels) Object.freeze(level);
  const numbered: Numbered = [];
  ofLevels.set(Object.freeze(levels), numbered);
  return numbered;
}

function merge(levels: Levels, action: string, slot: number): SetBucket {
  const deny: PlacedDeny[] = [];
  const allow: (readonly CompiledStatement[])[] = [];
  for (const level of levels) {
    const placed = level.map((policy) => ({ policy, bucket: bucketOf(policy.document, action, slot) }));
    for (const { policy, bucket } of placed) {
      for (const statement of bucket.deny) deny.push({ statement, policy });
    }
    if (placed.some(({ bucket }) => bucket.open)) continue;
    allow.push(cheapestFirst(placed.flatMap(({ bucket }) => bucket.allow)));
  }
  return { deny, allow };
}

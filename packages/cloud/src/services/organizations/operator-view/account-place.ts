/** Where an account stands, in the words of whoever runs the cloud. */
import type { ReadTx } from "@casemate/store";
import { standingOf } from "../guardrails/standing.ts";
import { rootName } from "../tree/policy-holder.ts";

/** An account's place by names. */
export interface AccountPlace {
  readonly organizationId: string;
  readonly management: boolean;
  /** The names from the root down to its unit, such as `Root/Work/Production`. */
  readonly unit: string;
}

/** The place of an account, or undefined when it belongs to no organization. */
export function findAccountPlace(tx: ReadTx, accountId: string): AccountPlace | undefined {
  const standing = standingOf(tx, accountId);
  if (standing === undefined) return undefined;
  const { organization, management, units } = standing;
  return {
    organizationId: organization.id,
    management,
    unit: [rootName, ...units.map(({ name }) => name)].join("/"),
  };
}

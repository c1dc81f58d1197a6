/** The documents that grant an entity what it may do: its own policies and those of its groups. */
import type { ReadTx } from "@casemate/store";
import { defaultDocument, findPolicy } from "../policy/policy.ts";
import { policyHolders, type Entity } from "./entity.ts";

/** Managed and inline policies of a user, group or role; its boundary grants nothing and is left out. */
export function grantedDocuments(tx: ReadTx, entity: Entity): readonly string[] {
  return policyHolders(tx, entity).flatMap(({ row }) => [
    ...row.attachedPolicyArns
      .map((arn) => findPolicy(tx, row.accountId, arn))
      .flatMap((policy) => (policy === undefined ? [] : [defaultDocument(policy)])),
    ...row.inlinePolicies.map(({ document }) => document),
  ]);
}

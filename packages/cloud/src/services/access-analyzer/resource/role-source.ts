/** IAM roles as resources that others may assume. They have no region, and so are seen in every one. */
import { mapPrincipals } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import { roleArn, roles, shownPrincipal, type RoleRow } from "../../iam/index.ts";
import type { ResourceSource } from "./shared-resource.ts";

/** Rows are immutable, so whether one names users or roles, by their unique ids, holds for good. */
const namesEntities = new WeakMap<RoleRow, boolean>();

/** The roles of an account; a service's own roles are left out, as nobody may change whom they trust. */
export const roleSource: ResourceSource = {
  type: "AWS::IAM::Role",
  *list(tx, { accountId }) {
    for (const row of tx.by(roles, "account", accountId)) {
      if (row.linkedService !== undefined) continue;
      yield {
        arn: roleArn(row),
        type: "AWS::IAM::Role",
        ownerAccount: accountId,
        policy: trustPolicy(tx, row),
        action: "sts:AssumeRole",
      };
    }
  },
};

/** The trust policy with the ARNs that users and roles have now. */
function trustPolicy(tx: ReadTx, row: RoleRow): string {
  let named = namesEntities.get(row);
  if (named === undefined) {
    named = /"A(?:IDA|ROA)[A-Z2-7]{17}/.test(row.trustDocument);
    namesEntities.set(row, named);
  }
  if (!named) return row.trustDocument;
  return mapPrincipals(row.trustDocument, (principal) => shownPrincipal(tx, principal));
}

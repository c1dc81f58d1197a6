/** IAM roles as resources that others may assume. They have no region, and so are seen in every one. */
import { mapPrincipals, PolicyFault } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import { parseArn } from "../../../kit/index.ts";
import { findRole, roleArn, roles, shownPrincipal, storedPrincipal, type RoleRow } from "../../iam/index.ts";
import { invalidField } from "../faults.ts";
import type { Proposal, ResourceSource, SharedResource } from "./shared-resource.ts";

/** Rows are immutable, so whether one names users or roles, by their unique ids, holds for good. */
const namesEntities = new WeakMap<RoleRow, boolean>();

/** The roles of an account; a service's own roles are left out, as nobody may change whom they trust. */
export const roleSource: ResourceSource = {
  type: "AWS::IAM::Role",
  *list(tx, { accountId }) {
    for (const row of tx.by(roles, "account", accountId)) {
      if (row.linkedService !== undefined) continue;
      yield roleResource(roleArn(row), accountId, trustPolicy(tx, row));
    }
  },
  proposed(tx, { arn, accountId, configuration: { iamRole } }) {
    if (iamRole === undefined) return undefined;
    const policy = proposedPolicy(tx, { arn, accountId, trustPolicy: iamRole.trustPolicy });
    return roleResource(arn, accountId, policy);
  },
};

function roleResource(arn: string, ownerAccount: string, policy: string): SharedResource {
  return { arn, type: "AWS::IAM::Role", ownerAccount, policy, action: "sts:AssumeRole" };
}

/** The trust policy that is proposed, else that of the role that exists. @throws invalidField */
function proposedPolicy(
  tx: ReadTx,
  asked: Pick<Proposal, "arn" | "accountId"> & { readonly trustPolicy: string | undefined },
): string {
  const { arn, accountId, trustPolicy: document } = asked;
  const parts = parseArn(arn);
  const own = parts?.service === "iam" && parts.accountId === accountId;
  if (!own || !/^role\/(?:[\u0021-\u007e]*\/)?[\w+=,.@-]{1,64}$/.test(parts.resource)) {
    throw invalidField("configurations", `${arn} is not the ARN of a role of this account`);
  }
  if (document !== undefined && document !== "") return asWritten(tx, document);
  const row = findRole(tx, accountId, arn.split("/").at(-1) ?? "");
  if (document === "" || row === undefined || roleArn(row) !== arn) {
    throw invalidField("trustPolicy", "The trust policy of a new role must be specified");
  }
  return trustPolicy(tx, row);
}

/** A document as it would be shown once a role had it, so that its findings are those that the role gets. */
function asWritten(tx: ReadTx, document: string): string {
  try {
    return mapPrincipals(document, (principal) => {
      const stored = storedPrincipal(tx, principal);
      return stored === undefined ? undefined : (shownPrincipal(tx, stored) ?? stored);
    });
  } catch (thrown) {
    // What cannot be read is for the analysis to say.
    if (thrown instanceof PolicyFault) return document;
    throw thrown;
  }
}

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

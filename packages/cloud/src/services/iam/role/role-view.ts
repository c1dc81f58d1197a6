/** Roles as the API shows them. */
import type { ReadTx } from "@casemate/store";
import type { Role } from "@casemate/wire/iam";
import { tagsView } from "../../../kit/index.ts";
import { boundaryView } from "../policy/attachments.ts";
import { encodeDocument } from "../policy/document.ts";
import { roleArn, type RoleRow } from "./role.ts";
import { shownTrust } from "./trust-document.ts";

/** A role in a list: without tags, boundary and last use. */
export function roleSummary(tx: ReadTx, row: RoleRow): Role {
  return {
    Path: row.path,
    RoleName: row.name,
    RoleId: row.id,
    Arn: roleArn(row),
    CreateDate: new Date(row.createdAt),
    AssumeRolePolicyDocument: encodeDocument(shownTrust(tx, row.trustDocument)),
    ...(row.description === undefined ? {} : { Description: row.description }),
    MaxSessionDuration: row.maxSessionSeconds,
  };
}

/** A role with everything but its last use. */
export function roleView(tx: ReadTx, row: RoleRow): Role {
  const tags = tagsView(row.tags);
  return { ...roleSummary(tx, row), ...boundaryView(row), ...(tags.length === 0 ? {} : { Tags: tags }) };
}

/** A role with everything there is to tell; its last use is empty when it was never used. */
export function roleDetail(tx: ReadTx, row: RoleRow): Role {
  const { lastUsed } = row;
  return {
    ...roleView(tx, row),
    RoleLastUsed:
      lastUsed === undefined ? {} : { LastUsedDate: new Date(lastUsed.at), Region: lastUsed.region },
  };
}

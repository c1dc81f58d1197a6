/** Instance profiles as the API shows them. */
import type { ReadTx } from "@casemate/store";
import type { InstanceProfile } from "@casemate/wire/iam";
import { tagsView } from "../../../kit/index.ts";
import { roles } from "../role/role.ts";
import { roleSummary } from "../role/role-view.ts";
import { instanceProfileArn, type InstanceProfileRow } from "./instance-profile.ts";

/** An instance profile in a list: without tags. */
export function instanceProfileSummary(tx: ReadTx, row: InstanceProfileRow): InstanceProfile {
  const role = row.roleId === undefined ? undefined : tx.get(roles, row.roleId);
  return {
    Path: row.path,
    InstanceProfileName: row.name,
    InstanceProfileId: row.id,
    Arn: instanceProfileArn(row),
    CreateDate: new Date(row.createdAt),
    Roles: role === undefined ? [] : [roleSummary(tx, role)],
  };
}

/** An instance profile with everything there is to tell. */
export function instanceProfileView(tx: ReadTx, row: InstanceProfileRow): InstanceProfile {
  const tags = tagsView(row.tags);
  return { ...instanceProfileSummary(tx, row), ...(tags.length === 0 ? {} : { Tags: tags }) };
}

/** Groups as the API shows them. */
import type { Group } from "@casemate/wire/iam";
import { groupArn, type GroupRow } from "./group.ts";

/** A group, the same wherever it is shown. */
export function groupView(row: GroupRow): Group {
  return {
    Path: row.path,
    GroupName: row.name,
    GroupId: row.id,
    Arn: groupArn(row),
    CreateDate: new Date(row.createdAt),
  };
}

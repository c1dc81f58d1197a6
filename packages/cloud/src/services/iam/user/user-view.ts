/** Users as the API shows them. */
import type { User } from "@casemate/wire/iam";
import { tagsView } from "../../../kit/index.ts";
import { boundaryView } from "../policy/attachments.ts";
import { userArn, type UserRow } from "./user.ts";

/** A user in a list: without tags and boundary. */
export function userSummary(row: UserRow): User {
  return {
    Path: row.path,
    UserName: row.name,
    UserId: row.id,
    Arn: userArn(row),
    CreateDate: new Date(row.createdAt),
    ...(row.passwordLastUsedAt === undefined ? {} : { PasswordLastUsed: new Date(row.passwordLastUsedAt) }),
  };
}

/** A user with everything there is to tell. */
export function userView(row: UserRow): User {
  const tags = tagsView(row.tags);
  return { ...userSummary(row), ...boundaryView(row), ...(tags.length === 0 ? {} : { Tags: tags }) };
}

/** Users as the API shows them. */
import type { User } from "@casemate/wire/iam";
import type { ReadTx } from "@casemate/store";
import { tagsView } from "../../../kit/index.ts";
import { rootUserName } from "../access-key/access-key.ts";
import { accounts } from "../account/account.ts";
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

/** The root user of an account as a user. */
export function rootView(tx: ReadTx, accountId: string): User {
  const account = tx.get(accounts, accountId);
  const lastUsed = account?.rootPasswordLastUsedAt;
  return {
    Path: "/",
    UserName: rootUserName,
    UserId: accountId,
    Arn: `arn:aws:iam::${accountId}:root`,
    CreateDate: new Date(account?.createdAt ?? 0),
    ...(lastUsed === undefined ? {} : { PasswordLastUsed: new Date(lastUsed) }),
  };
}

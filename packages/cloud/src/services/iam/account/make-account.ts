/**
 * Making an account. As the operator does it: its root user, which has no credentials until the operator sets
 * a password, and an administrator, an IAM user with one access key and every permission. The secret is told
 * once, to the caller of this function. As an organization does it: with a role for its management account
 * and without any user.
 */
import { generateAccessKeyId, generateSecretAccessKey, uniqueId } from "@casemate/key-engine";
import type { Tx } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import { accessKeys, sealSecret } from "../access-key/access-key.ts";
import { users } from "../user/user.ts";
import { roles } from "../role/role.ts";
import { accountExists, drawAccountId, putAccount, type AccountRow } from "./account.ts";

/** What every permission looks like. */
const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

/** A new account with the credentials of its administrator. */
export interface MadeAccount {
  readonly accountId: string;
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Makes an account, or undefined when the id is taken. The caller checks that the e-mail address is free. */
export function makeAccount(
  tx: Tx,
  environment: CloudEnvironment,
  asked: { readonly accountId: string; readonly name: string; readonly email?: string | undefined },
): MadeAccount | undefined {
  const { accountId, name, email } = asked;
  if (accountExists(tx, accountId)) return undefined;
  const { random } = environment;
  const now = environment.clock();
  putAccount(tx, { id: accountId, name, createdAt: now, ...(email === undefined ? {} : { email }) });
  const userName = "admin";
  const userId = uniqueId(random, "AIDA");
  tx.put(users, {
    id: userId,
    accountId,
    name: userName,
    path: "/",
    createdAt: now,
    tags: {},
    attachedPolicyArns: [],
    inlinePolicies: [{ name: "AdministratorAccess", document: everything }],
  });
  const accessKeyId = generateAccessKeyId(random, "AKIA", accountId);
  const secretAccessKey = generateSecretAccessKey(random);
  tx.put(accessKeys, {
    id: accessKeyId,
    accountId,
    holder: userId,
    status: "Active",
    sealedSecret: sealSecret(environment, accessKeyId, secretAccessKey),
    createdAt: now,
  });
  return { accountId, userName, accessKeyId, secretAccessKey };
}

/** What an organization makes an account with. */
export interface AskedMember {
  readonly name: string;
  readonly email: string;
  /** The role that the management account may assume; it may do everything. */
  readonly roleName: string;
  readonly managementAccountId: string;
}

/** Makes an account for an organization. The caller checks that the e-mail address is free. */
export function makeMemberAccount(tx: Tx, environment: CloudEnvironment, asked: AskedMember): AccountRow {
  const { random } = environment;
  const createdAt = environment.clock();
  const { name, email, roleName } = asked;
  const row = putAccount(tx, { id: drawAccountId(tx, random), name, email, createdAt });
  tx.put(roles, {
    id: uniqueId(random, "AROA"),
    accountId: row.id,
    name: roleName,
    path: "/",
    trustDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${asked.managementAccountId}:root` },
          Action: "sts:AssumeRole",
        },
      ],
    }),
    maxSessionSeconds: 3600,
    createdAt,
    tags: {},
    attachedPolicyArns: [],
    inlinePolicies: [{ name: "AdministratorAccess", document: everything }],
  });
  return row;
}

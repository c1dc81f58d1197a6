/**
 * The first start of a cloud: one account with an administrator, whose key is shown once and kept in a file
 * of its own.
 */
import { hasAccounts, makeAccount, type CloudEnvironment, type MadeAccount } from "@casemate/cloud";
import type { Store } from "@casemate/store";
import { readOptional, writePrivate, type StateDirectory } from "./state-directory.ts";

/** Credentials as the file has them. */
export interface AdministratorCredentials {
  readonly accountId: string;
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The outcome: credentials that were just made, or that an earlier start had made. */
export interface FirstStart {
  readonly credentials: AdministratorCredentials | undefined;
  readonly made: boolean;
}

/**
 * Makes the first account when there is none; the credentials file is written before the account is durable.
 */
export async function ensureFirstAccount(
  store: Store,
  environment: CloudEnvironment,
  directory: StateDirectory | undefined,
): Promise<FirstStart> {
  const { accountId } = environment.settings;
  const { value, seq } = store.transaction((tx) =>
    hasAccounts(tx) ? undefined : makeAccount(tx, environment, { accountId, name: "first" }),
  );
  if (value === undefined) return { credentials: kept(directory), made: false };
  if (directory !== undefined)
    writePrivate(directory.credentials, `${JSON.stringify(fileForm(value), null, 2)}\n`);
  await store.settled(seq);
  return { credentials: value, made: true };
}

function fileForm(made: MadeAccount): AdministratorCredentials {
  const { accountId, userName, accessKeyId, secretAccessKey } = made;
  return { accountId, userName, accessKeyId, secretAccessKey };
}

function kept(directory: StateDirectory | undefined): AdministratorCredentials | undefined {
  const text = directory && readOptional(directory.credentials);
  return text === undefined ? undefined : (JSON.parse(text) as AdministratorCredentials);
}

/**
 * The credentials of administrators as the daemon keeps them in the state directory, for the one who may
 * read it.
 */
import { join } from "node:path";
import type { AdministratorCredentials } from "../daemon/first-start.ts";
import { readOptional } from "../daemon/state-directory.ts";
import { accountCredentialsPath } from "../operator/open-operator.ts";
import { CliFault } from "./cli-fault.ts";

/** The administrator's credentials of an account, or of the first one. @throws CliFault */
export function keptCredentials(dataDir: string, accountId: string | undefined): AdministratorCredentials {
  const first = read(join(dataDir, "credentials.json"));
  const found =
    accountId === undefined || first?.accountId === accountId
      ? first
      : read(accountCredentialsPath(dataDir, checked(accountId)));
  if (found !== undefined) return found;
  const whose = accountId === undefined ? "an administrator" : `the administrator of ${accountId}`;
  throw new CliFault("failed", "NoCredentials", `${dataDir} has no credentials of ${whose}.`);
}

/** The id becomes part of a file's name. */
function checked(accountId: string): string {
  if (/^\d{12}$/.test(accountId)) return accountId;
  throw new CliFault("usage", "InvalidInput", `An account id is 12 digits, not ${accountId}.`);
}

function read(path: string): AdministratorCredentials | undefined {
  const text = readOptional(path);
  // Written by the daemon alone.
  return text === undefined ? undefined : (JSON.parse(text) as AdministratorCredentials);
}

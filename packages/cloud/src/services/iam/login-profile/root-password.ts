/**
 * The credentials that an account's root user signs in with, as the operator sets them: its e-mail address
 * and its password. There are none until he does.
 */
import type { Tx } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import { rootHolder } from "../access-key/access-key.ts";
import { accounts, findAccountByEmail, isEmail } from "../account/account.ts";
import { mfaDevicesOf, putMfaDevice } from "../mfa-device/mfa-device.ts";
import { loginProfiles, rootOwner, withPassword } from "./login-profile.ts";

/** What is to be set. */
export interface RootCredentials {
  readonly accountId: string;
  /** May be left out where the account has one. */
  readonly email?: string | undefined;
  readonly password: string;
}

/** Why nothing was set. */
export type RootCredentialsRefusal = "no-account" | "email-missing" | "email-invalid" | "email-taken";

/**
 * Sets them; whatever the root user began with its former password has ended, and its wrong guesses are
 * forgotten. Answers the e-mail address. @throws passwordPolicyViolation
 */
export function setRootCredentials(
  tx: Tx,
  environment: CloudEnvironment,
  { accountId, email: asked, password }: RootCredentials,
): { readonly email: string } | RootCredentialsRefusal {
  const account = tx.get(accounts, accountId);
  if (account === undefined) return "no-account";
  const email = asked ?? account.email;
  if (email === undefined) return "email-missing";
  if (!isEmail(email)) return "email-invalid";
  const known = findAccountByEmail(tx, email);
  if (known !== undefined && known.id !== accountId) return "email-taken";
  tx.put(accounts, { ...account, email });
  const now = environment.clock();
  const user = rootOwner(accountId);
  tx.put(loginProfiles, withPassword(tx, environment, { user, password, resetRequired: false, now }));
  return { email };
}

/** Takes the MFA devices of a root user away from it; answers their serial numbers. */
export function deactivateRootMfa(tx: Tx, accountId: string): readonly string[] {
  return mfaDevicesOf(tx, accountId, rootHolder).map((device) => {
    const { holder: _holder, enabledAt: _enabledAt, ...row } = device;
    return putMfaDevice(tx, row).serial;
  });
}

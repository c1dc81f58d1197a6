/** Operations on the passwords of users. */
import type { ReadTx } from "@casemate/store";
import type { LoginProfile } from "@casemate/wire/iam";
import type { Call } from "../../../kit/index.ts";
import { rootHolder } from "../access-key/access-key.ts";
import { endConsoleSessions } from "../console-session/console-session.ts";
import { guessesPause, withWrongGuess } from "../guess-limit.ts";
import { operation } from "../operation.ts";
import { openToUsers } from "../password-policy/users-may-change.ts";
import { meantUserTarget } from "../user/meant-user.ts";
import { fetchUser, userTarget } from "../user/user.ts";
import {
  isPassword,
  loginProfiles,
  withPassword,
  type LoginProfileRow,
  type PasswordOwner,
} from "./login-profile.ts";
import {
  loginProfileExists,
  loginProfileNotFound,
  notAUser,
  oldPasswordWrong,
  passwordMissing,
  passwordNotOmitted,
} from "./login-profile-faults.ts";
import { fetchMeantOwner } from "./meant-owner.ts";

type Owner = PasswordOwner & { readonly name: string };

function fetchProfile(tx: ReadTx, user: Owner): LoginProfileRow {
  const row = tx.get(loginProfiles, user.id);
  if (row === undefined) throw loginProfileNotFound(user.name);
  return row;
}

function profileView(user: Owner, row: LoginProfileRow): LoginProfile {
  return {
    UserName: user.name,
    CreateDate: new Date(row.createdAt),
    PasswordResetRequired: row.resetRequired,
  };
}

export const createLoginProfile = operation("CreateLoginProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const user = fetchMeantOwner(tx, call, input.UserName);
    if (tx.get(loginProfiles, user.id) !== undefined) throw loginProfileExists(user.name);
    if (user.isRoot && input.Password !== undefined) throw passwordNotOmitted();
    const password = user.isRoot ? unknownPassword(call) : input.Password;
    if (password === undefined) throw passwordMissing();
    const row = withPassword(tx, call.environment, {
      user,
      password,
      resetRequired: input.PasswordResetRequired ?? false,
      now: call.now,
    });
    tx.put(loginProfiles, row);
    return { LoginProfile: profileView(user, row) };
  },
});

/**
 * A password that nobody knows: what a root user has from when its recovery is allowed until it is done.
 * Differs: on AWS whoever reads the mail of the root user recovers its password; here the operator sets it.
 */
function unknownPassword({ environment }: Call): string {
  return `aA1!${Buffer.from(environment.random(33)).toString("base64url")}`;
}

export const getLoginProfile = operation("GetLoginProfile", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const user = fetchMeantOwner(tx, call, input.UserName);
    return { LoginProfile: profileView(user, fetchProfile(tx, user)) };
  },
});

export const updateLoginProfile = operation("UpdateLoginProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle(tx, input, call) {
    const user = fetchUser(tx, call, input.UserName);
    const row = fetchProfile(tx, user);
    const resetRequired = input.PasswordResetRequired ?? row.resetRequired;
    const { Password: password } = input;
    const asked = { user, password: password ?? "", resetRequired, now: call.now };
    const changed = password === undefined ? row : withPassword(tx, call.environment, asked);
    tx.put(loginProfiles, { ...changed, resetRequired });
    return {};
  },
});

export const deleteLoginProfile = operation("DeleteLoginProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const user = fetchMeantOwner(tx, call, input.UserName);
    tx.delete(loginProfiles, fetchProfile(tx, user).userId);
    endConsoleSessions(tx, user.accountId, user.isRoot ? rootHolder : user.id);
    return {};
  },
});

export const changePassword = operation("ChangePassword", {
  access: "write",
  honours: "all",
  needs(_input, call) {
    const { principal } = call;
    if (principal.type !== "user") return [call.need()];
    return [call.need(openToUsers(call, userTarget(call, principal.userName)))];
  },
  handle(tx, input, call) {
    const { principal, environment, now } = call;
    if (principal.type !== "user") throw notAUser();
    const user = fetchUser(tx, call, principal.userName);
    const row = fetchProfile(tx, user);
    checkOldPassword(call, row, input.OldPassword);
    const password = input.NewPassword;
    tx.put(loginProfiles, withPassword(tx, environment, { user, password, resetRequired: false, now }));
    return {};
  },
});

/** @throws oldPasswordWrong, which counts the guess, and without a look after too many of them */
function checkOldPassword({ environment, now }: Call, row: LoginProfileRow, password: string): void {
  if (!guessesPause(row.wrong, now) && isPassword(environment, row, password)) return;
  throw oldPasswordWrong().leaving((tx) => {
    const guessed = tx.get(loginProfiles, row.userId);
    if (guessed !== undefined) {
      tx.put(loginProfiles, { ...guessed, wrong: withWrongGuess(guessed.wrong, now) });
    }
  });
}

/** Every operation of this file. */
export const loginProfileOperations = [
  createLoginProfile,
  getLoginProfile,
  updateLoginProfile,
  deleteLoginProfile,
  changePassword,
];

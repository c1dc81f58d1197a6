/** Operations on the SSH public keys of users. */
import { KeyPairFault, parseUserSshKey, uniqueId, type UserSshKey } from "@casemate/key-engine";
import { quotaExceeded } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { fetchMeantUser, meantUserTarget } from "../user/meant-user.ts";
import { fetchUser, userTarget } from "../user/user.ts";
import {
  fetchSshPublicKey,
  sshPublicKeys,
  sshPublicKeysOf,
  sshPublicKeysPerUserMax,
  type SshPublicKeyRow,
} from "./ssh-public-key.ts";
import {
  sshPublicKeyExists,
  sshPublicKeyInvalid,
  sshPublicKeyStatusInvalid,
  sshPublicKeyUnrecognized,
} from "./ssh-public-key-faults.ts";

function metadataView(row: SshPublicKeyRow, userName: string) {
  return {
    UserName: userName,
    SSHPublicKeyId: row.id,
    Status: row.status,
    UploadDate: new Date(row.uploadedAt),
  };
}

function keyView(row: SshPublicKeyRow, shown: { readonly userName: string; readonly body: string }) {
  return {
    ...metadataView(row, shown.userName),
    Fingerprint: row.fingerprint,
    SSHPublicKeyBody: shown.body,
  };
}

/** @throws sshPublicKeyInvalid, sshPublicKeyUnrecognized */
function parsed(body: string): UserSshKey {
  try {
    return parseUserSshKey(body);
  } catch (thrown) {
    if (!(thrown instanceof KeyPairFault)) throw thrown;
    throw thrown.reason === "type" ? sshPublicKeyUnrecognized() : sshPublicKeyInvalid();
  }
}

export const uploadSshPublicKey = operation("UploadSSHPublicKey", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle(tx, input, call) {
    const user = fetchUser(tx, call, input.UserName);
    const key = parsed(input.SSHPublicKeyBody);
    const own = sshPublicKeysOf(tx, user.id);
    if (own.some(({ sshLine }) => sshLine === key.sshLine)) throw sshPublicKeyExists();
    if (own.length >= sshPublicKeysPerUserMax) {
      throw quotaExceeded("SSHPublicKeysPerUser", String(sshPublicKeysPerUserMax));
    }
    const row: SshPublicKeyRow = {
      id: uniqueId(call.environment.random, "APKA"),
      accountId: call.accountId,
      holder: user.id,
      status: "Active",
      ...key,
      uploadedAt: call.now,
    };
    tx.put(sshPublicKeys, row);
    return { SSHPublicKey: keyView(row, { userName: user.name, body: row.sshLine }) };
  },
});

export const getSshPublicKey = operation("GetSSHPublicKey", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle(tx, input, call) {
    const user = fetchUser(tx, call, input.UserName);
    const row = fetchSshPublicKey(tx, user, input.SSHPublicKeyId);
    const body = input.Encoding === "SSH" ? row.sshLine : row.pem;
    return { SSHPublicKey: keyView(row, { userName: user.name, body }) };
  },
});

export const listSshPublicKeys = operation("ListSSHPublicKeys", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const user = fetchMeantUser(tx, call, input.UserName);
    const keys = sshPublicKeysOf(tx, user.id);
    const { items, marks } = listing(call, input, { items: keys, key: ({ id }) => id });
    return { SSHPublicKeys: items.map((row) => metadataView(row, user.name)), ...marks };
  },
});

export const updateSshPublicKey = operation("UpdateSSHPublicKey", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle(tx, input, call) {
    const user = fetchUser(tx, call, input.UserName);
    const row = fetchSshPublicKey(tx, user, input.SSHPublicKeyId);
    if (input.Status === "Expired") throw sshPublicKeyStatusInvalid();
    tx.put(sshPublicKeys, { ...row, status: input.Status });
    return {};
  },
});

export const deleteSshPublicKey = operation("DeleteSSHPublicKey", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(userTarget(call, input.UserName))],
  handle(tx, input, call) {
    const user = fetchUser(tx, call, input.UserName);
    tx.delete(sshPublicKeys, fetchSshPublicKey(tx, user, input.SSHPublicKeyId).id);
    return {};
  },
});

/** Every operation of this file. */
export const sshPublicKeyOperations = [
  uploadSshPublicKey,
  getSshPublicKey,
  listSshPublicKeys,
  updateSshPublicKey,
  deleteSshPublicKey,
];

/** Operations on access keys: of a named user, or of the caller when no user is named. */
import { generateAccessKeyId, generateSecretAccessKey } from "@casemate/key-engine";
import type { ReadTx } from "@casemate/store";
import type { Call, Target } from "../../../kit/index.ts";
import { quotaExceeded } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { fetchMeantHolder, holderName, type Holder } from "../user/meant-holder.ts";
import { meantUserTarget } from "../user/meant-user.ts";
import { users, userTarget } from "../user/user.ts";
import { accessKeys, keysOf, sealSecret, type AccessKeyRow } from "./access-key.ts";
import { accessKeyNotFound, accessKeyStatusInvalid } from "./access-key-faults.ts";

/** Access keys a user or a root may have. */
export const accessKeysPerUserMax = 2;

function fetchKey(
  tx: ReadTx,
  call: Call,
  asked: { readonly holder: Holder; readonly id: string },
): AccessKeyRow {
  const row = tx.get(accessKeys, asked.id);
  if (row?.accountId !== call.accountId || row.holder !== asked.holder.id) throw accessKeyNotFound(asked.id);
  return row;
}

export const createAccessKey = operation("CreateAccessKey", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMeantHolder(tx, call, input.UserName);
    if (keysOf(tx, call.accountId, holder.id).length >= accessKeysPerUserMax) {
      throw quotaExceeded("AccessKeysPerUser", String(accessKeysPerUserMax));
    }
    const { environment } = call;
    const id = generateAccessKeyId(environment.random, "AKIA", call.accountId);
    const secret = generateSecretAccessKey(environment.random);
    tx.put(accessKeys, {
      id,
      accountId: call.accountId,
      holder: holder.id,
      status: "Active",
      sealedSecret: sealSecret(environment, id, secret),
      createdAt: call.now,
    });
    return {
      AccessKey: {
        UserName: holderName(holder),
        AccessKeyId: id,
        Status: "Active" as const,
        SecretAccessKey: secret,
        CreateDate: new Date(call.now),
      },
    };
  },
});

export const listAccessKeys = operation("ListAccessKeys", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMeantHolder(tx, call, input.UserName);
    const keys = keysOf(tx, call.accountId, holder.id);
    const { items, marks } = listing(call, input, { items: keys, key: ({ id }) => id });
    return {
      AccessKeyMetadata: items.map((row) => ({
        ...(holder.name === undefined ? {} : { UserName: holder.name }),
        AccessKeyId: row.id,
        Status: row.status,
        CreateDate: new Date(row.createdAt),
      })),
      ...marks,
    };
  },
});

export const updateAccessKey = operation("UpdateAccessKey", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMeantHolder(tx, call, input.UserName);
    const row = fetchKey(tx, call, { holder, id: input.AccessKeyId });
    if (input.Status === "Expired") throw accessKeyStatusInvalid();
    tx.put(accessKeys, { ...row, status: input.Status });
    return {};
  },
});

export const deleteAccessKey = operation("DeleteAccessKey", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMeantHolder(tx, call, input.UserName);
    tx.delete(accessKeys, fetchKey(tx, call, { holder, id: input.AccessKeyId }).id);
    return {};
  },
});

/**
 * The user of a key of the caller's account, as a need names it; another account's key has none that could be
 * told.
 */
function keyHolderTarget(call: Call, id: string): Target {
  const row = call.tx.get(accessKeys, id);
  if (row?.accountId !== call.accountId) return call.anything;
  const user = call.tx.get(users, row.holder);
  if (user !== undefined) return userTarget(call, user.name);
  return { arn: `arn:aws:iam::${call.accountId}:root`, accountId: call.accountId, keys: {} };
}

export const getAccessKeyLastUsed = operation("GetAccessKeyLastUsed", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(keyHolderTarget(call, input.AccessKeyId))],
  handle(tx, input, call) {
    const row = tx.get(accessKeys, input.AccessKeyId);
    if (row?.accountId !== call.accountId) throw accessKeyNotFound(input.AccessKeyId);
    const user = tx.get(users, row.holder);
    const { lastUsed } = row;
    return {
      ...(user === undefined ? {} : { UserName: user.name }),
      AccessKeyLastUsed:
        lastUsed === undefined
          ? { ServiceName: "N/A", Region: "N/A" }
          : { ServiceName: lastUsed.service, Region: lastUsed.region, LastUsedDate: new Date(lastUsed.at) },
    };
  },
});

/** Every operation of this file. */
export const accessKeyOperations = [
  createAccessKey,
  listAccessKeys,
  updateAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
];

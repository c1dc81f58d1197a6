/** Operations that list MFA devices, and those on their tags. */
import type { VirtualMFADevice } from "@casemate/wire/iam";
import type { ReadTx } from "@casemate/store";
import { requestTagKeys } from "../../../kit/index.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { listTags, readTags, withoutTags, withTags } from "../tag/tags.ts";
import { fetchMeantUser, meantUserTarget } from "../user/meant-user.ts";
import { users } from "../user/user.ts";
import { userSummary } from "../user/user-view.ts";
import {
  fetchMfaDevice,
  mfaDevices,
  mfaDevicesOf,
  mfaDeviceTarget,
  putMfaDevice,
  type MfaDeviceRow,
} from "./mfa-device.ts";

const serialOf = ({ serial }: MfaDeviceRow): string => serial;

export const listMfaDevices = operation("ListMFADevices", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    // A root user has no device here, and no name to ask by.
    const none = input.UserName === undefined && call.principal.type === "root";
    const user = none ? undefined : fetchMeantUser(tx, call, input.UserName);
    const devices = user === undefined ? [] : mfaDevicesOf(tx, call.accountId, user.id);
    const { items, marks } = listing(call, input, { items: devices, key: serialOf });
    return {
      MFADevices: items.map((row) => ({
        UserName: user?.name ?? "",
        SerialNumber: row.serial,
        EnableDate: new Date(row.enabledAt ?? row.createdAt),
      })),
      ...marks,
    };
  },
});

export const listVirtualMfaDevices = operation("ListVirtualMFADevices", {
  access: "read",
  honours: "all",
  needs(_input, call) {
    const { accountId } = call;
    return [call.need({ arn: `arn:aws:iam::${accountId}:mfa/`, accountId, keys: {} })];
  },
  handle(tx, input, call) {
    const status = input.AssignmentStatus ?? "Any";
    const devices = tx
      .by(mfaDevices, "account", call.accountId)
      .filter(({ holder }) => status === "Any" || (status === "Assigned") === (holder !== undefined));
    const { items, marks } = listing(call, input, { items: devices, key: serialOf });
    return { VirtualMFADevices: items.map((row) => virtualView(tx, row)), ...marks };
  },
});

/** A device in a list, which tells neither its secret nor its tags. */
function virtualView(tx: ReadTx, row: MfaDeviceRow): VirtualMFADevice {
  const user = row.holder === undefined ? undefined : tx.get(users, row.holder);
  return {
    SerialNumber: row.serial,
    ...(user === undefined ? {} : { User: userSummary(user) }),
    ...(row.enabledAt === undefined ? {} : { EnableDate: new Date(row.enabledAt) }),
  };
}

export const tagMfaDevice = operation("TagMFADevice", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(mfaDeviceTarget(call, input.SerialNumber), requestTagKeys(readTags(input.Tags))),
  ],
  handle(tx, input, call) {
    const row = fetchMfaDevice(tx, call, input.SerialNumber);
    putMfaDevice(tx, { ...row, tags: withTags(row.tags, readTags(input.Tags)) });
    return {};
  },
});

export const untagMfaDevice = operation("UntagMFADevice", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(mfaDeviceTarget(call, input.SerialNumber), { "aws:TagKeys": input.TagKeys }),
  ],
  handle(tx, input, call) {
    const row = fetchMfaDevice(tx, call, input.SerialNumber);
    putMfaDevice(tx, { ...row, tags: withoutTags(row.tags, input.TagKeys) });
    return {};
  },
});

export const listMfaDeviceTags = operation("ListMFADeviceTags", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(mfaDeviceTarget(call, input.SerialNumber))],
  handle: (tx, input, call) => listTags(call, input, fetchMfaDevice(tx, call, input.SerialNumber).tags),
});

/** Every operation of this file. */
export const mfaDeviceListOperations = [
  listMfaDevices,
  listVirtualMfaDevices,
  tagMfaDevice,
  untagMfaDevice,
  listMfaDeviceTags,
];

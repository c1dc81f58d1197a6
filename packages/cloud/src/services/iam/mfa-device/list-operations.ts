/** Operations that list MFA devices, and those on their tags. */
import type { User, VirtualMFADevice } from "@casemate/wire/iam";
import type { ReadTx } from "@casemate/store";
import { requestTagKeys } from "../../../kit/index.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { listTags, readTags, withoutTags, withTags } from "../tag/tags.ts";
import { rootHolder } from "../access-key/access-key.ts";
import { holderName } from "../user/meant-holder.ts";
import { users } from "../user/user.ts";
import { rootView, userSummary } from "../user/user-view.ts";
import {
  fetchVirtualMfaDevice,
  mfaDevices,
  mfaDevicesOf,
  mfaDeviceTarget,
  putMfaDevice,
  type MfaDeviceRow,
} from "./mfa-device.ts";
import { fetchMfaHolder, mfaHolderTarget } from "./mfa-holder.ts";

const serialOf = ({ serial }: MfaDeviceRow): string => serial;

export const listMfaDevices = operation("ListMFADevices", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(mfaHolderTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMfaHolder(tx, call, input.UserName);
    const devices = mfaDevicesOf(tx, call.accountId, holder.id);
    const { items, marks } = listing(call, input, { items: devices, key: serialOf });
    return {
      MFADevices: items.map((row) => ({
        UserName: holderName(holder),
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
      .filter(({ hardware }) => hardware !== true)
      .filter(({ holder }) => status === "Any" || (status === "Assigned") === (holder !== undefined));
    const { items, marks } = listing(call, input, { items: devices, key: serialOf });
    return { VirtualMFADevices: items.map((row) => virtualView(tx, row)), ...marks };
  },
});

/** A device in a list, which tells neither its secret nor its tags. */
function virtualView(tx: ReadTx, row: MfaDeviceRow): VirtualMFADevice {
  const user = holderView(tx, row);
  return {
    SerialNumber: row.serial,
    ...(user === undefined ? {} : { User: user }),
    ...(row.enabledAt === undefined ? {} : { EnableDate: new Date(row.enabledAt) }),
  };
}

function holderView(tx: ReadTx, { accountId, holder }: MfaDeviceRow): User | undefined {
  if (holder === undefined) return undefined;
  if (holder === rootHolder) return rootView(tx, accountId);
  const row = tx.get(users, holder);
  return row && userSummary(row);
}

export const tagMfaDevice = operation("TagMFADevice", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(mfaDeviceTarget(call, input.SerialNumber), requestTagKeys(readTags(input.Tags))),
  ],
  handle(tx, input, call) {
    const row = fetchVirtualMfaDevice(tx, call, input.SerialNumber);
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
    const row = fetchVirtualMfaDevice(tx, call, input.SerialNumber);
    putMfaDevice(tx, { ...row, tags: withoutTags(row.tags, input.TagKeys) });
    return {};
  },
});

export const listMfaDeviceTags = operation("ListMFADeviceTags", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(mfaDeviceTarget(call, input.SerialNumber))],
  handle: (tx, input, call) =>
    listTags(call, input, fetchVirtualMfaDevice(tx, call, input.SerialNumber).tags),
});

/** Every operation of this file. */
export const mfaDeviceListOperations = [
  listMfaDevices,
  listVirtualMfaDevices,
  tagMfaDevice,
  untagMfaDevice,
  listMfaDeviceTags,
];

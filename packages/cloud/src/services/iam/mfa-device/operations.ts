/** Operations that make MFA devices, hand them to users, keep them in step and take them back. */
import { base32Text, generateTotpSeed, qrPng } from "@casemate/key-engine";
import type { ReadTx } from "@casemate/store";
import { requestTagKeys, type Call } from "../../../kit/index.ts";
import { quotaExceeded } from "../faults.ts";
import { noWrongGuesses } from "../guess-limit.ts";
import { operation } from "../operation.ts";
import { readTags } from "../tag/tags.ts";
import { holderName, type Holder } from "../user/meant-holder.ts";
import { countingWrongCode, sealSeed, synchronized } from "./mfa-code.ts";
import { fetchMfaHolder, mfaHolderTarget } from "./mfa-holder.ts";
import {
  fetchMfaDevice,
  fetchVirtualMfaDevice,
  hasMfaDevice,
  mfaDeviceArn,
  mfaDevices,
  mfaDevicesOf,
  mfaDevicesPerUserMax,
  mfaDeviceTarget,
  putMfaDevice,
  type MfaDeviceRow,
} from "./mfa-device.ts";
import {
  mfaCodesNotValid,
  mfaDeviceExists,
  mfaDeviceInUse,
  mfaDeviceNotOfUser,
  mfaDeviceTaken,
  mfaSerialTooLong,
} from "./mfa-device-faults.ts";

/** Characters of a serial number. */
export const mfaSerialLengthMax = 256;

export const createVirtualMfaDevice = operation("CreateVirtualMFADevice", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const named = { accountId: call.accountId, path: input.Path ?? "/", name: input.VirtualMFADeviceName };
    const target = { arn: mfaDeviceArn(named), accountId: call.accountId, keys: {} };
    const tagKeys = requestTagKeys(readTags(input.Tags));
    const tagging = Object.keys(tagKeys).length > 0;
    return [
      call.need(target, tagKeys),
      ...(tagging ? [call.needAction("iam:TagMFADevice", target, tagKeys)] : []),
    ];
  },
  handle(tx, input, call) {
    const named = { accountId: call.accountId, path: input.Path ?? "/", name: input.VirtualMFADeviceName };
    if (hasMfaDevice(tx, named)) throw mfaDeviceExists();
    const serial = mfaDeviceArn(named);
    if (serial.length > mfaSerialLengthMax) throw mfaSerialTooLong(String(mfaSerialLengthMax));
    const seed = generateTotpSeed(call.environment.random);
    const tags = readTags(input.Tags);
    putMfaDevice(tx, {
      serial,
      ...named,
      sealedSeed: sealSeed(call.environment, serial, seed),
      createdAt: call.now,
      tags,
      driftSteps: 0,
      lastStep: 0,
      wrong: noWrongGuesses,
    });
    const secret = base32Text(seed);
    return {
      VirtualMFADevice: {
        SerialNumber: serial,
        Base32StringSeed: new TextEncoder().encode(secret),
        QRCodePNG: qrPng(authenticatorUri(named, secret)),
      },
    };
  },
});

/** What an authenticator reads from the picture. Differs: AWS names itself as the issuer. */
function authenticatorUri(named: Pick<MfaDeviceRow, "name" | "accountId">, secret: string): string {
  const label = `Casemate:${encodeURIComponent(named.name)}@${named.accountId}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=Casemate`;
}

export const enableMfaDevice = operation("EnableMFADevice", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(mfaHolderTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMfaHolder(tx, call, input.UserName);
    const device = fetchMfaDevice(tx, call, input.SerialNumber);
    if (device.holder !== undefined) throw mfaDeviceTaken();
    if (mfaDevicesOf(tx, call.accountId, holder.id).length >= mfaDevicesPerUserMax) {
      throw quotaExceeded("MFADevicesPerUser", String(mfaDevicesPerUserMax));
    }
    putMfaDevice(tx, { ...inStep(device, input, call), holder: holder.id, enabledAt: call.now });
    return {};
  },
});

export const resyncMfaDevice = operation("ResyncMFADevice", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(mfaHolderTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMfaHolder(tx, call, input.UserName);
    putMfaDevice(tx, inStep(deviceOf(tx, call, { holder, serial: input.SerialNumber }), input, call));
    return {};
  },
});

interface TwoCodes {
  readonly AuthenticationCode1: string;
  readonly AuthenticationCode2: string;
}

/** The device after its two codes. @throws mfaCodesNotValid, which counts them */
function inStep(device: MfaDeviceRow, input: TwoCodes, call: Call): MfaDeviceRow {
  const { now } = call;
  const codes = [input.AuthenticationCode1, input.AuthenticationCode2] as const;
  const row = synchronized(call.environment, device, { codes, now });
  if (row === undefined) throw countingWrongCode(mfaCodesNotValid(), { serial: device.serial, now });
  return row;
}

/** The device that is enabled for a user or the root. @throws mfaDeviceNotOfUser */
function deviceOf(
  tx: ReadTx,
  call: Call,
  { holder, serial }: { readonly holder: Holder; readonly serial: string },
): MfaDeviceRow {
  const row = tx.get(mfaDevices, serial);
  if (row?.accountId !== call.accountId || row.holder !== holder.id) throw mfaDeviceNotOfUser();
  return row;
}

export const deactivateMfaDevice = operation("DeactivateMFADevice", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(mfaHolderTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMfaHolder(tx, call, input.UserName);
    const device = deviceOf(tx, call, { holder, serial: input.SerialNumber });
    const { holder: _holder, enabledAt: _enabledAt, ...row } = device;
    putMfaDevice(tx, row);
    return {};
  },
});

export const deleteVirtualMfaDevice = operation("DeleteVirtualMFADevice", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(mfaDeviceTarget(call, input.SerialNumber))],
  handle(tx, input, call) {
    const row = fetchVirtualMfaDevice(tx, call, input.SerialNumber);
    if (row.holder !== undefined) throw mfaDeviceInUse();
    tx.delete(mfaDevices, row.serial);
    return {};
  },
});

export const getMfaDevice = operation("GetMFADevice", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(mfaHolderTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMfaHolder(tx, call, input.UserName);
    const { serial, enabledAt } = deviceOf(tx, call, { holder, serial: input.SerialNumber });
    return {
      UserName: holderName(holder),
      SerialNumber: serial,
      ...(enabledAt === undefined ? {} : { EnableDate: new Date(enabledAt) }),
    };
  },
});

/** Every operation of this file. */
export const mfaDeviceOperations = [
  createVirtualMfaDevice,
  enableMfaDevice,
  resyncMfaDevice,
  deactivateMfaDevice,
  deleteVirtualMfaDevice,
  getMfaDevice,
];

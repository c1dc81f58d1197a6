/**
 * MFA devices: the row. The seed of a virtual one is told once, when it is made, that of a hardware one
 * never; it is sealed from then on.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import { parseArn, resourceTagKeys, type Call, type Tags, type Target } from "../../../kit/index.ts";
import type { WrongGuesses } from "../guess-limit.ts";
import { mfaDeviceNotFound } from "./mfa-device-faults.ts";

/** MFA devices that one user may have. */
export const mfaDevicesPerUserMax = 8;

/** A device. */
export interface MfaDeviceRow {
  /** The serial number of a virtual device is its ARN, that of a hardware device is printed on it. */
  readonly serial: string;
  /** Set for a hardware device. */
  readonly hardware?: true | undefined;
  readonly accountId: string;
  readonly path: string;
  readonly name: string;
  readonly sealedSeed: string;
  readonly createdAt: number;
  readonly tags: Tags;
  /** The user's unique id, while the device is enabled for one. */
  readonly holder?: string | undefined;
  readonly enabledAt?: number | undefined;
  /** How many steps its clock is ahead of ours, as found when it was enabled or synchronized. */
  readonly driftSteps: number;
  /** The last step whose code was taken; a code of this or an earlier step is never taken again. */
  readonly lastStep: number;
  readonly wrong: WrongGuesses;
}

export const mfaDevices = collection<MfaDeviceRow>()({
  kind: "iam/mfa-device",
  key: (row) => row.serial,
  indexes: {
    account: (row) => row.accountId,
    name: (row) => (row.hardware === true ? undefined : nameKey(row)),
    holder: (row) => (row.holder === undefined ? undefined : `${row.accountId}/${row.holder}`),
  },
});

type Named = Pick<MfaDeviceRow, "accountId" | "path" | "name">;

function nameKey({ accountId, path, name }: Named): string {
  return `${accountId}${path}${name.toLowerCase()}`;
}

export function mfaDeviceArn({ accountId, path, name }: Named): string {
  return `arn:aws:iam::${accountId}:mfa${path}${name}`;
}

/** Whether an account has a device of this path and name; names are compared without case. */
export function hasMfaDevice(tx: ReadTx, named: Named): boolean {
  return tx.by(mfaDevices, "name", nameKey(named)).length > 0;
}

/** The devices of a user, oldest serial number first. */
export function mfaDevicesOf(tx: ReadTx, accountId: string, userId: string): readonly MfaDeviceRow[] {
  return tx.by(mfaDevices, "holder", `${accountId}/${userId}`);
}

/** The caller's device of a serial number. @throws mfaDeviceNotFound */
export function fetchMfaDevice(tx: ReadTx, call: Call, serial: string): MfaDeviceRow {
  const row = tx.get(mfaDevices, serial);
  if (row?.accountId !== call.accountId) throw mfaDeviceNotFound(serial);
  return row;
}

/** The caller's virtual device of a serial number. @throws mfaDeviceNotFound */
export function fetchVirtualMfaDevice(tx: ReadTx, call: Call, serial: string): MfaDeviceRow {
  const row = fetchMfaDevice(tx, call, serial);
  if (row.hardware === true) throw mfaDeviceNotFound(serial);
  return row;
}

/** A device as target of a need; what is no ARN of a device is taken for the name of one. */
export function mfaDeviceTarget(call: Call, serial: string): Target {
  const row = call.tx.get(mfaDevices, serial);
  const isArn = /^arn:aws:iam::\d{12}:mfa\/./.test(serial);
  return {
    arn: isArn ? serial : mfaDeviceArn({ accountId: call.accountId, path: "/", name: serial }),
    accountId: (isArn ? parseArn(serial)?.accountId : undefined) ?? call.accountId,
    keys: row?.accountId === call.accountId ? resourceTagKeys(row.tags, "iam") : {},
  };
}

export function putMfaDevice(tx: Tx, row: MfaDeviceRow): MfaDeviceRow {
  tx.put(mfaDevices, row);
  return row;
}

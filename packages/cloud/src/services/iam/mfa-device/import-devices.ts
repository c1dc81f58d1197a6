/**
 * Hardware MFA devices: the operator tells their serial numbers and seeds, as their maker delivered them; a
 * user of the account then enables one as any other, with two codes that it shows. Seeds are sealed and never
 * told again.
 * Differs: AWS has the seeds from the makers of its devices; here they are the operator's to bring. Security
 * keys cannot be enabled.
 */
import type { Tx } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import { accountExists } from "../account/account.ts";
import { noWrongGuesses } from "../guess-limit.ts";
import { mfaDevices, putMfaDevice, type MfaDeviceRow } from "./mfa-device.ts";
import { sealSeed } from "./mfa-code.ts";

/** Devices that are told at once. */
export const importedDevicesMax = 1000;
/** Bytes of a seed, at least and at most. */
export const importedSeedBytesMin = 16;
export const importedSeedBytesMax = 64;

/** A device as its maker describes it. */
export interface DeliveredDevice {
  /** What is printed on it. */
  readonly serial: string;
  /** Its seed, in Base32 or in hexadecimal digits. */
  readonly seed: string;
}

/** Why a device is not taken; nothing of the whole delivery is. */
export type ImportRefusal =
  | { readonly reason: "no-account" | "too-many" | "none" }
  | { readonly reason: "serial-invalid" | "serial-taken" | "seed-invalid"; readonly line: number };

/** Takes devices for an account; answers their serial numbers. */
export function importMfaDevices(
  tx: Tx,
  environment: CloudEnvironment,
  { accountId, devices }: { readonly accountId: string; readonly devices: readonly DeliveredDevice[] },
): readonly string[] | ImportRefusal {
  if (!accountExists(tx, accountId)) return { reason: "no-account" };
  if (devices.length === 0) return { reason: "none" };
  if (devices.length > importedDevicesMax) return { reason: "too-many" };
  const rows = new Map<string, MfaDeviceRow>();
  for (const [index, { serial, seed: text }] of devices.entries()) {
    const line = index + 1;
    if (!/^[A-Za-z0-9][A-Za-z0-9-]{8,63}$/.test(serial)) return { reason: "serial-invalid", line };
    if (rows.has(serial) || tx.get(mfaDevices, serial) !== undefined) return { reason: "serial-taken", line };
    const seed = parseSeed(text);
    if (seed === undefined) return { reason: "seed-invalid", line };
    rows.set(serial, {
      serial,
      accountId,
      path: "/",
      name: serial,
      hardware: true,
      sealedSeed: sealSeed(environment, serial, seed),
      createdAt: environment.clock(),
      tags: {},
      driftSteps: 0,
      lastStep: 0,
      wrong: noWrongGuesses,
    });
  }
  for (const row of rows.values()) putMfaDevice(tx, row);
  return [...rows.keys()];
}

/**
 * The bytes of a seed. Text that is both is hexadecimal: a Base32 text of digits and of A to F alone is
 * nothing that a maker draws.
 */
function parseSeed(text: string): Uint8Array | undefined {
  const seed = /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, "hex") : parseBase32(text);
  const fits =
    seed !== undefined && seed.length >= importedSeedBytesMin && seed.length <= importedSeedBytesMax;
  return fits ? seed : undefined;
}

const base32Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function parseBase32(text: string): Uint8Array | undefined {
  const digits = text.toUpperCase().replace(/=+$/, "");
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const digit of digits) {
    const value = base32Digits.indexOf(digit);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return Uint8Array.from(bytes);
}

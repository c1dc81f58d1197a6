/**
 * The codes of MFA devices: whether one is right now, that none is taken twice, and that nobody may guess for
 * long. A wrong code is counted although the call it came with is undone.
 */
import { findTotpStep, totpStepAt } from "@casemate/key-engine";
import type { ReadTx, Tx } from "@casemate/store";
import type { CloudEnvironment, Fault, Principal } from "../../../kit/index.ts";
import { rootHolder } from "../access-key/access-key.ts";
import { guessesPause, noWrongGuesses, withWrongGuess } from "../guess-limit.ts";
import { mfaDevices, mfaDevicesOf, putMfaDevice, type MfaDeviceRow } from "./mfa-device.ts";

/** Steps that a device may be ahead or behind of its known drift when it shows one code. */
export const mfaCodeReachSteps = 1;
/** Steps that its clock may be off when it shows two codes in a row: an hour. */
export const mfaSynchronizationReachSteps = 120;
/** A code as a request gives it. */
export interface PresentedMfa {
  readonly serial: string;
  readonly code: string;
}

/** Why a code does not count: its device is not the caller's, or it is wrong. */
export type MfaRefusal = "no-device" | "wrong-code";

/** A code that counts, until it is spent. */
export interface RightMfaCode {
  readonly device: MfaDeviceRow;
  readonly step: number;
}

/** Seals the seed of a device. */
export function sealSeed(environment: CloudEnvironment, serial: string, seed: Uint8Array): string {
  const text = Buffer.from(seed).toString("base64");
  return environment.keyring.seal(text, { purpose: "mfa-seed", device: serial });
}

/** Opens the seed of a device. */
export function openSeed(environment: CloudEnvironment, row: MfaDeviceRow): Uint8Array {
  const text = environment.keyring.open(row.sealedSeed, { purpose: "mfa-seed", device: row.serial });
  return Buffer.from(text, "base64");
}

/**
 * Checks a code of a device of the calling user or root. Nothing is changed: the code is taken by
 * `spendMfaCode`, a wrong one is counted by `countingWrongCode`.
 */
export function checkMfaCode(
  tx: ReadTx,
  environment: CloudEnvironment,
  asked: { readonly principal: Principal; readonly presented: PresentedMfa; readonly now: number },
): RightMfaCode | MfaRefusal {
  const { principal, presented, now } = asked;
  if (principal.type !== "user" && principal.type !== "root") return "no-device";
  const holder = principal.type === "root" ? rootHolder : principal.id;
  const device = mfaDevicesOf(tx, principal.accountId, holder).find(
    ({ serial }) => serial === presented.serial,
  );
  if (device === undefined) return "no-device";
  return rightCode(environment, device, { code: presented.code, now }) ?? "wrong-code";
}

/** As checkMfaCode, with whichever device of a user or root shows the code. */
export function findMfaCode(
  tx: ReadTx,
  environment: CloudEnvironment,
  asked: {
    readonly accountId: string;
    readonly holder: string;
    readonly code: string;
    readonly now: number;
  },
): RightMfaCode | undefined {
  for (const device of mfaDevicesOf(tx, asked.accountId, asked.holder)) {
    const right = rightCode(environment, device, asked);
    if (right !== undefined) return right;
  }
  return undefined;
}

function rightCode(
  environment: CloudEnvironment,
  device: MfaDeviceRow,
  { code, now }: { readonly code: string; readonly now: number },
): RightMfaCode | undefined {
  if (guessesPause(device.wrong, now)) return undefined;
  const center = totpStepAt(now) + device.driftSteps;
  const step = findTotpStep(openSeed(environment, device), [code], {
    from: Math.max(center - mfaCodeReachSteps, device.lastStep + 1),
    to: center + mfaCodeReachSteps,
  });
  return step === undefined ? undefined : { device, step };
}

/** Takes the code: it is worth nothing from now on. */
export function spendMfaCode(tx: Tx, { device, step }: RightMfaCode): void {
  putMfaDevice(tx, { ...device, lastStep: step, wrong: noWrongGuesses });
}

/** The refusal of a wrong code, which counts it. */
export function countingWrongCode(
  refusal: Fault,
  wrong: { readonly serial: string; readonly now: number },
): Fault {
  return refusal.leaving((tx) => countWrongCode(tx, wrong));
}

/** Counts a wrong code of a device. */
export function countWrongCode(tx: Tx, wrong: { readonly serial: string; readonly now: number }): void {
  const device = tx.get(mfaDevices, wrong.serial);
  if (device === undefined) return;
  putMfaDevice(tx, { ...device, wrong: withWrongGuess(device.wrong, wrong.now) });
}

/**
 * The device after two codes that it showed one after the other, with the drift of its clock; undefined
 * when they are not such codes.
 */
export function synchronized(
  environment: CloudEnvironment,
  device: MfaDeviceRow,
  shown: { readonly codes: readonly [string, string]; readonly now: number },
): MfaDeviceRow | undefined {
  if (guessesPause(device.wrong, shown.now)) return undefined;
  const center = totpStepAt(shown.now);
  const step = findTotpStep(openSeed(environment, device), shown.codes, {
    from: Math.max(center - mfaSynchronizationReachSteps, device.lastStep + 1),
    to: center + mfaSynchronizationReachSteps,
  });
  if (step === undefined) return undefined;
  // Whoever reads two codes in a row and sends them at once sends them in the second one's step.
  return { ...device, driftSteps: step - center, lastStep: step, wrong: noWrongGuesses };
}

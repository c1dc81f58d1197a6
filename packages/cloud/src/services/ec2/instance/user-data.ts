/** User data: base64 as given, checked, and sealed at rest because it may hold secrets. */
import type { CloudEnvironment } from "../../../kit/index.ts";
import { userDataMalformed, userDataTooLong } from "./launch/faults.ts";

/** Bytes of user data before base64. */
export const userDataBytesMax = 16 * 1024;

/** Checks user data; empty counts as none. @throws userDataMalformed, userDataTooLong */
export function readUserData(base64: string | undefined): string | undefined {
  if (base64 === undefined || base64 === "") return undefined;
  const compact = base64.replaceAll(/[\r\n]/g, "");
  if (compact.length > Math.ceil((userDataBytesMax * 4) / 3) + 4) throw userDataTooLong();
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) throw userDataMalformed();
  const padding = compact.endsWith("==") ? 2 : compact.endsWith("=") ? 1 : 0;
  if ((compact.length / 4) * 3 - padding > userDataBytesMax) throw userDataTooLong();
  return compact;
}

/** Seals user data for its instance. */
export function sealUserData(environment: CloudEnvironment, instanceId: string, base64: string): string {
  return environment.keyring.seal(base64, { purpose: "user-data", instance: instanceId });
}

/** Opens the user data of an instance, as base64. */
export function openUserData(
  environment: CloudEnvironment,
  instance: { readonly id: string; readonly sealedUserData?: string | undefined },
): string | undefined {
  if (instance.sealedUserData === undefined) return undefined;
  return environment.keyring.open(instance.sealedUserData, { purpose: "user-data", instance: instance.id });
}

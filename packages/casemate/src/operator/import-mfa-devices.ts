/** The operator's call that takes hardware MFA devices for an account, seeds and all. */
import { importedDevicesMax, importMfaDevices, type ImportRefusal } from "@casemate/cloud";
import type { OperatorInput, OperatorOutput } from "./operator-calls.ts";
import { OperatorFault } from "./operator-fault.ts";
import type { OperatedCloud } from "./operator-handlers.ts";
import { optionalText, requiredSecret, requiredText } from "./operator-input.ts";
import { recordOperator } from "./record-operator.ts";

/** Takes them, all or none. Seeds are neither recorded nor told. @throws OperatorFault */
export async function importDevices(
  { store, environment }: OperatedCloud,
  input: OperatorInput<"accounts-import-mfa">,
): Promise<OperatorOutput<"accounts-import-mfa">> {
  const accountId = optionalText(input, "accountId", /^\d{12}$/) ?? environment.settings.accountId;
  const given: unknown = input.devices;
  if (!Array.isArray(given)) throw new OperatorFault("InvalidInput", "devices is a list.");
  const devices = given.map((device: unknown) => ({
    serial: requiredText(Object(device), "serial"),
    seed: requiredSecret(Object(device), "seed"),
  }));
  const { value, seq } = store.transaction((tx) => {
    const taken = importMfaDevices(tx, environment, { accountId, devices });
    if ("reason" in taken) return taken;
    recordOperator(tx, environment, {
      eventName: "ImportMFADevices",
      accountId,
      requestParameters: { accountId, serialNumbers: taken },
      responseElements: null,
    });
    return taken;
  });
  if ("reason" in value) throw importFault(value, accountId);
  await store.settled(seq);
  return { accountId, serialNumbers: value };
}

function importFault(refusal: ImportRefusal, accountId: string): OperatorFault {
  switch (refusal.reason) {
    case "no-account":
      return new OperatorFault("NotFound", `There is no account ${accountId}.`);
    case "none":
      return new OperatorFault("InvalidInput", "There are no devices.");
    case "too-many":
      return new OperatorFault("InvalidInput", `These are more than ${importedDevicesMax} devices.`);
    case "serial-invalid":
      return new OperatorFault("InvalidInput", `Device ${refusal.line} has no valid serial number.`);
    case "serial-taken":
      return new OperatorFault("Conflict", `The serial number of device ${refusal.line} is known already.`);
    case "seed-invalid":
      return new OperatorFault("InvalidInput", `Device ${refusal.line} has no valid seed.`);
  }
}

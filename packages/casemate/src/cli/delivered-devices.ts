/** Reads a delivery of hardware MFA devices: a line for each, its serial number, a comma and its seed. */
import { readFileSync, statSync } from "node:fs";
import { CliFault } from "./cli-fault.ts";

/** Bytes of a file of devices. */
export const deliveryBytesMax = 200 * 1024;

/** A device as the file describes it. */
export interface DeliveredLine {
  readonly serial: string;
  readonly seed: string;
}

/** The devices of a file; empty lines and those that begin with `#` are passed over. @throws CliFault */
export function readDelivery(path: string): readonly DeliveredLine[] {
  let text: string;
  try {
    if (statSync(path).size > deliveryBytesMax) {
      throw new CliFault("usage", "InvalidInput", `${path} is larger than ${deliveryBytesMax} bytes.`);
    }
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    if (thrown instanceof CliFault) throw thrown;
    throw new CliFault("usage", "InvalidInput", `${path} cannot be read.`);
  }
  return parseDelivery(text);
}

/** The devices of a text. @throws CliFault that names a line and none of its text */
export function parseDelivery(text: string): readonly DeliveredLine[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const [serial = "", seed = "", ...more] = line.split(",").map((part) => part.trim());
    if (serial === "" || seed === "" || more.length > 0) {
      throw new CliFault("usage", "InvalidInput", `Line ${index + 1} is no serial number, comma and seed.`);
    }
    return [{ serial, seed }];
  });
}

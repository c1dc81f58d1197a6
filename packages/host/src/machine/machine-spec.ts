/** Judges a machine's specification before anything is made from it; refuses what could not be a machine. */
import type { MachineSpec } from "@casemate/cloud";
import { assertMachineId } from "./machine-directory.ts";

export const machineVcpusMax = 1_024;
export const machineMemoryMibMin = 64;
export const machineMemoryMibMax = 64 * 1024 * 1024;

/**
 * Safety: the values end up in path names and arguments, so each is held to its own narrow form here.
 * @throws {TypeError} saying which value is wrong.
 */
export function assertMachineSpec(spec: MachineSpec): void {
  assertMachineId(spec.instanceId);
  const [primary] = spec.enis;
  if (primary === undefined) throw new TypeError("a machine needs a network interface");
  for (const eni of spec.enis) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(eni.netns)) {
      throw new TypeError(`${JSON.stringify(eni.netns)} is not the name of a network namespace`);
    }
  }
  if (!spec.enis.every((eni) => eni.netns === primary.netns)) {
    throw new TypeError("the interfaces of a machine lie in one network namespace");
  }
  assertWithin("vcpus", spec.vcpus, [1, machineVcpusMax]);
  assertWithin("memoryMib", spec.memoryMib, [machineMemoryMibMin, machineMemoryMibMax]);
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,62})$/i.test(spec.hostname)) {
    throw new TypeError(`${JSON.stringify(spec.hostname)} is not a host name`);
  }
  if (spec.trustAnchorsPem !== "" && !/^-----BEGIN CERTIFICATE-----/m.test(spec.trustAnchorsPem)) {
    throw new TypeError("trustAnchorsPem holds no certificate");
  }
}

function assertWithin(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new TypeError(`${name} is ${value}; it is a whole number from ${least} to ${most}`);
  }
}

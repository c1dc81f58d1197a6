/** Judges a machine's specification before anything is made from it; refuses what could not be a machine. */
import type { MachineInterface, MachineSpec } from "@casemate/cloud";
import { parseAddress, parseCidr } from "@casemate/net-engine";
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
  assertMachineInterfaces(spec.enis);
  assertWithin("vcpus", spec.vcpus, [1, machineVcpusMax]);
  assertWithin("memoryMib", spec.memoryMib, [machineMemoryMibMin, machineMemoryMibMax]);
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,62})$/i.test(spec.hostname)) {
    throw new TypeError(`${JSON.stringify(spec.hostname)} is not a host name`);
  }
  for (const server of spec.nameServers ?? []) {
    if (parseAddress(server) === undefined)
      throw new TypeError(`${JSON.stringify(server)} is no name server`);
  }
  if (spec.trustAnchorsPem !== "" && !/^-----BEGIN CERTIFICATE-----/m.test(spec.trustAnchorsPem)) {
    throw new TypeError("trustAnchorsPem holds no certificate");
  }
}

/** The highest device index of an interface. */
const deviceIndexMax = 31;

/**
 * Safety: names, addresses and blocks become arguments of `ip`; each is held to its own narrow form here.
 * @throws {TypeError} saying which value is wrong.
 */
export function assertMachineInterfaces(enis: readonly MachineInterface[]): void {
  if (enis.length === 0) throw new TypeError("a machine needs a network interface");
  for (const [place, eni] of enis.entries()) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(eni.netns)) {
      throw new TypeError(`${JSON.stringify(eni.netns)} is not the name of a network namespace`);
    }
    const { deviceIndex = 0, addresses = [], prefixes = [] } = eni;
    assertWithin("deviceIndex", deviceIndex, place === 0 ? [0, 0] : [1, deviceIndexMax]);
    if (place > 0 && !/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(eni.mac)) {
      throw new TypeError(`${JSON.stringify(eni.mac)} is not a MAC address`);
    }
    for (const { address, length, gateway } of addresses) {
      const bits = typeof parseAddress(address) === "bigint" ? 128 : 32;
      if (typeof parseAddress(address) !== typeof parseAddress(gateway)) throw new TypeError("bad gateway");
      if (parseAddress(address) === undefined)
        throw new TypeError(`${JSON.stringify(address)} is no address`);
      assertWithin("length", length, [0, bits]);
    }
    for (const prefix of prefixes) {
      if (parseCidr(prefix) === undefined) throw new TypeError(`${JSON.stringify(prefix)} is not a block`);
    }
  }
  const indexes = enis.map(({ deviceIndex = 0 }) => deviceIndex);
  if (new Set(indexes).size < indexes.length) throw new TypeError("two interfaces have one device index");
}

function assertWithin(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new TypeError(`${name} is ${value}; it is a whole number from ${least} to ${most}`);
  }
}

/** The checks that a model must pass before anything is computed from it; each failure is a ModelFault. */
import { parseAddress, parseCidr, type Address, type Cidr, type Family } from "./address.ts";
import type { VpcModel } from "./model.ts";
import { ModelFault } from "./model-fault.ts";
import { groupRuleMatch, type TrafficMatch } from "./protocol.ts";

/** The highest number of an interface. */
export const eniNumberMax = 60_000;
/** The highest number of a subnet. */
export const subnetNumberMax = 32_767;
/** The highest number of a VPC. */
export const vpcNumberMax = 4095;

/** Reads a CIDR of the model. @throws ModelFault */
export function parseModelCidr(text: string, where: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new ModelFault(`${where}: "${text}" is not a CIDR block`);
  return cidr;
}

/** Reads an address of the model in the family wanted. @throws ModelFault */
export function parseModelAddress(text: string, family: Family, where: string): Address {
  const address = parseAddress(text);
  if (address === undefined || (typeof address === "bigint") !== (family === 6)) {
    throw new ModelFault(`${where}: "${text}" is not an IPv${family} address`);
  }
  return address;
}

/** Checks the number of an interface, of this VPC or of another. @throws ModelFault */
export function checkEniNumber(number: number, where: string): void {
  checkNumber(number, eniNumberMax, where);
}

/** Checks numbers, MAC addresses and rules. @throws ModelFault */
export function checkModel(model: VpcModel): void {
  checkNumber(model.number, vpcNumberMax, model.vpcId);
  for (const subnet of model.subnets) checkNumber(subnet.number, subnetNumberMax, subnet.id);
  for (const eni of model.enis) {
    checkNumber(eni.number, eniNumberMax, eni.id);
    if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(eni.mac)) throw new ModelFault(`${eni.id}: bad MAC address`);
    if (eni.metadata !== undefined) checkRange(eni.metadata.hopLimit, [1, 64], `${eni.id}: hop limit`);
  }
  checkUnique(
    model.subnets.map(({ number }) => number),
    "subnet numbers",
  );
  checkUnique(
    [...model.enis, ...(model.gatewayEndpoints ?? [])].map(({ number }) => number),
    "interface numbers",
  );
  for (const { peerNumber, id } of model.peerings ?? []) checkNumber(peerNumber, vpcNumberMax, id);
  checkUnique([model.number, ...(model.peerings ?? []).map(({ peerNumber }) => peerNumber)], "VPC numbers");
  for (const list of [
    model.subnets,
    model.enis,
    model.routeTables,
    model.networkAcls,
    model.securityGroups,
    model.natGateways ?? [],
    model.peerings ?? [],
    model.gatewayEndpoints ?? [],
    model.interfaceEndpoints ?? [],
    model.endpointServices ?? [],
  ]) {
    checkUnique(
      list.map(({ id }) => id),
      "ids",
    );
  }
  for (const group of model.securityGroups) {
    for (const rule of [...group.ingress, ...group.egress]) {
      checkMatch(groupRuleMatch(rule), rule.id);
    }
  }
  for (const acl of model.networkAcls) {
    for (const entry of acl.entries) checkMatch(entry, `${acl.id} entry ${entry.ruleNumber}`);
  }
}

function checkMatch(match: TrafficMatch, where: string): void {
  checkRange(match.protocol, [-1, 255], `${where}: protocol`);
  if (match.protocol === 6 || match.protocol === 17) {
    checkRange(match.fromPort ?? -1, [-1, 65_535], `${where}: from port`);
    checkRange(match.toPort ?? -1, [-1, 65_535], `${where}: to port`);
    if ((match.fromPort ?? -1) > (match.toPort ?? match.fromPort ?? -1)) {
      throw new ModelFault(`${where}: ports run backwards`);
    }
  } else if (match.protocol === 1 || match.protocol === 58) {
    checkRange(match.icmpType ?? -1, [-1, 255], `${where}: ICMP type`);
    checkRange(match.icmpCode ?? -1, [-1, 255], `${where}: ICMP code`);
  }
}

function checkNumber(value: number, max: number, where: string): void {
  checkRange(value, [1, max], `${where}: number`);
}

function checkRange(value: number, [low, high]: readonly [number, number], where: string): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new ModelFault(`${where} ${value} is not in ${low}..${high}`);
  }
}

function checkUnique(values: readonly (string | number)[], what: string): void {
  if (new Set(values).size !== values.length) throw new ModelFault(`${what} are not unique`);
}

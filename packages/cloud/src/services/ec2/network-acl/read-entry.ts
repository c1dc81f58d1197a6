/** Entries of network ACLs as requests state them, checked and brought to one form. */
import type { CreateNetworkAclEntryRequest } from "@casemate/wire/ec2";
import { attributeValueMissing } from "../instance/attribute-change.ts";
import { protocolUnknown } from "../security-group/faults.ts";
import { readBlock } from "../vpc/ipv4-block.ts";
import {
  entryBlockMissing,
  entryBlockTwice,
  entryFamilyInvalid,
  entryIcmpInvalid,
  entryPortsInvalid,
  ruleNumberInvalid,
} from "./faults.ts";
import type { NetworkAclEntryRow } from "./network-acl.ts";

/** The highest number of an entry; the implicit ones come after it. */
export const ruleNumberMax = 32_766;

/** Names that requests may use instead of numbers. */
const protocolNames: Readonly<Record<string, number>> = {
  all: -1,
  icmp: 1,
  icmpv6: 58,
  tcp: 6,
  udp: 17,
};

/** Reads an entry. @throws the faults of entries, blockMalformed */
export function readEntry(input: CreateNetworkAclEntryRequest): NetworkAclEntryRow {
  const { RuleNumber: ruleNumber, Egress: egress, RuleAction: action } = input;
  if (!isWhole(ruleNumber, 1, ruleNumberMax)) throw ruleNumberInvalid(String(ruleNumber));
  const protocol = readProtocol(input.Protocol);
  const cidr = readEntryBlock(input);
  const family = cidr.includes(":") ? "IPv6" : "IPv4";
  if ((protocol === 58 && family === "IPv4") || (protocol === 1 && family === "IPv6")) {
    throw entryFamilyInvalid(input.Protocol, family);
  }
  return { ruleNumber, egress, action, protocol, cidr, ...readDetail(protocol, input) };
}

function readProtocol(text: string): number {
  const name = text.toLowerCase();
  const named = Object.hasOwn(protocolNames, name) ? protocolNames[name] : undefined;
  if (named !== undefined) return named;
  const number = /^(?:-1|0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= 255)) throw protocolUnknown(text);
  return number;
}

function readEntryBlock({ CidrBlock: ipv4, Ipv6CidrBlock: ipv6 }: CreateNetworkAclEntryRequest): string {
  if (ipv4 !== undefined && ipv6 !== undefined) throw entryBlockTwice();
  if (ipv4 !== undefined) return readBlock(ipv4, 4, "cidrBlock").text;
  if (ipv6 === undefined) throw entryBlockMissing();
  return readBlock(ipv6, 6, "ipv6CidrBlock").text;
}

/** The ports, or the type and code, of an entry; of any other protocol they are ignored, as AWS does. */
function readDetail(protocol: number, input: CreateNetworkAclEntryRequest): Partial<NetworkAclEntryRow> {
  if (protocol === 6 || protocol === 17) {
    const { From: from, To: to } = input.PortRange ?? {};
    if (from === undefined || to === undefined) throw attributeValueMissing("portRange");
    const ordered = isWhole(from, 0, 65_535) && isWhole(to, from, 65_535);
    if (!ordered) throw entryPortsInvalid(String(from), String(to));
    return { fromPort: from, toPort: to };
  }
  if (protocol === 1 || protocol === 58) {
    const { Type: type, Code: code } = input.IcmpTypeCode ?? {};
    if (type === undefined || code === undefined) throw attributeValueMissing("icmpTypeCode");
    const known = isWhole(type, -1, 255) && isWhole(code, -1, 255) && !(type === -1 && code !== -1);
    if (!known) throw entryIcmpInvalid(String(type), String(code));
    return { icmpType: type, icmpCode: code };
  }
  return {};
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

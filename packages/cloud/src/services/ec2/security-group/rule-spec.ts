/** Rules as requests state them: protocols, ports and peers, checked and brought to one form. */
import { formatCidr, parseCidr } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import type { IpPermission, UserIdGroupPair } from "@casemate/wire/ec2";
import type { Call } from "../../../kit/index.ts";
import { prefixListNotFound } from "../prefix-list/faults.ts";
import { findPrefixList } from "../prefix-list/prefix-list.ts";
import {
  cidrMalformed,
  icmpInvalid,
  peerMissing,
  portRangeInvalid,
  portsMissing,
  protocolUnknown,
  ruleDescriptionInvalid,
} from "./faults.ts";
import { peersOf } from "../vpc-peering-connection/peering-connection.ts";
import { peeringNotFound } from "../vpc-peering-connection/faults.ts";
import {
  securityGroupNotFound,
  securityGroups,
  type RulePeer,
  type SecurityGroupRow,
  type SecurityGroupRuleRow,
} from "./security-group.ts";
import { isUsableIn } from "./vpc-association.ts";

/** A rule that is not stored yet. */
export type RuleSpec = Pick<
  SecurityGroupRuleRow,
  "protocol" | "fromPort" | "toPort" | "peer" | "description"
>;

/** What a rule says, without its peer. */
export type ProtocolAndPorts = Pick<RuleSpec, "protocol" | "fromPort" | "toPort">;

/** Names of protocols that the API uses instead of numbers. */
const protocolNames: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58, "-1": -1 };
const protocolsByNumber = new Map(Object.entries(protocolNames).map(([name, number]) => [number, name]));

/** The protocol as the API shows it. */
export function protocolView(protocol: number): string {
  return protocolsByNumber.get(protocol) ?? String(protocol);
}

/** Reads a protocol name or number. @throws protocolUnknown */
export function parseProtocol(text: string | undefined): number {
  const name = (text ?? "").toLowerCase();
  const named = Object.hasOwn(protocolNames, name) ? protocolNames[name] : undefined;
  if (named !== undefined) return named;
  const number = /^(?:0|[1-9]\d{0,2})$/.test(name) ? Number(name) : Number.NaN;
  if (!(number <= 255)) throw protocolUnknown(text ?? "");
  return number;
}

/** Protocol and ports of a request. @throws portsMissing, portRangeInvalid, icmpInvalid, protocolUnknown */
export function parsePorts(
  protocolText: string | undefined,
  from: number | undefined,
  to: number | undefined,
): ProtocolAndPorts {
  const protocol = parseProtocol(protocolText);
  if (protocol === 6 || protocol === 17) return portRange(protocol, from, to);
  if (protocol === 1 || protocol === 58) {
    const type = from ?? -1;
    const code = to ?? -1;
    const wild = type === -1 && code !== -1;
    if (!inRange(type, -1, 255) || !inRange(code, -1, 255) || wild) {
      throw icmpInvalid(String(type), String(code));
    }
    return { protocol, fromPort: type, toPort: code };
  }
  // "For other protocols, any port range you specify is ignored" (AuthorizeSecurityGroupIngress).
  return { protocol };
}

function portRange(protocol: number, from: number | undefined, to: number | undefined): ProtocolAndPorts {
  if (from === undefined || to === undefined) throw portsMissing();
  // -1 to -1 is how clients spell all ports.
  if (from === -1 && to === -1) return { protocol, fromPort: 0, toPort: 65_535 };
  if (!inRange(from, 0, 65_535) || !inRange(to, 0, 65_535) || from > to) {
    throw portRangeInvalid(String(from), String(to));
  }
  return { protocol, fromPort: from, toPort: to };
}

function inRange(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

/** Checks a rule's description. @throws ruleDescriptionInvalid */
export function parseRuleDescription(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(text)) throw ruleDescriptionInvalid();
  return text;
}

/** The rules that permissions state: one for each peer. @throws the faults of this module */
export function parsePermissions(
  tx: ReadTx,
  call: Call,
  stated: { readonly group: SecurityGroupRow; readonly permissions: readonly IpPermission[] },
): readonly RuleSpec[] {
  return stated.permissions.flatMap((permission) => {
    const ports = parsePorts(permission.IpProtocol, permission.FromPort, permission.ToPort);
    const specs: RuleSpec[] = [
      ...(permission.IpRanges ?? []).map(({ CidrIp, Description }) =>
        spec(ports, cidrPeer(CidrIp, 4), Description),
      ),
      ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) =>
        spec(ports, cidrPeer(CidrIpv6, 6), Description),
      ),
      ...(permission.UserIdGroupPairs ?? []).map((pair) =>
        spec(ports, groupPeer(tx, call, { pair, vpcId: stated.group.vpcId }), pair.Description),
      ),
      ...(permission.PrefixListIds ?? []).map(({ PrefixListId, Description }) =>
        spec(ports, prefixListPeer(tx, call, PrefixListId), Description),
      ),
    ];
    if (specs.length === 0) throw peerMissing();
    return specs;
  });
}

function spec(ports: ProtocolAndPorts, peer: RulePeer, description: string | undefined): RuleSpec {
  const text = parseRuleDescription(description);
  return { ...ports, peer, ...(text === undefined ? {} : { description: text }) };
}

/** A CIDR peer; host bits are cleared, as AWS does. @throws cidrMalformed */
export function cidrPeer(text: string | undefined, family: 4 | 6): RulePeer {
  const cidr = text === undefined ? undefined : parseCidr(text);
  if (cidr?.family !== family) throw cidrMalformed(text ?? "");
  return { kind: family === 4 ? "ipv4" : "ipv6", cidr: formatCidr(cidr) };
}

/** A group as peer: one that interfaces of the VPC may have, or one of a VPC that it is peered with. */
export function groupPeer(
  tx: ReadTx,
  call: Call,
  { pair, vpcId }: { readonly pair: UserIdGroupPair; readonly vpcId: string },
): RulePeer {
  const name = pair.GroupId ?? pair.GroupName ?? "";
  const peers = peersOf(tx, vpcId);
  const named = pair.VpcPeeringConnectionId;
  if (named !== undefined && !peers.some(({ row }) => row.id === named)) throw peeringNotFound(named);
  const group =
    pair.GroupId === undefined
      ? securityGroups.by(tx, call, { index: "vpc", value: vpcId }).find((row) => row.name === pair.GroupName)
      : tx.get(securityGroups.collection, pair.GroupId);
  const owner = pair.UserId === undefined || pair.UserId === "" ? call.accountId : pair.UserId;
  if (group?.accountId !== owner || group.region !== call.region) throw securityGroupNotFound(name);
  if (pair.VpcId !== undefined && pair.VpcId !== group.vpcId) throw securityGroupNotFound(name);
  const own = owner === call.accountId && isUsableIn(tx, group, vpcId);
  if (own && named === undefined) {
    return { kind: "group", groupId: group.id, accountId: group.accountId };
  }
  const peering = peers.find(({ other }) => other.vpcId === group.vpcId)?.row.id;
  if (peering === undefined || (named !== undefined && named !== peering)) throw securityGroupNotFound(name);
  const across = { vpcId: group.vpcId, peeringId: peering };
  return { kind: "group", groupId: group.id, accountId: group.accountId, across };
}

/** A prefix list as peer: one of the caller's, or one of AWS's. @throws prefixListNotFound */
export function prefixListPeer(tx: ReadTx, call: Call, id: string | undefined): RulePeer {
  const list = findPrefixList(tx, call, id ?? "");
  if (list === undefined) throw prefixListNotFound(id ?? "");
  return { kind: "prefix-list", prefixListId: list.id };
}

/** What makes two rules of one direction the same: everything but the description. */
export function ruleIdentity(rule: ProtocolAndPorts & { readonly peer: RulePeer }): string {
  return JSON.stringify([rule.protocol, rule.fromPort ?? null, rule.toPort ?? null, peerText(rule.peer)]);
}

/** The peer as messages and filters name it. */
export function peerText(peer: RulePeer): string {
  switch (peer.kind) {
    case "ipv4":
    case "ipv6":
      return peer.cidr;
    case "group":
      return peer.groupId;
    case "prefix-list":
      return peer.prefixListId;
  }
}

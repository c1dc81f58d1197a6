/** Rules as the API shows them: one by one, and gathered into permissions. */
import type { ReadTx } from "@casemate/store";
import type {
  IpPermission,
  ReferencedSecurityGroup,
  RevokedSecurityGroupRule,
  SecurityGroupRule,
} from "@casemate/wire/ec2";
import { tagsView, type FilterTable } from "../../../kit/index.ts";
import { peeringConnections } from "../vpc-peering-connection/peering-connection.ts";
import { protocolView } from "./rule-spec.ts";
import { securityGroupRules, type RulePeer, type SecurityGroupRuleRow } from "./security-group.ts";

/** The rules of a group in id order. */
export function rulesOf(tx: ReadTx, groupId: string): readonly SecurityGroupRuleRow[] {
  return tx.by(securityGroupRules.collection, "group", groupId);
}

/** Ports as the API shows them: -1 where the protocol has none. */
function portsView({ protocol, fromPort, toPort }: SecurityGroupRuleRow): {
  readonly IpProtocol: string;
  readonly FromPort: number;
  readonly ToPort: number;
} {
  return { IpProtocol: protocolView(protocol), FromPort: fromPort ?? -1, ToPort: toPort ?? -1 };
}

/** What a rule shows of the peering that a group of another VPC is reached by. */
function acrossView(
  { across }: Extract<RulePeer, { kind: "group" }>,
  tx: ReadTx,
): Pick<ReferencedSecurityGroup, "PeeringStatus" | "VpcId" | "VpcPeeringConnectionId"> {
  if (across === undefined) return {};
  return {
    VpcId: across.vpcId,
    VpcPeeringConnectionId: across.peeringId,
    PeeringStatus: tx.get(peeringConnections, across.peeringId)?.state ?? "deleted",
  };
}

/** One rule. */
export function ruleView(row: SecurityGroupRuleRow, tx: ReadTx): SecurityGroupRule {
  const { peer } = row;
  return {
    SecurityGroupRuleId: row.id,
    SecurityGroupRuleArn: securityGroupRules.arn(row),
    GroupId: row.groupId,
    GroupOwnerId: row.accountId,
    IsEgress: row.egress,
    ...portsView(row),
    ...(peer.kind === "ipv4" ? { CidrIpv4: peer.cidr } : {}),
    ...(peer.kind === "ipv6" ? { CidrIpv6: peer.cidr } : {}),
    ...(peer.kind === "prefix-list" ? { PrefixListId: peer.prefixListId } : {}),
    ...(peer.kind === "group"
      ? { ReferencedGroupInfo: { GroupId: peer.groupId, UserId: peer.accountId, ...acrossView(peer, tx) } }
      : {}),
    ...(row.description === undefined ? {} : { Description: row.description }),
    Tags: tagsView(row.tags),
  };
}

/** A rule that was revoked. */
export function revokedRuleView(row: SecurityGroupRuleRow, tx: ReadTx): RevokedSecurityGroupRule {
  const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo } = ruleView(row, tx);
  return {
    SecurityGroupRuleId: row.id,
    GroupId: row.groupId,
    IsEgress: row.egress,
    ...portsView(row),
    CidrIpv4,
    CidrIpv6,
    PrefixListId,
    ReferencedGroupId: ReferencedGroupInfo?.GroupId,
    Description: row.description,
  };
}

/** Rules of one direction gathered by protocol and ports. */
export function permissionsView(rules: readonly SecurityGroupRuleRow[], tx: ReadTx): readonly IpPermission[] {
  const gathered = new Map<string, SecurityGroupRuleRow[]>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.protocol, rule.fromPort ?? null, rule.toPort ?? null]);
    gathered.set(key, [...(gathered.get(key) ?? []), rule]);
  }
  return [...gathered.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [permission(first, group, tx)];
  });
}

function permission(
  first: SecurityGroupRuleRow,
  group: readonly SecurityGroupRuleRow[],
  tx: ReadTx,
): IpPermission {
  const described = (rule: SecurityGroupRuleRow): { readonly Description?: string } =>
    rule.description === undefined ? {} : { Description: rule.description };
  const ports = first.fromPort === undefined ? {} : { FromPort: first.fromPort, ToPort: first.toPort };
  return {
    IpProtocol: protocolView(first.protocol),
    ...ports,
    IpRanges: group.flatMap((rule) =>
      rule.peer.kind === "ipv4" ? [{ CidrIp: rule.peer.cidr, ...described(rule) }] : [],
    ),
    Ipv6Ranges: group.flatMap((rule) =>
      rule.peer.kind === "ipv6" ? [{ CidrIpv6: rule.peer.cidr, ...described(rule) }] : [],
    ),
    PrefixListIds: group.flatMap((rule) =>
      rule.peer.kind === "prefix-list" ? [{ PrefixListId: rule.peer.prefixListId, ...described(rule) }] : [],
    ),
    UserIdGroupPairs: group.flatMap((rule) =>
      rule.peer.kind === "group"
        ? [
            {
              GroupId: rule.peer.groupId,
              UserId: rule.peer.accountId,
              ...acrossView(rule.peer, tx),
              ...described(rule),
            },
          ]
        : [],
    ),
  };
}

/** The filters of DescribeSecurityGroupRules. */
export const ruleFilters: FilterTable<SecurityGroupRuleRow> = {
  "group-id": (row) => row.groupId,
  "security-group-rule-id": (row) => row.id,
};

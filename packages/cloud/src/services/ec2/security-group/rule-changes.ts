/**
 * Changing rules that stand: their content by ModifySecurityGroupRules, their descriptions by the older
 * operations.
 */
import type { Tx } from "@casemate/store";
import type {
  SecurityGroupRuleRequest,
  UpdateSecurityGroupRuleDescriptionsEgressRequest,
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
} from "@casemate/wire/ec2";
import type { Call } from "../../../kit/index.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import {
  peerAmbiguous,
  peerMissing,
  permissionsMissing,
  ruleDuplicate,
  ruleElsewhere,
  ruleNotFound,
} from "./faults.ts";
import { fetchNamedGroup, namedGroupTarget } from "./named-group.ts";
import {
  cidrPeer,
  groupPeer,
  parsePermissions,
  parsePorts,
  parseRuleDescription,
  peerText,
  prefixListPeer,
  ruleIdentity,
} from "./rule-spec.ts";
import { rulesOf } from "./rule-view.ts";
import { checkRoom } from "./rule-weight.ts";
import {
  securityGroupRules,
  securityGroups,
  type RulePeer,
  type SecurityGroupRow,
  type SecurityGroupRuleRow,
} from "./security-group.ts";

export const modifySecurityGroupRules = operation("ModifySecurityGroupRules", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(securityGroups.target(call, input.GroupId)),
    ...input.SecurityGroupRules.map(({ SecurityGroupRuleId }) =>
      call.need(securityGroupRules.target(call, SecurityGroupRuleId)),
    ),
  ],
  handle(tx, input, call) {
    const group = securityGroups.fetch(tx, call, input.GroupId);
    for (const update of input.SecurityGroupRules) {
      const row = ruleOf(tx, call, { group, id: update.SecurityGroupRuleId });
      replaceRule(tx, call, { group, row, wanted: update.SecurityGroupRule ?? {} });
    }
    tx.wish(networkTopic);
    return { Return: true };
  },
});

function ruleOf(
  tx: Tx,
  call: Call,
  named: { readonly group: SecurityGroupRow; readonly id: string },
): SecurityGroupRuleRow {
  const row = securityGroupRules.fetch(tx, call, named.id);
  if (row.groupId !== named.group.id) throw ruleElsewhere(named.id, named.group.id);
  return row;
}

/** The rule is replaced whole: what the request leaves out is gone, tags and id stay. */
function replaceRule(
  tx: Tx,
  call: Call,
  change: {
    readonly group: SecurityGroupRow;
    readonly row: SecurityGroupRuleRow;
    readonly wanted: SecurityGroupRuleRequest;
  },
): void {
  const { group, row, wanted } = change;
  const { id, accountId, region, groupId, egress, tags } = row;
  const description = parseRuleDescription(wanted.Description);
  const replaced: SecurityGroupRuleRow = {
    id,
    accountId,
    region,
    groupId,
    egress,
    tags,
    ...parsePorts(wanted.IpProtocol, wanted.FromPort, wanted.ToPort),
    peer: wantedPeer(tx, call, { group, wanted }),
    ...(description === undefined ? {} : { description }),
  };
  const others = rulesOf(tx, group.id).filter((other) => other.id !== id && other.egress === egress);
  const taken = others.some((other) => ruleIdentity(other) === ruleIdentity(replaced));
  if (taken) throw ruleDuplicate(peerText(replaced.peer));
  checkRoom(tx, others, replaced);
  securityGroupRules.put(tx, replaced);
}

function wantedPeer(
  tx: Tx,
  call: Call,
  { group, wanted }: { readonly group: SecurityGroupRow; readonly wanted: SecurityGroupRuleRequest },
): RulePeer {
  const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId } = wanted;
  const given = [CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId].filter((each) => each !== undefined);
  if (given.length === 0) throw peerMissing();
  if (given.length > 1) throw peerAmbiguous();
  if (CidrIpv4 !== undefined) return cidrPeer(CidrIpv4, 4);
  if (CidrIpv6 !== undefined) return cidrPeer(CidrIpv6, 6);
  if (PrefixListId !== undefined) return prefixListPeer(tx, call, PrefixListId);
  return groupPeer(tx, call, { pair: { GroupId: ReferencedGroupId }, vpcId: group.vpcId });
}

type DescriptionInput =
  UpdateSecurityGroupRuleDescriptionsIngressRequest | UpdateSecurityGroupRuleDescriptionsEgressRequest;

function describeRules(
  tx: Tx,
  call: Call,
  asked: { readonly input: DescriptionInput; readonly egress: boolean },
): { Return: boolean } {
  const { input, egress } = asked;
  const group = fetchNamedGroup(tx, call, input);
  const permissions = input.IpPermissions ?? [];
  const listed = input.SecurityGroupRuleDescriptions ?? [];
  if (permissions.length === 0 && listed.length === 0) throw permissionsMissing();
  const rules = rulesOf(tx, group.id).filter((row) => row.egress === egress);
  for (const spec of parsePermissions(tx, call, { group, permissions })) {
    const row = rules.find((rule) => ruleIdentity(rule) === ruleIdentity(spec));
    if (row === undefined) throw ruleNotFound();
    setDescription(tx, row, spec.description);
  }
  for (const { SecurityGroupRuleId = "", Description } of listed) {
    setDescription(
      tx,
      ruleOf(tx, call, { group, id: SecurityGroupRuleId }),
      parseRuleDescription(Description),
    );
  }
  return { Return: true };
}

function setDescription(tx: Tx, row: SecurityGroupRuleRow, description: string | undefined): void {
  const { description: _old, ...rest } = row;
  securityGroupRules.put(tx, description === undefined ? rest : { ...rest, description });
}

export const updateSecurityGroupRuleDescriptionsIngress = operation(
  "UpdateSecurityGroupRuleDescriptionsIngress",
  {
    access: "write",
    honours: "all",
    needs: (input, call) => [call.need(namedGroupTarget(call, input))],
    handle: (tx, input, call) => describeRules(tx, call, { input, egress: false }),
  },
);

export const updateSecurityGroupRuleDescriptionsEgress = operation(
  "UpdateSecurityGroupRuleDescriptionsEgress",
  {
    access: "write",
    honours: "all",
    needs: (input, call) => [call.need(namedGroupTarget(call, input))],
    handle: (tx, input, call) => describeRules(tx, call, { input, egress: true }),
  },
);

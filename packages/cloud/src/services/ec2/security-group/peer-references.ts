/** Rules across peerings: which groups of peers name a group, and which rules name what is gone. */
import type { ReadTx } from "@casemate/store";
import type { SecurityGroupReference, StaleIpPermission, StaleSecurityGroup } from "@casemate/wire/ec2";
import { page } from "../../../kit/index.ts";
import { describePageSize, invalidNextToken } from "../describe.ts";
import { operation } from "../operation.ts";
import { passes, peeringConnections } from "../vpc-peering-connection/peering-connection.ts";
import { vpcs } from "../vpc/vpc.ts";
import { permissionsView, rulesOf } from "./rule-view.ts";
import {
  securityGroupRules,
  securityGroups,
  type SecurityGroupRow,
  type SecurityGroupRuleRow,
} from "./security-group.ts";

export const describeSecurityGroupReferences = operation("DescribeSecurityGroupReferences", {
  access: "read",
  honours: "all",
  needs: (input, call) => [...new Set(input.GroupId)].map((id) => call.need(securityGroups.target(call, id))),
  handle(tx, input, call) {
    const groups = securityGroups.fetchAll(tx, call, [...new Set(input.GroupId)]);
    return { SecurityGroupReferenceSet: groups.flatMap((group) => referencesTo(tx, group)) };
  },
});

/** The VPCs beyond a group's peerings whose rules name it, each once. */
function referencesTo(tx: ReadTx, group: SecurityGroupRow): readonly SecurityGroupReference[] {
  const found = new Map<string, SecurityGroupReference>();
  for (const { peer, groupId } of tx.by(securityGroupRules.collection, "peer-group", group.id)) {
    if (peer.kind !== "group" || peer.across === undefined) continue;
    const { peeringId } = peer.across;
    const peering = tx.get(peeringConnections, peeringId);
    const ReferencingVpcId = tx.get(securityGroups.collection, groupId)?.vpcId;
    if (peering === undefined || !passes(peering) || ReferencingVpcId === undefined) continue;
    found.set(`${ReferencingVpcId}/${peeringId}`, {
      GroupId: group.id,
      ReferencingVpcId,
      VpcPeeringConnectionId: peeringId,
    });
  }
  return [...found.values()];
}

export const describeStaleSecurityGroups = operation("DescribeStaleSecurityGroups", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const vpc = vpcs.fetch(tx, call, input.VpcId);
    const stale = securityGroups
      .by(tx, call, { index: "vpc", value: vpc.id })
      .map((group) => ({ group, rules: rulesOf(tx, group.id).filter((rule) => isStale(tx, rule)) }))
      .filter(({ rules }) => rules.length > 0);
    const shown = page(
      call,
      { items: stale, key: ({ group }) => group.id },
      {
        limit: input.MaxResults,
        token: input.NextToken,
        size: describePageSize,
        question: input.VpcId,
        invalidToken: invalidNextToken,
      },
    );
    return {
      StaleSecurityGroupSet: shown.items.map(({ group, rules }) => staleView(group, rules, tx)),
      NextToken: shown.nextToken,
    };
  },
});

/** Whether a rule names a group of a peer that is gone, or that no peering leads to any more. */
function isStale(tx: ReadTx, { peer }: SecurityGroupRuleRow): boolean {
  if (peer.kind !== "group" || peer.across === undefined) return false;
  const peering = tx.get(peeringConnections, peer.across.peeringId);
  const standing = peering !== undefined && passes(peering);
  return !standing || tx.get(securityGroups.collection, peer.groupId) === undefined;
}

function staleView(
  group: SecurityGroupRow,
  rules: readonly SecurityGroupRuleRow[],
  tx: ReadTx,
): StaleSecurityGroup {
  const side = (egress: boolean): readonly StaleIpPermission[] =>
    permissionsView(
      rules.filter((rule) => rule.egress === egress),
      tx,
    ).map(({ IpProtocol, FromPort, ToPort, UserIdGroupPairs }) => ({
      IpProtocol,
      FromPort,
      ToPort,
      IpRanges: [],
      PrefixListIds: [],
      UserIdGroupPairs,
    }));
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    StaleIpPermissions: side(false),
    StaleIpPermissionsEgress: side(true),
  };
}

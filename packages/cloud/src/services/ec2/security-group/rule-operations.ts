/** Authorizing, revoking, changing and describing rules. */
import type { Tx } from "@casemate/store";
import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
  IpPermission,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult,
} from "@casemate/wire/ec2";
import { tagsOnCreate, type Call, type Need, type Tags } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import {
  permissionsGivenTwice,
  permissionsMissing,
  ruleDuplicate,
  ruleElsewhere,
  ruleNotFound,
} from "./faults.ts";
import { fetchNamedGroup, namedGroupTarget } from "./named-group.ts";
import { parsePermissions, peerText, protocolView, ruleIdentity, type RuleSpec } from "./rule-spec.ts";
import { revokedRuleView, ruleFilters, rulesOf, ruleView } from "./rule-view.ts";
import { checkRoom } from "./rule-weight.ts";
import { securityGroupRules, type SecurityGroupRow, type SecurityGroupRuleRow } from "./security-group.ts";

type PermissionInput =
  | AuthorizeSecurityGroupIngressRequest
  | AuthorizeSecurityGroupEgressRequest
  | RevokeSecurityGroupIngressRequest
  | RevokeSecurityGroupEgressRequest;

/** The permissions of a request, the older single form included. @throws permissionsGivenTwice */
function permissionsOf(input: PermissionInput): readonly IpPermission[] {
  const group = input.SourceSecurityGroupName;
  const single = [input.IpProtocol, input.FromPort, input.ToPort, input.CidrIp, group].some(
    (value) => value !== undefined,
  );
  if (!single) return input.IpPermissions ?? [];
  if (input.IpPermissions !== undefined) throw permissionsGivenTwice();
  return [
    {
      IpProtocol: input.IpProtocol,
      FromPort: input.FromPort,
      ToPort: input.ToPort,
      ...(input.CidrIp === undefined ? {} : { IpRanges: [{ CidrIp: input.CidrIp }] }),
      ...(group === undefined
        ? {}
        : { UserIdGroupPairs: [{ GroupName: group, UserId: input.SourceSecurityGroupOwnerId }] }),
    },
  ];
}

function authorizeNeeds(
  input: AuthorizeSecurityGroupIngressRequest | AuthorizeSecurityGroupEgressRequest,
  call: Call,
): readonly Need[] {
  const { type } = securityGroupRules;
  const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
  const group = call.need(namedGroupTarget(call, input));
  // Only a request that tags the new rules is also decided on them.
  return tags.needs.length === 0
    ? [group]
    : [group, call.need(securityGroupRules.fresh(call), tags.keys(type)), ...tags.needs];
}

function authorizeRules(
  tx: Tx,
  call: Call,
  asked: {
    readonly input: AuthorizeSecurityGroupIngressRequest | AuthorizeSecurityGroupEgressRequest;
    readonly egress: boolean;
  },
): AuthorizeSecurityGroupIngressResult {
  const { input, egress } = asked;
  const group = fetchNamedGroup(tx, call, input);
  const permissions = permissionsOf(input);
  if (permissions.length === 0) throw permissionsMissing();
  const specs = parsePermissions(tx, call, { group, permissions });
  const { type } = securityGroupRules;
  const tags = tagsOnCreate(call, input.TagSpecifications, [type]).of(type);
  const added = specs.map((spec) => addRule(tx, call, { group, egress, spec, tags }));
  tx.wish(networkTopic);
  return { Return: true, SecurityGroupRules: added.map((row) => ruleView(row, tx)) };
}

function addRule(
  tx: Tx,
  call: Call,
  rule: {
    readonly group: SecurityGroupRow;
    readonly egress: boolean;
    readonly spec: RuleSpec;
    readonly tags: Tags;
  },
): SecurityGroupRuleRow {
  const { group, egress, spec, tags } = rule;
  const same = rulesOf(tx, group.id).filter((row) => row.egress === egress);
  if (same.some((row) => ruleIdentity(row) === ruleIdentity(spec))) throw ruleDuplicate(duplicateText(spec));
  checkRoom(tx, same, { ...spec, region: call.region });
  const owner = { accountId: call.accountId, region: call.region };
  return securityGroupRules.put(tx, {
    ...owner,
    id: call.newId("sgr"),
    groupId: group.id,
    egress,
    ...spec,
    tags,
  });
}

function duplicateText({ protocol, fromPort, toPort, peer }: RuleSpec): string {
  const ports = fromPort === undefined ? "" : `, from port: ${fromPort}, to port: ${toPort}`;
  const name = protocol === -1 ? "ALL" : protocolView(protocol).toUpperCase();
  return `peer: ${peerText(peer)}, ${name}${ports}, ALLOW`;
}

function revokeRules(
  tx: Tx,
  call: Call,
  asked: {
    readonly input: RevokeSecurityGroupIngressRequest | RevokeSecurityGroupEgressRequest;
    readonly egress: boolean;
  },
): RevokeSecurityGroupIngressResult {
  const { input, egress } = asked;
  const group = fetchNamedGroup(tx, call, input);
  const permissions = permissionsOf(input);
  const ids = input.SecurityGroupRuleIds ?? [];
  if (permissions.length === 0 && ids.length === 0) throw permissionsMissing();
  const rules = rulesOf(tx, group.id).filter((row) => row.egress === egress);
  const byId = ids.map((id) => {
    const row = securityGroupRules.fetch(tx, call, id);
    if (!rules.includes(row)) throw ruleElsewhere(id, group.id);
    return row;
  });
  const byIdentity = new Map(rules.map((row) => [ruleIdentity(row), row]));
  const stated = parsePermissions(tx, call, { group, permissions }).map((spec) => {
    const row = byIdentity.get(ruleIdentity(spec));
    if (row === undefined) throw ruleNotFound();
    return row;
  });
  const revoked = [...new Set([...byId, ...stated])];
  for (const row of revoked) securityGroupRules.remove(tx, row);
  tx.wish(networkTopic);
  return { Return: true, RevokedSecurityGroupRules: revoked.map((row) => revokedRuleView(row, tx)) };
}

export const authorizeSecurityGroupIngress = operation("AuthorizeSecurityGroupIngress", {
  access: "write",
  honours: "all",
  needs: authorizeNeeds,
  handle: (tx, input, call) => authorizeRules(tx, call, { input, egress: false }),
});

export const authorizeSecurityGroupEgress = operation("AuthorizeSecurityGroupEgress", {
  access: "write",
  honours: "all",
  needs: authorizeNeeds,
  handle: (tx, input, call) => authorizeRules(tx, call, { input, egress: true }),
});

export const revokeSecurityGroupIngress = operation("RevokeSecurityGroupIngress", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(namedGroupTarget(call, input))],
  handle: (tx, input, call) => revokeRules(tx, call, { input, egress: false }),
});

export const revokeSecurityGroupEgress = operation("RevokeSecurityGroupEgress", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(namedGroupTarget(call, input))],
  handle: (tx, input, call) => revokeRules(tx, call, { input, egress: true }),
});

export const describeSecurityGroupRules = operation("DescribeSecurityGroupRules", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: securityGroupRules,
      filters: ruleFilters,
      request: describeRequest(input, input.SecurityGroupRuleIds, "securityGroupRuleIds"),
    });
    return { SecurityGroupRules: found.items.map((row) => ruleView(row, tx)), NextToken: found.nextToken };
  },
});

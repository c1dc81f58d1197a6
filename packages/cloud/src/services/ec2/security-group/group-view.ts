/** Security groups as the API shows them, and the filters over them and their rules. */
import type { ReadTx } from "@casemate/store";
import type { SecurityGroup } from "@casemate/wire/ec2";
import { tagsView, type FilterTable, type FilterValue } from "../../../kit/index.ts";
import { peerText, protocolView } from "./rule-spec.ts";
import { permissionsView, rulesOf } from "./rule-view.ts";
import { securityGroups, type SecurityGroupRow, type SecurityGroupRuleRow } from "./security-group.ts";

/** The group with its permissions. */
export function securityGroupView(row: SecurityGroupRow, tx: ReadTx): SecurityGroup {
  const rules = rulesOf(tx, row.id);
  return {
    GroupId: row.id,
    GroupName: row.name,
    Description: row.description,
    OwnerId: row.accountId,
    VpcId: row.vpcId,
    SecurityGroupArn: securityGroups.arn(row),
    IpPermissions: permissionsView(
      rules.filter(({ egress }) => !egress),
      tx,
    ),
    IpPermissionsEgress: permissionsView(
      rules.filter(({ egress }) => egress),
      tx,
    ),
    Tags: tagsView(row.tags),
  };
}

type Reader = (row: SecurityGroupRow, tx: ReadTx) => FilterValue;

/** Values that the rules of a group have in one direction. */
function overRules(egress: boolean, read: (rule: SecurityGroupRuleRow) => string | undefined): Reader {
  return (row, tx) =>
    rulesOf(tx, row.id)
      .filter((rule) => rule.egress === egress)
      .map(read)
      .filter((value) => value !== undefined);
}

function peerOf(
  kind: SecurityGroupRuleRow["peer"]["kind"],
): (rule: SecurityGroupRuleRow) => string | undefined {
  return (rule) => (rule.peer.kind === kind ? peerText(rule.peer) : undefined);
}

/** The filters about rules, for one direction; `prefix` is how their names begin. */
function ruleFilters(prefix: "ip-permission" | "egress.ip-permission"): FilterTable<SecurityGroupRow> {
  const egress = prefix === "egress.ip-permission";
  const readers: Readonly<Record<string, (rule: SecurityGroupRuleRow) => string | undefined>> = {
    cidr: peerOf("ipv4"),
    "ipv6-cidr": peerOf("ipv6"),
    "prefix-list-id": peerOf("prefix-list"),
    "group-id": peerOf("group"),
    "from-port": ({ fromPort }) => (fromPort === undefined ? undefined : String(fromPort)),
    "to-port": ({ toPort }) => (toPort === undefined ? undefined : String(toPort)),
    protocol: ({ protocol }) => protocolView(protocol),
    "user-id": ({ peer }) => (peer.kind === "group" ? peer.accountId : undefined),
  };
  return Object.fromEntries(
    Object.entries(readers).map(([name, read]) => [`${prefix}.${name}`, overRules(egress, read)]),
  );
}

/** The filters of DescribeSecurityGroups. */
export const securityGroupFilters: FilterTable<SecurityGroupRow> = {
  description: (row) => row.description,
  "group-id": (row) => row.id,
  "group-name": (row) => row.name,
  "owner-id": (row) => row.accountId,
  "vpc-id": (row) => row.vpcId,
  ...ruleFilters("ip-permission"),
  ...ruleFilters("egress.ip-permission"),
};

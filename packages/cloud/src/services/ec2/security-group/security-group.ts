/** Security groups and their rules: the rows, their faults and keys. */
import { fault, resource, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

/** A security group. */
export interface SecurityGroupRow extends OwnedRow {
  readonly id: string;
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
}

/** What a rule speaks of on the other side. */
export type RulePeer =
  | { readonly kind: "ipv4"; readonly cidr: string }
  | { readonly kind: "ipv6"; readonly cidr: string }
  | {
      readonly kind: "group";
      readonly groupId: string;
      readonly accountId: string;
      /** Set where the group is of a peered VPC. */
      readonly across?: { readonly vpcId: string; readonly peeringId: string } | undefined;
    }
  | { readonly kind: "prefix-list"; readonly prefixListId: string };

/** One rule of a group; every rule has an id and tags of its own. */
export interface SecurityGroupRuleRow extends OwnedRow {
  readonly id: string;
  readonly groupId: string;
  readonly egress: boolean;
  /** IANA protocol number; -1 is all. */
  readonly protocol: number;
  /** Ports, or ICMP type and code; -1 is all; absent where the protocol has none. */
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly peer: RulePeer;
  readonly description?: string | undefined;
}

export const securityGroupNotFound = fault({
  code: "InvalidGroup.NotFound",
  message: (id: string) => `The security group '${id}' does not exist`,
});
export const securityGroupMalformed = malformedId("InvalidGroupId.Malformed", "sg");
export const securityGroupRuleNotFound = fault({
  code: "InvalidSecurityGroupRuleId.NotFound",
  message: (id: string) => `The security group rule ID '${id}' does not exist`,
});
export const securityGroupRuleMalformed = malformedId("InvalidSecurityGroupRuleId.Malformed", "sgr");

export const securityGroups = resource<SecurityGroupRow, "vpc">({
  service: "ec2",
  type: "security-group",
  prefix: "sg",
  indexes: { vpc: (row) => row.vpcId },
  notFound: securityGroupNotFound,
  malformed: securityGroupMalformed,
  keys: (row) => ({
    "ec2:SecurityGroupID": row.id,
    "ec2:Vpc": `arn:aws:ec2:${row.region}:${row.accountId}:vpc/${row.vpcId}`,
  }),
});

export const securityGroupRules = resource<SecurityGroupRuleRow, "group" | "peer-group" | "peer-prefix-list">(
  {
    service: "ec2",
    type: "security-group-rule",
    prefix: "sgr",
    indexes: {
      group: (row) => row.groupId,
      "peer-group": (row) => (row.peer.kind === "group" ? row.peer.groupId : undefined),
      "peer-prefix-list": (row) => (row.peer.kind === "prefix-list" ? row.peer.prefixListId : undefined),
    },
    notFound: securityGroupRuleNotFound,
    malformed: securityGroupRuleMalformed,
  },
);

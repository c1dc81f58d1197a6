/** What every VPC is born with: its main route table, its default network ACL and its default group. */
import type { Tx } from "@casemate/store";
import type { Call, Tags } from "../../../kit/index.ts";
import { takeNumber } from "../host-number.ts";
import { networkAcls, type NetworkAclRow } from "../network-acl/network-acl.ts";
import { networkTopic } from "../network/network-topic.ts";
import { makeMainRouteTable, type RouteTableRow } from "../route-table/route-table.ts";
import { securityGroupRules, securityGroups, type RulePeer } from "../security-group/security-group.ts";
import { vpcsExceeded } from "./faults.ts";
import { allowAllEntry } from "./ipv6-allowances.ts";
import { blocksOf, vpcs, type VpcRow } from "./vpc.ts";

/** What a new VPC is made from. */
export interface NewVpc {
  readonly cidr: string;
  readonly ipv6Cidr?: string | undefined;
  readonly tenancy: VpcRow["tenancy"];
  readonly isDefault: boolean;
  readonly dhcpOptionsId: string;
  readonly tags: Tags;
}

/** A VPC with what it was born with. */
export interface MadeVpc {
  readonly vpc: VpcRow;
  readonly mainTable: RouteTableRow;
  readonly defaultAcl: NetworkAclRow;
}

/** Makes a VPC. @throws vpcsExceeded when the host has no number left for it */
export function makeVpc(tx: Tx, call: Call, asked: NewVpc): MadeVpc {
  const owner = { accountId: call.accountId, region: call.region, tags: {} };
  const { cidr, ipv6Cidr, isDefault } = asked;
  const vpcId = call.newId("vpc");
  const number = takeNumber(tx, "vpc", vpcId);
  if (number === undefined) throw vpcsExceeded();
  const block = (text: string) => ({ associationId: call.newId("vpc-cidr-assoc"), cidr: text });
  const vpc = vpcs.put(tx, {
    ...owner,
    id: vpcId,
    number,
    state: "available",
    cidrs: [block(cidr)],
    ...(ipv6Cidr === undefined ? {} : { ipv6Cidrs: [block(ipv6Cidr)] }),
    isDefault,
    tenancy: asked.tenancy,
    dhcpOptionsId: asked.dhcpOptionsId,
    enableDnsSupport: true,
    enableDnsHostnames: isDefault,
    tags: asked.tags,
  });
  const mainTable = makeMainRouteTable(tx, call, { vpcId, cidrs: blocksOf(vpc) });
  const families = ipv6Cidr === undefined ? (["ipv4"] as const) : (["ipv4", "ipv6"] as const);
  const defaultAcl = networkAcls.put(tx, {
    ...owner,
    id: call.newId("acl"),
    vpcId,
    isDefault: true,
    entries: families.flatMap((family) => [allowAllEntry(family, false), allowAllEntry(family, true)]),
  });
  makeDefaultSecurityGroup(tx, call, vpc);
  tx.wish(networkTopic);
  return { vpc, mainTable, defaultAcl };
}

/** The group every VPC is born with: everything from itself in, everything out. */
function makeDefaultSecurityGroup(tx: Tx, call: Call, vpc: VpcRow): void {
  const owner = { accountId: call.accountId, region: call.region, tags: {} };
  const group = securityGroups.put(tx, {
    ...owner,
    id: call.newId("sg"),
    vpcId: vpc.id,
    name: "default",
    description: "default VPC security group",
  });
  const rule = (egress: boolean, peer: RulePeer): void => {
    securityGroupRules.put(tx, {
      ...owner,
      id: call.newId("sgr"),
      groupId: group.id,
      egress,
      protocol: -1,
      peer,
    });
  };
  rule(false, { kind: "group", groupId: group.id, accountId: call.accountId });
  for (const peer of everywhereOf(vpc)) rule(true, peer);
}

/** Where a new group of a VPC lets everything out to. */
export function everywhereOf(vpc: VpcRow): readonly RulePeer[] {
  const ipv4 = { kind: "ipv4", cidr: "0.0.0.0/0" } as const;
  return (vpc.ipv6Cidrs ?? []).length === 0 ? [ipv4] : [ipv4, { kind: "ipv6", cidr: "::/0" }];
}

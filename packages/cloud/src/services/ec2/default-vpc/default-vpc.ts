/**
 * The default VPC that every account has in every region: 172.31.0.0/16 with a /20 subnet in each zone, an
 * internet gateway, the main route table, the default network ACL and the default security group. It is made
 * by the first call that a region sees of an account.
 */
import { collection, type Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { fault } from "../../../kit/index.ts";
import { takeNumber } from "../host-number.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { networkAcls, type NetworkAclEntryRow } from "../network-acl/network-acl.ts";
import { routeTables } from "../route-table/route-table.ts";
import { securityGroupRules, securityGroups } from "../security-group/security-group.ts";
import { subnets } from "../subnet/subnet.ts";
import { vpcs } from "../vpc/vpc.ts";
import { zonesOf } from "../zone/zones.ts";

interface RegionRow {
  readonly key: string;
  readonly defaultVpcMadeAt: number;
}

/** Regions that an account has used; a default VPC that was deleted is not made again. */
export const usedRegions = collection<RegionRow>({ kind: "ec2/used-region", key: (row) => row.key });

export const vpcsOnHostExceeded = fault({
  code: "VpcLimitExceeded",
  message: () => "The maximum number of VPCs has been reached.",
});

/** Makes the caller's default network in its region, once. */
export function ensureDefaultVpc(tx: Tx, call: Call): void {
  const key = `${call.accountId}/${call.region}`;
  if (tx.get(usedRegions, key) !== undefined) return;
  tx.put(usedRegions, { key, defaultVpcMadeAt: call.now });
  makeDefaultVpc(tx, call);
}

function makeDefaultVpc(tx: Tx, call: Call): void {
  const owner = { accountId: call.accountId, region: call.region, tags: {} };
  const vpcId = call.newId("vpc");
  const number = takeNumber(tx, "vpc", vpcId);
  if (number === undefined) throw vpcsOnHostExceeded();
  vpcs.put(tx, {
    ...owner,
    id: vpcId,
    number,
    state: "available",
    cidrs: [{ associationId: `vpc-cidr-assoc-${call.newId("vpc").slice(4)}`, cidr: "172.31.0.0/16" }],
    isDefault: true,
    tenancy: "default",
    dhcpOptionsId: call.newId("dopt"),
    enableDnsSupport: true,
    enableDnsHostnames: true,
  });
  const gateway = internetGateways.put(tx, { ...owner, id: call.newId("igw"), vpcId });
  routeTables.put(tx, {
    ...owner,
    id: call.newId("rtb"),
    vpcId,
    number: 1,
    routes: [
      { destination: "172.31.0.0/16", target: { kind: "local" }, origin: "CreateRouteTable" },
      {
        destination: "0.0.0.0/0",
        target: { kind: "internet-gateway", id: gateway.id },
        origin: "CreateRoute",
      },
    ],
    mainAssociationId: call.newId("rtbassoc"),
    associations: [],
  });
  const acl = networkAcls.put(tx, {
    ...owner,
    id: call.newId("acl"),
    vpcId,
    isDefault: true,
    entries: [allowAll(false), allowAll(true)],
  });
  makeDefaultSubnets(tx, call, { vpcId, networkAclId: acl.id });
  makeDefaultSecurityGroup(tx, call, vpcId);
  tx.wish("ec2/network");
}

/** A /20 in each zone; what is launched there gets a public address. */
function makeDefaultSubnets(
  tx: Tx,
  call: Call,
  of: { readonly vpcId: string; readonly networkAclId: string },
): void {
  for (const [index, zone] of zonesOf(call.region).entries()) {
    subnets.put(tx, {
      accountId: call.accountId,
      region: call.region,
      tags: {},
      id: call.newId("subnet"),
      vpcId: of.vpcId,
      number: index + 1,
      cidr: `172.31.${index * 16}.0/20`,
      zone: zone.name,
      zoneId: zone.id,
      state: "available",
      defaultForAz: true,
      mapPublicIpOnLaunch: true,
      networkAclId: of.networkAclId,
      networkAclAssociationId: call.newId("aclassoc"),
      hostnameType: "ip-name",
    });
  }
}

/** The group every VPC is born with: everything from itself in, everything out. */
export function makeDefaultSecurityGroup(tx: Tx, call: Call, vpcId: string): void {
  const owner = { accountId: call.accountId, region: call.region, tags: {} };
  const group = securityGroups.put(tx, {
    ...owner,
    id: call.newId("sg"),
    vpcId,
    name: "default",
    description: "default VPC security group",
  });
  securityGroupRules.put(tx, {
    ...owner,
    id: call.newId("sgr"),
    groupId: group.id,
    egress: false,
    protocol: -1,
    peer: { kind: "group", groupId: group.id, accountId: call.accountId },
  });
  securityGroupRules.put(tx, {
    ...owner,
    id: call.newId("sgr"),
    groupId: group.id,
    egress: true,
    protocol: -1,
    peer: { kind: "ipv4", cidr: "0.0.0.0/0" },
  });
}

function allowAll(egress: boolean): NetworkAclEntryRow {
  return { ruleNumber: 100, egress, protocol: -1, action: "allow", cidr: "0.0.0.0/0" };
}

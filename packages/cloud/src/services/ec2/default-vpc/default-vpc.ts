/**
 * The default VPC that every account has in every region: 172.31.0.0/16 with a /20 subnet in each zone and an
 * internet gateway, beside what every VPC is born with. It is made by the first call that a region sees of an
 * account.
 */
import { collection, type Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { defaultDhcpOptionsId } from "../dhcp-options/dhcp-options.ts";
import { internetGateways } from "../internet-gateway/internet-gateway.ts";
import { routeTables } from "../route-table/route-table.ts";
import { putSubnet } from "../subnet/new-subnet.ts";
import { makeVpc } from "../vpc/new-vpc.ts";
import type { VpcRow } from "../vpc/vpc.ts";
import { zonesOf } from "../zone/zones.ts";

interface RegionRow {
  readonly key: string;
  readonly defaultVpcMadeAt: number;
}

/** Regions that an account has used; a default VPC that was deleted is not made again. */
export const usedRegions = collection<RegionRow>({ kind: "ec2/used-region", key: (row) => row.key });

/** The block of every default VPC. */
export const defaultVpcBlock = "172.31.0.0/16";
/** The length of the blocks of default subnets. */
export const defaultSubnetLength = 20;

/** Makes the caller's default network in its region, once. */
export function ensureDefaultVpc(tx: Tx, call: Call): void {
  const key = `${call.accountId}/${call.region}`;
  if (tx.get(usedRegions, key) !== undefined) return;
  tx.put(usedRegions, { key, defaultVpcMadeAt: call.now });
  makeDefaultVpc(tx, call);
}

/** Makes a default VPC for the caller. */
export function makeDefaultVpc(tx: Tx, call: Call): VpcRow {
  const { vpc, mainTable } = makeVpc(tx, call, {
    cidr: defaultVpcBlock,
    tenancy: "default",
    isDefault: true,
    dhcpOptionsId: defaultDhcpOptionsId(tx, call),
    tags: {},
  });
  const gateway = internetGateways.put(tx, {
    accountId: call.accountId,
    region: call.region,
    tags: {},
    id: call.newId("igw"),
    vpcId: vpc.id,
  });
  const target = { kind: "internet-gateway", id: gateway.id } as const;
  routeTables.change(tx, mainTable, {
    routes: [...mainTable.routes, { destination: "0.0.0.0/0", target, origin: "CreateRoute" }],
  });
  for (const [index, zone] of zonesOf(call.region).entries()) {
    const cidr = `172.31.${index * 16}.0/${defaultSubnetLength}`;
    putSubnet(tx, call, { vpcId: vpc.id, cidr, zone, isDefault: true, tags: {} });
  }
  return vpc;
}

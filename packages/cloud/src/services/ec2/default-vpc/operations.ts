/** Making default VPCs and default subnets anew, once they were deleted. */
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { freeSubblock, storedBlock } from "../cidr-block.ts";
import { attributeValueMissing } from "../instance/attribute-change.ts";
import { operation } from "../operation.ts";
import { askedZone } from "../subnet/asked-zone.ts";
import {
  defaultSubnetExists,
  defaultVpcFull,
  ipv6OnlyUnsupported,
  noDefaultVpcHere,
} from "../subnet/faults.ts";
import { putSubnet } from "../subnet/new-subnet.ts";
import { subnets, subnetView } from "../subnet/subnet.ts";
import { defaultVpcExists } from "../vpc/faults.ts";
import { checkRoomForVpc } from "../vpc/operations.ts";
import { vpcs, vpcView, type VpcRow } from "../vpc/vpc.ts";
import { defaultSubnetLength, makeDefaultVpc } from "./default-vpc.ts";

function findDefaultVpc(tx: ReadTx, call: Call): VpcRow | undefined {
  return vpcs.list(tx, call).find(({ isDefault }) => isDefault);
}

export const createDefaultVpc = operation("CreateDefaultVpc", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, _input, call) {
    if (findDefaultVpc(tx, call) !== undefined) throw defaultVpcExists();
    checkRoomForVpc(tx, call);
    return { Vpc: { ...vpcView(makeDefaultVpc(tx, call)), State: "pending" as const } };
  },
});

export const createDefaultSubnet = operation("CreateDefaultSubnet", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    if (input.Ipv6Native === true) throw ipv6OnlyUnsupported();
    const zone = askedZone(call, input);
    if (zone === undefined) throw attributeValueMissing("availabilityZone");
    const vpc = findDefaultVpc(tx, call);
    if (vpc === undefined) throw noDefaultVpcHere();
    const present = tx.by(subnets.collection, "vpc", vpc.id);
    const standing = present.find((row) => row.defaultForAz && row.zone === zone.name);
    if (standing !== undefined) throw defaultSubnetExists(standing.id, zone.name);
    const primary = storedBlock(vpc.cidrs[0]?.cidr ?? "");
    const taken = present.map(({ cidr }) => storedBlock(cidr));
    const cidr = freeSubblock(primary, defaultSubnetLength, taken);
    if (cidr === undefined) throw defaultVpcFull();
    const row = putSubnet(tx, call, { vpcId: vpc.id, cidr, zone, isDefault: true, tags: {} });
    return { Subnet: subnetView(row, tx) };
  },
});

/** Giving subnets an IPv6 block, and taking it away. */
import type { ReadTx } from "@casemate/store";
import type { Call, Target } from "../../../kit/index.ts";
import { isId } from "../../../kit/ids.ts";
import { attributeValueMissing } from "../instance/attribute-change.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { vpcs } from "../vpc/vpc.ts";
import {
  ipv6BlockAssigning,
  ipv6BlockInUse,
  subnetAssociationMalformed,
  subnetAssociationNotFound,
  subnetIpv6Exceeded,
} from "./faults.ts";
import { readSubnetIpv6Block } from "./subnet-blocks.ts";
import { subnetIpv6View, subnets, type SubnetRow } from "./subnet.ts";

export const associateSubnetCidrBlock = operation("AssociateSubnetCidrBlock", {
  access: "write",
  honours: ["Ipv6CidrBlock", "SubnetId"],
  needs: (input, call) => [call.need(subnets.target(call, input.SubnetId))],
  handle(tx, input, call) {
    const row = subnets.fetch(tx, call, input.SubnetId);
    if (input.Ipv6CidrBlock === undefined) throw attributeValueMissing("ipv6CidrBlock");
    if (row.ipv6 !== undefined) throw subnetIpv6Exceeded(row.id);
    const cidr = readSubnetIpv6Block(tx, vpcs.fetch(tx, call, row.vpcId), input.Ipv6CidrBlock);
    const ipv6 = { associationId: call.newId("subnet-cidr-assoc"), cidr };
    subnets.change(tx, row, { ipv6 });
    tx.wish(networkTopic);
    return { SubnetId: row.id, Ipv6CidrBlockAssociation: subnetIpv6View(ipv6, "associating") };
  },
});

function findByAssociation(tx: ReadTx, call: Call, associationId: string): SubnetRow | undefined {
  return subnets.by(tx, call, { index: "ipv6-association", value: associationId })[0];
}

/** The subnet of an association, or every subnet when there is none of that id. */
function associationTarget(call: Call, associationId: string): Target {
  const row = findByAssociation(call.tx, call, associationId);
  return row === undefined ? subnets.fresh(call) : subnets.targetOf(row, call.tx);
}

export const disassociateSubnetCidrBlock = operation("DisassociateSubnetCidrBlock", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(associationTarget(call, input.AssociationId))],
  handle(tx, input, call) {
    const { AssociationId: id } = input;
    if (!isId("subnet-cidr-assoc", id)) throw subnetAssociationMalformed(id);
    const row = findByAssociation(tx, call, id);
    if (row?.ipv6 === undefined) throw subnetAssociationNotFound(id);
    if (row.assignIpv6AddressOnCreation === true) throw ipv6BlockAssigning(id);
    const used = tx
      .by(networkInterfaces.collection, "subnet", row.id)
      .some(({ ipv6s = [], ipv6Prefixes = [] }) => ipv6s.length + ipv6Prefixes.length > 0);
    if (used) throw ipv6BlockInUse(id);
    subnets.change(tx, row, { ipv6: undefined });
    tx.wish(networkTopic);
    return { SubnetId: row.id, Ipv6CidrBlockAssociation: subnetIpv6View(row.ipv6, "disassociating") };
  },
});

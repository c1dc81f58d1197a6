/** Giving VPCs further blocks of addresses, and taking them away. */
import type { ReadTx, Tx } from "@casemate/store";
import type { AssociateVpcCidrBlockResult } from "@casemate/wire/ec2";
import type { Call, Target } from "../../../kit/index.ts";
import { isId } from "../../../kit/ids.ts";
import { covers, storedBlock } from "../cidr-block.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { subnets } from "../subnet/subnet.ts";
import { checkBlockOfPeers } from "../vpc-peering-connection/blocks-of-peers.ts";
import {
  blockChoice,
  primaryBlockKept,
  vpcAssociationMalformed,
  vpcAssociationNotFound,
  vpcBlockInUse,
  vpcBlocksExceeded,
} from "./faults.ts";
import { blocksPerFamilyMax, checkSecondaryBlock, readVpcBlock } from "./ipv4-block.ts";
import { allowIpv6 } from "./ipv6-allowances.ts";
import { takeIpv6Block } from "./ipv6-pool.ts";
import { addLocalRoutes, checkRoutesLeave, removeLocalRoutes } from "./local-routes.ts";
import { checkBorderGroup } from "./operations.ts";
import { ipv4BlockView, ipv6BlockView, vpcs, type VpcRow } from "./vpc.ts";

export const associateVpcCidrBlock = operation("AssociateVpcCidrBlock", {
  access: "write",
  honours: ["AmazonProvidedIpv6CidrBlock", "CidrBlock", "Ipv6CidrBlockNetworkBorderGroup", "VpcId"],
  needs: (input, call) => [call.need(vpcs.target(call, input.VpcId))],
  handle(tx, input, call) {
    const row = vpcs.fetch(tx, call, input.VpcId);
    const wantsIpv6 = input.AmazonProvidedIpv6CidrBlock === true;
    if (wantsIpv6 === (input.CidrBlock !== undefined)) throw blockChoice();
    checkBorderGroup(call, input.Ipv6CidrBlockNetworkBorderGroup);
    const result =
      input.CidrBlock === undefined
        ? associateIpv6(tx, call, row)
        : associateIpv4(tx, call, { row, text: input.CidrBlock });
    tx.wish(networkTopic);
    return result;
  },
});

function associateIpv4(
  tx: Tx,
  call: Call,
  { row, text }: { readonly row: VpcRow; readonly text: string },
): AssociateVpcCidrBlockResult {
  const cidr = readVpcBlock(text);
  checkSecondaryBlock(row, cidr);
  checkRoutesLeave(tx, row.id, cidr);
  checkBlockOfPeers(tx, row.id, cidr);
  const block = { associationId: call.newId("vpc-cidr-assoc"), cidr };
  vpcs.change(tx, row, { cidrs: [...row.cidrs, block] });
  addLocalRoutes(tx, row.id, cidr);
  return { VpcId: row.id, CidrBlockAssociation: ipv4BlockView(block, "associating") };
}

function associateIpv6(tx: Tx, call: Call, row: VpcRow): AssociateVpcCidrBlockResult {
  const present = row.ipv6Cidrs ?? [];
  if (present.length >= blocksPerFamilyMax) throw vpcBlocksExceeded(row.id, String(blocksPerFamilyMax));
  const block = { associationId: call.newId("vpc-cidr-assoc"), cidr: takeIpv6Block(tx, call) };
  vpcs.change(tx, row, { ipv6Cidrs: [...present, block] });
  addLocalRoutes(tx, row.id, block.cidr);
  if (present.length === 0) allowIpv6(tx, call, row.id);
  return { VpcId: row.id, Ipv6CidrBlockAssociation: ipv6BlockView(row, block, "associating") };
}

/** The VPC that an association belongs to. */
function findByAssociation(tx: ReadTx, call: Call, associationId: string): VpcRow | undefined {
  return vpcs.by(tx, call, { index: "association", value: associationId })[0];
}

/** The VPC of an association, or every VPC when there is none of that id. */
function associationTarget(call: Call, associationId: string): Target {
  const row = findByAssociation(call.tx, call, associationId);
  return row === undefined ? vpcs.fresh(call) : vpcs.targetOf(row, call.tx);
}

export const disassociateVpcCidrBlock = operation("DisassociateVpcCidrBlock", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(associationTarget(call, input.AssociationId))],
  handle(tx, input, call) {
    const { AssociationId: id } = input;
    if (!isId("vpc-cidr-assoc", id)) throw vpcAssociationMalformed(id);
    const row = findByAssociation(tx, call, id);
    if (row === undefined) throw vpcAssociationNotFound(id);
    const [primary, ...secondary] = row.cidrs;
    if (primary?.associationId === id) throw primaryBlockKept(id);
    const ipv4 = secondary.find(({ associationId }) => associationId === id);
    const ipv6 = row.ipv6Cidrs?.find(({ associationId }) => associationId === id);
    const block = ipv4 ?? ipv6;
    if (block === undefined) throw vpcAssociationNotFound(id);
    if (isUsed(tx, row.id, block.cidr)) throw vpcBlockInUse(id);
    const others = <Block extends { readonly associationId: string }>(blocks: readonly Block[]) =>
      blocks.filter(({ associationId }) => associationId !== id);
    vpcs.change(tx, row, { cidrs: others(row.cidrs), ipv6Cidrs: others(row.ipv6Cidrs ?? []) });
    removeLocalRoutes(tx, row.id, block.cidr);
    tx.wish(networkTopic);
    return ipv4 === undefined
      ? { VpcId: row.id, Ipv6CidrBlockAssociation: ipv6BlockView(row, block, "disassociating") }
      : { VpcId: row.id, CidrBlockAssociation: ipv4BlockView(block, "disassociating") };
  },
});

function isUsed(tx: ReadTx, vpcId: string, cidr: string): boolean {
  const block = storedBlock(cidr);
  return tx
    .by(subnets.collection, "vpc", vpcId)
    .some(
      (row) => covers(block, storedBlock(row.cidr)) || covers(block, storedBlock(row.ipv6?.cidr ?? row.cidr)),
    );
}

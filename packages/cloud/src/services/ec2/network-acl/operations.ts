/** Making, deleting and describing network ACLs, and choosing which one holds for a subnet. */
import type { ReadTx } from "@casemate/store";
import type { CreateNetworkAclRequest } from "@casemate/wire/ec2";
import { once, tagsOnCreate, type Call } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { associationNotFound } from "../route-table/faults.ts";
import { subnets, type SubnetRow } from "../subnet/subnet.ts";
import { vpcs } from "../vpc/vpc.ts";
import { aclElsewhere, defaultAclUndeletable, networkAclInUse, networkAclsExceeded } from "./faults.ts";
import { networkAclFilters, networkAcls, networkAclView, subnetsOf } from "./network-acl.ts";

/** Network ACLs that one VPC may have. */
export const networkAclsPerVpcMax = 200;

export const createNetworkAcl = operation("CreateNetworkAcl", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [networkAcls.type]);
    const vpc = vpcs.target(call, input.VpcId);
    const keys = { ...tags.keys(networkAcls.type), "ec2:Vpc": vpc.arn };
    return [call.need(networkAcls.fresh(call), keys), call.need(vpc), ...tags.needs];
  },
  handle(tx, input, call) {
    const answer = (id: string) => ({
      NetworkAcl: networkAclView(networkAcls.fetch(tx, call, id), tx),
      ClientToken: input.ClientToken,
    });
    return once(tx, call, {
      token: input.ClientToken,
      input,
      create: () => {
        checkRoom(tx, call, input);
        const tags = tagsOnCreate(call, input.TagSpecifications, [networkAcls.type]);
        const { id } = networkAcls.put(tx, {
          id: call.newId("acl"),
          accountId: call.accountId,
          region: call.region,
          tags: tags.of(networkAcls.type),
          vpcId: input.VpcId,
          isDefault: false,
          entries: [],
        });
        tx.wish(networkTopic);
        return { made: id, output: answer(id) };
      },
      recall: answer,
    });
  },
});

function checkRoom(tx: ReadTx, call: Call, { VpcId }: CreateNetworkAclRequest): void {
  const vpc = vpcs.fetch(tx, call, VpcId);
  const present = tx.by(networkAcls.collection, "vpc", vpc.id).length;
  if (present >= networkAclsPerVpcMax) throw networkAclsExceeded();
}

export const deleteNetworkAcl = operation("DeleteNetworkAcl", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkAcls.target(call, input.NetworkAclId))],
  handle(tx, input, call) {
    const row = networkAcls.fetch(tx, call, input.NetworkAclId);
    if (row.isDefault) throw defaultAclUndeletable(row.id);
    if (subnetsOf(row, tx).length > 0) throw networkAclInUse(row.id);
    networkAcls.remove(tx, row);
    tx.wish(networkTopic);
    return {};
  },
});

/** The subnet that an association is of. */
function findAssociated(tx: ReadTx, call: Call, associationId: string): SubnetRow | undefined {
  return subnets.by(tx, call, { index: "network-acl-association", value: associationId })[0];
}

export const replaceNetworkAclAssociation = operation("ReplaceNetworkAclAssociation", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const subnet = findAssociated(call.tx, call, input.AssociationId);
    return [
      call.need(networkAcls.target(call, input.NetworkAclId)),
      call.need(subnet === undefined ? subnets.fresh(call) : subnets.targetOf(subnet, call.tx)),
    ];
  },
  handle(tx, input, call) {
    const subnet = findAssociated(tx, call, input.AssociationId);
    if (subnet === undefined) throw associationNotFound(input.AssociationId);
    const acl = networkAcls.fetch(tx, call, input.NetworkAclId);
    if (acl.vpcId !== subnet.vpcId) throw aclElsewhere(acl.id, subnet.id);
    const networkAclAssociationId = call.newId("aclassoc");
    subnets.change(tx, subnet, { networkAclId: acl.id, networkAclAssociationId });
    tx.wish(networkTopic);
    return { NewAssociationId: networkAclAssociationId };
  },
});

export const describeNetworkAcls = operation("DescribeNetworkAcls", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: networkAcls,
      filters: networkAclFilters,
      request: describeRequest(input, input.NetworkAclIds, "networkAclIds"),
    });
    return { NetworkAcls: found.items.map((row) => networkAclView(row, tx)), NextToken: found.nextToken };
  },
});

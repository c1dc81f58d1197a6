/** Operations on exclusions from VPC Block Public Access. */
import type { ReadTx, Tx } from "@casemate/store";
import { tagsOnCreate, type Call } from "../../../kit/index.ts";
import { violationOf } from "../declarative-policy.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { subnets } from "../subnet/subnet.ts";
import { vpcs } from "../vpc/vpc.ts";
import {
  excludes,
  exclusionFilters,
  exclusionsPerRegionMax,
  exclusionView,
  isForgotten,
  publicAccessExclusions,
  type ExclusionRow,
} from "./exclusion.ts";
import {
  exclusionInWrongState,
  exclusionOfBoth,
  exclusionOfNothing,
  exclusionsExceeded,
  exclusionTaken,
} from "./faults.ts";
import { publicAccessOf } from "./public-access.ts";

const { type } = publicAccessExclusions;

interface Asked {
  readonly VpcId?: string | undefined;
  readonly SubnetId?: string | undefined;
}

/** What is excluded. @throws exclusionOfNothing, exclusionOfBoth and the faults of VPCs and subnets */
function excludedBy(
  tx: ReadTx,
  call: Call,
  { VpcId, SubnetId }: Asked,
): Pick<ExclusionRow, "resourceId" | "resourceArn" | "vpcId"> {
  if (VpcId !== undefined && SubnetId !== undefined) throw exclusionOfBoth();
  if (SubnetId !== undefined) {
    const subnet = subnets.fetch(tx, call, SubnetId);
    return { resourceId: subnet.id, resourceArn: subnets.arn(subnet), vpcId: subnet.vpcId };
  }
  if (VpcId === undefined) throw exclusionOfNothing();
  const vpc = vpcs.fetch(tx, call, VpcId);
  return { resourceId: vpc.id, resourceArn: vpcs.arn(vpc), vpcId: vpc.id };
}

/** @throws declarativePolicyViolation where the organization allows no exclusions */
function checkAllowed(tx: ReadTx, call: Call): void {
  const { exclusionsAllowed, declared } = publicAccessOf(tx, call);
  if (!exclusionsAllowed) throw violationOf(declared ?? {});
}

export const createVpcBlockPublicAccessExclusion = operation("CreateVpcBlockPublicAccessExclusion", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    const { VpcId, SubnetId } = input;
    return [
      call.need(publicAccessExclusions.fresh(call), tags.keys(type)),
      ...(VpcId === undefined ? [] : [call.need(vpcs.target(call, VpcId))]),
      ...(SubnetId === undefined ? [] : [call.need(subnets.target(call, SubnetId))]),
      ...tags.needs,
    ];
  },
  handle(tx, input, call) {
    checkAllowed(tx, call);
    const excluded = excludedBy(tx, call, input);
    forgetDeleted(tx, call);
    const standing = publicAccessExclusions.list(tx, call).filter(excludes);
    if (standing.some(({ resourceId }) => resourceId === excluded.resourceId)) {
      throw exclusionTaken(excluded.resourceId);
    }
    if (standing.length >= exclusionsPerRegionMax) throw exclusionsExceeded();
    const row = publicAccessExclusions.put(tx, {
      id: call.newId("vpcbpa-exclude"),
      accountId: call.accountId,
      region: call.region,
      tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
      mode: input.InternetGatewayExclusionMode,
      ...excluded,
      state: "create-in-progress",
      createdAt: call.now,
    });
    tx.wish(networkTopic);
    return { VpcBlockPublicAccessExclusion: exclusionView(row, tx) };
  },
});

function forgetDeleted(tx: Tx, call: Call): void {
  const { collection } = publicAccessExclusions;
  for (const row of tx.by(collection, "owner", `${call.accountId}/${call.region}`)) {
    if (isForgotten(row, call.now)) publicAccessExclusions.remove(tx, row);
  }
}

/** An exclusion that stands. @throws the faults of ids, exclusionInWrongState */
function fetchStanding(tx: ReadTx, call: Call, id: string): ExclusionRow {
  const row = publicAccessExclusions.fetch(tx, call, id);
  if (!excludes(row)) throw exclusionInWrongState(id, row.state);
  return row;
}

export const modifyVpcBlockPublicAccessExclusion = operation("ModifyVpcBlockPublicAccessExclusion", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(publicAccessExclusions.target(call, input.ExclusionId))],
  handle(tx, input, call) {
    const row = fetchStanding(tx, call, input.ExclusionId);
    checkAllowed(tx, call);
    const changed = publicAccessExclusions.change(tx, row, {
      mode: input.InternetGatewayExclusionMode,
      state: "update-in-progress",
      updatedAt: call.now,
    });
    tx.wish(networkTopic);
    return { VpcBlockPublicAccessExclusion: exclusionView(changed, tx) };
  },
});

export const deleteVpcBlockPublicAccessExclusion = operation("DeleteVpcBlockPublicAccessExclusion", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(publicAccessExclusions.target(call, input.ExclusionId))],
  handle(tx, input, call) {
    const row = fetchStanding(tx, call, input.ExclusionId);
    const changed = publicAccessExclusions.change(tx, row, {
      state: "delete-in-progress",
      updatedAt: call.now,
    });
    tx.wish(networkTopic);
    return { VpcBlockPublicAccessExclusion: exclusionView(changed, tx) };
  },
});

export const describeVpcBlockPublicAccessExclusions = operation("DescribeVpcBlockPublicAccessExclusions", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: publicAccessExclusions,
      filters: exclusionFilters,
      request: describeRequest(input, input.ExclusionIds, "exclusionIds"),
    });
    return {
      VpcBlockPublicAccessExclusions: found.items.map((row) => exclusionView(row, tx)),
      NextToken: found.nextToken,
    };
  },
});

/** Allocating, releasing and describing elastic IPs. */
import { tagsOnCreate, type Call, type Need } from "../../../kit/index.ts";
import { describe, describeAll, describeRequest } from "../describe.ts";
import { takePublicAddress } from "../instance/launch/address-allocation.ts";
import { addressInUse } from "../instance/launch/faults.ts";
import { interfaceNotOwn } from "../network-interface/faults.ts";
import { operation } from "../operation.ts";
import { vpcs } from "../vpc/vpc.ts";
import { endUse } from "./association.ts";
import {
  amazonPool,
  elasticIpFilters,
  elasticIps,
  elasticIpView,
  fetchByPublicIp,
  findByPublicIp,
  useOf,
} from "./elastic-ip.ts";
import {
  addressesExceeded,
  addressNamedTwice,
  addressNotFound,
  addressUnnamed,
  borderGroupUnknown,
  domainUnsupported,
  poolNotFound,
} from "./faults.ts";
import { endTransfers } from "./transfer.ts";

/** Elastic IPs that an account may have in a region. */
export const elasticIpsPerRegionMax = 5;

const { type } = elasticIps;

export const allocateAddress = operation("AllocateAddress", {
  access: "write",
  // Differs: an address that was released is not kept for whoever had it, so none is recovered by `Address`.
  honours: ["Domain", "NetworkBorderGroup", "PublicIpv4Pool", "TagSpecifications"],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    return [call.need(elasticIps.fresh(call), tags.keys(type)), ...tags.needs];
  },
  handle(tx, input, call) {
    if (input.Domain !== undefined && input.Domain !== "vpc") throw domainUnsupported(input.Domain);
    const { NetworkBorderGroup = call.region, PublicIpv4Pool = amazonPool } = input;
    if (PublicIpv4Pool !== amazonPool) throw poolNotFound(PublicIpv4Pool);
    if (NetworkBorderGroup !== call.region) throw borderGroupUnknown(NetworkBorderGroup);
    if (elasticIps.list(tx, call).length >= elasticIpsPerRegionMax) throw addressesExceeded();
    const row = elasticIps.put(tx, {
      id: call.newId("eipalloc"),
      accountId: call.accountId,
      region: call.region,
      tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
      publicIp: takePublicAddress(tx, call),
      allocatedAt: call.now,
    });
    return {
      AllocationId: row.id,
      PublicIp: row.publicIp,
      PublicIpv4Pool,
      NetworkBorderGroup,
      Domain: "vpc" as const,
    };
  },
});

/** The need of an operation on an elastic IP, by whichever name the request has for it. */
export function addressNeed(
  call: Call,
  named: { readonly id?: string | undefined; readonly publicIp?: string | undefined },
): Need {
  const byAddress = named.publicIp === undefined ? undefined : findByPublicIp(call.tx, call, named.publicIp);
  const id = named.id ?? byAddress?.id;
  return call.need(id === undefined ? elasticIps.fresh(call) : elasticIps.target(call, id));
}

export const releaseAddress = operation("ReleaseAddress", {
  access: "write",
  honours: ["AllocationId", "NetworkBorderGroup", "PublicIp"],
  needs: ({ AllocationId: id, PublicIp: publicIp }, call) => [addressNeed(call, { id, publicIp })],
  handle(tx, { AllocationId, NetworkBorderGroup, PublicIp }, call) {
    if (AllocationId !== undefined && PublicIp !== undefined) throw addressNamedTwice();
    if (AllocationId === undefined && PublicIp === undefined) throw addressUnnamed();
    const row =
      AllocationId === undefined
        ? fetchByPublicIp(tx, call, PublicIp ?? "")
        : elasticIps.fetch(tx, call, AllocationId);
    if (NetworkBorderGroup !== undefined && NetworkBorderGroup !== row.region) {
      throw addressNotFound(row.publicIp);
    }
    const use = useOf(tx, row);
    if (use !== undefined) {
      if (use.eni.requester !== undefined) throw interfaceNotOwn();
      // In a default VPC an address that is released leaves the instance that has it.
      if (tx.get(vpcs.collection, use.eni.vpcId)?.isDefault !== true) throw addressInUse(row.publicIp);
      endUse(tx, call, use);
    }
    endTransfers(tx, row.id);
    elasticIps.remove(tx, row);
    return {};
  },
});

export const describeAddresses = operation("DescribeAddresses", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const named = (input.PublicIps ?? []).map((address) => fetchByPublicIp(tx, call, address).id);
    const ids = [...(input.AllocationIds ?? []), ...named];
    const found = describeAll(tx, call, {
      resource: elasticIps,
      filters: elasticIpFilters,
      request: { ids, filters: input.Filters },
    });
    return { Addresses: found.map((row) => elasticIpView(row, tx)) };
  },
});

// Differs: elastic IPs have no reverse names: ModifyAddressAttribute and ResetAddressAttribute are left out.
export const describeAddressesAttribute = operation("DescribeAddressesAttribute", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: elasticIps,
      filters: {},
      request: describeRequest(
        { MaxResults: input.MaxResults, NextToken: input.NextToken },
        input.AllocationIds,
        "allocationIds",
      ),
    });
    return {
      Addresses: found.items.map(({ id, publicIp }) => ({ AllocationId: id, PublicIp: publicIp })),
      NextToken: found.nextToken,
    };
  },
});

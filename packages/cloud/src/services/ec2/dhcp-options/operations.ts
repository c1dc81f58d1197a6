/** Operations on DHCP option sets. */
import { tagsOnCreate } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { vpcs } from "../vpc/vpc.ts";
import {
  dhcpOptions,
  dhcpOptionsExceeded,
  dhcpOptionsFilters,
  dhcpOptionsInUse,
  dhcpOptionsView,
  noDhcpOptions,
} from "./dhcp-options.ts";
import { readDhcpOptions } from "./read-options.ts";

/** Option sets that an account may have in a region. */
export const dhcpOptionsPerRegionMax = 100;

export const createDhcpOptions = operation("CreateDhcpOptions", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [dhcpOptions.type]);
    return [call.need(dhcpOptions.fresh(call), tags.keys(dhcpOptions.type)), ...tags.needs];
  },
  handle(tx, input, call) {
    const configurations = readDhcpOptions(input.DhcpConfigurations);
    if (dhcpOptions.list(tx, call).length >= dhcpOptionsPerRegionMax) throw dhcpOptionsExceeded();
    const tags = tagsOnCreate(call, input.TagSpecifications, [dhcpOptions.type]);
    const row = dhcpOptions.put(tx, {
      id: call.newId("dopt"),
      accountId: call.accountId,
      region: call.region,
      tags: tags.of(dhcpOptions.type),
      configurations,
      isDefault: false,
    });
    return { DhcpOptions: dhcpOptionsView(row) };
  },
});

export const deleteDhcpOptions = operation("DeleteDhcpOptions", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(dhcpOptions.target(call, input.DhcpOptionsId))],
  handle(tx, input, call) {
    const row = dhcpOptions.fetch(tx, call, input.DhcpOptionsId);
    if (tx.by(vpcs.collection, "dhcp-options", row.id).length > 0) throw dhcpOptionsInUse(row.id);
    dhcpOptions.remove(tx, row);
    return {};
  },
});

export const associateDhcpOptions = operation("AssociateDhcpOptions", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(dhcpOptions.target(call, input.DhcpOptionsId)),
    call.need(vpcs.target(call, input.VpcId)),
  ],
  handle(tx, input, call) {
    const vpc = vpcs.fetch(tx, call, input.VpcId);
    const { DhcpOptionsId: id } = input;
    const dhcpOptionsId = id === noDhcpOptions ? id : dhcpOptions.fetch(tx, call, id).id;
    vpcs.change(tx, vpc, { dhcpOptionsId });
    tx.wish(networkTopic);
    return {};
  },
});

export const describeDhcpOptions = operation("DescribeDhcpOptions", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: dhcpOptions,
      filters: dhcpOptionsFilters,
      request: describeRequest(input, input.DhcpOptionsIds, "dhcpOptionsIds"),
    });
    return { DhcpOptions: found.items.map(dhcpOptionsView), NextToken: found.nextToken };
  },
});

/** Operations on network ACLs. */
import { describe, describeRequest } from "../describe.ts";
import { operation } from "../operation.ts";
import { networkAclFilters, networkAcls, networkAclView } from "./network-acl.ts";

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

/** Operations on VPCs. */
import { describe, describeRequest } from "../describe.ts";
import { operation } from "../operation.ts";
import { vpcFilters, vpcs, vpcView } from "./vpc.ts";

export const describeVpcs = operation("DescribeVpcs", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: vpcs,
      filters: vpcFilters,
      request: describeRequest(input, input.VpcIds, "vpcIds"),
    });
    return { Vpcs: found.items.map(vpcView), NextToken: found.nextToken };
  },
});

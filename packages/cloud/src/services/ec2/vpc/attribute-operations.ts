/** The attributes of VPCs: DNS, metrics and tenancy. */
import type { ModifyVpcAttributeRequest } from "@casemate/wire/ec2";
import type { ConditionKeys } from "../../../kit/index.ts";
import { attributeValueMissing, noAttribute, severalAttributes } from "../instance/attribute-change.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { hostnamesWithoutDns } from "./faults.ts";
import { vpcs } from "./vpc.ts";

/** The attributes that a request names, with their values. */
function given(input: ModifyVpcAttributeRequest): readonly (readonly [string, boolean | undefined])[] {
  return Object.entries({
    EnableDnsHostnames: input.EnableDnsHostnames,
    EnableDnsSupport: input.EnableDnsSupport,
    EnableNetworkAddressUsageMetrics: input.EnableNetworkAddressUsageMetrics,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value.Value] as const]));
}

function attributeKeys(input: ModifyVpcAttributeRequest): ConditionKeys {
  const attributes = given(input);
  const names = attributes.map(([name]) => name);
  return {
    "ec2:Attribute": names.length > 1 ? names : names[0],
    ...Object.fromEntries(attributes.map(([name, value]) => [`ec2:Attribute/${name}`, value])),
  };
}

export const modifyVpcAttribute = operation("ModifyVpcAttribute", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(vpcs.target(call, input.VpcId), attributeKeys(input))],
  handle(tx, input, call) {
    const row = vpcs.fetch(tx, call, input.VpcId);
    const [asked, ...more] = given(input);
    if (asked === undefined) throw noAttribute();
    if (more.length > 0) throw severalAttributes();
    const [name, value] = asked;
    if (value === undefined) throw attributeValueMissing(name);
    if (name === "EnableDnsHostnames") {
      if (value && !row.enableDnsSupport) throw hostnamesWithoutDns();
      vpcs.change(tx, row, { enableDnsHostnames: value });
    } else if (name === "EnableDnsSupport") {
      vpcs.change(tx, row, { enableDnsSupport: value });
      tx.wish(networkTopic);
    } else {
      // Differs: no metric comes of it; the attribute is kept and shown.
      vpcs.change(tx, row, { enableNetworkAddressUsageMetrics: value });
    }
    return {};
  },
});

export const describeVpcAttribute = operation("DescribeVpcAttribute", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(vpcs.target(call, input.VpcId))],
  handle(tx, input, call) {
    const row = vpcs.fetch(tx, call, input.VpcId);
    switch (input.Attribute) {
      case "enableDnsHostnames":
        return { VpcId: row.id, EnableDnsHostnames: { Value: row.enableDnsHostnames } };
      case "enableDnsSupport":
        return { VpcId: row.id, EnableDnsSupport: { Value: row.enableDnsSupport } };
      case "enableNetworkAddressUsageMetrics": {
        const Value = row.enableNetworkAddressUsageMetrics ?? false;
        return { VpcId: row.id, EnableNetworkAddressUsageMetrics: { Value } };
      }
    }
  },
});

export const modifyVpcTenancy = operation("ModifyVpcTenancy", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(vpcs.target(call, input.VpcId), {
      "ec2:Attribute": "InstanceTenancy",
      "ec2:Attribute/InstanceTenancy": input.InstanceTenancy,
    }),
  ],
  handle(tx, input, call) {
    const row = vpcs.fetch(tx, call, input.VpcId);
    // The wire table knows one value only: a VPC can be released from dedicated tenancy, never put under it.
    vpcs.change(tx, row, { tenancy: input.InstanceTenancy });
    return { ReturnValue: true };
  },
});

/** ModifySubnetAttribute: what instances that are launched into a subnet get. */
import type { ModifySubnetAttributeRequest } from "@casemate/wire/ec2";
import type { ConditionKeys } from "../../../kit/index.ts";
import { attributeValueMissing, noAttribute, severalAttributes } from "../instance/attribute-change.ts";
import { operation } from "../operation.ts";
import { ipv6AssignmentImpossible } from "./faults.ts";
import { subnets, type SubnetRow } from "./subnet.ts";

/** The attributes that a request names, with their values. */
function given(
  input: ModifySubnetAttributeRequest,
): readonly (readonly [string, boolean | string | undefined])[] {
  const switches = Object.entries({
    AssignIpv6AddressOnCreation: input.AssignIpv6AddressOnCreation,
    EnableResourceNameDnsAAAARecordOnLaunch: input.EnableResourceNameDnsAAAARecordOnLaunch,
    EnableResourceNameDnsARecordOnLaunch: input.EnableResourceNameDnsARecordOnLaunch,
    MapPublicIpOnLaunch: input.MapPublicIpOnLaunch,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value.Value] as const]));
  const hostnameType = input.PrivateDnsHostnameTypeOnLaunch;
  return hostnameType === undefined
    ? switches
    : [...switches, ["PrivateDnsHostnameTypeOnLaunch", hostnameType] as const];
}

function attributeKeys(input: ModifySubnetAttributeRequest): ConditionKeys {
  const attributes = given(input);
  const names = attributes.map(([name]) => name);
  return {
    "ec2:Attribute": names.length > 1 ? names : names[0],
    ...Object.fromEntries(attributes.map(([name, value]) => [`ec2:Attribute/${name}`, value])),
  };
}

// Differs: DNS64, customer-owned addresses and local network interfaces of subnets are refused.

export const modifySubnetAttribute = operation("ModifySubnetAttribute", {
  access: "write",
  honours: [
    "AssignIpv6AddressOnCreation",
    "EnableResourceNameDnsAAAARecordOnLaunch",
    "EnableResourceNameDnsARecordOnLaunch",
    "MapPublicIpOnLaunch",
    "PrivateDnsHostnameTypeOnLaunch",
    "SubnetId",
  ],
  needs: (input, call) => [call.need(subnets.target(call, input.SubnetId), attributeKeys(input))],
  handle(tx, input, call) {
    const row = subnets.fetch(tx, call, input.SubnetId);
    const [asked, ...more] = given(input);
    if (asked === undefined) throw noAttribute();
    if (more.length > 0) throw severalAttributes();
    subnets.change(tx, row, changes(row, input, asked));
    return {};
  },
});

function changes(
  row: SubnetRow,
  input: ModifySubnetAttributeRequest,
  [name, value]: readonly [string, boolean | string | undefined],
): Partial<SubnetRow> {
  const hostnameType = input.PrivateDnsHostnameTypeOnLaunch;
  if (hostnameType !== undefined) return { hostnameType };
  if (typeof value !== "boolean") throw attributeValueMissing(name);
  switch (name) {
    case "AssignIpv6AddressOnCreation":
      if (value && row.ipv6 === undefined) throw ipv6AssignmentImpossible(row.id);
      return { assignIpv6AddressOnCreation: value };
    case "EnableResourceNameDnsAAAARecordOnLaunch":
      return { resourceNameDnsAaaa: value };
    case "EnableResourceNameDnsARecordOnLaunch":
      return { resourceNameDnsA: value };
    default:
      return { mapPublicIpOnLaunch: value };
  }
}

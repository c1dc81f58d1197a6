/** Changing VPC endpoints: their policies, subnets, groups and private names. */
import type { Tx } from "@casemate/store";
import type { ModifyVpcEndpointRequest } from "@casemate/wire/ec2";
import type { Call, ConditionKeys } from "../../../kit/index.ts";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { subnets } from "../subnet/subnet.ts";
import { vpcs } from "../vpc/vpc.ts";
import {
  checkAddressType,
  checkDnsOptions,
  checkGroups,
  checkPrivateDns,
  policyOf,
} from "./create-endpoint.ts";
import { fetchSubnets, putEndpointInterfaces, removeKeptInterface } from "./endpoint-interfaces.ts";
import { fullAccess } from "./endpoint-policy.ts";
import { endpointState, policyTwice, routeTablesOfInterface, subnetNotOfEndpoint } from "./faults.ts";
import { vpcEndpoints, type VpcEndpointRow } from "./vpc-endpoint.ts";

const attributes = [
  "AddSecurityGroupIds",
  "AddSubnetIds",
  "DnsOptions",
  "IpAddressType",
  "PolicyDocument",
  "PrivateDnsEnabled",
  "RemoveSecurityGroupIds",
  "RemoveSubnetIds",
  "ResetPolicy",
  "SubnetConfigurations",
] as const;

function attributeKeys(input: ModifyVpcEndpointRequest): ConditionKeys {
  const names = attributes.filter((name) => input[name] !== undefined);
  return names.length === 0 ? {} : { "ec2:Attribute": names.length > 1 ? names : names[0] };
}

export const modifyVpcEndpoint = operation("ModifyVpcEndpoint", {
  access: "write",
  honours: ["AddRouteTableIds", "RemoveRouteTableIds", "VpcEndpointId", ...attributes],
  needs(input, call) {
    const subnetIds = [...(input.AddSubnetIds ?? []), ...(input.RemoveSubnetIds ?? [])];
    const groupIds = [...(input.AddSecurityGroupIds ?? []), ...(input.RemoveSecurityGroupIds ?? [])];
    return [
      call.need(vpcEndpoints.target(call, input.VpcEndpointId), attributeKeys(input)),
      ...subnetIds.map((id) => call.need(subnets.target(call, id))),
      ...groupIds.map((id) => call.need(securityGroups.target(call, id))),
    ];
  },
  handle(tx, input, call) {
    const row = vpcEndpoints.fetch(tx, call, input.VpcEndpointId);
    const { id, state, serviceName } = row;
    if (state === "deleting" || state === "rejected") throw endpointState(id, state);
    if ((input.AddRouteTableIds ?? input.RemoveRouteTableIds ?? []).length > 0)
      throw routeTablesOfInterface();
    checkAddressType(input.IpAddressType, serviceName);
    checkDnsOptions(input.DnsOptions);
    const withPolicy = { ...row, policyDocument: nextPolicy(row, input) };
    const withNames = { ...withPolicy, privateDnsEnabled: nextPrivateDns(tx, row, input) };
    const withGroups = changeGroups(tx, call, { row: withNames, input });
    vpcEndpoints.put(tx, changeSubnets(tx, call, { row: withGroups, input }));
    tx.wish(networkTopic);
    return { Return: true };
  },
});

function nextPolicy(row: VpcEndpointRow, input: ModifyVpcEndpointRequest): string {
  if (input.ResetPolicy === true) {
    if (input.PolicyDocument !== undefined) throw policyTwice();
    return fullAccess;
  }
  return input.PolicyDocument === undefined ? row.policyDocument : policyOf(row, input.PolicyDocument);
}

function nextPrivateDns(tx: Tx, row: VpcEndpointRow, { PrivateDnsEnabled: next }: ModifyVpcEndpointRequest) {
  const vpc = tx.get(vpcs.collection, row.vpcId);
  if (next === true && !row.privateDnsEnabled && vpc !== undefined) checkPrivateDns(tx, vpc, row);
  return next ?? row.privateDnsEnabled;
}

interface Change {
  readonly row: VpcEndpointRow;
  readonly input: ModifyVpcEndpointRequest;
}

function changeGroups(tx: Tx, call: Call, { row, input }: Change): VpcEndpointRow {
  const { AddSecurityGroupIds: added, RemoveSecurityGroupIds: removed } = input;
  if (added === undefined && removed === undefined) return row;
  const ids = [...row.securityGroupIds, ...(added ?? [])].filter((id) => removed?.includes(id) !== true);
  const securityGroupIds = checkGroups(tx, call, { vpcId: row.vpcId, ids, endpointId: row.id });
  for (const { networkInterfaceId } of row.interfaces) {
    const eni = tx.get(networkInterfaces.collection, networkInterfaceId);
    if (eni !== undefined) networkInterfaces.change(tx, eni, { securityGroupIds });
  }
  return { ...row, securityGroupIds };
}

/** What goes makes room first: a zone may get another subnet in one request. */
function changeSubnets(tx: Tx, call: Call, { row, input }: Change): VpcEndpointRow {
  const removed = input.RemoveSubnetIds ?? [];
  const absent = removed.find((id) => !row.interfaces.some(({ subnetId }) => subnetId === id));
  if (absent !== undefined) throw subnetNotOfEndpoint(absent, row.id);
  const kept = row.interfaces.filter(({ subnetId }) => !removed.includes(subnetId));
  const present = kept.flatMap(({ subnetId }) => tx.get(subnets.collection, subnetId) ?? []);
  const known = new Set(kept.map(({ subnetId }) => subnetId));
  const asked = fetchSubnets(tx, call, {
    vpcId: row.vpcId,
    subnetIds: (input.AddSubnetIds ?? []).filter((id) => !known.has(id)),
    configurations: input.SubnetConfigurations ?? [],
    present,
  });
  for (const { subnetId, networkInterfaceId } of row.interfaces) {
    if (removed.includes(subnetId)) removeKeptInterface(tx, networkInterfaceId);
  }
  const made = putEndpointInterfaces(tx, call, { id: row.id, asked, groupIds: row.securityGroupIds });
  return { ...row, interfaces: [...kept, ...made] };
}

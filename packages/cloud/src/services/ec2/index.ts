/** The face of EC2 to the rest of the cloud. */
import type { Service } from "../../kit/index.ts";
import { describeFaults } from "./describe.ts";
import { describeInternetGateways } from "./internet-gateway/operations.ts";
import { describeNetworkAcls } from "./network-acl/operations.ts";
import { describeNetworkInterfaces } from "./network-interface/operations.ts";
import { describeRouteTables } from "./route-table/operations.ts";
import { describeSubnets } from "./subnet/operations.ts";
import { describeVpcs } from "./vpc/operations.ts";
import {
  describeAccountAttributes,
  describeAvailabilityZones,
  describeRegions,
  zoneFaults,
} from "./zone/operations.ts";
import { ensureDefaultVpc, usedRegions, vpcsOnHostExceeded } from "./default-vpc/default-vpc.ts";
import { hostNumbers, lastHostNumbers } from "./host-number.ts";
import { internetGatewayFaults, internetGateways } from "./internet-gateway/internet-gateway.ts";
import { networkAclFaults, networkAcls } from "./network-acl/network-acl.ts";
import { networkInterfaceFaults, networkInterfaces } from "./network-interface/network-interface.ts";
import { routeTableFaults, routeTables } from "./route-table/route-table.ts";
import { securityGroupFaults } from "./security-group/faults.ts";
import {
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroupReferences,
  describeSecurityGroups,
} from "./security-group/group-operations.ts";
import {
  modifySecurityGroupRules,
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from "./security-group/rule-changes.ts";
import {
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
} from "./security-group/rule-operations.ts";
import { securityGroupRules, securityGroups } from "./security-group/security-group.ts";
import { subnetFaults, subnets } from "./subnet/subnet.ts";
import { vpcFaults, vpcs } from "./vpc/vpc.ts";

/** The compute service and its networks. */
export const ec2Service: Service = {
  name: "ec2",
  iamPrefix: "ec2",
  regionKey: "ec2:Region",
  eventSource: "ec2.amazonaws.com",
  scope: "regional",
  refusal: { code: "UnauthorizedOperation", status: 403, encoded: true },
  operations: [
    authorizeSecurityGroupEgress,
    authorizeSecurityGroupIngress,
    createSecurityGroup,
    deleteSecurityGroup,
    describeAccountAttributes,
    describeAvailabilityZones,
    describeInternetGateways,
    describeNetworkAcls,
    describeNetworkInterfaces,
    describeRegions,
    describeRouteTables,
    describeSecurityGroupReferences,
    describeSecurityGroupRules,
    describeSecurityGroups,
    describeSubnets,
    describeVpcs,
    modifySecurityGroupRules,
    revokeSecurityGroupEgress,
    revokeSecurityGroupIngress,
    updateSecurityGroupRuleDescriptionsEgress,
    updateSecurityGroupRuleDescriptionsIngress,
  ],
  faults: [
    vpcsOnHostExceeded,
    ...describeFaults,
    ...zoneFaults,
    ...vpcFaults,
    ...subnetFaults,
    ...routeTableFaults,
    ...internetGatewayFaults,
    ...networkAclFaults,
    ...networkInterfaceFaults,
    ...securityGroupFaults,
  ],
  collections: [
    hostNumbers,
    lastHostNumbers,
    usedRegions,
    vpcs.collection,
    subnets.collection,
    routeTables.collection,
    internetGateways.collection,
    networkAcls.collection,
    networkInterfaces.collection,
    securityGroups.collection,
    securityGroupRules.collection,
  ],
  tables: [],
  prepare: ensureDefaultVpc,
};

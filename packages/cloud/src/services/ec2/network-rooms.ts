/**
 * The rooms of EC2's networks: what VPCs, their subnets, interfaces, gateways, filters, connections and
 * analyses bring to the service.
 */
import type { Service } from "../../kit/index.ts";
import { usedRegions } from "./default-vpc/default-vpc.ts";
import { dhcpOptions, dhcpOptionsFaults } from "./dhcp-options/dhcp-options.ts";
import {
  associateDhcpOptions,
  createDhcpOptions,
  deleteDhcpOptions,
  describeDhcpOptions,
} from "./dhcp-options/operations.ts";
import { describeVpcAttribute, modifyVpcAttribute, modifyVpcTenancy } from "./vpc/attribute-operations.ts";
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from "./vpc/block-operations.ts";
import { createDefaultSubnet, createDefaultVpc } from "./default-vpc/operations.ts";
import { modifySubnetAttribute } from "./subnet/attribute-operations.ts";
import { associateSubnetCidrBlock, disassociateSubnetCidrBlock } from "./subnet/ipv6-operations.ts";
import {
  createSubnetCidrReservation,
  deleteSubnetCidrReservation,
  getSubnetCidrReservations,
} from "./subnet/reservation-operations.ts";
import { reservations } from "./subnet/reservation.ts";
import {
  createNetworkAclEntry,
  deleteNetworkAclEntry,
  replaceNetworkAclEntry,
} from "./network-acl/entry-operations.ts";
import { networkAclFaults } from "./network-acl/faults.ts";
import {
  describeManagedPrefixLists,
  describePrefixLists,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
} from "./prefix-list/describe-operations.ts";
import { prefixListFaults } from "./prefix-list/faults.ts";
import {
  createManagedPrefixList,
  deleteManagedPrefixList,
  modifyManagedPrefixList,
  restoreManagedPrefixListVersion,
} from "./prefix-list/operations.ts";
import { prefixLists, prefixListVersions } from "./prefix-list/prefix-list.ts";
import {
  egressOnlyInternetGatewayFaults,
  egressOnlyInternetGateways,
} from "./egress-only-internet-gateway/egress-only-internet-gateway.ts";
import {
  createEgressOnlyInternetGateway,
  deleteEgressOnlyInternetGateway,
  describeEgressOnlyInternetGateways,
} from "./egress-only-internet-gateway/operations.ts";
import { associateAddress, disassociateAddress } from "./elastic-ip/association-operations.ts";
import { elasticIps } from "./elastic-ip/elastic-ip.ts";
import { elasticIpFaults } from "./elastic-ip/faults.ts";
import {
  allocateAddress,
  describeAddresses,
  describeAddressesAttribute,
  releaseAddress,
} from "./elastic-ip/operations.ts";
import { addressTransfers } from "./elastic-ip/transfer.ts";
import {
  acceptAddressTransfer,
  describeAddressTransfers,
  disableAddressTransfer,
  enableAddressTransfer,
} from "./elastic-ip/transfer-operations.ts";
import { internetGatewayFaults } from "./internet-gateway/faults.ts";
import { internetGateways } from "./internet-gateway/internet-gateway.ts";
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  describeInternetGateways,
  detachInternetGateway,
} from "./internet-gateway/operations.ts";
import { natGatewayFaults, natGateways } from "./nat-gateway/nat-gateway.ts";
import { createNatGateway, deleteNatGateway, describeNatGateways } from "./nat-gateway/operations.ts";
import { networkAcls } from "./network-acl/network-acl.ts";
import {
  createNetworkAcl,
  deleteNetworkAcl,
  describeNetworkAcls,
  replaceNetworkAclAssociation,
} from "./network-acl/operations.ts";
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from "./network-interface/attribute-operations.ts";
import { networkInterfaceFaults } from "./network-interface/faults.ts";
import { networkInterfaces } from "./network-interface/network-interface.ts";
import { describeNetworkInterfaces } from "./network-interface/operations.ts";
import {
  associateRouteTable,
  disassociateRouteTable,
  replaceRouteTableAssociation,
} from "./route-table/association-operations.ts";
import { routeTableFaults } from "./route-table/faults.ts";
import { createRouteTable, deleteRouteTable, describeRouteTables } from "./route-table/operations.ts";
import { createRoute, deleteRoute, replaceRoute } from "./route-table/route-operations.ts";
import { routeTables } from "./route-table/route-table.ts";
import { attachNetworkInterface, detachNetworkInterface } from "./network-interface/attachment-operations.ts";
import { createNetworkInterface, deleteNetworkInterface } from "./network-interface/create-operations.ts";
import {
  assignPrivateIpAddresses,
  unassignPrivateIpAddresses,
} from "./network-interface/private-address-operations.ts";
import { assignIpv6Addresses, unassignIpv6Addresses } from "./network-interface/ipv6-address-operations.ts";
import {
  createNetworkInterfacePermission,
  deleteNetworkInterfacePermission,
  describeNetworkInterfacePermissions,
} from "./network-interface/permission-operations.ts";
import {
  associateSecurityGroupVpc,
  describeSecurityGroupVpcAssociations,
  disassociateSecurityGroupVpc,
  getSecurityGroupsForVpc,
} from "./security-group/vpc-operations.ts";
import { interfacePermissions } from "./network-interface/interface-permission.ts";
import { groupVpcAssociations } from "./security-group/vpc-association.ts";
import {
  describeSecurityGroupReferences,
  describeStaleSecurityGroups,
} from "./security-group/peer-references.ts";
import { securityGroupFaults } from "./security-group/faults.ts";
import {
  createSecurityGroup,
  deleteSecurityGroup,
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
import { insightsAnalysisFaults } from "./network-insights-analysis/faults.ts";
import { insightsAnalyses } from "./network-insights-analysis/insights-analysis.ts";
import {
  deleteNetworkInsightsAnalysis,
  describeNetworkInsightsAnalyses,
  startNetworkInsightsAnalysis,
} from "./network-insights-analysis/operations.ts";
import { accessScopes } from "./network-insights-access-scope/access-scope.ts";
import { accessScopeFaults } from "./network-insights-access-scope/faults.ts";
import {
  createNetworkInsightsAccessScope,
  deleteNetworkInsightsAccessScope,
  describeNetworkInsightsAccessScopes,
  getNetworkInsightsAccessScopeContent,
} from "./network-insights-access-scope/operations.ts";
import {
  deleteNetworkInsightsAccessScopeAnalysis,
  describeNetworkInsightsAccessScopeAnalyses,
  getNetworkInsightsAccessScopeAnalysisFindings,
  startNetworkInsightsAccessScopeAnalysis,
} from "./network-insights-access-scope-analysis/operations.ts";
import { scopeAnalyses, scopeFindings } from "./network-insights-access-scope-analysis/scope-analysis.ts";
import { pathEndUnsupported } from "./network-insights/path-end.ts";
import { insightsPathFaults } from "./network-insights-path/faults.ts";
import { insightsPaths } from "./network-insights-path/insights-path.ts";
import {
  createNetworkInsightsPath,
  deleteNetworkInsightsPath,
  describeNetworkInsightsPaths,
} from "./network-insights-path/operations.ts";
import { createSubnet, deleteSubnet, describeSubnets } from "./subnet/operations.ts";
import { subnetFaults } from "./subnet/faults.ts";
import { subnets } from "./subnet/subnet.ts";
import {
  acceptVpcEndpointConnections,
  describeVpcEndpointConnections,
  rejectVpcEndpointConnections,
} from "./vpc-endpoint-service/connection-operations.ts";
import { endpointServices } from "./vpc-endpoint-service/endpoint-service.ts";
import { endpointServiceFaults } from "./vpc-endpoint-service/faults.ts";
import {
  describeVpcEndpointServicePermissions,
  modifyVpcEndpointServicePermissions,
} from "./vpc-endpoint-service/permission-operations.ts";
import {
  createVpcEndpointServiceConfiguration,
  deleteVpcEndpointServiceConfigurations,
  describeVpcEndpointServiceConfigurations,
  modifyVpcEndpointServiceConfiguration,
} from "./vpc-endpoint-service/service-operations.ts";
import { createVpcEndpoint } from "./vpc-endpoint/create-endpoint.ts";
import { endpointFaults } from "./vpc-endpoint/faults.ts";
import { modifyVpcEndpoint } from "./vpc-endpoint/modify-endpoint.ts";
import {
  deleteVpcEndpoints,
  describeVpcEndpoints,
  describeVpcEndpointServices,
} from "./vpc-endpoint/operations.ts";
import { vpcEndpoints } from "./vpc-endpoint/vpc-endpoint.ts";
import {
  deleteVpcPeeringConnection,
  describeVpcPeeringConnections,
  modifyVpcPeeringConnectionOptions,
} from "./vpc-peering-connection/operations.ts";
import { peeringFaults } from "./vpc-peering-connection/faults.ts";
import { peeringConnections } from "./vpc-peering-connection/peering-connection.ts";
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  rejectVpcPeeringConnection,
} from "./vpc-peering-connection/request-operations.ts";
import { createVpc, deleteVpc, describeVpcs } from "./vpc/operations.ts";
import { vpcFaults } from "./vpc/faults.ts";
import { publicAccessExclusions } from "./vpc-block-public-access/exclusion.ts";
import {
  createVpcBlockPublicAccessExclusion,
  deleteVpcBlockPublicAccessExclusion,
  describeVpcBlockPublicAccessExclusions,
  modifyVpcBlockPublicAccessExclusion,
} from "./vpc-block-public-access/exclusion-operations.ts";
import { publicAccessFaults } from "./vpc-block-public-access/faults.ts";
import {
  describeVpcBlockPublicAccessOptions,
  modifyVpcBlockPublicAccessOptions,
} from "./vpc-block-public-access/options-operations.ts";
import { declaredPublicAccess, publicAccessOptions } from "./vpc-block-public-access/public-access.ts";
import { vpcs } from "./vpc/vpc.ts";

/** Their operations. */
export const networkOperations: Service["operations"] = [
  acceptAddressTransfer,
  acceptVpcEndpointConnections,
  acceptVpcPeeringConnection,
  allocateAddress,
  assignIpv6Addresses,
  assignPrivateIpAddresses,
  associateAddress,
  associateDhcpOptions,
  associateRouteTable,
  associateSecurityGroupVpc,
  associateSubnetCidrBlock,
  associateVpcCidrBlock,
  attachInternetGateway,
  attachNetworkInterface,
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  createDefaultSubnet,
  createDefaultVpc,
  createDhcpOptions,
  createEgressOnlyInternetGateway,
  createInternetGateway,
  createManagedPrefixList,
  createNatGateway,
  createNetworkAcl,
  createNetworkAclEntry,
  createNetworkInsightsAccessScope,
  createNetworkInsightsPath,
  createNetworkInterface,
  createNetworkInterfacePermission,
  createRoute,
  createRouteTable,
  createSecurityGroup,
  createSubnet,
  createSubnetCidrReservation,
  createVpc,
  createVpcBlockPublicAccessExclusion,
  createVpcEndpoint,
  createVpcEndpointServiceConfiguration,
  createVpcPeeringConnection,
  deleteDhcpOptions,
  deleteEgressOnlyInternetGateway,
  deleteInternetGateway,
  deleteManagedPrefixList,
  deleteNatGateway,
  deleteNetworkAcl,
  deleteNetworkAclEntry,
  deleteNetworkInsightsAccessScope,
  deleteNetworkInsightsAccessScopeAnalysis,
  deleteNetworkInsightsAnalysis,
  deleteNetworkInsightsPath,
  deleteNetworkInterface,
  deleteNetworkInterfacePermission,
  deleteRoute,
  deleteRouteTable,
  deleteSecurityGroup,
  deleteSubnet,
  deleteSubnetCidrReservation,
  deleteVpc,
  deleteVpcBlockPublicAccessExclusion,
  deleteVpcEndpoints,
  deleteVpcEndpointServiceConfigurations,
  deleteVpcPeeringConnection,
  describeAddresses,
  describeAddressesAttribute,
  describeAddressTransfers,
  describeDhcpOptions,
  describeEgressOnlyInternetGateways,
  describeInternetGateways,
  describeManagedPrefixLists,
  describeNatGateways,
  describeNetworkAcls,
  describeNetworkInsightsAccessScopeAnalyses,
  describeNetworkInsightsAccessScopes,
  describeNetworkInsightsAnalyses,
  describeNetworkInsightsPaths,
  describeNetworkInterfaceAttribute,
  describeNetworkInterfacePermissions,
  describeNetworkInterfaces,
  describePrefixLists,
  describeRouteTables,
  describeSecurityGroupReferences,
  describeSecurityGroupRules,
  describeSecurityGroups,
  describeSecurityGroupVpcAssociations,
  describeStaleSecurityGroups,
  describeSubnets,
  describeVpcAttribute,
  describeVpcBlockPublicAccessExclusions,
  describeVpcBlockPublicAccessOptions,
  describeVpcEndpointConnections,
  describeVpcEndpoints,
  describeVpcEndpointServiceConfigurations,
  describeVpcEndpointServicePermissions,
  describeVpcEndpointServices,
  describeVpcPeeringConnections,
  describeVpcs,
  detachInternetGateway,
  detachNetworkInterface,
  disableAddressTransfer,
  disassociateAddress,
  disassociateRouteTable,
  disassociateSecurityGroupVpc,
  disassociateSubnetCidrBlock,
  disassociateVpcCidrBlock,
  enableAddressTransfer,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
  getNetworkInsightsAccessScopeAnalysisFindings,
  getNetworkInsightsAccessScopeContent,
  getSecurityGroupsForVpc,
  getSubnetCidrReservations,
  modifyManagedPrefixList,
  modifyNetworkInterfaceAttribute,
  modifySecurityGroupRules,
  modifySubnetAttribute,
  modifyVpcAttribute,
  modifyVpcBlockPublicAccessExclusion,
  modifyVpcBlockPublicAccessOptions,
  modifyVpcEndpoint,
  modifyVpcEndpointServiceConfiguration,
  modifyVpcEndpointServicePermissions,
  modifyVpcPeeringConnectionOptions,
  modifyVpcTenancy,
  rejectVpcEndpointConnections,
  rejectVpcPeeringConnection,
  releaseAddress,
  replaceNetworkAclAssociation,
  replaceNetworkAclEntry,
  replaceRoute,
  replaceRouteTableAssociation,
  resetNetworkInterfaceAttribute,
  restoreManagedPrefixListVersion,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
  startNetworkInsightsAccessScopeAnalysis,
  startNetworkInsightsAnalysis,
  unassignIpv6Addresses,
  unassignPrivateIpAddresses,
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
];

/** Their faults. */
export const networkFaults: Service["faults"] = [
  ...vpcFaults,
  ...subnetFaults,
  ...prefixListFaults,
  ...dhcpOptionsFaults,
  ...routeTableFaults,
  ...internetGatewayFaults,
  ...egressOnlyInternetGatewayFaults,
  ...elasticIpFaults,
  ...natGatewayFaults,
  ...networkAclFaults,
  ...networkInterfaceFaults,
  ...securityGroupFaults,
  ...peeringFaults,
  ...publicAccessFaults,
  pathEndUnsupported,
  ...insightsPathFaults,
  ...insightsAnalysisFaults,
  ...accessScopeFaults,
  ...endpointFaults,
  ...endpointServiceFaults,
];

/** What they keep. */
export const networkCollections: Service["collections"] = [
  usedRegions,
  vpcs.collection,
  subnets.collection,
  prefixListVersions,
  prefixLists.collection,
  reservations.collection,
  dhcpOptions.collection,
  routeTables.collection,
  internetGateways.collection,
  egressOnlyInternetGateways.collection,
  elasticIps.collection,
  addressTransfers,
  natGateways.collection,
  networkAcls.collection,
  networkInterfaces.collection,
  securityGroups.collection,
  securityGroupRules.collection,
  groupVpcAssociations,
  interfacePermissions.collection,
  peeringConnections,
  publicAccessOptions,
  declaredPublicAccess,
  publicAccessExclusions.collection,
  insightsPaths.collection,
  insightsAnalyses.collection,
  accessScopes.collection,
  scopeAnalyses.collection,
  scopeFindings,
  vpcEndpoints.collection,
  endpointServices.collection,
];

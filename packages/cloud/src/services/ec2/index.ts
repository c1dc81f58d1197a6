/** The face of EC2 to the rest of the cloud. */
import { filterFaults, idempotentParameterMismatch, tagFaults, type Service } from "../../kit/index.ts";
import { ensureDefaultVpc, usedRegions, vpcsOnHostExceeded } from "./default-vpc/default-vpc.ts";
import { describeFaults } from "./describe.ts";
import { hostNumbers, lastHostNumbers } from "./host-number.ts";
import { imageFaults } from "./image/images.ts";
import { describeImages } from "./image/operations.ts";
import { associationFaults, profileAssociations } from "./instance-profile-association/association.ts";
import {
  associateIamInstanceProfile,
  describeIamInstanceProfileAssociations,
  disassociateIamInstanceProfile,
  replaceIamInstanceProfileAssociation,
} from "./instance-profile-association/operations.ts";
import { instanceTypeFaults } from "./instance-type/instance-types.ts";
import { describeInstanceTypeOfferings, describeInstanceTypes } from "./instance-type/operations.ts";
import { attributeChangeFaults } from "./instance/attribute-change.ts";
import { getConsoleOutput } from "./instance/console-output.ts";
import { describeInstanceAttribute } from "./instance/describe-attribute.ts";
import { describeInstanceStatus, describeInstances } from "./instance/describe-instances.ts";
import { instanceInWrongState, instanceMalformed, instanceNotFound, instances } from "./instance/instance.ts";
import { launchFaults } from "./instance/launch/faults.ts";
import { runInstances } from "./instance/launch/run-instances.ts";
import {
  lifecycleFaults,
  rebootInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from "./instance/lifecycle.ts";
import { metadataDefaults, metadataOptionFaults } from "./instance/metadata-defaults.ts";
import {
  getInstanceMetadataDefaults,
  modifyInstanceMetadataDefaults,
  modifyInstanceMetadataOptions,
} from "./instance/metadata-options.ts";
import {
  modifyInstanceAttribute,
  resetInstanceAttribute,
  severalInterfaces,
} from "./instance/modify-attribute.ts";
import { internetGatewayFaults, internetGateways } from "./internet-gateway/internet-gateway.ts";
import { describeInternetGateways } from "./internet-gateway/operations.ts";
import { keyPairFaults, keyPairs } from "./key-pair/key-pair.ts";
import { createKeyPair, deleteKeyPair, describeKeyPairs, importKeyPair } from "./key-pair/operations.ts";
import { identityKeys } from "./metadata/identity-keys.ts";
import { networkAclFaults, networkAcls } from "./network-acl/network-acl.ts";
import { describeNetworkAcls } from "./network-acl/operations.ts";
import {
  attachmentNotFound,
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
} from "./network-interface/attribute-operations.ts";
import { networkInterfaceFaults, networkInterfaces } from "./network-interface/network-interface.ts";
import { describeNetworkInterfaces } from "./network-interface/operations.ts";
import { describeRouteTables } from "./route-table/operations.ts";
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
import { describeSubnets } from "./subnet/operations.ts";
import { subnetFaults, subnets } from "./subnet/subnet.ts";
import { createTags, deleteTags, describeTags, tagRequestFaults } from "./tag/operations.ts";
import { volumeFaults, volumes } from "./volume/volume.ts";
import { describeVpcs } from "./vpc/operations.ts";
import { vpcFaults, vpcs } from "./vpc/vpc.ts";
import {
  describeAccountAttributes,
  describeAvailabilityZones,
  describeRegions,
  zoneFaults,
} from "./zone/operations.ts";

export {
  countInstances,
  findInstancePlace,
  findInterface,
  type InstancePlace,
  type StandingInterface,
} from "./operator-view/operator-view.ts";

/** The compute service and its networks. */
export const ec2Service: Service = {
  name: "ec2",
  iamPrefix: "ec2",
  regionKey: "ec2:Region",
  eventSource: "ec2.amazonaws.com",
  scope: "regional",
  refusal: { code: "UnauthorizedOperation", status: 403, encoded: true },
  operations: [
    associateIamInstanceProfile,
    authorizeSecurityGroupEgress,
    authorizeSecurityGroupIngress,
    createKeyPair,
    createSecurityGroup,
    createTags,
    deleteKeyPair,
    deleteSecurityGroup,
    deleteTags,
    describeAccountAttributes,
    describeAvailabilityZones,
    describeIamInstanceProfileAssociations,
    describeImages,
    describeInstanceAttribute,
    describeInstances,
    describeInstanceStatus,
    describeInstanceTypeOfferings,
    describeInstanceTypes,
    describeInternetGateways,
    describeKeyPairs,
    describeNetworkAcls,
    describeNetworkInterfaceAttribute,
    describeNetworkInterfaces,
    describeRegions,
    describeRouteTables,
    describeSecurityGroupReferences,
    describeSecurityGroupRules,
    describeSecurityGroups,
    describeSubnets,
    describeTags,
    describeVpcs,
    disassociateIamInstanceProfile,
    getConsoleOutput,
    getInstanceMetadataDefaults,
    importKeyPair,
    modifyInstanceAttribute,
    modifyInstanceMetadataDefaults,
    modifyInstanceMetadataOptions,
    modifyNetworkInterfaceAttribute,
    modifySecurityGroupRules,
    rebootInstances,
    replaceIamInstanceProfileAssociation,
    resetInstanceAttribute,
    revokeSecurityGroupEgress,
    revokeSecurityGroupIngress,
    runInstances,
    startInstances,
    stopInstances,
    terminateInstances,
    updateSecurityGroupRuleDescriptionsEgress,
    updateSecurityGroupRuleDescriptionsIngress,
  ],
  faults: [
    idempotentParameterMismatch,
    ...filterFaults,
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
    ...imageFaults,
    ...instanceTypeFaults,
    ...keyPairFaults,
    ...volumeFaults,
    ...associationFaults,
    instanceNotFound,
    instanceMalformed,
    instanceInWrongState,
    ...launchFaults,
    ...lifecycleFaults,
    ...metadataOptionFaults,
    ...attributeChangeFaults,
    severalInterfaces,
    ...tagFaults,
    ...tagRequestFaults,
    attachmentNotFound,
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
    instances.collection,
    keyPairs.collection,
    volumes.collection,
    profileAssociations.collection,
    metadataDefaults,
    identityKeys,
  ],
  tables: [],
  prepare: ensureDefaultVpc,
};

export { instanceReconciler, type InstanceDrivers } from "./instance/reconciler.ts";
export { metadataSetting } from "./instance/metadata-setting.ts";
export { findIdentityCertificate } from "./metadata/identity-keys.ts";
export { createMetadataPort } from "./metadata/metadata-port.ts";
export { networkReconciler } from "./network/reconciler.ts";
export { vpcModel } from "./network/vpc-model.ts";
export { vpcNameFacts, type VpcNameFacts } from "./dns/vpc-names.ts";

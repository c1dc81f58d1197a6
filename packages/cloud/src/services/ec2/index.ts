/** The face of EC2 to the rest of the cloud. */
import { filterFaults, idempotentParameterMismatch, tagFaults, type Service } from "../../kit/index.ts";
import { networkCollections, networkFaults, networkOperations } from "./network-rooms.ts";
import { prepareCall } from "./prepare.ts";
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
import { modifyInstanceAttribute, resetInstanceAttribute } from "./instance/modify-attribute.ts";
import { instanceGone, severalInterfaces } from "./instance/only-interface.ts";
import { keyPairFaults, keyPairs } from "./key-pair/key-pair.ts";
import { createKeyPair, deleteKeyPair, describeKeyPairs, importKeyPair } from "./key-pair/operations.ts";
import { identityKeys } from "./metadata/identity-keys.ts";
import { getLaunchTemplateData } from "./launch-template/instance-data.ts";
import {
  createLaunchTemplate,
  deleteLaunchTemplate,
  describeLaunchTemplates,
  modifyLaunchTemplate,
} from "./launch-template/template-operations.ts";
import {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersions,
  describeLaunchTemplateVersions,
} from "./launch-template/version-operations.ts";
import { launchTemplateFaults } from "./launch-template/faults.ts";
import { launchTemplates, templateVersions } from "./launch-template/launch-template.ts";
import { createTags, deleteTags, describeTags, tagRequestFaults } from "./tag/operations.ts";
import { volumeFaults, volumes } from "./volume/volume.ts";
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
  findPublicAddress,
  networksFrom,
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
    ...networkOperations,
    associateIamInstanceProfile,
    createKeyPair,
    createLaunchTemplate,
    createLaunchTemplateVersion,
    createTags,
    deleteKeyPair,
    deleteLaunchTemplate,
    deleteLaunchTemplateVersions,
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
    describeKeyPairs,
    describeLaunchTemplates,
    describeLaunchTemplateVersions,
    describeRegions,
    describeTags,
    disassociateIamInstanceProfile,
    getConsoleOutput,
    getInstanceMetadataDefaults,
    getLaunchTemplateData,
    importKeyPair,
    modifyInstanceAttribute,
    modifyInstanceMetadataDefaults,
    modifyInstanceMetadataOptions,
    modifyLaunchTemplate,
    rebootInstances,
    replaceIamInstanceProfileAssociation,
    resetInstanceAttribute,
    runInstances,
    startInstances,
    stopInstances,
    terminateInstances,
  ].toSorted((one, other) => (one.name.toLowerCase() < other.name.toLowerCase() ? -1 : 1)),
  faults: [
    ...networkFaults,
    idempotentParameterMismatch,
    ...filterFaults,
    ...describeFaults,
    ...zoneFaults,
    ...imageFaults,
    ...instanceTypeFaults,
    ...keyPairFaults,
    ...volumeFaults,
    ...associationFaults,
    instanceNotFound,
    instanceMalformed,
    instanceInWrongState,
    ...launchFaults,
    ...launchTemplateFaults,
    ...lifecycleFaults,
    ...metadataOptionFaults,
    ...attributeChangeFaults,
    severalInterfaces,
    instanceGone,
    ...tagFaults,
    ...tagRequestFaults,
  ],
  collections: [
    ...networkCollections,
    hostNumbers,
    lastHostNumbers,
    launchTemplates.collection,
    templateVersions,
    instances.collection,
    keyPairs.collection,
    volumes.collection,
    profileAssociations.collection,
    metadataDefaults,
    identityKeys,
  ],
  tables: [],
  prepare: prepareCall,
};

export { instanceReconciler, type InstanceDrivers } from "./instance/reconciler.ts";
export { metadataSetting } from "./instance/metadata-setting.ts";
export { findIdentityCertificate } from "./metadata/identity-keys.ts";
export { createMetadataPort } from "./metadata/metadata-port.ts";
export { natGatewayReconciler } from "./nat-gateway/reconciler.ts";
export { insightsAnalysisReconciler } from "./network-insights-analysis/reconciler.ts";
export { scopeAnalysisReconciler } from "./network-insights-access-scope-analysis/reconciler.ts";
export { networkReconciler } from "./network/reconciler.ts";
export { declaredPublicAccessReconciler } from "./vpc-block-public-access/reconciler.ts";
export { vpcModel } from "./network/vpc-model.ts";
export { createVpcEndpoints } from "./vpc-endpoint/endpoint-policy.ts";
export { vpcNameFacts, type VpcNameFacts } from "./dns/vpc-names.ts";

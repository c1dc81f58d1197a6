/** Test support of the ledgers: examples of interfaces, groups in further VPCs and launch templates. */
import type { InterfaceFixtures } from "./interface-fixtures.ts";

type Parameters = Readonly<Record<string, unknown>>;
type Example = (
  fixtures: InterfaceFixtures & {
    readonly gatewayVpcId: string;
    readonly groupId: string;
    readonly stoppedInstanceId: string;
    readonly subnetId: string;
  },
) => Parameters;

/** Values of required parameters, by name. */
export const interfaceMembers: Readonly<Record<string, Example>> = {
  "ec2:AttachmentId": ({ attachmentId }) => ({ AttachmentId: attachmentId }),
  "ec2:DeviceIndex": () => ({ DeviceIndex: "1" }),
  "ec2:LaunchTemplateData": () => ({ "LaunchTemplateData.InstanceType": "t3.micro" }),
  "ec2:LaunchTemplateName": () => ({ LaunchTemplateName: "ledger" }),
  "ec2:NetworkInterfacePermissionId": ({ interfacePermissionId }) => ({
    NetworkInterfacePermissionId: interfacePermissionId,
  }),
  "ec2:Permission": () => ({ Permission: "INSTANCE-ATTACH" }),
  "ec2:Versions": () => ({ "LaunchTemplateVersion.1": "2" }),
};

const loose: Example = ({ looseInterfaceId }) => ({ NetworkInterfaceId: looseInterfaceId });
const template: Example = ({ launchTemplateId }) => ({ LaunchTemplateId: launchTemplateId });
const tagged = (type: string) => ({
  "TagSpecification.1.ResourceType": type,
  "TagSpecification.1.Tag.1.Key": "purpose",
  "TagSpecification.1.Tag.1.Value": "ledger",
});

/** What an operation wants beside or instead of those. */
export const interfaceOperations: Readonly<Record<string, Example>> = {
  "ec2:AssignIpv6Addresses": (fixtures) => ({ ...loose(fixtures), Ipv6AddressCount: "1" }),
  "ec2:AssignPrivateIpAddresses": (fixtures) => ({
    ...loose(fixtures),
    SecondaryPrivateIpAddressCount: "1",
  }),
  "ec2:AssociateSecurityGroupVpc": ({ spreadGroupId }) => ({ GroupId: spreadGroupId }),
  "ec2:AttachNetworkInterface": ({ spareInterfaceId, stoppedInstanceId }) => ({
    InstanceId: stoppedInstanceId,
    NetworkInterfaceId: spareInterfaceId,
  }),
  "ec2:CreateLaunchTemplate": () => tagged("launch-template"),
  "ec2:CreateLaunchTemplateVersion": template,
  "ec2:CreateNetworkInterface": ({ groupId, subnetId }) => ({
    SubnetId: subnetId,
    "SecurityGroupId.1": groupId,
    ...tagged("network-interface"),
  }),
  "ec2:CreateNetworkInterfacePermission": (fixtures) => ({
    ...loose(fixtures),
    AwsAccountId: "210987654321",
  }),
  "ec2:DeleteLaunchTemplate": template,
  "ec2:DeleteLaunchTemplateVersions": template,
  "ec2:DeleteNetworkInterface": loose,
  "ec2:DescribeLaunchTemplateVersions": template,
  "ec2:DescribeLaunchTemplates": ({ launchTemplateId }) => ({ "LaunchTemplateId.1": launchTemplateId }),
  "ec2:DescribeNetworkInterfacePermissions": ({ interfacePermissionId }) => ({
    "NetworkInterfacePermissionId.1": interfacePermissionId,
  }),
  "ec2:DisassociateSecurityGroupVpc": ({ gatewayVpcId, spreadGroupId }) => ({
    GroupId: spreadGroupId,
    VpcId: gatewayVpcId,
  }),
  "ec2:ModifyLaunchTemplate": (fixtures) => ({ ...template(fixtures), SetDefaultVersion: "2" }),
  "ec2:ResetNetworkInterfaceAttribute": (fixtures) => ({ ...loose(fixtures), SourceDestCheck: "true" }),
  "ec2:UnassignIpv6Addresses": (fixtures) => ({
    ...loose(fixtures),
    "Ipv6Addresses.1": fixtures.ipv6Address,
  }),
  "ec2:UnassignPrivateIpAddresses": (fixtures) => ({
    ...loose(fixtures),
    "PrivateIpAddress.1": fixtures.secondaryAddress,
  }),
};

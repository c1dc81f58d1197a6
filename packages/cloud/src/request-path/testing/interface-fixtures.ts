/** Test support of the ledgers: interfaces, groups in further VPCs and launch templates to ask about. */
import type { Answer } from "../testing.ts";

/** Names of what is made. */
export interface InterfaceFixtures {
  /** An interface that nothing has, with an address and an IPv6 address to take back. */
  readonly looseInterfaceId: string;
  readonly secondaryAddress: string;
  readonly ipv6Address: string;
  /** One in the zone of the stopped instance. */
  readonly spareInterfaceId: string;
  readonly interfacePermissionId: string;
  /** The second interface of an instance. */
  readonly attachmentId: string;
  /** A group that has the VPC with a gateway, too. */
  readonly spreadGroupId: string;
  readonly launchTemplateId: string;
}

type Make = (service: string, action: string, parameters?: Record<string, unknown>) => Promise<Answer>;

/** Makes them. */
export async function makeInterfaces(
  make: Make,
  standing: {
    readonly emptySubnetId: string;
    readonly freeIpv6Block: string;
    readonly gatewayVpcId: string;
    readonly imageId: string;
    readonly stoppedInstanceId: string;
  },
): Promise<InterfaceFixtures> {
  const idIn = async (action: string, element: string, parameters = {}): Promise<string> =>
    (await make("ec2", action, parameters)).element(element) ?? "";
  const inRooms = { "Filter.1.Name": "subnet-id", "Filter.1.Value.1": standing.emptySubnetId };
  const homeId = await idIn("DescribeSubnets", "vpcId", inRooms);
  const Ipv6CidrBlock = standing.freeIpv6Block.replace("01::/64", "09::/64");
  const subnetId = await idIn("CreateSubnet", "subnetId", {
    VpcId: homeId,
    CidrBlock: "10.22.9.0/24",
    Ipv6CidrBlock,
  });
  const ipv6Address = Ipv6CidrBlock.replace("/64", "5");
  const looseInterfaceId = await idIn("CreateNetworkInterface", "networkInterfaceId", {
    SubnetId: subnetId,
    "PrivateIpAddresses.1.PrivateIpAddress": "10.22.9.10",
    "PrivateIpAddresses.1.Primary": "true",
    "PrivateIpAddresses.2.PrivateIpAddress": "10.22.9.11",
    "Ipv6Addresses.1.Ipv6Address": ipv6Address,
  });
  const spreadGroupId = await idIn("CreateSecurityGroup", "groupId", {
    GroupName: "spread",
    GroupDescription: "spread",
    VpcId: homeId,
  });
  await make("ec2", "AssociateSecurityGroupVpc", { GroupId: spreadGroupId, VpcId: standing.gatewayVpcId });
  const stoppedSubnet = await idIn("DescribeInstances", "subnetId", {
    "InstanceId.1": standing.stoppedInstanceId,
  });
  const launchTemplateId = await idIn("CreateLaunchTemplate", "launchTemplateId", {
    LaunchTemplateName: "standing",
    "LaunchTemplateData.InstanceType": "t3.micro",
  });
  await make("ec2", "CreateLaunchTemplateVersion", {
    LaunchTemplateId: launchTemplateId,
    "LaunchTemplateData.InstanceType": "t3.small",
  });
  const twoInterfaces = {
    ImageId: standing.imageId,
    InstanceType: "t3.micro",
    MinCount: "1",
    MaxCount: "1",
    "NetworkInterface.1.DeviceIndex": "0",
    "NetworkInterface.1.SubnetId": stoppedSubnet,
    "NetworkInterface.2.DeviceIndex": "1",
    "NetworkInterface.2.SubnetId": stoppedSubnet,
    "NetworkInterface.2.Description": "second",
  };
  await make("ec2", "RunInstances", twoInterfaces);
  return {
    looseInterfaceId,
    secondaryAddress: "10.22.9.11",
    ipv6Address,
    spareInterfaceId: await idIn("CreateNetworkInterface", "networkInterfaceId", { SubnetId: stoppedSubnet }),
    interfacePermissionId: await idIn("CreateNetworkInterfacePermission", "networkInterfacePermissionId", {
      NetworkInterfaceId: looseInterfaceId,
      AwsAccountId: "123456789012",
      Permission: "INSTANCE-ATTACH",
    }),
    attachmentId: await idIn("DescribeNetworkInterfaces", "attachmentId", {
      "Filter.1.Name": "description",
      "Filter.1.Value.1": "second",
    }),
    spreadGroupId,
    launchTemplateId,
  };
}

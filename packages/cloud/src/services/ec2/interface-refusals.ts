/** Test support: requests about interfaces, groups in further VPCs and launch templates that are refused. */
import type { NetworkRefusal } from "./gateway-refusals.ts";
import { instances } from "./instance/instance.ts";
import { launchTemplates, templateVersions } from "./launch-template/launch-template.ts";
import { launchTemplatesPerRegionMax } from "./launch-template/template-operations.ts";
import { versionsPerTemplateMax } from "./launch-template/version-operations.ts";
import { networkInterfaces } from "./network-interface/network-interface.ts";
import { networkInterfacesPerRegionMax } from "./network-interface/new-interface.ts";
import { groupVpcAssociations, vpcsPerGroupMax } from "./security-group/vpc-association.ts";
import type { TestNetwork } from "./testing-network.ts";
import { testImage } from "./testing-world.ts";

const unknown = (prefix: string): string => `${prefix}-0aaaaaaaaaaaaaaaa`;
const numbered = (prefix: string, index: number): string => `${prefix}-1${String(index).padStart(16, "0")}`;
const launch = { ImageId: testImage, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 };

function stored<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error("The network lacks what it was opened with.");
  return row;
}

/** An interface that nothing has. */
function loose(net: TestNetwork, input: object = {}): string {
  const all = { SubnetId: net.publicSubnetId, ...input };
  return net.id("CreateNetworkInterface", all, "NetworkInterface.NetworkInterfaceId");
}

/** What is asked for an interface of one's own. */
const about =
  (more: object, made: object = {}) =>
  (net: TestNetwork): object => ({ NetworkInterfaceId: loose(net, made), ...more });

/** What is asked for an instance and an interface, at index 1. */
const attaching =
  (more: object = {}, made: object = {}) =>
  (net: TestNetwork): object => ({
    InstanceId: net.instanceIn(net.publicSubnetId).id,
    NetworkInterfaceId: loose(net, made),
    DeviceIndex: 1,
    ...more,
  });

function attached(net: TestNetwork): {
  AttachmentId: string;
  InstanceId: string;
  NetworkInterfaceId: string;
} {
  const ids = { InstanceId: net.instanceIn(net.publicSubnetId).id, NetworkInterfaceId: loose(net) };
  const input = { ...ids, DeviceIndex: 1 };
  return { ...ids, AttachmentId: net.id("AttachNetworkInterface", input, "AttachmentId") };
}

/** A launch with interfaces. */
const launching =
  (specs: (net: TestNetwork) => readonly object[], more: object = {}) =>
  (net: TestNetwork): object => ({ ...launch, NetworkInterfaces: specs(net), ...more });

const attachmentRefusals: readonly NetworkRefusal[] = [
  ["AttachNetworkInterface", (net) => ({ ...attached(net), AttachmentId: undefined, DeviceIndex: 2 })],
  ["AttachNetworkInterface", attaching({ DeviceIndex: 0 })],
  ["AttachNetworkInterface", attaching({ DeviceIndex: 32 })],
  ["AttachNetworkInterface", attaching({ NetworkCardIndex: 1 })],
  ["AttachNetworkInterface", attaching({}, { SecondaryPrivateIpAddressCount: 2 })],
  [
    "AttachNetworkInterface",
    (net) => ({ InstanceId: attached(net).InstanceId, NetworkInterfaceId: loose(net), DeviceIndex: 2 }),
  ],
  [
    "AttachNetworkInterface",
    (net) => {
      const asked = attaching()(net) as { NetworkInterfaceId: string };
      net.store.transaction((tx) => {
        const row = stored(tx.get(networkInterfaces.collection, asked.NetworkInterfaceId));
        networkInterfaces.change(tx, row, { zone: "us-east-1f" });
      });
      return asked;
    },
  ],
  [
    "AttachNetworkInterface",
    (net) => {
      const asked = attaching()(net) as { InstanceId: string };
      net.store.transaction((tx) => {
        const row = stored(tx.get(instances.collection, asked.InstanceId));
        instances.change(tx, row, { state: "stopping" });
      });
      return asked;
    },
  ],
  ["DetachNetworkInterface", { AttachmentId: unknown("eni-attach") }],
  ["DetachNetworkInterface", { AttachmentId: "x" }],
  ["DetachNetworkInterface", { AttachmentId: unknown("ela-attach") }],
  [
    "DetachNetworkInterface",
    (net) => {
      const { eniId } = net.instanceIn(net.publicSubnetId);
      const row = net.store.read((tx) => stored(tx.get(networkInterfaces.collection, eniId)));
      return { AttachmentId: row.attachment?.id };
    },
  ],
  [
    "DetachNetworkInterface",
    (net) => {
      const { AttachmentId } = attached(net);
      net.ask("DetachNetworkInterface", { AttachmentId });
      return { AttachmentId };
    },
  ],
  ["RunInstances", launching(() => [{ DeviceIndex: 0 }, {}])],
  ["RunInstances", launching(() => [{ DeviceIndex: 1 }])],
  ["RunInstances", launching(() => [{ DeviceIndex: 0 }, { DeviceIndex: 0 }])],
  ["RunInstances", launching(() => [{ DeviceIndex: 0, AssociatePublicIpAddress: true }, { DeviceIndex: 1 }])],
  ["RunInstances", launching((net) => [{ DeviceIndex: 0, NetworkInterfaceId: loose(net) }], { MaxCount: 2 })],
  [
    "RunInstances",
    launching((net) => {
      const NetworkInterfaceId = loose(net);
      return [0, 1].map((DeviceIndex) => ({ DeviceIndex, NetworkInterfaceId }));
    }),
  ],
  [
    "RunInstances",
    launching((net) => [{ DeviceIndex: 0, NetworkInterfaceId: loose(net), SubnetId: net.publicSubnetId }]),
  ],
  [
    "RunInstances",
    launching((net) => [{ DeviceIndex: 0, NetworkInterfaceId: loose(net), DeleteOnTermination: true }]),
  ],
];

const interfaceRefusals: readonly NetworkRefusal[] = [
  [
    "CreateNetworkInterface",
    (net) => {
      const id = loose(net);
      net.store.transaction((tx) => {
        const row = stored(tx.get(networkInterfaces.collection, id));
        for (let index = 1; index < networkInterfacesPerRegionMax; index += 1) {
          networkInterfaces.put(tx, { ...row, id: numbered("eni", index), privateIps: [] });
        }
      });
      return { SubnetId: net.publicSubnetId };
    },
  ],
  ["CreateNetworkInterface", (net) => ({ SubnetId: net.publicSubnetId, InterfaceType: "efa" })],
  [
    "CreateNetworkInterface",
    (net) => ({
      SubnetId: net.publicSubnetId,
      PrivateIpAddress: "10.0.1.9",
      PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.10", Primary: true }],
    }),
  ],
  [
    "CreateNetworkInterface",
    (net) => ({
      SubnetId: net.publicSubnetId,
      PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.10" }],
      SecondaryPrivateIpAddressCount: 1,
    }),
  ],
  ["CreateNetworkInterface", (net) => ({ SubnetId: net.publicSubnetId, Ipv4PrefixCount: 15 })],
  ["DeleteNetworkInterface", (net) => ({ NetworkInterfaceId: attached(net).NetworkInterfaceId })],
  ["AssignPrivateIpAddresses", about({})],
  ["AssignPrivateIpAddresses", about({ Ipv4Prefixes: ["10.0.1.0/24"] })],
  ["AssignPrivateIpAddresses", about({ SecondaryPrivateIpAddressCount: -1 })],
  [
    "AssignPrivateIpAddresses",
    (net) => ({
      NetworkInterfaceId: net.instanceIn(net.publicSubnetId, { InstanceType: "t2.micro" }).eniId,
      Ipv4PrefixCount: 1,
    }),
  ],
  [
    "AssignPrivateIpAddresses",
    (net) => ({
      NetworkInterfaceId: net.instanceIn(net.publicSubnetId).eniId,
      SecondaryPrivateIpAddressCount: 2,
    }),
  ],
  ["UnassignPrivateIpAddresses", about({ PrivateIpAddresses: ["10.0.1.99"] })],
  [
    "UnassignPrivateIpAddresses",
    about({ PrivateIpAddresses: ["10.0.1.50"] }, { PrivateIpAddress: "10.0.1.50" }),
  ],
  ["CreateNetworkInterfacePermission", about({ Permission: "INSTANCE-ATTACH" })],
  ["CreateNetworkInterfacePermission", about({ Permission: "INSTANCE-ATTACH", AwsAccountId: "x" })],
  ["CreateNetworkInterfacePermission", about({ Permission: "EIP-ASSOCIATE", AwsAccountId: "444455556666" })],
  [
    "CreateNetworkInterfacePermission",
    (net) => {
      const input = about({ Permission: "INSTANCE-ATTACH", AwsAccountId: "444455556666" })(net);
      net.ask("CreateNetworkInterfacePermission", input);
      return input;
    },
  ],
  ["DeleteNetworkInterfacePermission", { NetworkInterfacePermissionId: unknown("eni-perm") }],
  ["DeleteNetworkInterfacePermission", { NetworkInterfacePermissionId: "x" }],
  [
    "DeleteNetworkInterfacePermission",
    (net) => {
      const { NetworkInterfaceId } = attached(net);
      const input = { NetworkInterfaceId, Permission: "INSTANCE-ATTACH", AwsAccountId: "444455556666" };
      net.store.transaction((tx) => {
        const row = stored(tx.get(networkInterfaces.collection, NetworkInterfaceId));
        const attachment = { ...stored(row.attachment), instanceOwnerId: "444455556666" };
        networkInterfaces.change(tx, row, { attachment });
      });
      const path = "InterfacePermission.NetworkInterfacePermissionId";
      return { NetworkInterfacePermissionId: net.id("CreateNetworkInterfacePermission", input, path) };
    },
  ],
];

const newVpc = (net: TestNetwork): string => net.id("CreateVpc", { CidrBlock: "10.9.0.0/16" }, "Vpc.VpcId");
const newGroup = (net: TestNetwork): string =>
  net.id("CreateSecurityGroup", { GroupName: "web", Description: "d", VpcId: net.vpcId }, "GroupId");

const associationRefusals: readonly NetworkRefusal[] = [
  [
    "AssociateSecurityGroupVpc",
    (net) => {
      const Filters = [{ Name: "vpc-id", Values: [net.vpcId] }];
      const GroupId = net.id("DescribeSecurityGroups", { Filters }, "SecurityGroups.0.GroupId");
      return { GroupId, VpcId: newVpc(net) };
    },
  ],
  ["AssociateSecurityGroupVpc", (net) => ({ GroupId: newGroup(net), VpcId: net.vpcId })],
  [
    "AssociateSecurityGroupVpc",
    (net) => {
      const input = { GroupId: newGroup(net), VpcId: newVpc(net) };
      net.ask("AssociateSecurityGroupVpc", input);
      return input;
    },
  ],
  [
    "AssociateSecurityGroupVpc",
    (net) => {
      const GroupId = newGroup(net);
      net.store.transaction((tx) => {
        for (let index = 0; index < vpcsPerGroupMax; index += 1) {
          const owner = { accountId: "111122223333", region: "us-east-1", at: 0 };
          tx.put(groupVpcAssociations, { ...owner, groupId: GroupId, vpcId: numbered("vpc", index) });
        }
      });
      return { GroupId, VpcId: newVpc(net) };
    },
  ],
  ["DisassociateSecurityGroupVpc", (net) => ({ GroupId: newGroup(net), VpcId: newVpc(net) })],
  [
    "DisassociateSecurityGroupVpc",
    (net) => {
      const input = { GroupId: newGroup(net), VpcId: newVpc(net) };
      net.ask("AssociateSecurityGroupVpc", input);
      const place = { VpcId: input.VpcId, CidrBlock: "10.9.1.0/24" };
      const SubnetId = net.id("CreateSubnet", place, "Subnet.SubnetId");
      loose(net, { SubnetId, Groups: [input.GroupId] });
      return input;
    },
  ],
];

const named = { LaunchTemplateName: "web" };
const template = (net: TestNetwork, LaunchTemplateData: object = {}): string =>
  net.id("CreateLaunchTemplate", { ...named, LaunchTemplateData }, "LaunchTemplate.LaunchTemplateId");
const ofTemplate =
  (more: object) =>
  (net: TestNetwork): object => ({ LaunchTemplateId: template(net), ...more });
const newVersion = { LaunchTemplateData: {} };

const templateRefusals: readonly NetworkRefusal[] = [
  ["CreateLaunchTemplate", { LaunchTemplateName: "a b", LaunchTemplateData: {} }],
  [
    "CreateLaunchTemplate",
    (net) => {
      template(net);
      return { ...named, LaunchTemplateData: {} };
    },
  ],
  [
    "CreateLaunchTemplate",
    (net) => {
      const id = template(net);
      net.store.transaction((tx) => {
        const row = stored(tx.get(launchTemplates.collection, id));
        for (let index = 1; index < launchTemplatesPerRegionMax; index += 1) {
          launchTemplates.put(tx, { ...row, id: numbered("lt", index), name: `lt-${index}` });
        }
      });
      return { LaunchTemplateName: "another", LaunchTemplateData: {} };
    },
  ],
  ["CreateLaunchTemplate", { ...named, LaunchTemplateData: {}, VersionDescription: "x".repeat(256) }],
  ["CreateLaunchTemplate", { ...named, LaunchTemplateData: {}, Operator: { Principal: "x" } }],
  ["CreateLaunchTemplateVersion", { LaunchTemplateId: unknown("lt"), ...newVersion }],
  ["CreateLaunchTemplateVersion", { LaunchTemplateId: "x", ...newVersion }],
  ["CreateLaunchTemplateVersion", { LaunchTemplateName: "absent", ...newVersion }],
  ["CreateLaunchTemplateVersion", newVersion],
  ["CreateLaunchTemplateVersion", ofTemplate({ ...named, ...newVersion })],
  ["CreateLaunchTemplateVersion", ofTemplate({ ...newVersion, SourceVersion: "7" })],
  ["CreateLaunchTemplateVersion", ofTemplate({ ...newVersion, SourceVersion: "seven" })],
  ["CreateLaunchTemplateVersion", ofTemplate({ ...newVersion, ResolveAlias: true })],
  [
    "CreateLaunchTemplateVersion",
    (net) => {
      const LaunchTemplateId = template(net);
      net.store.transaction((tx) => {
        for (let number = 2; number <= versionsPerTemplateMax; number += 1) {
          const made = { createdAt: 0, createdBy: "x", data: {} };
          tx.put(templateVersions, { ...made, templateId: LaunchTemplateId, number });
        }
      });
      return { LaunchTemplateId, ...newVersion };
    },
  ],
  [
    "DeleteLaunchTemplateVersions",
    ofTemplate({ Versions: Array.from({ length: 201 }, (_, index) => String(index + 1)) }),
  ],
  ["DescribeLaunchTemplateVersions", ofTemplate({ Versions: ["1"], MinVersion: "1" })],
  [
    "RunInstances",
    (net) => ({
      ...launch,
      LaunchTemplate: { LaunchTemplateId: template(net, { CpuOptions: { CoreCount: 1 } }) },
    }),
  ],
];

/** Each of them, in a network of its own. */
export const launchRefusals: readonly NetworkRefusal[] = [
  ...attachmentRefusals,
  ...interfaceRefusals,
  ...associationRefusals,
  ...templateRefusals,
];

/** GetLaunchTemplateData: a template's parameters that would launch an instance like a given one. */
import type { ReadTx } from "@casemate/store";
import type { LaunchTemplateInstanceNetworkInterfaceSpecification } from "@casemate/wire/ec2";
import { tagsView } from "../../../kit/index.ts";
import { liveAssociation } from "../instance-profile-association/association.ts";
import { interfacesOf } from "../instance/instance-view.ts";
import { instances } from "../instance/instance.ts";
import { openUserData } from "../instance/user-data.ts";
import type { NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { operation } from "../operation.ts";
import { rootDevice } from "../image/images.ts";
import { volumes } from "../volume/volume.ts";

export const getLaunchTemplateData = operation("GetLaunchTemplateData", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(instances.target(call, input.InstanceId))],
  handle(tx, input, call) {
    const row = instances.fetch(tx, call, input.InstanceId);
    const profile = liveAssociation(tx, row.id);
    const userData = openUserData(call.environment, row);
    return {
      LaunchTemplateData: {
        ImageId: row.imageId,
        // The table holds names of the model only.
        InstanceType: row.instanceType as "t3.micro",
        ...(row.keyName === undefined ? {} : { KeyName: row.keyName }),
        ...(profile === undefined ? {} : { IamInstanceProfile: { Arn: profile.profileArn } }),
        ...(userData === undefined ? {} : { UserData: userData }),
        EbsOptimized: row.ebsOptimized,
        Monitoring: { Enabled: row.monitoring },
        Placement: { AvailabilityZone: row.zone, GroupName: "", Tenancy: row.tenancy },
        DisableApiTermination: row.disableApiTermination,
        DisableApiStop: row.disableApiStop,
        InstanceInitiatedShutdownBehavior: row.shutdownBehavior,
        BlockDeviceMappings: blockDevices(tx, row.id),
        NetworkInterfaces: interfacesOf(tx, row.id).map(interfaceData),
        MetadataOptions: {
          HttpTokens: row.metadataOptions.httpTokens,
          HttpPutResponseHopLimit: row.metadataOptions.hopLimit,
          HttpEndpoint: row.metadataOptions.httpEndpoint,
          HttpProtocolIpv6: "disabled" as const,
          InstanceMetadataTags: row.metadataOptions.instanceTags,
        },
        TagSpecifications:
          Object.keys(row.tags).length === 0
            ? []
            : [{ ResourceType: "instance" as const, Tags: tagsView(row.tags) }],
      },
    };
  },
});

function blockDevices(tx: ReadTx, instanceId: string): readonly object[] {
  return tx.by(volumes.collection, "instance", instanceId).map((volume) => ({
    DeviceName: volume.deviceName,
    Ebs: {
      DeleteOnTermination: volume.deleteOnTermination,
      Encrypted: volume.encrypted,
      Iops: rootDevice.iops,
      Throughput: rootDevice.throughput,
      VolumeSize: volume.sizeGib,
      VolumeType: rootDevice.volumeType,
    },
  }));
}

function interfaceData(row: NetworkInterfaceRow): LaunchTemplateInstanceNetworkInterfaceSpecification {
  return {
    AssociatePublicIpAddress: row.publicIps.length > 0,
    DeleteOnTermination: row.attachment?.deleteOnTermination,
    Description: row.description,
    DeviceIndex: row.attachment?.deviceIndex,
    Groups: row.securityGroupIds,
    InterfaceType: "interface",
    Ipv6Addresses: (row.ipv6s ?? []).map((Ipv6Address) => ({ Ipv6Address })),
    PrivateIpAddresses: row.privateIps.map((PrivateIpAddress, index) => ({
      PrivateIpAddress,
      Primary: index === 0,
    })),
    SubnetId: row.subnetId,
    NetworkCardIndex: row.attachment?.networkCardIndex,
  };
}

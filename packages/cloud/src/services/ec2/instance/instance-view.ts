/** Instances and reservations as the API shows them. */
import type { ReadTx } from "@casemate/store";
import type { Instance, InstanceNetworkInterface, Reservation } from "@casemate/wire/ec2";
import { tagsView } from "../../../kit/index.ts";
import { rootDevice } from "../image/images.ts";
import { liveAssociation } from "../instance-profile-association/association.ts";
import { findInstanceType } from "../instance-type/instance-types.ts";
import { networkInterfaceView } from "../network-interface/interface-view.ts";
import {
  networkInterfaces,
  primaryPublicIp,
  type NetworkInterfaceRow,
} from "../network-interface/network-interface.ts";
import { volumes } from "../volume/volume.ts";
import { instanceName, ordinaryNaming } from "./instance-names.ts";
import type { InstanceRow, InstanceState } from "./instance.ts";

/** The codes that states have on the wire. */
export const stateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** A state with its code. */
export function stateView(state: InstanceState): { readonly Code: number; readonly Name: InstanceState } {
  return { Code: stateCodes[state], Name: state };
}

/** The interfaces of an instance, the primary first. */
export function interfacesOf(tx: ReadTx, instanceId: string): readonly NetworkInterfaceRow[] {
  return tx
    .by(networkInterfaces.collection, "instance", instanceId)
    .toSorted((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));
}

/** Instances of one launch, in the order they were launched in. */
export function reservationView(rows: readonly InstanceRow[], tx: ReadTx): Reservation {
  return {
    ReservationId: rows[0]?.reservationId,
    OwnerId: rows[0]?.accountId,
    Groups: [],
    Instances: rows.toSorted((a, b) => a.launchIndex - b.launchIndex).map((row) => instanceView(row, tx)),
  };
}

/** The instance. */
export function instanceView(row: InstanceRow, tx: ReadTx): Instance {
  const type = findInstanceType(row.instanceType);
  const shown: Instance = {
    InstanceId: row.id,
    AmiLaunchIndex: row.launchIndex,
    ImageId: row.imageId,
    // The table holds names of the model only.
    InstanceType: row.instanceType as "t3.micro",
    KeyName: row.keyName,
    LaunchTime: new Date(row.launchedAt),
    Monitoring: { State: row.monitoring ? "enabled" : "disabled" },
    Placement: { AvailabilityZone: row.zone, GroupName: "", Tenancy: row.tenancy },
    ProductCodes: [],
    State: stateView(row.state),
    StateTransitionReason: row.stateTransitionReason,
    StateReason: row.stateReason && { Code: row.stateReason.code, Message: row.stateReason.message },
    Architecture: "x86_64",
    ClientToken: row.clientToken ?? "",
    EbsOptimized: row.ebsOptimized,
    EnaSupport: true,
    Hypervisor: "xen",
    VirtualizationType: "hvm",
    RootDeviceName: rootDevice.name,
    RootDeviceType: rootDevice.type,
    CpuOptions: type && { CoreCount: type.cores, ThreadsPerCore: type.vcpus / type.cores },
    CapacityReservationSpecification: { CapacityReservationPreference: "open" },
    HibernationOptions: { Configured: false },
    EnclaveOptions: { Enabled: false },
    MetadataOptions: metadataOptionsView(row),
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    UsageOperationUpdateTime: new Date(row.launchedAt),
    MaintenanceOptions: { AutoRecovery: "default" },
    CurrentInstanceBootMode: "legacy-bios",
    Tags: tagsView(row.tags),
    BlockDeviceMappings: tx.by(volumes.collection, "instance", row.id).map((volume) => ({
      DeviceName: volume.deviceName,
      Ebs: {
        AttachTime: new Date(volume.attachedAt),
        DeleteOnTermination: volume.deleteOnTermination,
        Status: "attached",
        VolumeId: volume.id,
      },
    })),
  };
  // Assigned, not spread into the literal: this runs for every instance of every answer.
  return Object.assign(shown, profileView(row, tx), networkView(row, tx));
}

/** The metadata options with their state: a change that an instance is not there for yet is pending. */
export function metadataOptionsView({
  metadataOptions: options,
  state,
}: InstanceRow): NonNullable<Instance["MetadataOptions"]> {
  return {
    State: state === "pending" ? "pending" : "applied",
    HttpTokens: options.httpTokens,
    HttpPutResponseHopLimit: options.hopLimit,
    HttpEndpoint: options.httpEndpoint,
    HttpProtocolIpv6: "disabled",
    InstanceMetadataTags: options.instanceTags,
  };
}

function profileView(row: InstanceRow, tx: ReadTx): Pick<Instance, "IamInstanceProfile"> {
  const association = liveAssociation(tx, row.id);
  if (association === undefined) return {};
  return { IamInstanceProfile: { Arn: association.profileArn, Id: association.profileId } };
}

function networkView(row: InstanceRow, tx: ReadTx): Partial<Instance> {
  const interfaces = interfacesOf(tx, row.id);
  const [primary] = interfaces;
  const ip = primary?.privateIps[0];
  if (primary === undefined || ip === undefined) {
    return { NetworkInterfaces: [], SecurityGroups: [], PrivateDnsName: "", PublicDnsName: "" };
  }
  const views = interfaces.map((each) => interfaceView(each, tx));
  const { naming = ordinaryNaming } = row;
  return {
    VpcId: row.vpcId,
    SubnetId: row.subnetId,
    PrivateIpAddress: ip,
    PrivateDnsName: instanceName(row, ip),
    PrivateDnsNameOptions: {
      HostnameType: naming.hostnameType,
      EnableResourceNameDnsARecord: naming.resourceNameDnsA,
      EnableResourceNameDnsAAAARecord: naming.resourceNameDnsAaaa,
    },
    PublicDnsName: views[0]?.Association?.PublicDnsName ?? "",
    PublicIpAddress: primaryPublicIp(primary),
    Ipv6Address: primary.ipv6s?.[0],
    SourceDestCheck: primary.sourceDestCheck,
    SecurityGroups: views[0]?.Groups,
    NetworkInterfaces: views,
  };
}

/**
 * An interface inside an instance: what DescribeNetworkInterfaces shows, less what the instance itself says.
 */
function interfaceView(row: NetworkInterfaceRow, tx: ReadTx): InstanceNetworkInterface {
  const shown = networkInterfaceView(row, tx);
  const attachment = shown.Attachment;
  return {
    Association: shown.Association,
    Attachment:
      attachment === undefined
        ? {}
        : {
            AttachmentId: attachment.AttachmentId,
            AttachTime: attachment.AttachTime,
            DeleteOnTermination: attachment.DeleteOnTermination,
            DeviceIndex: attachment.DeviceIndex,
            NetworkCardIndex: attachment.NetworkCardIndex,
            Status: attachment.Status,
          },
    Description: shown.Description,
    Groups: shown.Groups,
    Ipv4Prefixes: shown.Ipv4Prefixes,
    Ipv6Addresses: shown.Ipv6Addresses,
    Ipv6Prefixes: shown.Ipv6Prefixes,
    MacAddress: shown.MacAddress,
    NetworkInterfaceId: shown.NetworkInterfaceId,
    OwnerId: shown.OwnerId,
    PrivateDnsName: shown.PrivateDnsName,
    PrivateIpAddress: shown.PrivateIpAddress,
    PrivateIpAddresses: shown.PrivateIpAddresses,
    SourceDestCheck: shown.SourceDestCheck,
    Status: shown.Status,
    SubnetId: shown.SubnetId,
    VpcId: shown.VpcId,
    InterfaceType: shown.InterfaceType,
  };
}

/** What a launch must be allowed to do: a need on every resource that it touches. */
import type { RunInstancesRequest } from "@casemate/wire/ec2";
import { tagsOnCreate, type Call, type ConditionKeys, type Need } from "../../../../kit/index.ts";
import { instanceProfileArn } from "../../../iam/index.ts";
import { findImage, imageTarget, rootDevice, type ImageRow } from "../../image/images.ts";
import { keyPairTarget } from "../../key-pair/key-pair.ts";
import { namedTemplateTarget } from "../../launch-template/named-template.ts";
import { meantLaunch, templateKeys, type TemplatedLaunch } from "../../launch-template/template-launch.ts";
import { networkInterfaces } from "../../network-interface/network-interface.ts";
import { securityGroups } from "../../security-group/security-group.ts";
import { subnets, type SubnetRow } from "../../subnet/subnet.ts";
import { volumes } from "../../volume/volume.ts";
import { instances } from "../instance.ts";
import { launchOptions } from "../metadata-defaults.ts";
import { askedInterfaces, type AskedInterface } from "./asked-interfaces.ts";
import { meantGroups, meantSubnet } from "./network-plan.ts";
import { findProfile, passRoleNeeds } from "./profile.ts";

/** Types of resources that tags can be asked for. */
export const taggedTypes = [instances.type, networkInterfaces.type, volumes.type];

/** A need on every resource that the launch touches, tags and the passed role included. */
export function launchNeeds(asked: RunInstancesRequest, call: Call): readonly Need[] {
  const launch = meantLaunch(call, asked);
  const { input } = launch;
  const tags = tagsOnCreate(call, input.TagSpecifications, taggedTypes);
  const interfaces = meantInterfaces(call, input);
  const zone: ConditionKeys = {
    "ec2:AvailabilityZone": interfaces[0]?.zone,
    "ec2:AvailabilityZoneId": interfaces[0]?.subnet?.zoneId,
  };
  const distinct = (ids: readonly (string | undefined)[]): readonly string[] =>
    [...new Set(ids)].filter((id) => id !== undefined);
  return [
    ...(asked.LaunchTemplate === undefined
      ? []
      : [
          call.need(namedTemplateTarget(call, asked.LaunchTemplate), templateKeys(launch, "launch-template")),
        ]),
    call.need(imageTarget(call, input.ImageId ?? "*"), templateKeys(launch, "image")),
    call.need(instances.fresh(call), {
      ...zone,
      ...instanceKeys(input, call),
      ...tags.keys(instances.type),
      ...templateKeys(launch, "instance"),
    }),
    ...interfaces.map((each) =>
      interfaceNeed(call, { launch, interface: each, tagKeys: tags.keys(networkInterfaces.type) }),
    ),
    ...distinct(interfaces.flatMap(({ groupIds }) => groupIds)).map((id) =>
      call.need(securityGroups.target(call, id), templateKeys(launch, "security-group")),
    ),
    ...distinct(interfaces.map(({ subnetId }) => subnetId)).map((id) =>
      call.need(subnets.target(call, id), templateKeys(launch, "subnet")),
    ),
    call.need(volumes.fresh(call), {
      ...zone,
      ...rootVolumeKeys(findImage(input.ImageId ?? "")),
      ...tags.keys(volumes.type),
      ...templateKeys(launch, "volume"),
    }),
    ...(input.KeyName === undefined
      ? []
      : [call.need(keyPairTarget(call, input.KeyName), templateKeys(launch, "key-pair"))]),
    ...passRoleNeeds(call, input.IamInstanceProfile, call.arn("ec2", "instance/*")),
    ...tags.needs,
  ];
}

/** An interface of a launch, as far as what it names is there. */
interface MeantInterface {
  readonly asked: AskedInterface;
  /** Absent where the interface exists: it is in its subnet and has its groups already. */
  readonly subnetId: string | undefined;
  readonly subnet: SubnetRow | undefined;
  readonly zone: string | undefined;
  readonly groupIds: readonly string[];
}

function meantInterfaces(call: Call, input: RunInstancesRequest): readonly MeantInterface[] {
  const { tx } = call;
  let zone = input.Placement?.AvailabilityZone;
  return askedInterfaces(input).map((asked): MeantInterface => {
    const row =
      asked.existingId === undefined ? undefined : networkInterfaces.find(tx, call, asked.existingId);
    if (asked.existingId !== undefined) {
      const subnet = row && subnets.find(tx, call, row.subnetId);
      zone = subnet?.zone ?? zone;
      return { asked, subnetId: undefined, subnet, zone, groupIds: [] };
    }
    const subnet = meantSubnet(tx, call, { subnetId: asked.subnetId, zone });
    const known = meantGroups(tx, call, { interface: asked, vpcId: subnet?.vpcId });
    zone = subnet?.zone ?? zone;
    return {
      asked,
      subnetId: subnet?.id ?? asked.subnetId,
      subnet,
      zone,
      groupIds: [...asked.groupIds, ...known.map(({ id }) => id)],
    };
  });
}

function interfaceNeed(
  call: Call,
  of: {
    readonly launch: TemplatedLaunch;
    readonly interface: MeantInterface;
    readonly tagKeys: ConditionKeys;
  },
): Need {
  const { asked, subnet, subnetId, zone } = of.interface;
  const template = templateKeys(of.launch, "network-interface");
  if (asked.existingId !== undefined) {
    return call.need(networkInterfaces.target(call, asked.existingId), template);
  }
  return call.need(networkInterfaces.fresh(call), {
    "ec2:AvailabilityZone": zone,
    "ec2:Vpc": subnet && call.arn("ec2", `vpc/${subnet.vpcId}`),
    "ec2:AssociatePublicIpAddress": asked.associatePublicIp,
    "ec2:Subnet": subnetId && call.arn("ec2", `subnet/${subnetId}`),
    ...of.tagKeys,
    ...template,
  });
}

function rootVolumeKeys(image: ImageRow | undefined): ConditionKeys {
  return {
    "ec2:Encrypted": false,
    "ec2:VolumeIops": rootDevice.iops,
    "ec2:VolumeSize": image?.sizeGib,
    "ec2:VolumeThroughput": rootDevice.throughput,
    "ec2:VolumeType": rootDevice.volumeType,
  };
}

function instanceKeys(input: RunInstancesRequest, call: Call): ConditionKeys {
  const options = launchOptions(call.tx, call, input.MetadataOptions);
  const profile = input.IamInstanceProfile && findProfile(call.tx, call, input.IamInstanceProfile);
  return {
    "ec2:EbsOptimized": input.EbsOptimized ?? false,
    "ec2:InstanceMarketType": "on-demand",
    "ec2:InstanceMetadataTags": options.instanceTags,
    "ec2:InstanceProfile": profile && instanceProfileArn(profile),
    "ec2:InstanceType": input.InstanceType,
    "ec2:MetadataHttpEndpoint": options.httpEndpoint,
    "ec2:MetadataHttpPutResponseHopLimit": options.hopLimit,
    "ec2:MetadataHttpTokens": options.httpTokens,
    "ec2:RootDeviceType": rootDevice.type,
    "ec2:Tenancy": input.Placement?.Tenancy ?? "default",
  };
}

/**
 * RunInstances: checks a launch on every resource it touches, then makes the rows; the reconciler makes the
 * machines.
 */
import type { Tx } from "@casemate/store";
import type { Reservation, RunInstancesRequest } from "@casemate/wire/ec2";
import {
  once,
  tagsOnCreate,
  type Call,
  type ConditionKeys,
  type Need,
  type TagsOnCreate,
} from "../../../../kit/index.ts";
import { instanceProfileArn } from "../../../iam/index.ts";
import { takeNumber } from "../../host-number.ts";
import { fetchImage, findImage, imageTarget, rootDevice, type ImageRow } from "../../image/images.ts";
import { profileAssociations } from "../../instance-profile-association/association.ts";
import { fetchInstanceType } from "../../instance-type/instance-types.ts";
import { findKeyPair, keyPairNotFound, keyPairTarget } from "../../key-pair/key-pair.ts";
import { networkInterfaces } from "../../network-interface/network-interface.ts";
import { networkTopic } from "../../network/network-topic.ts";
import { operation } from "../../operation.ts";
import { securityGroups } from "../../security-group/security-group.ts";
import { subnets } from "../../subnet/subnet.ts";
import { volumes } from "../../volume/volume.ts";
import { changeInstance, instances, type InstanceRow } from "../instance.ts";
import { reservationView } from "../instance-view.ts";
import { checkMetadataTags, launchOptions } from "../metadata-defaults.ts";
import { drawMac, takePrivateAddress, takePublicAddress } from "./address-allocation.ts";
import {
  countInvalid,
  hostFull,
  imageMissing,
  instancesExceeded,
  ipv6sExceeded,
  placementUnsupported,
} from "./faults.ts";
import { drawIpv6s, namedIpv6s } from "./ipv6-allocation.ts";
import { askedInterface, meantGroups, meantSubnet, networkPlan, type NetworkPlan } from "./network-plan.ts";
import { fetchProfile, findProfile, passRoleNeeds } from "./profile.ts";
import { readUserData, sealUserData } from "../user-data.ts";

/** Instances that an account may have in a region, terminated ones not counted. */
export const instancesPerRegionMax = 1000;

/** Types of resources that tags can be asked for. */
const taggedTypes = [instances.type, networkInterfaces.type, volumes.type];

export const runInstances = operation("RunInstances", {
  access: "write",
  honours: [
    "ClientToken",
    "DisableApiStop",
    "DisableApiTermination",
    "EbsOptimized",
    "IamInstanceProfile",
    "ImageId",
    "InstanceInitiatedShutdownBehavior",
    "InstanceType",
    "Ipv6AddressCount",
    "Ipv6Addresses",
    "KeyName",
    "MaxCount",
    "MetadataOptions",
    "MinCount",
    "Monitoring",
    "NetworkInterfaces",
    "Placement",
    "PrivateIpAddress",
    "SecurityGroupIds",
    "SecurityGroups",
    "SubnetId",
    "TagSpecifications",
    "UserData",
  ],
  needs: launchNeeds,
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create: () => {
        const reservationId = launch(tx, call, input);
        return { made: reservationId, output: view(tx, call, reservationId) };
      },
      recall: (reservationId) => view(tx, call, reservationId),
    }),
});

function view(tx: Tx, call: Call, reservationId: string): Reservation {
  return reservationView(instances.by(tx, call, { index: "reservation", value: reservationId }), tx);
}

/** A need on every resource that the launch touches, tags and the passed role included. */
function launchNeeds(input: RunInstancesRequest, call: Call): readonly Need[] {
  const { tx } = call;
  const asked = askedInterface(input);
  const subnet = meantSubnet(tx, call, {
    subnetId: asked.subnetId,
    zone: input.Placement?.AvailabilityZone,
  });
  const tags = tagsOnCreate(call, input.TagSpecifications, taggedTypes);
  const subnetId = subnet?.id ?? asked.subnetId;
  const zone: ConditionKeys = {
    "ec2:AvailabilityZone": subnet?.zone ?? input.Placement?.AvailabilityZone,
    "ec2:AvailabilityZoneId": subnet?.zoneId,
  };
  const place: ConditionKeys = {
    "ec2:AvailabilityZone": zone["ec2:AvailabilityZone"],
    "ec2:Vpc": subnet && call.arn("ec2", `vpc/${subnet.vpcId}`),
  };
  const known = meantGroups(tx, call, { interface: asked, vpcId: subnet?.vpcId });
  const groupIds = [...new Set([...asked.groupIds, ...known.map(({ id }) => id)])];
  return [
    call.need(imageTarget(call, input.ImageId ?? "*")),
    call.need(instances.fresh(call), {
      ...zone,
      ...instanceKeys(input, call),
      ...tags.keys(instances.type),
    }),
    call.need(networkInterfaces.fresh(call), {
      ...place,
      "ec2:AssociatePublicIpAddress": asked.associatePublicIp,
      "ec2:Subnet": subnetId && call.arn("ec2", `subnet/${subnetId}`),
      ...tags.keys(networkInterfaces.type),
    }),
    ...groupIds.map((id) => call.need(securityGroups.target(call, id))),
    ...(subnetId === undefined ? [] : [call.need(subnets.target(call, subnetId))]),
    call.need(volumes.fresh(call), {
      ...zone,
      ...rootVolumeKeys(findImage(input.ImageId ?? "")),
      ...tags.keys(volumes.type),
    }),
    ...(input.KeyName === undefined ? [] : [call.need(keyPairTarget(call, input.KeyName))]),
    ...passRoleNeeds(call, input.IamInstanceProfile, call.arn("ec2", "instance/*")),
    ...tags.needs,
  ];
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

/** Makes the rows of a launch and answers the reservation's id. */
function launch(tx: Tx, call: Call, input: RunInstancesRequest): string {
  if (input.ImageId === undefined) throw imageMissing();
  const image = fetchImage(input.ImageId);
  const type = fetchInstanceType(input.InstanceType ?? "m1.small");
  const { id: instanceType } = type;
  const count = instanceCount(tx, call, input);
  checkPlacement(input);
  const plan = networkPlan(tx, call, input);
  const ipv6s = plan.ipv6Count + plan.asked.ipv6s.length;
  if (ipv6s > type.addressesPerInterfaceMax) {
    throw ipv6sExceeded(String(ipv6s), instanceType, String(type.addressesPerInterfaceMax));
  }
  const tags = tagsOnCreate(call, input.TagSpecifications, taggedTypes);
  const metadataOptions = launchOptions(tx, call, input.MetadataOptions);
  checkMetadataTags(metadataOptions, Object.keys(tags.of(instances.type)));
  const key = input.KeyName === undefined ? undefined : findKeyPair(tx, call, input.KeyName);
  if (input.KeyName !== undefined && key === undefined) throw keyPairNotFound(input.KeyName);
  const profile = input.IamInstanceProfile && fetchProfile(tx, call, input.IamInstanceProfile);
  const reservationId = call.newId("r");
  for (let launchIndex = 0; launchIndex < count; launchIndex += 1) {
    const row = launchedInstance(call, input, {
      reservationId,
      launchIndex,
      imageId: image.id,
      instanceType,
      vpcId: plan.subnet.vpcId,
      subnetId: plan.subnet.id,
      zone: plan.subnet.zone,
      tags: tags.of(instances.type),
      ...(key === undefined ? {} : { keyName: key.name, publicKey: key.publicKey }),
      metadataOptions,
    });
    const { id } = row;
    changeInstance(tx, row, {});
    putInterface(tx, call, { instanceId: id, plan, tags });
    putRootVolume(tx, call, { instanceId: id, image, zone: row.zone, tags });
    if (profile !== undefined) {
      profileAssociations.put(tx, {
        id: call.newId("iip-assoc"),
        accountId: call.accountId,
        region: call.region,
        tags: {},
        instanceId: id,
        profileId: profile.id,
        profileArn: instanceProfileArn(profile),
        state: "associated",
        at: call.now,
      });
    }
  }
  tx.wish(networkTopic);
  return reservationId;
}

/** The row of one instance: what its launch works out, the rest as the request says. */
function launchedInstance(
  call: Call,
  input: RunInstancesRequest,
  plan: Pick<
    InstanceRow,
    | "reservationId"
    | "launchIndex"
    | "imageId"
    | "instanceType"
    | "vpcId"
    | "subnetId"
    | "zone"
    | "tags"
    | "keyName"
    | "publicKey"
    | "metadataOptions"
  >,
): InstanceRow {
  const id = call.newId("i");
  const userData = readUserData(input.UserData);
  return {
    ...plan,
    id,
    accountId: call.accountId,
    region: call.region,
    tenancy: "default",
    state: "pending",
    stateReason: { code: "pending", message: "pending" },
    stateTransitionReason: "",
    launchedAt: call.now,
    starts: 1,
    rebootsAsked: 0,
    rebootsDone: 0,
    forced: false,
    ...(userData === undefined ? {} : { sealedUserData: sealUserData(call.environment, id, userData) }),
    monitoring: input.Monitoring?.Enabled ?? false,
    ebsOptimized: input.EbsOptimized ?? false,
    shutdownBehavior: input.InstanceInitiatedShutdownBehavior ?? "stop",
    disableApiTermination: input.DisableApiTermination ?? false,
    disableApiStop: input.DisableApiStop ?? false,
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
  };
}

/** How many instances are launched: as many of MaxCount as the limit leaves room for, at least MinCount. */
function instanceCount(tx: Tx, call: Call, { MinCount, MaxCount }: RunInstancesRequest): number {
  if (!Number.isInteger(MinCount) || MinCount < 1) throw countInvalid("minCount", String(MinCount));
  if (!Number.isInteger(MaxCount) || MaxCount < MinCount) throw countInvalid("maxCount", String(MaxCount));
  const live = instances.list(tx, call).filter(({ state }) => state !== "terminated").length;
  const room = instancesPerRegionMax - live;
  if (room < MinCount) throw instancesExceeded(String(MinCount), String(instancesPerRegionMax));
  return Math.min(MaxCount, room);
}

function checkPlacement({ Placement }: RunInstancesRequest): void {
  for (const [name, value] of Object.entries(Placement ?? {})) {
    if (value === undefined || name === "AvailabilityZone") continue;
    if (name === "Tenancy" && value === "default") continue;
    throw placementUnsupported(name);
  }
}

interface Made {
  readonly instanceId: string;
  readonly tags: TagsOnCreate;
}

function putInterface(tx: Tx, call: Call, made: Made & { readonly plan: NetworkPlan }): void {
  const { subnet, groups, publicIp, ipv6Count, asked } = made.plan;
  const id = call.newId("eni");
  const number = takeNumber(tx, "eni", id);
  if (number === undefined) throw hostFull();
  const privateIp = takePrivateAddress(tx, call, { subnet, asked: asked.privateIp });
  const ipv6s = [
    ...namedIpv6s(tx, subnet, asked.ipv6s),
    ...drawIpv6s(tx, call, { subnet, count: ipv6Count }),
  ];
  networkInterfaces.put(tx, {
    id,
    accountId: call.accountId,
    region: call.region,
    tags: made.tags.of(networkInterfaces.type),
    number,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zone: subnet.zone,
    mac: drawMac(call),
    description: asked.description,
    privateIps: [privateIp],
    ...(ipv6s.length === 0 ? {} : { ipv6s }),
    publicIps: publicIp ? [{ privateIp, publicIp: takePublicAddress(tx, call) }] : [],
    autoPublicIp: publicIp,
    securityGroupIds: groups.map((group) => group.id),
    sourceDestCheck: true,
    status: "in-use",
    attachment: {
      id: call.newId("eni-attach"),
      instanceId: made.instanceId,
      deviceIndex: 0,
      networkCardIndex: 0,
      attachedAt: call.now,
      deleteOnTermination: asked.deleteOnTermination,
      status: "attached",
    },
    createdAt: call.now,
  });
}

function putRootVolume(
  tx: Tx,
  call: Call,
  made: Made & { readonly image: ImageRow; readonly zone: string },
): void {
  volumes.put(tx, {
    id: call.newId("vol"),
    accountId: call.accountId,
    region: call.region,
    tags: made.tags.of(volumes.type),
    zone: made.zone,
    sizeGib: made.image.sizeGib,
    volumeType: rootDevice.volumeType,
    encrypted: false,
    instanceId: made.instanceId,
    deviceName: rootDevice.name,
    attachedAt: call.now,
    deleteOnTermination: true,
  });
}

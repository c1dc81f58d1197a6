/**
 * RunInstances: checks a launch on every resource it touches, then makes the rows; the reconciler makes the
 * machines.
 */
import type { Tx } from "@casemate/store";
import type { Reservation, RunInstancesRequest } from "@casemate/wire/ec2";
import { once, tagsOnCreate, type Call, type TagsOnCreate } from "../../../../kit/index.ts";
import { instanceProfileArn } from "../../../iam/index.ts";
import { fetchImage, rootDevice, type ImageRow } from "../../image/images.ts";
import { profileAssociations } from "../../instance-profile-association/association.ts";
import { fetchInstanceType, type InstanceTypeRow } from "../../instance-type/instance-types.ts";
import { findKeyPair, keyPairNotFound } from "../../key-pair/key-pair.ts";
import { templatedLaunch } from "../../launch-template/template-launch.ts";
import { attach, checkAddressRoom, checkInterfaceRoom } from "../../network-interface/attachment.ts";
import {
  networkInterfaces,
  withPublicIp,
  type NetworkInterfaceRow,
} from "../../network-interface/network-interface.ts";
import { countedAddresses, newInterface } from "../../network-interface/new-interface.ts";
import { networkTopic } from "../../network/network-topic.ts";
import { operation } from "../../operation.ts";
import type { SubnetRow } from "../../subnet/subnet.ts";
import { volumes } from "../../volume/volume.ts";
import { changeInstance, instances, type InstanceNaming, type InstanceRow } from "../instance.ts";
import { reservationView } from "../instance-view.ts";
import { checkMetadataTags, launchOptions } from "../metadata-defaults.ts";
import { readUserData, sealUserData } from "../user-data.ts";
import { takePublicAddress } from "./address-allocation.ts";
import { countInvalid, imageMissing, instancesExceeded } from "./faults.ts";
import { launchNeeds, taggedTypes } from "./launch-needs.ts";
import { networkPlan, type InterfacePlan, type NetworkPlan, type NewInterfacePlan } from "./network-plan.ts";
import { checkPlacement } from "./placement.ts";
import { fetchProfile } from "./profile.ts";

/** Instances that an account may have in a region, terminated ones not counted. */
export const instancesPerRegionMax = 1000;

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
    "LaunchTemplate",
    "MaxCount",
    "MetadataOptions",
    "MinCount",
    "Monitoring",
    "NetworkInterfaces",
    "Placement",
    "PrivateDnsNameOptions",
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
        const reservationId = launch(tx, call, templatedLaunch(tx, call, input).input);
        return { made: reservationId, output: view(tx, call, reservationId) };
      },
      recall: (reservationId) => view(tx, call, reservationId),
    }),
});

function view(tx: Tx, call: Call, reservationId: string): Reservation {
  return reservationView(instances.by(tx, call, { index: "reservation", value: reservationId }), tx);
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
  const [{ subnet }] = plan;
  checkInterfaces(type, plan);
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
      vpcId: subnet.vpcId,
      subnetId: subnet.id,
      zone: subnet.zone,
      naming: launchNaming(input, subnet),
      tags: tags.of(instances.type),
      ...(key === undefined ? {} : { keyName: key.name, publicKey: key.publicKey }),
      metadataOptions,
    });
    const { id } = row;
    changeInstance(tx, row, {});
    for (const each of plan) putInterface(tx, call, { instanceId: id, plan: each, tags });
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

/** How an instance is named: as the request says, else as its subnet does. */
function launchNaming(
  { PrivateDnsNameOptions: asked }: RunInstancesRequest,
  subnet: SubnetRow,
): InstanceNaming {
  return {
    hostnameType: asked?.HostnameType ?? subnet.hostnameType,
    resourceNameDnsA: asked?.EnableResourceNameDnsARecord ?? subnet.resourceNameDnsA ?? false,
    resourceNameDnsAaaa: asked?.EnableResourceNameDnsAAAARecord ?? subnet.resourceNameDnsAaaa ?? false,
  };
}

/** Refuses more interfaces and addresses than the type has room for. */
function checkInterfaces(type: InstanceTypeRow, plan: NetworkPlan): void {
  checkInterfaceRoom(type, plan.length);
  for (const each of plan) {
    checkAddressRoom(
      type,
      each.kind === "existing" ? each.row : countedAddresses(each.asked.addresses, each.subnet),
    );
  }
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
    | "naming"
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

interface Made {
  readonly instanceId: string;
  readonly tags: TagsOnCreate;
}

/** Gives the instance one interface, which is there before it runs. */
function putInterface(tx: Tx, call: Call, made: Made & { readonly plan: InterfacePlan }): void {
  const { plan, instanceId, tags } = made;
  const row = plan.kind === "existing" ? plan.row : makeInterface(tx, call, { plan, tags });
  attach(tx, call, {
    row,
    instance: { id: instanceId, accountId: call.accountId },
    index: plan.asked.deviceIndex,
    deleteOnTermination: plan.asked.deleteOnTermination,
    status: "attached",
  });
}

function makeInterface(
  tx: Tx,
  call: Call,
  { plan, tags }: { readonly plan: NewInterfacePlan; readonly tags: TagsOnCreate },
): NetworkInterfaceRow {
  const { subnet, groups, publicIp, asked } = plan;
  const row = newInterface(tx, call, {
    subnet,
    groupIds: groups.map(({ id }) => id),
    addresses: asked.addresses,
    description: asked.description,
    tags: tags.of(networkInterfaces.type),
  });
  if (!publicIp) return row;
  return networkInterfaces.change(tx, row, {
    ...withPublicIp(row, takePublicAddress(tx, call)),
    autoPublicIp: true,
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

/** What the metadata service shows about an instance, gathered from its rows. */
import type { ReadTx } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import type {
  InstanceMetadata,
  MetadataInstanceProfile,
  MetadataInterface,
} from "../../../kit/instance-metadata.ts";
import { instanceProfiles, roles } from "../../iam/index.ts";
import { privateDnsName } from "../dns-name.ts";
import { findImage, rootDevice } from "../image/images.ts";
import { liveAssociation } from "../instance-profile-association/association.ts";
import { guestHostname, publicNameIn } from "../instance/instance-names.ts";
import { interfacesOf } from "../instance/instance-view.ts";
import type { InstanceRow } from "../instance/instance.ts";
import { openUserData } from "../instance/user-data.ts";
import {
  networkInterfaces,
  primaryPublicIp,
  type NetworkInterfaceRow,
} from "../network-interface/network-interface.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { subnets } from "../subnet/subnet.ts";
import { vpcs } from "../vpc/vpc.ts";
import { zonesOf } from "../zone/zones.ts";

/** The interface in a VPC that a source address belongs to. */
export function interfaceAt(tx: ReadTx, vpcId: string, sourceIp: string): NetworkInterfaceRow | undefined {
  return tx.by(networkInterfaces.collection, "address", `${vpcId}/${sourceIp}`)[0];
}

/** The facts; `caller` is the interface that asks. */
export function instanceFacts(
  tx: ReadTx,
  environment: CloudEnvironment,
  asked: { readonly instance: InstanceRow; readonly caller: NetworkInterfaceRow },
): InstanceMetadata {
  const { instance, caller } = asked;
  const interfaces = interfacesOf(tx, instance.id);
  const primary = interfaces[0] ?? caller;
  const ip = primary.privateIps[0] ?? "";
  const hostname = guestHostname(tx, instance, ip);
  const userData = openUserData(environment, instance);
  const publicIp = primaryPublicIp(primary);
  const zoneId = zonesOf(instance.region).find(({ name }) => name === instance.zone)?.id ?? "";
  const profile = profileFacts(tx, instance);
  const lastModifiedMs = Math.max(instance.launchedAt, profile?.lastUpdatedMs ?? 0);
  const { metadataOptions: options } = instance;
  return {
    options: { ...options, ipv6: "disabled" },
    callerInterfaceId: caller.id,
    amiId: instance.imageId,
    amiLaunchIndex: instance.launchIndex,
    amiManifestPath: "(unknown)",
    ancestorAmiIds: [],
    blockDeviceMapping: { ami: rootDevice.name, root: rootDevice.name },
    hostname,
    instanceAction: instance.state === "shutting-down" ? "shutdown" : "none",
    instanceId: instance.id,
    instanceLifeCycle: "on-demand",
    instanceType: instance.instanceType,
    localHostname: hostname,
    localIpv4: ip,
    mac: primary.mac,
    interfaces: interfaces.map((row) => interfaceFacts(tx, row)),
    placement: { availabilityZone: instance.zone, availabilityZoneId: zoneId, region: instance.region },
    productCodes: [],
    profile: "default-hvm",
    publicHostname: publicIp && publicNameIn(tx, instance, publicIp),
    publicIpv4: publicIp,
    publicKeys:
      instance.publicKey === undefined
        ? []
        : [{ name: instance.keyName ?? "", opensshKey: instance.publicKey }],
    reservationId: instance.reservationId,
    securityGroups: groupFacts(tx, primary),
    services: { domain: "amazonaws.com", partition: "aws" },
    tags: instance.tags,
    ...(userData === undefined ? {} : { userData: Uint8Array.from(Buffer.from(userData, "base64")) }),
    identity: identityFacts(instance, ip),
    ...(profile === undefined ? {} : { iam: profile }),
    lastModifiedMs,
  };
}

/** The fields of the identity document. */
export function identityFacts(instance: InstanceRow, privateIp: string): InstanceMetadata["identity"] {
  return {
    accountId: instance.accountId,
    architecture: "x86_64",
    availabilityZone: instance.zone,
    imageId: findImage(instance.imageId)?.id ?? instance.imageId,
    instanceId: instance.id,
    instanceType: instance.instanceType,
    pendingTimeMs: instance.launchedAt,
    privateIp,
    region: instance.region,
  };
}

function groupFacts(tx: ReadTx, row: NetworkInterfaceRow): { readonly id: string; readonly name: string }[] {
  return row.securityGroupIds.map((id) => ({ id, name: tx.get(securityGroups.collection, id)?.name ?? id }));
}

function interfaceFacts(tx: ReadTx, row: NetworkInterfaceRow): MetadataInterface {
  const ip = row.privateIps[0] ?? "";
  const vpc = tx.get(vpcs.collection, row.vpcId);
  const subnet = tx.get(subnets.collection, row.subnetId);
  const publicIp = primaryPublicIp(row);
  return {
    mac: row.mac,
    deviceNumber: row.attachment?.deviceIndex ?? 0,
    interfaceId: row.id,
    ipv4Associations: row.publicIps.map((each) => ({
      publicIpv4: each.publicIp,
      privateIpv4: each.privateIp,
    })),
    ipv6s: row.ipv6s ?? [],
    ipv4Prefixes: row.ipv4Prefixes,
    ipv6Prefixes: row.ipv6Prefixes,
    localHostname: privateDnsName(row.region, ip),
    localIpv4s: row.privateIps,
    ownerId: row.accountId,
    publicHostname: publicIp && publicNameIn(tx, row, publicIp),
    publicIpv4s: row.publicIps.map((each) => each.publicIp),
    securityGroups: groupFacts(tx, row),
    subnetId: row.subnetId,
    subnetIpv4CidrBlock: subnet?.cidr ?? "",
    subnetIpv6CidrBlocks: subnet?.ipv6 === undefined ? [] : [subnet.ipv6.cidr],
    vpcId: row.vpcId,
    vpcIpv4CidrBlocks: vpc?.cidrs.map(({ cidr }) => cidr) ?? [],
    vpcIpv6CidrBlocks: vpc?.ipv6Cidrs?.map(({ cidr }) => cidr) ?? [],
  };
}

function profileFacts(tx: ReadTx, instance: InstanceRow): MetadataInstanceProfile | undefined {
  const association = liveAssociation(tx, instance.id);
  if (association === undefined) return undefined;
  const profile = tx.get(instanceProfiles, association.profileId);
  const role = profile?.roleId === undefined ? undefined : tx.get(roles, profile.roleId);
  return {
    instanceProfileArn: association.profileArn,
    instanceProfileId: association.profileId,
    exists: profile !== undefined,
    ...(role === undefined ? {} : { roleName: role.name }),
    lastUpdatedMs: association.at,
  };
}

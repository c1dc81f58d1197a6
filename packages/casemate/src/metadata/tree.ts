/**
 * The category tree of one instance, names and listings as AWS shows them. It renders facts and decides
 * nothing: who may read it was settled before. Categories that the instance does not have are absent.
 */
import type { InstanceMetadata, MetadataInstanceProfile, MetadataInterface } from "@casemate/cloud";
import { directory, folder, leaf, lines } from "./node.ts";
import type { DirectoryEntry, MetadataDirectory } from "./node.ts";
import { isoSeconds, spacedJson } from "./spaced-json.ts";

/**
 * The dated versions of the tree, oldest first.
 * Differs: every version of the metadata tree shows what the newest one shows.
 * Differs: the metadata categories `identity-credentials/`, `spot/` and `system` are absent.
 */
export const metadataVersions: readonly string[] = [
  "1.0",
  "2007-01-19",
  "2007-03-01",
  "2007-08-29",
  "2007-10-10",
  "2007-12-15",
  "2008-02-01",
  "2008-09-01",
  "2009-04-04",
  "2011-01-01",
  "2011-05-01",
  "2012-01-12",
  "2014-02-25",
  "2014-11-05",
  "2015-10-20",
  "2016-04-19",
  "2016-06-30",
  "2016-09-02",
  "2018-03-28",
  "2018-08-17",
  "2018-09-24",
  "2019-10-01",
  "2020-08-24",
  "2020-10-27",
  "2021-01-03",
  "2021-03-23",
  "2021-07-15",
  "2022-07-09",
  "2022-09-24",
  "2024-04-11",
  "latest",
];

const troubleshooting =
  "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html" +
  "#troubleshoot_iam-ec2_errors-info-doc";

/** The root of what this instance sees: the versions, each with the whole tree. */
export function metadataTree(metadata: InstanceMetadata): MetadataDirectory {
  const version = directory(() => versionEntries(metadata));
  return directory(() => metadataVersions.map((name) => ({ name, label: name, node: version })));
}

function versionEntries(metadata: InstanceMetadata): DirectoryEntry[] {
  const { userData } = metadata;
  return [
    { name: "dynamic", label: "dynamic", node: directory(dynamicEntries) },
    { name: "meta-data", label: "meta-data", node: directory(() => metaDataEntries(metadata)) },
    ...(userData === undefined
      ? []
      : [{ name: "user-data", label: "user-data", node: { kind: "bytes", bytes: userData } as const }]),
  ];
}

function dynamicEntries(): DirectoryEntry[] {
  const parts = ["document", "pkcs7", "rsa2048", "signature"] as const;
  return [
    folder("instance-identity", () =>
      parts.map((part) => ({ name: part, label: part, node: { kind: "identity", part } })),
    ),
  ];
}

function metaDataEntries(metadata: InstanceMetadata): DirectoryEntry[] {
  return [
    ...leaf("ami-id", metadata.amiId),
    ...leaf("ami-launch-index", metadata.amiLaunchIndex),
    ...leaf("ami-manifest-path", metadata.amiManifestPath),
    ...lines("ancestor-ami-ids", metadata.ancestorAmiIds),
    folder("block-device-mapping", () =>
      Object.entries(metadata.blockDeviceMapping)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([name, device]) => leaf(name, device)),
    ),
    folder("events", eventsEntries),
    folder("hibernation", () => leaf("configured", "false")),
    ...leaf("hostname", metadata.hostname),
    ...iamEntries(metadata.iam),
    ...leaf("instance-action", metadata.instanceAction),
    ...leaf("instance-id", metadata.instanceId),
    ...leaf("instance-life-cycle", metadata.instanceLifeCycle),
    ...leaf("instance-type", metadata.instanceType),
    ...leaf("kernel-id", metadata.kernelId),
    ...leaf("local-hostname", metadata.localHostname),
    ...leaf("local-ipv4", metadata.localIpv4),
    ...leaf("mac", metadata.mac),
    folder("metrics", () => leaf("vhostmd", '<?xml version="1.0" encoding="UTF-8"?>')),
    folder("network", () => [
      folder("interfaces", () => [
        folder("macs", () =>
          metadata.interfaces.map((entry) => folder(entry.mac, () => interfaceEntries(entry))),
        ),
      ]),
    ]),
    folder("placement", () => placementEntries(metadata)),
    ...lines("product-codes", metadata.productCodes),
    ...leaf("profile", metadata.profile),
    ...leaf("public-hostname", metadata.publicHostname),
    ...leaf("public-ipv4", metadata.publicIpv4),
    ...publicKeyEntries(metadata),
    ...leaf("ramdisk-id", metadata.ramdiskId),
    ...leaf("reservation-id", metadata.reservationId),
    ...lines(
      "security-groups",
      metadata.securityGroups.map((group) => group.name),
    ),
    folder("services", () => [
      ...leaf("domain", metadata.services.domain),
      ...leaf("partition", metadata.services.partition),
    ]),
    ...tagEntries(metadata),
  ];
}

function eventsEntries(): DirectoryEntry[] {
  return [folder("maintenance", () => [...leaf("history", "[]"), ...leaf("scheduled", "[]")])];
}

function iamEntries(profile: MetadataInstanceProfile | undefined): DirectoryEntry[] {
  if (profile === undefined) return [];
  const { roleName } = profile;
  return [
    folder("iam", () => [
      ...leaf("info", profileInfo(profile)),
      ...(roleName === undefined
        ? []
        : [
            folder("security-credentials", () => [
              { name: roleName, label: roleName, node: { kind: "credentials", roleName } },
            ]),
          ]),
    ]),
  ];
}

function profileInfo(profile: MetadataInstanceProfile): string {
  const lastUpdated = isoSeconds(profile.lastUpdatedMs);
  if (!profile.exists)
    return spacedJson([
      ["Code", "InstanceProfileNotFound"],
      [
        "Message",
        `Instance Profile with Id ${profile.instanceProfileId} cannot be found.  ` +
          `Please see documentation at ${troubleshooting}.`,
      ],
      ["LastUpdated", lastUpdated],
    ]);
  return spacedJson([
    ["Code", "Success"],
    ["LastUpdated", lastUpdated],
    ["InstanceProfileArn", profile.instanceProfileArn],
    ["InstanceProfileId", profile.instanceProfileId],
  ]);
}

/** What `security-credentials/<role>` says when EC2 may not assume the role. */
export function notAssumable(roleName: string, nowMs: number): string {
  return spacedJson([
    ["Code", "AssumeRoleUnauthorizedAccess"],
    ["Message", `EC2 cannot assume the role ${roleName}.  Please see documentation at ${troubleshooting}.`],
    ["LastUpdated", isoSeconds(nowMs)],
  ]);
}

function interfaceEntries(entry: MetadataInterface): DirectoryEntry[] {
  return [
    ...leaf("device-number", entry.deviceNumber),
    ...leaf("interface-id", entry.interfaceId),
    ...associationEntries(entry),
    ...lines("ipv4-prefix", entry.ipv4Prefixes ?? []),
    ...lines("ipv6-prefix", entry.ipv6Prefixes ?? []),
    ...lines("ipv6s", entry.ipv6s),
    ...leaf("local-hostname", entry.localHostname),
    ...lines("local-ipv4s", entry.localIpv4s),
    ...leaf("mac", entry.mac),
    ...leaf("owner-id", entry.ownerId),
    ...leaf("public-hostname", entry.publicHostname),
    ...lines("public-ipv4s", entry.publicIpv4s),
    ...lines(
      "security-group-ids",
      entry.securityGroups.map((group) => group.id),
    ),
    ...lines(
      "security-groups",
      entry.securityGroups.map((group) => group.name),
    ),
    ...leaf("subnet-id", entry.subnetId),
    ...leaf("subnet-ipv4-cidr-block", entry.subnetIpv4CidrBlock),
    ...lines("subnet-ipv6-cidr-blocks", entry.subnetIpv6CidrBlocks),
    ...leaf("vpc-id", entry.vpcId),
    ...leaf("vpc-ipv4-cidr-block", entry.vpcIpv4CidrBlocks[0]),
    ...lines("vpc-ipv4-cidr-blocks", entry.vpcIpv4CidrBlocks),
    ...lines("vpc-ipv6-cidr-blocks", entry.vpcIpv6CidrBlocks),
  ];
}

function associationEntries({ ipv4Associations }: MetadataInterface): DirectoryEntry[] {
  if (ipv4Associations.length === 0) return [];
  const publicIpv4s = [...new Set(ipv4Associations.map((association) => association.publicIpv4))];
  return [
    folder("ipv4-associations", () =>
      publicIpv4s.flatMap((publicIpv4) =>
        lines(
          publicIpv4,
          ipv4Associations
            .filter((association) => association.publicIpv4 === publicIpv4)
            .map((association) => association.privateIpv4),
        ),
      ),
    ),
  ];
}

function placementEntries({ placement }: InstanceMetadata): DirectoryEntry[] {
  return [
    ...leaf("availability-zone", placement.availabilityZone),
    ...leaf("availability-zone-id", placement.availabilityZoneId),
    ...leaf("group-name", placement.groupName),
    ...leaf("host-id", placement.hostId),
    ...leaf("partition-number", placement.partitionNumber),
    ...leaf("region", placement.region),
  ];
}

function publicKeyEntries({ publicKeys }: InstanceMetadata): DirectoryEntry[] {
  if (publicKeys.length === 0) return [];
  return [
    folder("public-keys", () =>
      publicKeys.map((key, index) => ({
        name: String(index),
        label: `${index}=${key.name}`,
        node: directory(() => leaf("openssh-key", key.opensshKey)),
      })),
    ),
  ];
}

function tagEntries({ options, tags }: InstanceMetadata): DirectoryEntry[] {
  if (options.instanceTags !== "enabled") return [];
  return [
    folder("tags", () => [
      folder("instance", () => Object.entries(tags).flatMap(([key, value]) => leaf(key, value))),
    ]),
  ];
}

/** The filters of DescribeInstances and DescribeInstanceStatus. */
import type { ReadTx } from "@casemate/store";
import type { FilterTable, FilterValue } from "../../../kit/index.ts";
import { rootDevice } from "../image/images.ts";
import { liveAssociation } from "../instance-profile-association/association.ts";
import { networkInterfaceFilters } from "../network-interface/interface-view.ts";
import { primaryPublicIp, type NetworkInterfaceRow } from "../network-interface/network-interface.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { volumes } from "../volume/volume.ts";
import { interfacesOf, stateCodes } from "./instance-view.ts";
import { instanceName, ordinaryNaming, publicNameIn } from "./instance-names.ts";
import type { InstanceRow } from "./instance.ts";

type Reader = (row: InstanceRow, tx: ReadTx) => FilterValue;

function primaryOf(row: InstanceRow, tx: ReadTx): NetworkInterfaceRow | undefined {
  return interfacesOf(tx, row.id)[0];
}

function ofPrimary(read: (row: NetworkInterfaceRow) => FilterValue): Reader {
  return (row, tx) => {
    const primary = primaryOf(row, tx);
    return primary && read(primary);
  };
}

function groupNames(row: InstanceRow, tx: ReadTx): readonly string[] {
  const ids = primaryOf(row, tx)?.securityGroupIds ?? [];
  return ids.map((id) => tx.get(securityGroups.collection, id)?.name ?? "");
}

/** Filters of interfaces, offered for instances under the prefix `network-interface.`. */
function interfaceFilters(): FilterTable<InstanceRow> {
  return Object.fromEntries(
    Object.entries(networkInterfaceFilters).map(([name, read]): [string, Reader] => [
      `network-interface.${name}`,
      (row, tx) =>
        interfacesOf(tx, row.id).flatMap((each) => {
          const value = read(each, tx);
          if (value === undefined) return [];
          return typeof value === "object" ? value : [String(value)];
        }),
    ]),
  );
}

/** The filters of DescribeInstances. */
export const instanceFilters: FilterTable<InstanceRow> = {
  ...interfaceFilters(),
  architecture: () => "x86_64",
  "availability-zone": (row) => row.zone,
  "block-device-mapping.attach-time": (row, tx) =>
    tx.by(volumes.collection, "instance", row.id).map(({ attachedAt }) => new Date(attachedAt).toISOString()),
  "block-device-mapping.delete-on-termination": (row, tx) =>
    tx.by(volumes.collection, "instance", row.id).map((volume) => String(volume.deleteOnTermination)),
  "block-device-mapping.device-name": (row, tx) =>
    tx.by(volumes.collection, "instance", row.id).map(({ deviceName }) => deviceName),
  "block-device-mapping.status": (row, tx) =>
    tx.by(volumes.collection, "instance", row.id).map(() => "attached"),
  "block-device-mapping.volume-id": (row, tx) =>
    tx.by(volumes.collection, "instance", row.id).map(({ id }) => id),
  "client-token": (row) => row.clientToken,
  "dns-name": (row, tx) => {
    const [eni] = interfacesOf(tx, row.id);
    const publicIp = eni && primaryPublicIp(eni);
    return publicIp && publicNameIn(tx, row, publicIp);
  },
  "ebs-optimized": (row) => row.ebsOptimized,
  hypervisor: () => "xen",
  "iam-instance-profile.arn": (row, tx) => liveAssociation(tx, row.id)?.profileArn,
  "iam-instance-profile.id": (row, tx) => liveAssociation(tx, row.id)?.profileId,
  "image-id": (row) => row.imageId,
  "instance-id": (row) => row.id,
  "instance-state-code": (row) => stateCodes[row.state],
  "instance-state-name": (row) => row.state,
  "instance-type": (row) => row.instanceType,
  "instance.group-id": ofPrimary((eni) => eni.securityGroupIds),
  "instance.group-name": groupNames,
  "ip-address": ofPrimary(primaryPublicIp),
  "key-name": (row) => row.keyName,
  "launch-index": (row) => row.launchIndex,
  "launch-time": (row) => new Date(row.launchedAt).toISOString(),
  "metadata-options.http-endpoint": (row) => row.metadataOptions.httpEndpoint,
  "metadata-options.http-put-response-hop-limit": (row) => row.metadataOptions.hopLimit,
  "metadata-options.http-tokens": (row) => row.metadataOptions.httpTokens,
  "metadata-options.instance-metadata-tags": (row) => row.metadataOptions.instanceTags,
  "monitoring-state": (row) => (row.monitoring ? "enabled" : "disabled"),
  "owner-id": (row) => row.accountId,
  "placement-group-name": () => undefined,
  platform: () => undefined,
  "platform-details": () => "Linux/UNIX",
  "private-dns-name": (row, tx) => {
    const ip = interfacesOf(tx, row.id)[0]?.privateIps[0];
    return ip && instanceName(row, ip);
  },
  "private-dns-name-options.enable-resource-name-dns-a-record": (row) =>
    row.naming?.resourceNameDnsA ?? false,
  "private-dns-name-options.enable-resource-name-dns-aaaa-record": (row) =>
    row.naming?.resourceNameDnsAaaa ?? false,
  "private-dns-name-options.hostname-type": (row) => (row.naming ?? ordinaryNaming).hostnameType,
  "private-ip-address": ofPrimary((eni) => eni.privateIps[0]),
  reason: (row) => row.stateTransitionReason,
  "reservation-id": (row) => row.reservationId,
  "root-device-name": () => rootDevice.name,
  "root-device-type": () => rootDevice.type,
  "source-dest-check": ofPrimary((eni) => eni.sourceDestCheck),
  "state-reason-code": (row) => row.stateReason?.code,
  "state-reason-message": (row) => row.stateReason?.message,
  "subnet-id": (row) => row.subnetId,
  tenancy: (row) => row.tenancy,
  "virtualization-type": () => "hvm",
  "vpc-id": (row) => row.vpcId,
};

/** The filters of DescribeInstanceStatus. */
export const instanceStatusFilters: FilterTable<InstanceRow> = {
  "availability-zone": (row) => row.zone,
  "instance-state-code": (row) => stateCodes[row.state],
  "instance-state-name": (row) => row.state,
  "instance-status.reachability": (row) => reachabilityOf(row),
  "instance-status.status": (row) => statusOf(row),
  "system-status.reachability": (row) => reachabilityOf(row),
  "system-status.status": (row) => statusOf(row),
};

/**
 * What status checks say: a machine that is observed to run is reachable, one that is not was not checked.
 */
export function statusOf(row: InstanceRow): "ok" | "initializing" | "not-applicable" {
  if (row.state === "running") return "ok";
  return row.state === "pending" ? "initializing" : "not-applicable";
}

/** The one check behind a status. */
export function reachabilityOf(row: InstanceRow): "passed" | "initializing" | undefined {
  if (row.state === "running") return "passed";
  return row.state === "pending" ? "initializing" : undefined;
}

/**
 * Root volumes: the row alone. A machine driver keeps the disk itself so far; the row names it, so that an
 * instance shows the volume it boots from. There is no API on volumes yet.
 */
import { fault, resource, type OwnedRow } from "../../../kit/index.ts";
import { rootDevice } from "../image/images.ts";
import { malformedId } from "../malformed-id.ts";
import { zoneIdOf } from "../zone/zones.ts";

/** A volume. */
export interface VolumeRow extends OwnedRow {
  readonly id: string;
  readonly zone: string;
  readonly sizeGib: number;
  readonly volumeType: "gp3";
  readonly encrypted: boolean;
  readonly instanceId: string;
  readonly deviceName: string;
  readonly attachedAt: number;
  readonly deleteOnTermination: boolean;
}

export const volumeNotFound = fault({
  code: "InvalidVolume.NotFound",
  message: (id: string) => `The volume '${id}' does not exist.`,
});
export const volumeMalformed = malformedId("InvalidVolumeID.Malformed", "vol");

export const volumeFaults = [volumeNotFound, volumeMalformed];

export const volumes = resource<VolumeRow, "instance">({
  service: "ec2",
  type: "volume",
  prefix: "vol",
  indexes: { instance: (row) => row.instanceId },
  notFound: volumeNotFound,
  malformed: volumeMalformed,
  keys: (row) => ({
    "ec2:AvailabilityZone": row.zone,
    "ec2:AvailabilityZoneId": zoneIdOf(row.region, row.zone),
    "ec2:Encrypted": row.encrypted,
    "ec2:VolumeIops": rootDevice.iops,
    "ec2:VolumeSize": row.sizeGib,
    "ec2:VolumeThroughput": rootDevice.throughput,
    "ec2:VolumeType": row.volumeType,
    "ec2:VolumeID": row.id,
  }),
});

/**
 * Machine images that Casemate provides. They are not rows: every region of every account sees the same ones,
 * public and owned by the provider, until images can be registered and imported.
 */
import type { Image } from "@casemate/wire/ec2";
import { fault, type Call, type FilterTable, type Target } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

/** The account that provided images belong to, and the alias it is known by. */
export const imageProvider = { accountId: "137112412989", alias: "amazon" } as const;

/** A provided image. */
export interface ImageRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** What the machine driver makes the root file system from. */
  readonly kind: "host" | "debian";
  readonly createdAt: string;
  readonly sizeGib: number;
  readonly tags?: undefined;
}

// Differs: the ids of provided images are the same in every region.
export const providedImages: readonly ImageRow[] = [
  {
    id: "ami-0ca5e3a7e00000001",
    name: "casemate/host-2026.1",
    description:
      "Casemate sandbox: the host's own programs, read-only, with everything private of the host absent.",
    kind: "host",
    createdAt: "2026-01-01T00:00:00.000Z",
    sizeGib: 8,
  },
  {
    id: "ami-0ca5e3a7e00000002",
    name: "casemate/debian-12-2026.1",
    description: "Casemate sandbox: a minimal Debian 12 that the operator has built for this host.",
    kind: "debian",
    createdAt: "2026-01-01T00:00:00.000Z",
    sizeGib: 8,
  },
];

/** The root device of every provided image. */
export const rootDevice = {
  name: "/dev/xvda",
  type: "ebs",
  volumeType: "gp3",
  iops: 3000,
  throughput: 125,
} as const;

export const imageNotFound = fault({
  code: "InvalidAMIID.NotFound",
  message: (id: string) => `The image id '[${id}]' does not exist`,
});
export const imageMalformed = malformedId("InvalidAMIID.Malformed", "ami");

export const imageFaults = [imageNotFound, imageMalformed];

/** The image of an id. @throws imageMalformed, imageNotFound */
export function fetchImage(id: string): ImageRow {
  if (!/^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw imageMalformed(id);
  const found = findImage(id);
  if (found === undefined) throw imageNotFound(id);
  return found;
}

/** The image of an id, or undefined. */
export function findImage(id: string): ImageRow | undefined {
  return providedImages.find((image) => image.id === id);
}

/** An image as target of a need; its ARN has no account. */
export function imageTarget(call: Call, id: string): Target {
  const arn = `arn:aws:ec2:${call.region}::image/${id}`;
  const image = findImage(id);
  if (image === undefined) return { arn, accountId: call.accountId, keys: { "ec2:ImageID": id } };
  return {
    arn,
    // A public image is launched by permission of its launcher alone: it counts as the caller's.
    accountId: call.accountId,
    keys: {
      "ec2:ImageID": id,
      "ec2:ImageType": "machine",
      "ec2:Owner": imageProvider.alias,
      "ec2:Public": true,
      "ec2:RootDeviceType": rootDevice.type,
    },
  };
}

/** The filters of DescribeImages. */
export const imageFilters: FilterTable<ImageRow> = {
  architecture: () => "x86_64",
  "block-device-mapping.delete-on-termination": () => true,
  "block-device-mapping.device-name": () => rootDevice.name,
  "block-device-mapping.encrypted": () => false,
  "block-device-mapping.volume-size": (row) => row.sizeGib,
  "block-device-mapping.volume-type": () => rootDevice.volumeType,
  "creation-date": (row) => row.createdAt,
  description: (row) => row.description,
  "ena-support": () => true,
  hypervisor: () => "xen",
  "image-id": (row) => row.id,
  "image-type": () => "machine",
  "is-public": () => true,
  name: (row) => row.name,
  "owner-alias": () => imageProvider.alias,
  "owner-id": () => imageProvider.accountId,
  platform: () => undefined,
  "root-device-name": () => rootDevice.name,
  "root-device-type": () => rootDevice.type,
  state: () => "available",
  "virtualization-type": () => "hvm",
};

/** The image as the API shows it. */
export function imageView(row: ImageRow): Image {
  return {
    ImageId: row.id,
    Name: row.name,
    Description: row.description,
    ImageLocation: `${imageProvider.alias}/${row.name}`,
    ImageType: "machine",
    ImageOwnerAlias: imageProvider.alias,
    OwnerId: imageProvider.accountId,
    Public: true,
    State: "available",
    CreationDate: row.createdAt,
    Architecture: "x86_64",
    Hypervisor: "xen",
    VirtualizationType: "hvm",
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    EnaSupport: true,
    SriovNetSupport: "simple",
    RootDeviceName: rootDevice.name,
    RootDeviceType: rootDevice.type,
    BlockDeviceMappings: [
      {
        DeviceName: rootDevice.name,
        Ebs: {
          DeleteOnTermination: true,
          Encrypted: false,
          VolumeSize: row.sizeGib,
          VolumeType: rootDevice.volumeType,
          Iops: rootDevice.iops,
          Throughput: rootDevice.throughput,
        },
      },
    ],
  };
}

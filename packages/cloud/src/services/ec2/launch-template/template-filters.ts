/** The filters over launch templates and over their versions. */
import type { FilterTable, Tags } from "../../../kit/index.ts";
import type { LaunchTemplateRow, TemplateVersionRow } from "./launch-template.ts";

/** The filters of DescribeLaunchTemplates. */
export const templateFilters: FilterTable<LaunchTemplateRow> = {
  "create-time": (row) => new Date(row.createdAt).toISOString(),
  "launch-template-name": (row) => row.name,
};

/** A version beside its template, as filters read it. */
export interface DescribedVersion {
  readonly template: LaunchTemplateRow;
  readonly version: TemplateVersionRow;
  readonly tags?: Tags | undefined;
}

/** The filters of DescribeLaunchTemplateVersions. */
export const versionFilters: FilterTable<DescribedVersion> = {
  "create-time": ({ version }) => new Date(version.createdAt).toISOString(),
  "ebs-optimized": ({ version }) => version.data.EbsOptimized,
  "host-resource-group-arn": ({ version }) => version.data.Placement?.HostResourceGroupArn,
  "http-endpoint": ({ version }) => version.data.MetadataOptions?.HttpEndpoint,
  "http-protocol-ipv4": ({ version }) => version.data.MetadataOptions?.HttpEndpoint,
  "http-tokens": ({ version }) => version.data.MetadataOptions?.HttpTokens,
  "iam-instance-profile": ({ version }) =>
    version.data.IamInstanceProfile?.Arn ?? version.data.IamInstanceProfile?.Name,
  "image-id": ({ version }) => version.data.ImageId,
  "instance-type": ({ version }) => version.data.InstanceType,
  "is-default-version": ({ template, version }) => version.number === template.defaultVersion,
  "kernel-id": ({ version }) => version.data.KernelId,
  "license-configuration-arn": ({ version }) =>
    (version.data.LicenseSpecifications ?? []).map(
      ({ LicenseConfigurationArn = "" }) => LicenseConfigurationArn,
    ),
  "network-card-index": ({ version }) =>
    (version.data.NetworkInterfaces ?? []).map(({ NetworkCardIndex = 0 }) => String(NetworkCardIndex)),
  "ram-disk-id": ({ version }) => version.data.RamDiskId,
};

/** Operations on instance types. */
import type { InstanceTypeInfo } from "@casemate/wire/ec2";
import { applyFilters, type FilterTable } from "../../../kit/index.ts";
import { describeRequest, pageOf } from "../describe.ts";
import { operation } from "../operation.ts";
import { zonesOf } from "../zone/zones.ts";
import {
  findInstanceType,
  instanceTypeFilters,
  instanceTypeNotFound,
  instanceTypes,
  isCurrentGeneration,
  type InstanceTypeRow,
} from "./instance-types.ts";

export const describeInstanceTypes = operation("DescribeInstanceTypes", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const names = [...new Set<string>(input.InstanceTypes ?? [])];
    const asked = names.length === 0 ? instanceTypes : names.map(fetch);
    const rows = applyFilters(asked, input.Filters, { table: instanceTypeFilters, tx });
    const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const found = pageOf(call, sorted, describeRequest(input, names, "instanceTypes"));
    return { InstanceTypes: found.items.map(instanceTypeView), NextToken: found.nextToken };
  },
});

function fetch(name: string): InstanceTypeRow {
  const row = findInstanceType(name);
  if (row === undefined) throw instanceTypeNotFound(name);
  return row;
}

function instanceTypeView(row: InstanceTypeRow): InstanceTypeInfo {
  const current = isCurrentGeneration(row);
  return {
    // The table holds names of the model only.
    InstanceType: row.id as "t3.micro",
    CurrentGeneration: current,
    FreeTierEligible: row.freeTier,
    SupportedUsageClasses: ["on-demand"],
    SupportedRootDeviceTypes: ["ebs"],
    SupportedVirtualizationTypes: ["hvm"],
    BareMetal: false,
    Hypervisor: current ? "nitro" : "xen",
    ProcessorInfo: {
      SupportedArchitectures: ["x86_64"],
      SustainedClockSpeedInGhz: row.clockGhz,
      Manufacturer: row.manufacturer,
    },
    VCpuInfo: {
      DefaultVCpus: row.vcpus,
      DefaultCores: row.cores,
      DefaultThreadsPerCore: row.vcpus / row.cores,
    },
    MemoryInfo: { SizeInMiB: row.memoryMib },
    InstanceStorageSupported: false,
    NetworkInfo: {
      NetworkPerformance: row.network,
      MaximumNetworkInterfaces: row.interfacesMax,
      MaximumNetworkCards: 1,
      DefaultNetworkCardIndex: 0,
      Ipv4AddressesPerInterface: row.addressesPerInterfaceMax,
      Ipv6AddressesPerInterface: row.addressesPerInterfaceMax,
      Ipv6Supported: true,
      EnaSupport: current ? "required" : "unsupported",
      EfaSupported: false,
    },
    HibernationSupported: false,
    BurstablePerformanceSupported: row.burstable,
    DedicatedHostsSupported: false,
    AutoRecoverySupported: false,
    SupportedBootModes: ["legacy-bios"],
  };
}

interface OfferingRow {
  readonly id: string;
  readonly type: string;
  readonly location: string;
  readonly tags?: undefined;
}

const offeringFilters: FilterTable<OfferingRow> = {
  "instance-type": (row) => row.type,
  location: (row) => row.location,
};

export const describeInstanceTypeOfferings = operation("DescribeInstanceTypeOfferings", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const kind = input.LocationType ?? "region";
    const zones = zonesOf(call.region);
    const places: Readonly<Record<string, readonly string[]>> = {
      region: [call.region],
      "availability-zone": zones.map(({ name }) => name),
      "availability-zone-id": zones.map(({ id }) => id),
    };
    const rows = (places[kind] ?? []).flatMap((location) =>
      instanceTypes.map(({ id: type }): OfferingRow => ({ id: `${type}/${location}`, type, location })),
    );
    const asked = applyFilters(rows, input.Filters, { table: offeringFilters, tx });
    const found = pageOf(
      call,
      asked.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      describeRequest(input, [kind], "locationType"),
    );
    return {
      InstanceTypeOfferings: found.items.map(({ type, location }) => ({
        InstanceType: type as "t3.micro",
        LocationType: kind,
        Location: location,
      })),
      NextToken: found.nextToken,
    };
  },
});

/**
 * Instance types: a true table of common ones. What a machine is given (vCPUs, memory) is what its type says.
 */
import { fault, type FilterTable } from "../../../kit/index.ts";

/** An instance type. */
export interface InstanceTypeRow {
  readonly id: string;
  readonly vcpus: number;
  readonly cores: number;
  readonly memoryMib: number;
  readonly clockGhz: number;
  readonly manufacturer: "Intel" | "AMD";
  readonly burstable: boolean;
  readonly freeTier: boolean;
  readonly network: string;
  readonly interfacesMax: number;
  readonly addressesPerInterfaceMax: number;
  readonly tags?: undefined;
}

type Size = readonly [
  size: string,
  vcpus: number,
  memoryMib: number,
  network: string,
  interfaces: number,
  addresses: number,
];

function family(
  name: string,
  common: Pick<InstanceTypeRow, "clockGhz" | "manufacturer" | "burstable"> & { readonly threads: 1 | 2 },
  sizes: readonly Size[],
): readonly InstanceTypeRow[] {
  const { threads, ...rest } = common;
  return sizes.map(([size, vcpus, memoryMib, network, interfacesMax, addressesPerInterfaceMax]) => ({
    ...rest,
    id: `${name}.${size}`,
    vcpus,
    cores: Math.max(1, vcpus / threads),
    memoryMib,
    freeTier: `${name}.${size}` === "t2.micro" || `${name}.${size}` === "t3.micro",
    network,
    interfacesMax,
    addressesPerInterfaceMax,
  }));
}

/** Figures from AWS's instance type pages. */
export const instanceTypes: readonly InstanceTypeRow[] = [
  ...family("t2", { clockGhz: 2.5, manufacturer: "Intel", burstable: true, threads: 1 }, [
    ["nano", 1, 512, "Low to Moderate", 2, 2],
    ["micro", 1, 1024, "Low to Moderate", 2, 2],
    ["small", 1, 2048, "Low to Moderate", 3, 4],
    ["medium", 2, 4096, "Low to Moderate", 3, 6],
  ]),
  ...family("t3", { clockGhz: 2.5, manufacturer: "Intel", burstable: true, threads: 2 }, [
    ["nano", 2, 512, "Up to 5 Gigabit", 2, 2],
    ["micro", 2, 1024, "Up to 5 Gigabit", 2, 2],
    ["small", 2, 2048, "Up to 5 Gigabit", 3, 4],
    ["medium", 2, 4096, "Up to 5 Gigabit", 3, 6],
    ["large", 2, 8192, "Up to 5 Gigabit", 3, 12],
    ["xlarge", 4, 16_384, "Up to 5 Gigabit", 4, 15],
    ["2xlarge", 8, 32_768, "Up to 5 Gigabit", 4, 15],
  ]),
  ...family("t3a", { clockGhz: 2.2, manufacturer: "AMD", burstable: true, threads: 2 }, [
    ["nano", 2, 512, "Up to 5 Gigabit", 2, 2],
    ["micro", 2, 1024, "Up to 5 Gigabit", 2, 2],
    ["small", 2, 2048, "Up to 5 Gigabit", 2, 4],
    ["medium", 2, 4096, "Up to 5 Gigabit", 3, 6],
    ["large", 2, 8192, "Up to 5 Gigabit", 3, 12],
  ]),
  ...family("m5", { clockGhz: 3.1, manufacturer: "Intel", burstable: false, threads: 2 }, [
    ["large", 2, 8192, "Up to 10 Gigabit", 3, 10],
    ["xlarge", 4, 16_384, "Up to 10 Gigabit", 4, 15],
    ["2xlarge", 8, 32_768, "Up to 10 Gigabit", 4, 15],
  ]),
  ...family("c5", { clockGhz: 3.4, manufacturer: "Intel", burstable: false, threads: 2 }, [
    ["large", 2, 4096, "Up to 10 Gigabit", 3, 10],
    ["xlarge", 4, 8192, "Up to 10 Gigabit", 4, 15],
    ["2xlarge", 8, 16_384, "Up to 10 Gigabit", 4, 15],
  ]),
  ...family("r5", { clockGhz: 3.1, manufacturer: "Intel", burstable: false, threads: 2 }, [
    ["large", 2, 16_384, "Up to 10 Gigabit", 3, 10],
    ["xlarge", 4, 32_768, "Up to 10 Gigabit", 4, 15],
  ]),
];

const byName = new Map(instanceTypes.map((type) => [type.id, type]));

export const instanceTypeUnknown = fault({
  code: "InvalidParameterValue",
  message: (name: string) => `The following supplied instance types do not exist: [${name}]`,
});
export const instanceTypeNotFound = fault({
  code: "InvalidInstanceType",
  message: (name: string) => `The following supplied instance types do not exist: [${name}]`,
});

export const instanceTypeFaults = [instanceTypeUnknown, instanceTypeNotFound];

/** A type by name. @throws instanceTypeUnknown */
export function fetchInstanceType(name: string): InstanceTypeRow {
  const found = byName.get(name);
  if (found === undefined) throw instanceTypeUnknown(name);
  return found;
}

/** A type by name, or undefined. */
export function findInstanceType(name: string): InstanceTypeRow | undefined {
  return byName.get(name);
}

/** Whether the type is of the current generation. */
export function isCurrentGeneration(row: InstanceTypeRow): boolean {
  return !row.id.startsWith("t2.");
}

/** The filters of DescribeInstanceTypes. */
export const instanceTypeFilters: FilterTable<InstanceTypeRow> = {
  "bare-metal": () => false,
  "burstable-performance-supported": (row) => row.burstable,
  "current-generation": (row) => isCurrentGeneration(row),
  "free-tier-eligible": (row) => row.freeTier,
  "hibernation-supported": () => false,
  hypervisor: (row) => (isCurrentGeneration(row) ? "nitro" : "xen"),
  "instance-storage-supported": () => false,
  "instance-type": (row) => row.id,
  "memory-info.size-in-mib": (row) => row.memoryMib,
  "network-info.ipv4-addresses-per-interface": (row) => row.addressesPerInterfaceMax,
  "network-info.ipv6-addresses-per-interface": (row) => row.addressesPerInterfaceMax,
  "network-info.ipv6-supported": () => true,
  "network-info.maximum-network-interfaces": (row) => row.interfacesMax,
  "network-info.network-performance": (row) => row.network,
  "processor-info.supported-architecture": () => "x86_64",
  "supported-root-device-type": () => "ebs",
  "supported-usage-class": () => "on-demand",
  "supported-virtualization-type": () => "hvm",
  "vcpu-info.default-cores": (row) => row.cores,
  "vcpu-info.default-vcpus": (row) => row.vcpus,
};

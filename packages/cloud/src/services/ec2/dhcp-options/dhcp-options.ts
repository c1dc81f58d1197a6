/** DHCP option sets: the row, its faults, filters and view, and the set that every region begins with. */
import type { Tx } from "@casemate/store";
import type { DhcpOptions } from "@casemate/wire/ec2";
import { fault, resource, tagsView, type Call, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { privateDomain } from "../dns-name.ts";
import { malformedId } from "../malformed-id.ts";

/** One option. */
export interface DhcpConfiguration {
  readonly key: string;
  readonly values: readonly string[];
}

/** An option set. */
export interface DhcpOptionsRow extends OwnedRow {
  readonly id: string;
  readonly configurations: readonly DhcpConfiguration[];
  /** Whether it is the one that new VPCs of the account get. */
  readonly isDefault: boolean;
}

export const dhcpOptionsNotFound = fault({
  code: "InvalidDhcpOptionID.NotFound",
  message: (id: string) => `The dhcpOption ID '${id}' does not exist`,
});
export const dhcpOptionsMalformed = malformedId("InvalidDhcpOptionsId.Malformed", "dopt");
export const dhcpOptionsInUse = fault({
  code: "DependencyViolation",
  message: (id: string) => `The dhcpOptions '${id}' has dependencies and cannot be deleted.`,
});
export const dhcpOptionUnknown = fault({
  code: "InvalidParameterValue",
  message: (key: string) => `Value (${key}) for parameter name is invalid. Unknown DHCP option`,
});
export const dhcpOptionTwice = fault({
  code: "InvalidParameterValue",
  message: (key: string) => `Value (${key}) for parameter name is invalid. Duplicate DHCP option`,
});
export const dhcpValueInvalid = fault({
  code: "InvalidParameterValue",
  message: (value: string, key: string) => `Value (${value}) for parameter value is invalid. ${key}`,
});
export const dhcpValueCount = fault({
  code: "InvalidParameterValue",
  message: (key: string, max: string) =>
    `Value (${key}) for parameter name is invalid. It takes one to ${max} values`,
});
export const dhcpOptionsExceeded = fault({
  code: "DhcpOptionsLimitExceeded",
  message: () => "The maximum number of DHCP option sets has been reached.",
});

export const dhcpOptionsFaults = [
  dhcpOptionsNotFound,
  dhcpOptionsMalformed,
  dhcpOptionsInUse,
  dhcpOptionUnknown,
  dhcpOptionTwice,
  dhcpValueInvalid,
  dhcpValueCount,
  dhcpOptionsExceeded,
];

export const dhcpOptions = resource<DhcpOptionsRow>({
  service: "ec2",
  type: "dhcp-options",
  prefix: "dopt",
  notFound: dhcpOptionsNotFound,
  malformed: dhcpOptionsMalformed,
  keys: (row) => ({ "ec2:DhcpOptionsID": row.id }),
});

/** What a VPC has instead of a set when its instances are to be given no options. */
export const noDhcpOptions = "default";
/** The name server of every VPC, as option sets name it. */
export const amazonProvidedDns = "AmazonProvidedDNS";

/** The option that names the domain of instances. */
export const domainNameOption = "domain-name";
/** The option that names the name servers of instances. */
export const nameServersOption = "domain-name-servers";

/** The set that new VPCs of the caller get; made where it is not there. */
export function defaultDhcpOptionsId(tx: Tx, call: Call): string {
  const found = dhcpOptions.list(tx, call).find(({ isDefault }) => isDefault);
  if (found !== undefined) return found.id;
  return dhcpOptions.put(tx, {
    id: call.newId("dopt"),
    accountId: call.accountId,
    region: call.region,
    tags: {},
    configurations: [
      { key: domainNameOption, values: [privateDomain(call.region)] },
      { key: nameServersOption, values: [amazonProvidedDns] },
    ],
    isDefault: true,
  }).id;
}

/** The filters of DescribeDhcpOptions. */
export const dhcpOptionsFilters: FilterTable<DhcpOptionsRow> = {
  "dhcp-options-id": (row) => row.id,
  key: (row) => row.configurations.map(({ key }) => key),
  value: (row) => row.configurations.flatMap(({ values }) => values),
  "owner-id": (row) => row.accountId,
};

/** The set as the API shows it. */
export function dhcpOptionsView(row: DhcpOptionsRow): DhcpOptions {
  return {
    DhcpOptionsId: row.id,
    OwnerId: row.accountId,
    DhcpConfigurations: row.configurations.map(({ key, values }) => ({
      Key: key,
      Values: values.map((Value) => ({ Value })),
    })),
    Tags: tagsView(row.tags),
  };
}

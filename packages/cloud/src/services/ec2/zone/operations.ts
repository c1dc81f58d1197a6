/** Operations on regions, zones and attributes of the account. */
import type { AccountAttribute, AvailabilityZone, Region } from "@casemate/wire/ec2";
import { applyFilters, fault, type Call, type FilterTable } from "../../../kit/index.ts";
import { operation } from "../operation.ts";
import { vpcs } from "../vpc/vpc.ts";
import { zonesOf, type Zone } from "./zones.ts";

export const regionNotFound = fault({
  code: "InvalidParameterValue",
  message: (name: string) => `Invalid region(s): [${name}]`,
});
export const zoneNotFound = fault({
  code: "InvalidParameterValue",
  message: (name: string) => `Invalid availability zone: [${name}]`,
});
export const attributeNotFound = fault({
  code: "InvalidParameterValue",
  message: (name: string) => `Value (${name}) for parameter attributeName is invalid.`,
});

export const zoneFaults = [regionNotFound, zoneNotFound, attributeNotFound];

const optIn = "opt-in-not-required";

interface RegionRow {
  readonly name: string;
  readonly tags?: undefined;
}

const regionFilters: FilterTable<RegionRow> = {
  endpoint: (row) => endpointOf(row.name),
  "opt-in-status": () => optIn,
  "region-name": (row) => row.name,
};

function endpointOf(region: string): string {
  return `ec2.${region}.amazonaws.com`;
}

export const describeRegions = operation("DescribeRegions", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const all = call.environment.settings.regions.toSorted().map((name): RegionRow => ({ name }));
    const asked = named(all, input.RegionNames, { nameOf: ({ name }) => name, notFound: regionNotFound });
    const rows = applyFilters(asked, input.Filters, { table: regionFilters, tx });
    const regionView = ({ name }: RegionRow): Region => ({
      RegionName: name,
      Endpoint: endpointOf(name),
      OptInStatus: optIn,
    });
    return { Regions: rows.map(regionView) };
  },
});

type ZoneRow = Zone & { readonly region: string; readonly tags?: undefined };

const zoneFilters: FilterTable<ZoneRow> = {
  "group-name": (row) => `${row.region}-zg-1`,
  message: () => undefined,
  "opt-in-status": () => optIn,
  "region-name": (row) => row.region,
  state: () => "available",
  "zone-id": (row) => row.id,
  "zone-name": (row) => row.name,
  "zone-type": () => "availability-zone",
};

export const describeAvailabilityZones = operation("DescribeAvailabilityZones", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const all = zonesOf(call.region).map((zone): ZoneRow => ({ ...zone, region: call.region }));
    const byName = named(all, input.ZoneNames, { nameOf: ({ name }) => name, notFound: zoneNotFound });
    const byId = named(byName, input.ZoneIds, { nameOf: ({ id }) => id, notFound: zoneNotFound });
    const rows = applyFilters(byId, input.Filters, { table: zoneFilters, tx });
    return { AvailabilityZones: rows.map(zoneView) };
  },
});

function zoneView(row: ZoneRow): AvailabilityZone {
  return {
    State: "available",
    OptInStatus: optIn,
    Messages: [],
    RegionName: row.region,
    ZoneName: row.name,
    ZoneId: row.id,
    GroupName: `${row.region}-zg-1`,
    NetworkBorderGroup: row.region,
    ZoneType: "availability-zone",
  };
}

/** The rows of these names; all of them when none are given. */
function named<Row>(
  rows: readonly Row[],
  names: readonly string[] | undefined,
  by: { readonly nameOf: (row: Row) => string; readonly notFound: (name: string) => Error },
): readonly Row[] {
  if (names === undefined || names.length === 0) return rows;
  for (const name of names) if (!rows.some((row) => by.nameOf(row) === name)) throw by.notFound(name);
  return rows.filter((row) => names.includes(by.nameOf(row)));
}

/** Attribute values by name, for the account in the region of the call. */
const accountAttributes: Readonly<Record<string, (call: Call) => string>> = {
  "supported-platforms": () => "VPC",
  "default-vpc": (call) => vpcs.list(call.tx, call).find(({ isDefault }) => isDefault)?.id ?? "none",
  "max-instances": () => "20",
  "vpc-max-security-groups-per-interface": () => "5",
  "max-elastic-ips": () => "5",
  "vpc-max-elastic-ips": () => "5",
};

export const describeAccountAttributes = operation("DescribeAccountAttributes", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(_tx, input, call) {
    const asked = input.AttributeNames ?? [];
    const names = asked.length > 0 ? asked : Object.keys(accountAttributes);
    const AccountAttributes = names.map((AttributeName): AccountAttribute => {
      const read = Object.hasOwn(accountAttributes, AttributeName) && accountAttributes[AttributeName];
      if (!read) throw attributeNotFound(AttributeName);
      return { AttributeName, AttributeValues: [{ AttributeValue: read(call) }] };
    });
    return { AccountAttributes };
  },
});

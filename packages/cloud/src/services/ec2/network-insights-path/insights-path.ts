/** Network Insights paths: the row, its filters and its view. */
import type { FilterPortRange, NetworkInsightsPath, PathFilter } from "@casemate/wire/ec2";
import { resource, tagsView, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import type { NamedEnd } from "../network-insights/path-end.ts";
import type { PortSpan } from "../network-insights/traffic-classes.ts";
import { insightsPathMalformed, insightsPathNotFound } from "./faults.ts";

/** What a packet must be at one end of a path. */
export interface PathFilterRow {
  readonly sourceAddress?: string | undefined;
  readonly sourcePorts?: PortSpan | undefined;
  readonly destinationAddress?: string | undefined;
  readonly destinationPorts?: PortSpan | undefined;
}

/** A path that can be analyzed again and again. */
export interface InsightsPathRow extends OwnedRow {
  readonly source: NamedEnd;
  readonly destination?: NamedEnd | undefined;
  readonly protocol: "tcp" | "udp";
  readonly sourceIp?: string | undefined;
  readonly destinationIp?: string | undefined;
  readonly destinationPort?: number | undefined;
  readonly atSource?: PathFilterRow | undefined;
  readonly atDestination?: PathFilterRow | undefined;
  readonly createdAt: number;
}

/** Paths that an account may have in a region. */
export const insightsPathsPerRegionMax = 100;

export const insightsPaths = resource<InsightsPathRow>({
  service: "ec2",
  type: "network-insights-path",
  prefix: "nip",
  notFound: insightsPathNotFound,
  malformed: insightsPathMalformed,
});

const portsText = (ports: PortSpan | undefined): string | undefined => ports && `${ports.from}-${ports.to}`;

/** The filters of DescribeNetworkInsightsPaths. */
export const insightsPathFilters: FilterTable<InsightsPathRow> = {
  destination: (row) => row.destination?.id,
  "filter-at-destination.destination-address": (row) => row.atDestination?.destinationAddress,
  "filter-at-destination.destination-port-range": (row) => portsText(row.atDestination?.destinationPorts),
  "filter-at-destination.source-address": (row) => row.atDestination?.sourceAddress,
  "filter-at-destination.source-port-range": (row) => portsText(row.atDestination?.sourcePorts),
  "filter-at-source.destination-address": (row) => row.atSource?.destinationAddress,
  "filter-at-source.destination-port-range": (row) => portsText(row.atSource?.destinationPorts),
  "filter-at-source.source-address": (row) => row.atSource?.sourceAddress,
  "filter-at-source.source-port-range": (row) => portsText(row.atSource?.sourcePorts),
  protocol: (row) => row.protocol,
  source: (row) => row.source.id,
};

function portRangeView(ports: PortSpan | undefined): FilterPortRange | undefined {
  return ports && { FromPort: ports.from, ToPort: ports.to };
}

function filterView(filter: PathFilterRow | undefined): PathFilter | undefined {
  return (
    filter && {
      SourceAddress: filter.sourceAddress,
      SourcePortRange: portRangeView(filter.sourcePorts),
      DestinationAddress: filter.destinationAddress,
      DestinationPortRange: portRangeView(filter.destinationPorts),
    }
  );
}

/** The path as the API shows it. */
export function insightsPathView(row: InsightsPathRow): NetworkInsightsPath {
  return {
    NetworkInsightsPathId: row.id,
    NetworkInsightsPathArn: insightsPaths.arn(row),
    CreatedDate: new Date(row.createdAt),
    Source: row.source.id,
    SourceArn: row.source.arn,
    Destination: row.destination?.id,
    DestinationArn: row.destination?.arn,
    SourceIp: row.sourceIp,
    DestinationIp: row.destinationIp,
    Protocol: row.protocol,
    DestinationPort: row.destinationPort,
    FilterAtSource: filterView(row.atSource),
    FilterAtDestination: filterView(row.atDestination),
    Tags: tagsView(row.tags),
  };
}

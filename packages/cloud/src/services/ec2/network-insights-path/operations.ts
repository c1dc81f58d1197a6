/** Operations on Network Insights paths. */
import { parseAddress } from "@casemate/net-engine";
import type {
  CreateNetworkInsightsPathRequest,
  PathRequestFilter,
  RequestFilterPortRange,
} from "@casemate/wire/ec2";
import { once, tagsOnCreate, type Call, type Need } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { fetchEnd, idOfEnd } from "../network-insights/path-end.ts";
import type { PortSpan } from "../network-insights/traffic-classes.ts";
import { insightsAnalyses } from "../network-insights-analysis/insights-analysis.ts";
import { operation } from "../operation.ts";
import { findTaggable } from "../tag/taggable-resources.ts";
import {
  insightsPathInUse,
  insightsPathsExceeded,
  pathAddressInvalid,
  pathDestinationMissing,
  pathPortsInvalid,
  pathWithFilters,
} from "./faults.ts";
import {
  insightsPathFilters,
  insightsPaths,
  insightsPathsPerRegionMax,
  insightsPathView,
  type InsightsPathRow,
  type PathFilterRow,
} from "./insights-path.ts";

const { type } = insightsPaths;

/** Leave on an end; a need tells nothing of whether it is there. */
function endNeeds(call: Call, text: string | undefined): readonly Need[] {
  if (text === undefined) return [];
  const id = idOfEnd(call, text);
  const target = findTaggable(id)?.target(call, id);
  return target === undefined ? [] : [call.need(target)];
}

export const createNetworkInsightsPath = operation("CreateNetworkInsightsPath", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    return [
      call.need(insightsPaths.fresh(call), tags.keys(type)),
      ...endNeeds(call, input.Source),
      ...endNeeds(call, input.Destination),
      ...tags.needs,
    ];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create() {
        const asked = readPath(input);
        const source = fetchEnd(tx, call, input.Source);
        const destination =
          input.Destination === undefined ? undefined : fetchEnd(tx, call, input.Destination);
        if (insightsPaths.list(tx, call).length >= insightsPathsPerRegionMax) throw insightsPathsExceeded();
        const row = insightsPaths.put(tx, {
          id: call.newId("nip"),
          accountId: call.accountId,
          region: call.region,
          tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
          source,
          ...(destination === undefined ? {} : { destination }),
          ...asked,
          createdAt: call.now,
        });
        return { made: row.id, output: { NetworkInsightsPath: insightsPathView(row) } };
      },
      recall: (id) => ({ NetworkInsightsPath: insightsPathView(insightsPaths.fetch(tx, call, id)) }),
    }),
});

type AskedPath = Pick<
  InsightsPathRow,
  "protocol" | "sourceIp" | "destinationIp" | "destinationPort" | "atSource" | "atDestination"
>;

/** @throws the faults of this room */
function readPath(input: CreateNetworkInsightsPathRequest): AskedPath {
  const { SourceIp, DestinationIp, DestinationPort, FilterAtSource, FilterAtDestination } = input;
  const clash = (parameter: string, value: unknown, filter: string) => {
    if (value !== undefined) throw pathWithFilters(parameter, filter);
  };
  if (FilterAtSource !== undefined) {
    clash("sourceIp", SourceIp, "filterAtSource");
    clash("destinationPort", DestinationPort, "filterAtSource");
  }
  if (FilterAtDestination !== undefined) clash("destinationIp", DestinationIp, "filterAtDestination");
  const somewhere = DestinationIp ?? FilterAtSource?.DestinationAddress;
  if (input.Destination === undefined && somewhere === undefined) throw pathDestinationMissing();
  return {
    protocol: input.Protocol,
    sourceIp: checkedAddress(SourceIp),
    destinationIp: checkedAddress(DestinationIp),
    ...(DestinationPort === undefined
      ? {}
      : { destinationPort: checkedSpan({ FromPort: DestinationPort, ToPort: DestinationPort })?.from }),
    atSource: readFilter(FilterAtSource),
    atDestination: readFilter(FilterAtDestination),
  };
}

function checkedAddress(text: string | undefined): string | undefined {
  if (text !== undefined && parseAddress(text) === undefined) throw pathAddressInvalid(text);
  return text;
}

function checkedSpan(range: RequestFilterPortRange | undefined): PortSpan | undefined {
  if (range === undefined) return undefined;
  const { FromPort: from = 0, ToPort: to = 65_535 } = range;
  if (from < 0 || to > 65_535 || from > to) throw pathPortsInvalid(String(from), String(to));
  return { from, to };
}

function readFilter(filter: PathRequestFilter | undefined): PathFilterRow | undefined {
  return (
    filter && {
      sourceAddress: checkedAddress(filter.SourceAddress),
      sourcePorts: checkedSpan(filter.SourcePortRange),
      destinationAddress: checkedAddress(filter.DestinationAddress),
      destinationPorts: checkedSpan(filter.DestinationPortRange),
    }
  );
}

export const deleteNetworkInsightsPath = operation("DeleteNetworkInsightsPath", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(insightsPaths.target(call, input.NetworkInsightsPathId))],
  handle(tx, input, call) {
    const row = insightsPaths.fetch(tx, call, input.NetworkInsightsPathId);
    if (tx.by(insightsAnalyses.collection, "path", row.id).length > 0) throw insightsPathInUse(row.id);
    insightsPaths.remove(tx, row);
    return { NetworkInsightsPathId: row.id };
  },
});

export const describeNetworkInsightsPaths = operation("DescribeNetworkInsightsPaths", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: insightsPaths,
      filters: insightsPathFilters,
      request: describeRequest(input, input.NetworkInsightsPathIds, "networkInsightsPathIds"),
    });
    return { NetworkInsightsPaths: found.items.map(insightsPathView), NextToken: found.nextToken };
  },
});

/** Operations on the analyses of Network Insights paths. */
import { once, tagsOnCreate } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { insightsPaths } from "../network-insights-path/insights-path.ts";
import { operation } from "../operation.ts";
import { insightsAnalysesExceeded, insightsAnalysisRunning } from "./faults.ts";
import {
  insightsAnalyses,
  insightsAnalysesPerRegionMax,
  insightsAnalysisFilters,
  insightsAnalysisTopic,
  insightsAnalysisView,
} from "./insights-analysis.ts";

const { type } = insightsAnalyses;

export const startNetworkInsightsAnalysis = operation("StartNetworkInsightsAnalysis", {
  access: "write",
  // Differs: paths are analyzed within one account; AdditionalAccounts is refused.
  honours: ["ClientToken", "FilterInArns", "FilterOutArns", "NetworkInsightsPathId", "TagSpecifications"],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    return [
      call.need(insightsAnalyses.fresh(call), tags.keys(type)),
      call.need(insightsPaths.target(call, input.NetworkInsightsPathId)),
      ...tags.needs,
    ];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create() {
        const path = insightsPaths.fetch(tx, call, input.NetworkInsightsPathId);
        if (insightsAnalyses.list(tx, call).length >= insightsAnalysesPerRegionMax) {
          throw insightsAnalysesExceeded();
        }
        const row = insightsAnalyses.put(tx, {
          id: call.newId("nia"),
          accountId: call.accountId,
          region: call.region,
          tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
          pathId: path.id,
          filterInArns: input.FilterInArns ?? [],
          filterOutArns: input.FilterOutArns ?? [],
          startedAt: call.now,
          status: "running",
        });
        tx.wish(insightsAnalysisTopic);
        return { made: row.id, output: { NetworkInsightsAnalysis: insightsAnalysisView(row) } };
      },
      recall: (id) => ({
        NetworkInsightsAnalysis: insightsAnalysisView(insightsAnalyses.fetch(tx, call, id)),
      }),
    }),
});

export const deleteNetworkInsightsAnalysis = operation("DeleteNetworkInsightsAnalysis", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(insightsAnalyses.target(call, input.NetworkInsightsAnalysisId))],
  handle(tx, input, call) {
    const row = insightsAnalyses.fetch(tx, call, input.NetworkInsightsAnalysisId);
    if (row.status === "running") throw insightsAnalysisRunning(row.id);
    insightsAnalyses.remove(tx, row);
    return { NetworkInsightsAnalysisId: row.id };
  },
});

export const describeNetworkInsightsAnalyses = operation("DescribeNetworkInsightsAnalyses", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const { NetworkInsightsPathId: pathId, AnalysisStartTime: from, AnalysisEndTime: to } = input;
    const within = (startedAt: number): boolean =>
      (from === undefined || startedAt >= from.getTime()) && (to === undefined || startedAt <= to.getTime());
    const narrowed = {
      ...insightsAnalyses,
      list: (...where: Parameters<typeof insightsAnalyses.list>) =>
        insightsAnalyses
          .list(...where)
          .filter((row) => (pathId === undefined || row.pathId === pathId) && within(row.startedAt)),
    };
    if (pathId !== undefined) insightsPaths.fetch(tx, call, pathId);
    const found = describe(tx, call, {
      resource: narrowed,
      filters: insightsAnalysisFilters,
      request: describeRequest(input, input.NetworkInsightsAnalysisIds, "networkInsightsAnalysisIds"),
    });
    return { NetworkInsightsAnalyses: found.items.map(insightsAnalysisView), NextToken: found.nextToken };
  },
});

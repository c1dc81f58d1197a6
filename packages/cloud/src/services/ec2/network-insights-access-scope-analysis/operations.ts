/** Operations on the analyses of access scopes. */
import { once, page, tagsOnCreate } from "../../../kit/index.ts";
import { describe, describeRequest, invalidNextToken } from "../describe.ts";
import { accessScopes } from "../network-insights-access-scope/access-scope.ts";
import { scopeAnalysesExceeded, scopeAnalysisRunning } from "../network-insights-access-scope/faults.ts";
import { operation } from "../operation.ts";
import {
  scopeAnalyses,
  scopeAnalysesPerRegionMax,
  scopeAnalysisTopic,
  scopeAnalysisView,
  scopeFindings,
  scopeFindingView,
} from "./scope-analysis.ts";

const { type } = scopeAnalyses;

export const startNetworkInsightsAccessScopeAnalysis = operation("StartNetworkInsightsAccessScopeAnalysis", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    return [
      call.need(scopeAnalyses.fresh(call), tags.keys(type)),
      call.need(accessScopes.target(call, input.NetworkInsightsAccessScopeId)),
      ...tags.needs,
    ];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create() {
        const scope = accessScopes.fetch(tx, call, input.NetworkInsightsAccessScopeId);
        if (scopeAnalyses.list(tx, call).length >= scopeAnalysesPerRegionMax) throw scopeAnalysesExceeded();
        const row = scopeAnalyses.put(tx, {
          id: call.newId("nisa"),
          accountId: call.accountId,
          region: call.region,
          tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
          scopeId: scope.id,
          startedAt: call.now,
          status: "running",
          pairs: 0,
          looked: 0,
          findings: 0,
        });
        tx.wish(scopeAnalysisTopic);
        return { made: row.id, output: { NetworkInsightsAccessScopeAnalysis: scopeAnalysisView(row) } };
      },
      recall: (id) => ({
        NetworkInsightsAccessScopeAnalysis: scopeAnalysisView(scopeAnalyses.fetch(tx, call, id)),
      }),
    }),
});

export const deleteNetworkInsightsAccessScopeAnalysis = operation(
  "DeleteNetworkInsightsAccessScopeAnalysis",
  {
    access: "write",
    honours: "all",
    needs: (input, call) => [
      call.need(scopeAnalyses.target(call, input.NetworkInsightsAccessScopeAnalysisId)),
    ],
    handle(tx, input, call) {
      const row = scopeAnalyses.fetch(tx, call, input.NetworkInsightsAccessScopeAnalysisId);
      if (row.status === "running") throw scopeAnalysisRunning(row.id);
      for (const finding of tx.by(scopeFindings, "analysis", row.id)) tx.delete(scopeFindings, finding.key);
      scopeAnalyses.remove(tx, row);
      return { NetworkInsightsAccessScopeAnalysisId: row.id };
    },
  },
);

export const describeNetworkInsightsAccessScopeAnalyses = operation(
  "DescribeNetworkInsightsAccessScopeAnalyses",
  {
    access: "read",
    honours: "all",
    needs: (_input, call) => [call.need()],
    handle(tx, input, call) {
      const { NetworkInsightsAccessScopeId: scopeId } = input;
      const { AnalysisStartTimeBegin: from, AnalysisStartTimeEnd: to } = input;
      if (scopeId !== undefined) accessScopes.fetch(tx, call, scopeId);
      const narrowed = {
        ...scopeAnalyses,
        list: (...where: Parameters<typeof scopeAnalyses.list>) =>
          scopeAnalyses
            .list(...where)
            .filter(
              (row) =>
                (scopeId === undefined || row.scopeId === scopeId) &&
                (from === undefined || row.startedAt >= from.getTime()) &&
                (to === undefined || row.startedAt <= to.getTime()),
            ),
      };
      const ids = input.NetworkInsightsAccessScopeAnalysisIds;
      const found = describe(tx, call, {
        resource: narrowed,
        filters: {},
        request: describeRequest(input, ids, "networkInsightsAccessScopeAnalysisIds"),
      });
      return {
        NetworkInsightsAccessScopeAnalyses: found.items.map(scopeAnalysisView),
        NextToken: found.nextToken,
      };
    },
  },
);

/** Findings on a page when the caller does not say. */
const findingsPageSize = 100;

export const getNetworkInsightsAccessScopeAnalysisFindings = operation(
  "GetNetworkInsightsAccessScopeAnalysisFindings",
  {
    access: "read",
    honours: "all",
    needs: (input, call) => [
      call.need(scopeAnalyses.target(call, input.NetworkInsightsAccessScopeAnalysisId)),
    ],
    handle(tx, input, call) {
      const row = scopeAnalyses.fetch(tx, call, input.NetworkInsightsAccessScopeAnalysisId);
      const found = page(
        call,
        { items: tx.by(scopeFindings, "analysis", row.id), key: ({ key }) => key },
        {
          limit: input.MaxResults,
          token: input.NextToken,
          size: findingsPageSize,
          question: row.id,
          invalidToken: invalidNextToken,
        },
      );
      return {
        NetworkInsightsAccessScopeAnalysisId: row.id,
        AnalysisStatus: row.status,
        AnalysisFindings: found.items.map(scopeFindingView),
        NextToken: found.nextToken,
      };
    },
  },
);

/** Operations on Network Insights access scopes. */
import { once, tagsOnCreate } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { scopeAnalyses } from "../network-insights-access-scope-analysis/scope-analysis.ts";
import { operation } from "../operation.ts";
import {
  accessScopeContentView,
  accessScopes,
  accessScopesPerRegionMax,
  accessScopeView,
  readScopePath,
  type AccessScopeRow,
} from "./access-scope.ts";
import { accessScopeInUse, accessScopesExceeded, accessScopeWithoutPaths } from "./faults.ts";

const { type } = accessScopes;

const bothViews = (row: AccessScopeRow) => ({
  NetworkInsightsAccessScope: accessScopeView(row),
  NetworkInsightsAccessScopeContent: accessScopeContentView(row),
});

export const createNetworkInsightsAccessScope = operation("CreateNetworkInsightsAccessScope", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    return [call.need(accessScopes.fresh(call), tags.keys(type)), ...tags.needs];
  },
  handle: (tx, input, call) =>
    once(tx, call, {
      token: input.ClientToken,
      input,
      create() {
        const { MatchPaths = [], ExcludePaths = [] } = input;
        if (MatchPaths.length === 0) throw accessScopeWithoutPaths();
        const [match, exclude] = [MatchPaths.map(readScopePath), ExcludePaths.map(readScopePath)];
        if (accessScopes.list(tx, call).length >= accessScopesPerRegionMax) throw accessScopesExceeded();
        const row = accessScopes.put(tx, {
          id: call.newId("nis"),
          accountId: call.accountId,
          region: call.region,
          tags: tagsOnCreate(call, input.TagSpecifications, [type]).of(type),
          match,
          exclude,
          written: { MatchPaths, ExcludePaths },
          createdAt: call.now,
        });
        return { made: row.id, output: bothViews(row) };
      },
      recall: (id) => bothViews(accessScopes.fetch(tx, call, id)),
    }),
});

export const deleteNetworkInsightsAccessScope = operation("DeleteNetworkInsightsAccessScope", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(accessScopes.target(call, input.NetworkInsightsAccessScopeId))],
  handle(tx, input, call) {
    const row = accessScopes.fetch(tx, call, input.NetworkInsightsAccessScopeId);
    if (tx.by(scopeAnalyses.collection, "scope", row.id).length > 0) throw accessScopeInUse(row.id);
    accessScopes.remove(tx, row);
    return { NetworkInsightsAccessScopeId: row.id };
  },
});

export const describeNetworkInsightsAccessScopes = operation("DescribeNetworkInsightsAccessScopes", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: accessScopes,
      filters: {},
      request: describeRequest(input, input.NetworkInsightsAccessScopeIds, "networkInsightsAccessScopeIds"),
    });
    return { NetworkInsightsAccessScopes: found.items.map(accessScopeView), NextToken: found.nextToken };
  },
});

export const getNetworkInsightsAccessScopeContent = operation("GetNetworkInsightsAccessScopeContent", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(accessScopes.target(call, input.NetworkInsightsAccessScopeId))],
  handle: (tx, input, call) => ({
    NetworkInsightsAccessScopeContent: accessScopeContentView(
      accessScopes.fetch(tx, call, input.NetworkInsightsAccessScopeId),
    ),
  }),
});

/** Operations on findings. Each renews them first, so that every answer is about what holds now. */
import type { Tx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import {
  analyzerTargetByArn,
  fetchAnalyzerByArn,
  isUnusedAccess,
  type AnalyzerRow,
} from "../analyzer/analyzer.ts";
import { invalidField, notSupported } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { checkFilter, matchesFilter, sorted } from "./finding-filter.ts";
import { findingDetails, findingSummary, findingView } from "./finding-view.ts";
import { fetchFinding, findings, findingsAbout, findingsOf, type FindingRow } from "./finding.ts";
import { renewFindings } from "./renew-findings.ts";

/** The analyzer of an ARN with its findings renewed. @throws resourceNotFound */
export function freshAnalyzer(tx: Tx, call: Call, arn: string): AnalyzerRow {
  const { now, environment, guardrails } = call;
  return renewFindings(tx, fetchAnalyzerByArn(tx, call, arn), {
    now,
    random: environment.random,
    guardrails,
  });
}

/** The first form of the API knows findings of external access alone. @throws notSupported */
function externalAnalyzer(tx: Tx, call: Call, arn: string): AnalyzerRow {
  const analyzer = freshAnalyzer(tx, call, arn);
  if (isUnusedAccess(analyzer)) throw notSupported(`${call.operation} of an unused access analyzer`);
  return analyzer;
}

interface ListInput {
  readonly filter?: Parameters<typeof matchesFilter>[1] | undefined;
  readonly sort?: Parameters<typeof sorted>[1] | undefined;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

function listed(tx: Tx, call: Call, asked: { readonly analyzer: AnalyzerRow; readonly input: ListInput }) {
  const { analyzer, input } = asked;
  const { filter = {} } = input;
  checkFilter(filter, "list");
  const found = findingsOf(tx, analyzer).filter((row) => matchesFilter(row, filter));
  return listing(call, input, sorted(found, input.sort));
}

const getFinding = operation("GetFinding", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, { analyzerArn, id }, call) {
    const finding = findingView(fetchFinding(tx, externalAnalyzer(tx, call, analyzerArn), id));
    return finding === undefined ? {} : { finding };
  },
});

const listFindings = operation("ListFindings", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, input, call) {
    const { items, next } = listed(tx, call, {
      analyzer: externalAnalyzer(tx, call, input.analyzerArn),
      input,
    });
    return { findings: items.map(findingView).filter((finding) => finding !== undefined), ...next };
  },
});

// "GetFinding and GetFindingV2 both use access-analyzer:GetFinding in the Action element": API reference.
const getFindingV2 = operation("GetFindingV2", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [
    call.needAction("access-analyzer:GetFinding", analyzerTargetByArn(call, analyzerArn)),
  ],
  handle(tx, input, call) {
    const analyzer = freshAnalyzer(tx, call, input.analyzerArn);
    const row = fetchFinding(tx, analyzer, input.id);
    const { items, next } = listing(call, input, findingDetails(tx, row, { analyzer, now: call.now }));
    return { ...findingSummary(row), findingDetails: items, ...next };
  },
});

const listFindingsV2 = operation("ListFindingsV2", {
  access: "read",
  honours: "all",
  needs: ({ analyzerArn }, call) => [
    call.needAction("access-analyzer:ListFindings", analyzerTargetByArn(call, analyzerArn)),
  ],
  handle(tx, input, call) {
    const analyzer = freshAnalyzer(tx, call, input.analyzerArn);
    const { items, next } = listed(tx, call, { analyzer, input });
    return { findings: items.map(findingSummary), ...next };
  },
});

const updateFindings = operation("UpdateFindings", {
  access: "write",
  honours: "all",
  needs: ({ analyzerArn }, call) => [call.need(analyzerTargetByArn(call, analyzerArn))],
  handle(tx, { analyzerArn, status, ids, resourceArn }, call) {
    const analyzer = freshAnalyzer(tx, call, analyzerArn);
    if ((ids === undefined || ids.length === 0) === (resourceArn === undefined)) {
      throw invalidField("ids", "Either ids or resourceArn must be given");
    }
    const rows =
      resourceArn === undefined ? namedFindings(tx, analyzer, ids) : findingsAbout(tx, analyzer, resourceArn);
    for (const row of rows) {
      if (row.status === "RESOLVED" || row.status === status) continue;
      tx.put(findings, { ...row, status, updatedAt: call.now });
    }
    return {};
  },
});

/** A resolved finding is about nothing any more, so there is nothing to put aside. @throws invalidField */
function namedFindings(tx: Tx, analyzer: AnalyzerRow, ids: readonly string[] = []): readonly FindingRow[] {
  return ids.map((id) => {
    const row = fetchFinding(tx, analyzer, id);
    if (row.status === "RESOLVED") throw invalidField("ids", `The finding ${id} is resolved`);
    return row;
  });
}

export const findingOperations = [getFinding, getFindingV2, listFindings, listFindingsV2, updateFindings];

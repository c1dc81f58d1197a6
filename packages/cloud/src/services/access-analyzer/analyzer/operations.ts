/** Operations on analyzers. */
import type { Tx } from "@casemate/store";
import type { AnalyzerConfiguration, CreateAnalyzerRequest } from "@casemate/wire/access-analyzer";
import { drawUuid, once, requestTagKeys, type Call } from "../../../kit/index.ts";
import {
  ensureServiceLinkedRole,
  findServiceLinkedRole,
  releaseServiceLinkedRole,
  serviceLinkedRoleNeeds,
  useServiceLinkedRole,
} from "../../iam/index.ts";
import { archiveRulesMax, type ArchiveRule } from "../archive-rule/archive-rule.ts";
import {
  conflict,
  invalidField,
  notOrganizationAdministrator,
  notSupported,
  organizationAccessDisabled,
  quotaExceeded,
  tokenConflict,
} from "../faults.ts";
import { checkFilter } from "../finding/finding-filter.ts";
import { forgetFindings, renewFindings } from "../finding/renew-findings.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { forgetPreviews } from "../access-preview/access-preview.ts";
import { forgetAnalyzed } from "../resource/analyzed-resource.ts";
import {
  analyzerArn,
  analyzers,
  analyzersOf,
  analyzerSummary,
  analyzerTarget,
  disabledReason,
  fetchAnalyzer,
  findAnalyzer,
  isUnusedAccess,
  servicePrincipal,
  type AnalyzerRow,
  type AnalyzerType,
} from "./analyzer.ts";
import { readTags } from "./analyzer-tags.ts";
import { configurationView, readSetting, type UnusedAccessSetting } from "./unused-access-setting.ts";

/** Analyzers of one type that an account may have in a region. */
export const analyzersPerType: Readonly<Record<AnalyzerType, number>> = {
  ACCOUNT: 1,
  ORGANIZATION: 5,
  ACCOUNT_UNUSED_ACCESS: 1,
  ORGANIZATION_UNUSED_ACCESS: 5,
};

const linkedRole = { service: servicePrincipal };

const createAnalyzer = operation("CreateAnalyzer", {
  access: "write",
  honours: "all",
  needs: ({ analyzerName, tags = {} }, call) => [
    call.need(analyzerTarget(call, analyzerName), requestTagKeys(tags)),
    ...serviceLinkedRoleNeeds(call, linkedRole),
  ],
  handle(tx, input, call) {
    const { clientToken, ...request } = input;
    return once(tx, call, {
      token: clientToken,
      input: request,
      mismatch: tokenConflict,
      create: () => {
        const arn = analyzerArn(makeAnalyzer(tx, call, request));
        return { made: arn, output: { arn } };
      },
      recall: (arn) => ({ arn }),
    });
  },
});

function makeAnalyzer(tx: Tx, call: Call, request: CreateAnalyzerRequest): AnalyzerRow {
  const { analyzerName: name, type } = request;
  if (!isSupported(type)) throw notSupported(`The type ${type}`);
  const { accountId, region, now } = call;
  checkOrganization(tx, call, type);
  if (findAnalyzer(tx, call, name) !== undefined) throw conflict("Analyzer", name);
  const count = analyzersOf(tx, call).filter((row) => row.type === type).length;
  if (count >= analyzersPerType[type]) throw quotaExceeded("Analyzer", name, `analyzers of type ${type}`);
  const row: AnalyzerRow = {
    id: drawUuid(call.environment.random),
    accountId,
    region,
    name,
    type,
    createdAt: now,
    tags: readTags(request.tags),
    archiveRules: inlineRules(request, now),
    unusedAccess: readSetting({ accountId, type }, request.configuration),
  };
  tx.put(analyzers, row);
  const role = ensureServiceLinkedRole(tx, call, linkedRole);
  useServiceLinkedRole(tx, { roleId: role.id, resource: analyzerArn(row), region });
  const { environment, guardrails } = call;
  return renewFindings(tx, row, { now, random: environment.random, guardrails });
}

/** Differs: analyzers of internal access look at types of resource that do not exist in this cloud. */
function isSupported(type: string): type is AnalyzerType {
  return Object.hasOwn(analyzersPerType, type);
}

/** @throws organizationAccessDisabled, notOrganizationAdministrator */
function checkOrganization(tx: Tx, call: Call, type: AnalyzerType): void {
  const reason = disabledReason(tx, { accountId: call.accountId, type }, call.guardrails);
  if (reason === "DELEGATED_ADMINISTRATOR_DEREGISTERED") throw notOrganizationAdministrator(call.accountId);
  if (reason !== undefined) throw organizationAccessDisabled();
}

function inlineRules({ archiveRules = [] }: CreateAnalyzerRequest, now: number): readonly ArchiveRule[] {
  if (archiveRules.length > archiveRulesMax) {
    throw quotaExceeded("ArchiveRule", archiveRules[0]?.ruleName ?? "", "archive rules of an analyzer");
  }
  const names = new Set<string>();
  return archiveRules.map(({ ruleName, filter }) => {
    if (names.has(ruleName)) throw conflict("ArchiveRule", ruleName);
    names.add(ruleName);
    checkFilter(filter, "archive-rule");
    return { name: ruleName, filter, createdAt: now, updatedAt: now };
  });
}

const getAnalyzer = operation("GetAnalyzer", {
  access: "read",
  honours: "all",
  needs: ({ analyzerName }, call) => [call.need(analyzerTarget(call, analyzerName))],
  handle(tx, { analyzerName }, call) {
    const { now, environment, guardrails } = call;
    const renewal = { now, random: environment.random, guardrails };
    const row = renewFindings(tx, fetchAnalyzer(tx, call, analyzerName), renewal);
    const setting = row.unusedAccess;
    const configuration = setting === undefined ? {} : { configuration: configurationView(setting) };
    return { analyzer: { ...analyzerSummary(call, row), ...configuration } };
  },
});

const listAnalyzers = operation("ListAnalyzers", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const rows = analyzersOf(tx, call).filter(({ type }) => input.type === undefined || type === input.type);
    const { items, next } = listing(call, input, rows);
    return { analyzers: items.map((row) => analyzerSummary(call, row)), ...next };
  },
});

const updateAnalyzer = operation("UpdateAnalyzer", {
  access: "write",
  honours: "all",
  needs: ({ analyzerName }, call) => [call.need(analyzerTarget(call, analyzerName))],
  handle(tx, { analyzerName, configuration }, call) {
    const row = fetchAnalyzer(tx, call, analyzerName);
    if (!isUnusedAccess(row)) throw notSupported("UpdateAnalyzer of an external access analyzer");
    const unusedAccess = changedSetting(row, configuration);
    const { now, environment, guardrails } = call;
    const updated = { ...row, unusedAccess };
    tx.put(analyzers, updated);
    renewFindings(tx, updated, { now, random: environment.random, guardrails });
    return { configuration: configurationView(unusedAccess) };
  },
});

/** Which users and roles are left out may be changed, and nothing else. @throws invalidField, notSupported */
function changedSetting(
  row: AnalyzerRow,
  configuration: AnalyzerConfiguration | undefined,
): UnusedAccessSetting {
  const asked = readSetting(row, configuration);
  const before = row.unusedAccess ?? asked;
  if (asked === undefined || before === undefined) throw notSupported("UpdateAnalyzer of this analyzer");
  const { unusedAccessAge, analysisRule } = configuration?.unusedAccess ?? {};
  if (unusedAccessAge !== undefined && unusedAccessAge !== before.ageDays) {
    throw invalidField("unusedAccessAge", "The tracking period of an analyzer cannot be changed");
  }
  return analysisRule === undefined ? before : { ...before, exclusions: asked.exclusions };
}

const deleteAnalyzer = operation("DeleteAnalyzer", {
  access: "write",
  honours: "all",
  needs: ({ analyzerName }, call) => [call.need(analyzerTarget(call, analyzerName))],
  handle(tx, { analyzerName }, call) {
    const row = fetchAnalyzer(tx, call, analyzerName);
    forgetFindings(tx, row);
    forgetAnalyzed(tx, row);
    forgetPreviews(tx, row);
    tx.delete(analyzers, row.id);
    const role = findServiceLinkedRole(tx, call.accountId, linkedRole);
    if (role !== undefined) releaseServiceLinkedRole(tx, { roleId: role.id, resource: analyzerArn(row) });
    return {};
  },
});

export const analyzerOperations = [
  createAnalyzer,
  deleteAnalyzer,
  getAnalyzer,
  listAnalyzers,
  updateAnalyzer,
];

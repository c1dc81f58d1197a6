/** What the policies of resources let in from outside the zone of trust, as findings. */
import { externalAccess, type ExternalGrant, type ZoneOfTrust } from "@casemate/iam-engine/analysis";
import { PolicyFault } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { ResourceControlPolicyRestriction } from "@casemate/wire/access-analyzer";
import type { GuardrailsPort, Principal } from "../../../kit/index.ts";
import type { AnalyzerRow } from "../analyzer/analyzer.ts";
import type { ExternalAccess, WantedFinding } from "../finding/finding.ts";
import { resourceSources } from "./resource-sources.ts";
import type { SharedResource } from "./shared-resource.ts";
import { accountsOf, zoneOf } from "./zone-of-trust.ts";

/** Analyses that are remembered; the oldest is forgotten first. */
const rememberedMax = 20_000;

/** The resources of an analyzer and what was found in their policies. */
export interface ExternalAnalysis {
  readonly resources: readonly SharedResource[];
  readonly findings: readonly WantedFinding[];
}

/** Analyzes every resource of the analyzer's accounts. */
export function externalFindings(
  tx: ReadTx,
  analyzer: AnalyzerRow,
  { guardrails }: { readonly guardrails: GuardrailsPort },
): ExternalAnalysis {
  const members = accountsOf(tx, analyzer, guardrails);
  const resources: SharedResource[] = [];
  const findings: WantedFinding[] = [];
  for (const accountId of members) {
    const zone = zoneOf(tx, analyzer, { accountId, accounts: members, guardrails });
    const zoneKey = JSON.stringify(zone);
    for (const source of resourceSources) {
      for (const resource of source.list(tx, { accountId, region: analyzer.region })) {
        resources.push(resource);
        const grants = remembered(zoneKey, zone, resource.policy);
        if (grants.length === 0) continue;
        findings.push(...findingsIn(resource, grants, restrictionOf(tx, resource, guardrails)));
      }
    }
  }
  return { resources, findings };
}

const analyses = new Map<string, readonly ExternalGrant[]>();

/** The grants of a policy: a pure function of it and of the zone, so that one answer serves them all. */
function remembered(zoneKey: string, zone: ZoneOfTrust, policy: string): readonly ExternalGrant[] {
  const key = `${zoneKey} ${policy}`;
  const known = analyses.get(key);
  if (known !== undefined) return known;
  const grants = grantsOf(policy, zone);
  if (analyses.size >= rememberedMax) analyses.delete(analyses.keys().next().value ?? "");
  analyses.set(key, grants);
  return grants;
}

/** Who is let in by a policy. */
export function grantsOf(policy: string, zone: ZoneOfTrust): readonly ExternalGrant[] {
  try {
    return externalAccess(policy, zone);
  } catch (thrown) {
    // A policy that cannot be read refuses everybody.
    if (thrown instanceof PolicyFault) return [];
    throw thrown;
  }
}

/** One finding for each principal under the same conditions, whichever statements let it in. */
export function findingsIn(
  resource: SharedResource,
  grants: readonly ExternalGrant[],
  restriction: ResourceControlPolicyRestriction,
): readonly WantedFinding[] {
  const found = new Map<string, WantedFinding & { readonly access: ExternalAccess }>();
  for (const grant of grants) {
    const { principal, isPublic } = grant;
    const condition = conditionOf(grant);
    const key = JSON.stringify([resource.arn, principal.type, principal.value, isPublic, condition]);
    const before = found.get(key)?.access.actions ?? [];
    found.set(key, {
      key,
      resource: resource.arn,
      resourceType: resource.type,
      ownerAccount: resource.ownerAccount,
      access: {
        kind: "ExternalAccess",
        principal: { [principal.type]: principal.value },
        ...(grant.accountId === undefined ? {} : { principalAccount: grant.accountId }),
        actions: [...new Set([...before, ...grant.actions])].toSorted(),
        condition,
        isPublic,
        restriction,
      },
    });
  }
  return [...found.values()];
}

/** The conditions as a map of keys to values, the values of one key joined. */
function conditionOf({ conditions }: ExternalGrant): Readonly<Record<string, string>> {
  const values = new Map<string, string[]>();
  for (const { key, values: more } of conditions) values.set(key, [...(values.get(key) ?? []), ...more]);
  const entries = [...values].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, each.join(", ")]));
}

/** Somebody who belongs to no account of this cloud. */
const stranger: Principal = {
  type: "root",
  accountId: "000000000000",
  arn: "arn:aws:iam::000000000000:root",
  id: "000000000000",
  accessKeyId: "",
};

/** The policy that allows everything, which every resource control policy stands beside. */
const fullAccess = "RCPFullAWSAccess";

/** Whether resource control policies of the owner's organization may keep out whom the policy lets in. */
export function restrictionOf(
  tx: ReadTx,
  { action, arn, ownerAccount }: SharedResource,
  guardrails: GuardrailsPort,
): ResourceControlPolicyRestriction {
  const use = { principal: stranger, action, resource: arn, resourceAccount: ownerAccount };
  const levels = guardrails.rcpsOf(tx, use) ?? [];
  const restricted = levels.flat().some(({ source }) => !source.id.endsWith(fullAccess));
  return restricted ? "APPLICABLE" : "NOT_APPLICABLE";
}

/** Which accounts an analyzer is about, and whose access is no news to it. */
import type { ReadTx } from "@casemate/store";
import type { ZoneOfTrust } from "@casemate/iam-engine/analysis";
import type { GuardrailsPort } from "../../../kit/index.ts";
import { accounts } from "../../iam/index.ts";
import { isOrganizational, type AnalyzerRow } from "../analyzer/analyzer.ts";

/** The accounts of an analyzer; closed ones have nothing that could be used. */
export function accountsOf(tx: ReadTx, analyzer: AnalyzerRow, guardrails: GuardrailsPort): readonly string[] {
  if (!isOrganizational(analyzer)) return [analyzer.accountId];
  const organization = guardrails.organizationOf(tx, analyzer.accountId)?.id;
  const members: string[] = [];
  for (const { id, closedAt } of tx.scan(accounts)) {
    if (closedAt === undefined && guardrails.organizationOf(tx, id)?.id === organization) members.push(id);
  }
  return members;
}

/** The zone of trust for the resources of one account. */
export function zoneOf(
  tx: ReadTx,
  analyzer: AnalyzerRow,
  asked: {
    readonly accountId: string;
    readonly accounts: readonly string[];
    readonly guardrails: GuardrailsPort;
  },
): ZoneOfTrust {
  const { accountId, accounts: members, guardrails } = asked;
  const id = isOrganizational(analyzer) ? guardrails.organizationOf(tx, accountId)?.id : undefined;
  if (id === undefined) return { ownerAccount: accountId };
  return { ownerAccount: accountId, organization: { id, accounts: members } };
}

/**
 * SetSecurityTokenServicePreferences: which version of session tokens the global endpoint of STS gives out.
 * Differs: every region here is available by default, so that tokens of both versions work in all of them.
 */
import { collection, type ReadTx } from "@casemate/store";
import { operation } from "../operation.ts";

/** What an account prefers of STS. */
export interface TokenPreferenceRow {
  readonly accountId: string;
  readonly globalEndpointTokenVersion: 1 | 2;
}

export const tokenPreferences = collection<TokenPreferenceRow>({
  kind: "iam/token-preference",
  key: (row) => row.accountId,
});

/** The version that an account has chosen; version 1 unless it has, as on AWS. */
export function globalEndpointTokenVersion(tx: ReadTx, accountId: string): number {
  return tx.get(tokenPreferences, accountId)?.globalEndpointTokenVersion ?? 1;
}

export const setSecurityTokenServicePreferences = operation("SetSecurityTokenServicePreferences", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, { accountId }) {
    const version = input.GlobalEndpointTokenVersion === "v1Token" ? 1 : 2;
    tx.put(tokenPreferences, { accountId, globalEndpointTokenVersion: version });
    return {};
  },
});

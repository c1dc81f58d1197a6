/**
 * Brings what organizations declare about public access to the accounts that hold VPCs. Calls of an account
 * do the same before they run, so that nothing an account does stands before its organization's word; this
 * is for changes of policies that no call of the account follows.
 */
import type { Tx } from "@casemate/store";
import type { GuardrailsPort, Reconciler } from "../../../kit/index.ts";
import { vpcs } from "../vpc/vpc.ts";
import { declaredPublicAccess, holdToDeclaration } from "./public-access.ts";

const everyMs = 10_000;
const settingName = "vpc_block_public_access";

/** Holds one account to its organization's word. */
export function holdToOrganization(
  tx: Tx,
  guardrails: GuardrailsPort,
  account: { readonly accountId: string; readonly now: number },
): void {
  const { accountId, now } = account;
  const setting = guardrails.declaredSettingOf(tx, accountId, settingName);
  holdToDeclaration(tx, { accountId, setting }, now);
}

/** Makes the reconciler. */
export function declaredPublicAccessReconciler(guardrails: GuardrailsPort): Reconciler {
  return {
    name: "ec2/declared-public-access",
    topics: [],
    everyMs,
    async run(store, environment) {
      const now = environment.clock();
      const { seq } = store.transaction((tx) => {
        const accountIds = new Set([
          ...[...tx.scan(vpcs.collection)].map(({ accountId }) => accountId),
          ...[...tx.scan(declaredPublicAccess)].map(({ accountId }) => accountId),
        ]);
        for (const accountId of accountIds) holdToOrganization(tx, guardrails, { accountId, now });
      });
      await store.settled(seq);
    },
  };
}

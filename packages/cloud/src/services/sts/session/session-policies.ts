/**
 * Session policies: the inline document and managed ones that a session is limited by, with their size limit.
 */
import { PolicyFault, validatePolicy } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { PolicyDescriptorType } from "@casemate/wire/sts";
import type { SessionFacts, Tags } from "../../../kit/index.ts";
import { defaultDocument, findPolicy } from "../../iam/index.ts";
import { malformedPolicyDocument, packedPolicyTooLarge, sessionPolicyNotFound } from "../faults.ts";

/**
 * Characters of the inline policy, the managed ARNs and the session tags together: what AWS packs into a
 * token.
 */
export const packedCharactersMax = 4096;

/** What a request asks for. */
export interface AskedSession {
  readonly accountId: string;
  readonly policy: string | undefined;
  readonly policyArns: readonly PolicyDescriptorType[] | undefined;
  readonly tags: Tags;
}

/** The policies of the session and how much of the limit they and the tags use, in percent. */
export function sessionPolicies(
  tx: ReadTx,
  asked: AskedSession,
): { readonly policies: SessionFacts["policies"]; readonly packedPercent: number | undefined } {
  const policies: { id: string; document: string }[] = [];
  let characters = 0;
  if (asked.policy !== undefined) {
    check(asked.policy);
    policies.push({ id: "inline session policy", document: asked.policy });
    characters += asked.policy.replaceAll(/\s+/g, "").length;
  }
  for (const { arn = "" } of asked.policyArns ?? []) {
    const row = findPolicy(tx, asked.accountId, arn);
    if (row === undefined) throw sessionPolicyNotFound(arn);
    policies.push({ id: arn, document: defaultDocument(row) });
    characters += arn.length;
  }
  for (const [key, value] of Object.entries(asked.tags)) characters += key.length + value.length;
  if (characters === 0) return { policies, packedPercent: undefined };
  const packedPercent = Math.max(1, Math.ceil((characters * 100) / packedCharactersMax));
  if (packedPercent > 100) throw packedPolicyTooLarge(String(packedPercent));
  return { policies, packedPercent };
}

function check(document: string): void {
  try {
    validatePolicy(document, "session");
  } catch (thrown) {
    if (thrown instanceof PolicyFault) throw malformedPolicyDocument(thrown.message);
    throw thrown;
  }
}

/**
 * Session policies: the inline document and managed ones that a session is limited by, with their size limit.
 */
import { packedSize, PolicyFault, validatePolicy } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { PolicyDescriptorType } from "@casemate/wire/sts";
import type { SessionFacts, Tags } from "../../../kit/index.ts";
import { defaultDocument, findPolicy } from "../../iam/index.ts";
import {
  malformedPolicyDocument,
  packedPolicyTooLarge,
  packedTagsTooLarge,
  sessionPolicyNotFound,
  tooManySessionPolicies,
} from "../faults.ts";

/** Managed policies that one session may be limited by. */
export const sessionPolicyArnsMax = 10;

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
  const arns = (asked.policyArns ?? []).map(({ arn = "" }) => arn);
  if (arns.length > sessionPolicyArnsMax) throw tooManySessionPolicies();
  const inline = asked.policy === undefined ? [] : [asked.policy];
  for (const document of inline) check(document);
  const policies = [
    ...inline.map((document) => ({ id: "inline session policy", document })),
    ...arns.map((arn) => {
      const row = findPolicy(tx, asked.accountId, arn);
      if (row === undefined) throw sessionPolicyNotFound(arn);
      return { id: arn, document: defaultDocument(row) };
    }),
  ];
  const tags = Object.entries(asked.tags).map(([key, value]) => ({ key, value }));
  if (policies.length === 0 && tags.length === 0) return { policies, packedPercent: undefined };
  const packedPercent = packedSize({ policies: inline, policyArns: arns, tags });
  if (packedPercent > 100) {
    const tooLarge = policies.length === 0 ? packedTagsTooLarge : packedPolicyTooLarge;
    throw tooLarge(String(packedPercent));
  }
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

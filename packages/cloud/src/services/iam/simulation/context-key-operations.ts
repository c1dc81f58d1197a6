/** GetContextKeysForCustomPolicy and GetContextKeysForPrincipalPolicy: which keys a simulation will want. */
import { contextKeysOf, parsePolicy, PolicyFault } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { entityTarget, fetchEntity, policyHolders } from "../entity/entity.ts";
import { operation } from "../operation.ts";
import { defaultDocument, findPolicy } from "../policy/policy.ts";
import { inputPolicyInvalid } from "./simulation-faults.ts";

export const getContextKeysForCustomPolicy = operation("GetContextKeysForCustomPolicy", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle: (_tx, input) => ({ ContextKeyNames: keysIn(input.PolicyInputList) }),
});

export const getContextKeysForPrincipalPolicy = operation("GetContextKeysForPrincipalPolicy", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(entityTarget(call, input.PolicySourceArn))],
  handle(tx, input, call) {
    const stored = storedDocuments(tx, call, input.PolicySourceArn);
    return { ContextKeyNames: keysIn([...stored, ...(input.PolicyInputList ?? [])]) };
  },
});

function storedDocuments(tx: ReadTx, call: Call, arn: string): string[] {
  return policyHolders(tx, fetchEntity(tx, call, arn)).flatMap(({ row }) => [
    ...row.attachedPolicyArns
      .map((policyArn) => findPolicy(tx, call.accountId, policyArn))
      .flatMap((policy) => (policy === undefined ? [] : [defaultDocument(policy)])),
    ...row.inlinePolicies.map(({ document }) => document),
  ]);
}

/** The keys of all documents, each once whatever its case. @throws inputPolicyInvalid */
function keysIn(documents: readonly string[]): string[] {
  const byFolded = new Map<string, string>();
  for (const key of documents.flatMap(keysOfDocument)) {
    if (!byFolded.has(key.toLowerCase())) byFolded.set(key.toLowerCase(), key);
  }
  return [...byFolded.values()];
}

function keysOfDocument(document: string): string[] {
  try {
    return contextKeysOf(parsePolicy(document, "resource"));
  } catch (thrown) {
    if (thrown instanceof PolicyFault) throw inputPolicyInvalid(thrown.message);
    throw thrown;
  }
}

/** Every operation of this file. */
export const contextKeyOperations = [getContextKeysForCustomPolicy, getContextKeysForPrincipalPolicy];

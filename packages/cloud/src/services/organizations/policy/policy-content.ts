/** The documents of organization policies: whether one may be stored as a policy of its type. */
import { parsePolicy, PolicyFault, validatePolicy, type ParsedStatement } from "@casemate/iam-engine";
import { malformedPolicyDocument, policyTooLong } from "../faults.ts";
import { resourceControlledServices } from "../guardrails/resource-controlled-services.ts";
import { checkDeclarativeContent } from "../declarative/declarative-content.ts";
import { policyTypes, type SupportedPolicyType } from "./policy-type.ts";

/** Refuses what is no policy of the type. @throws policyTooLong, malformedPolicyDocument */
export function checkContent(content: string, type: SupportedPolicyType): void {
  if (content.length > policyTypes[type].charactersMax) throw policyTooLong();
  if (type === "DECLARATIVE_POLICY_EC2") {
    checkDeclarativeContent(content);
    return;
  }
  const kind = type === "RESOURCE_CONTROL_POLICY" ? "rcp" : "scp";
  try {
    validatePolicy(content, kind);
  } catch (thrown) {
    if (thrown instanceof PolicyFault) throw malformedPolicyDocument(thrown.message);
    throw thrown;
  }
  if (kind === "rcp") parsePolicy(content, kind).statements.forEach(checkRcpStatement);
}

/** What AWS lets a customer's own resource control policy say beside the grammar. */
function checkRcpStatement(statement: ParsedStatement): void {
  const { effect, principals, notActions, actions = [] } = statement;
  if (effect.text !== "Deny") throw malformedPolicyDocument("The Effect element must be Deny.");
  const everybody = principals?.entries.every(({ value }) => value.text === "*") ?? false;
  if (!everybody) throw malformedPolicyDocument('The Principal element must be "*".');
  if (notActions !== undefined) throw malformedPolicyDocument("The NotAction element is not supported.");
  for (const { text } of actions) {
    const service = text.slice(0, Math.max(0, text.indexOf(":"))).toLowerCase();
    if (!resourceControlledServices.has(service)) {
      throw malformedPolicyDocument(`The action ${text} is of no service that supports this policy type.`);
    }
  }
}

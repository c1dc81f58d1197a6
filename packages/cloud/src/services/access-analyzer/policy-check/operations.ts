/** Operations that judge a policy by its text alone; they read no state. */
import { PolicyFault } from "@casemate/iam-engine";
import {
  checkAccessNotGranted as notGranted,
  checkNoNewAccess as noNewAccess,
  checkNoPublicAccess as noPublicAccess,
  findPolicyIssues,
  type AccessCheck,
} from "@casemate/iam-engine/analysis";
import type { CheckAccessNotGrantedResponse } from "@casemate/wire/access-analyzer";
import { invalidField, notSupported, unreadablePolicy } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { serviceKnowledge } from "../unused-access/granted-actions.ts";

/** Runs a check. @throws unreadablePolicy */
function checked(check: () => AccessCheck): CheckAccessNotGrantedResponse {
  try {
    const { result, message, reasons } = check();
    return {
      result,
      message,
      reasons: reasons.map(({ description, statementIndex, statementId }) => ({
        description,
        statementIndex,
        ...(statementId === undefined ? {} : { statementId }),
      })),
    };
  } catch (thrown) {
    if (thrown instanceof PolicyFault) throw unreadablePolicy(thrown.message);
    throw thrown;
  }
}

const checkAccessNotGranted = operation("CheckAccessNotGranted", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(_tx, { policyDocument, policyType, access }) {
    for (const { actions = [], resources = [] } of access) {
      if (actions.length === 0 && resources.length === 0) {
        throw invalidField("access", "At least one of actions and resources must be given");
      }
    }
    return checked(() => notGranted([{ document: policyDocument, type: policyType }], access));
  },
});

const checkNoNewAccess = operation("CheckNoNewAccess", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle: (_tx, { existingPolicyDocument: existing, newPolicyDocument: changed, policyType: type }) =>
    checked(() => noNewAccess({ existing, changed, type })),
});

const checkNoPublicAccess = operation("CheckNoPublicAccess", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  // The type of the resource is one of those that the model lists; what is public is the same for them all.
  handle: (_tx, { policyDocument }) => checked(() => noPublicAccess(policyDocument)),
});

const validatePolicy = operation("ValidatePolicy", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(_tx, input, call) {
    const { policyDocument, policyType, validatePolicyResourceType: resourceType, locale } = input;
    // Differs: AWS tells its findings in ten languages.
    if (locale !== undefined && locale !== "EN") throw notSupported(`The locale ${locale}`);
    if (resourceType !== undefined && policyType !== "RESOURCE_POLICY") {
      throw invalidField(
        "validatePolicyResourceType",
        "validatePolicyResourceType can only be used with the policy type RESOURCE_POLICY",
      );
    }
    const knowledge = serviceKnowledge();
    const found = findPolicyIssues(policyDocument, { type: policyType, resourceType, knowledge });
    const { items, next } = listing(call, input, found);
    return { findings: items, ...next };
  },
});

export const policyCheckOperations = [
  checkAccessNotGranted,
  checkNoNewAccess,
  checkNoPublicAccess,
  validatePolicy,
];

// What every policy check is given, and how it says what it found.

import type { IssueCode } from "../policy-issues.ts";
import type { Place, PolicyOutline } from "../policy-outline.ts";
import type { ServiceKnowledge } from "../service-knowledge.ts";

/** The types of policy that can be validated. */
export type ValidatedPolicyType =
  "IDENTITY_POLICY" | "RESOURCE_POLICY" | "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY";

/** A finding before its particulars are filled in. */
export interface Report {
  readonly code: IssueCode;
  readonly places: readonly Place[];
  readonly values?: Readonly<Record<string, string>> | undefined;
}

export interface CheckContext {
  readonly text: string;
  readonly policy: PolicyOutline;
  readonly type: ValidatedPolicyType;
  /** Such as `AWS::IAM::AssumeRolePolicyDocument`; undefined for any. */
  readonly resourceType: string | undefined;
  readonly knowledge: ServiceKnowledge;
  readonly report: (report: Report) => void;
}

/** Whether statements of the type name principals. */
export function takesPrincipals(type: ValidatedPolicyType): boolean {
  return type === "RESOURCE_POLICY" || type === "RESOURCE_CONTROL_POLICY";
}

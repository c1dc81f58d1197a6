// The public face of the access analysis: what a policy grants and to whom, whether a change grants more, and
// which policy would be enough.

export { checkAccessNotGranted } from "./check-access-not-granted.ts";
export type { Access, AccessPolicy } from "./check-access-not-granted.ts";
export { checkNoNewAccess } from "./check-no-new-access.ts";
export type { PolicyChange } from "./check-no-new-access.ts";
export { checkNoPublicAccess, PUBLIC_ACCESS_RESOURCE_TYPES } from "./check-no-public-access.ts";
export type { PublicAccessResourceType } from "./check-no-public-access.ts";
export type { AccessCheck, ReasonSummary } from "./access-check.ts";
export type { AccessPolicyType } from "./region.ts";
export { externalAccess } from "./external-access.ts";
export type { ExternalGrant, GrantCondition, ZoneOfTrust } from "./external-access.ts";
export { smallestPolicy } from "./smallest-policy.ts";
export type { RecordedDecision, SmallestPolicyOptions } from "./smallest-policy.ts";
export { replay } from "./replay.ts";
export type { RecordedUse, Replay } from "./replay.ts";
export { findPolicyIssues } from "./find-policy-issues.ts";
export type {
  FindingLocation,
  FindingPosition,
  PolicyFinding,
  PolicyQuestion,
} from "./find-policy-issues.ts";
export type { ValidatedPolicyType } from "./policy-checks/check-context.ts";
export { POLICY_ISSUES } from "./policy-issues.ts";
export type { FindingType, IssueCode, PolicyIssue } from "./policy-issues.ts";
export type { PathElement } from "./policy-outline.ts";
export { awsServiceKnowledge } from "./knowledge-table.ts";
export type {
  AccessLevel,
  ActionKnowledge,
  ConditionKeyKnowledge,
  ConditionKeyType,
  ResourceTypeKnowledge,
  ServiceDetails,
  ServiceKnowledge,
} from "./service-knowledge.ts";

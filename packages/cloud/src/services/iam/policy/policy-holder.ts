/** What a user, a role or a group holds of policies: attached managed ones, inline ones, and a permissions boundary. */

/** An inline policy. */
export interface InlinePolicyRow {
  readonly name: string;
  readonly document: string;
}

/** The policy side of a principal's row. */
export interface PolicyHolder {
  /** ARNs of managed policies, in the order of attachment. */
  readonly attachedPolicyArns: readonly string[];
  readonly inlinePolicies: readonly InlinePolicyRow[];
  /** ARN of the managed policy that bounds it. */
  readonly boundaryArn?: string | undefined;
}

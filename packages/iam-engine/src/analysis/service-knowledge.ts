// What the policy checks ask about services. The knowledge comes in as an argument: it is about which names
// exist and where they may stand, never about what is allowed.

/** The type of a condition key; the array types may have several values in one request. */
export type ConditionKeyType =
  "String" | "ARN" | "Numeric" | "Date" | "Bool" | "Binary" | "IPAddress" | "ArrayOfString" | "ArrayOfARN";

export type AccessLevel = "List" | "Read" | "Write" | "Permissions management" | "Tagging";

export interface ActionKnowledge {
  readonly name: string;
  readonly accessLevels: readonly AccessLevel[];
  /** The types of resource that the action can be limited to; none means `*` only. */
  readonly resourceTypes: readonly { readonly name: string; readonly required: boolean }[];
  readonly conditionKeys: readonly string[];
}

export interface ResourceTypeKnowledge {
  readonly name: string;
  /** Such as `arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}`. */
  readonly arn: string;
}

export interface ConditionKeyKnowledge {
  /** As documented, with `${..}` where any text may stand. */
  readonly name: string;
  readonly type: ConditionKeyType;
}

export interface ServiceDetails {
  readonly actions: readonly ActionKnowledge[];
  readonly resourceTypes: readonly ResourceTypeKnowledge[];
  readonly conditionKeys: readonly ConditionKeyKnowledge[];
}

/** The names of services, and what stands behind some of them. */
export interface ServiceKnowledge {
  readonly services: readonly string[];
  /** Whether there is a service of this prefix, which is in lower case. */
  knows(service: string): boolean;
  /** The details of a service; undefined where only its name is known, or not even that. */
  details(service: string): ServiceDetails | undefined;
  /** An action of a service with details, whatever its case. */
  action(service: string, name: string): ActionKnowledge | undefined;
  /** A global or service key, whatever its case. */
  conditionKey(key: string): ConditionKeyKnowledge | undefined;
}

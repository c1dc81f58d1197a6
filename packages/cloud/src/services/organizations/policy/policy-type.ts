/** The types of policy that an organization can have here, and what tells one from another. */
import type { PolicyType } from "@casemate/wire/organizations";

/** What policies are attached to: the root, a unit or an account. */
export interface PolicyTarget {
  /** Ids of policies of all types, in the order of attachment. */
  readonly policyIds: readonly string[];
}

/** Types that restrict what principals may do or what may be done to resources. */
export type AuthorizationPolicyType = "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY";

/** The types that are enforced. */
export type SupportedPolicyType = AuthorizationPolicyType | "DECLARATIVE_POLICY_EC2";

/** What is particular to a type. */
export interface PolicyTypeTraits {
  /** Its part of a policy's ARN. */
  readonly arnName: string;
  /** Characters of a document, white space counted, as AWS counts what comes by the API. */
  readonly charactersMax: number;
  /** Policies of this type on one target. */
  readonly attachedMax: number;
  /** The policy that every target has from the start. */
  readonly everywhere: string | undefined;
}

/** The types by name. */
export const policyTypes: Readonly<Record<SupportedPolicyType, PolicyTypeTraits>> = {
  SERVICE_CONTROL_POLICY: {
    arnName: "service_control_policy",
    charactersMax: 5120,
    attachedMax: 5,
    everywhere: "p-FullAWSAccess",
  },
  RESOURCE_CONTROL_POLICY: {
    arnName: "resource_control_policy",
    charactersMax: 5120,
    attachedMax: 5,
    everywhere: "p-RCPFullAWSAccess",
  },
  DECLARATIVE_POLICY_EC2: {
    arnName: "declarative_policy_ec2",
    charactersMax: 10_000,
    attachedMax: 10,
    everywhere: undefined,
  },
};

/** Whether policies of the type are enforced here. */
export function isSupported(type: PolicyType): type is SupportedPolicyType {
  return Object.hasOwn(policyTypes, type);
}

/** The policies that every target has while these types are in force. */
export function policiesEverywhere(types: readonly SupportedPolicyType[]): readonly string[] {
  return types.flatMap((type) => policyTypes[type].everywhere ?? []);
}

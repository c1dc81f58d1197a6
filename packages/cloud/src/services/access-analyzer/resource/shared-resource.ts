/**
 * The port by which services hand over resources whose policies may let others in. A service that has such
 * resources writes a source and adds it to `resource-sources.ts`; nothing else here knows it.
 */
import type { ReadTx } from "@casemate/store";
import type { Configuration, ResourceType } from "@casemate/wire/access-analyzer";

/** A resource with its policy. */
export interface SharedResource {
  readonly arn: string;
  readonly type: ResourceType;
  readonly ownerAccount: string;
  /** The resource or trust policy, its principals named by ARN. */
  readonly policy: string;
  /** An action on it that a resource control policy could restrict, such as `sts:AssumeRole`. */
  readonly action: string;
}

/** Where the resources of an account are. */
export interface Place {
  readonly accountId: string;
  /** Of the analyzer; resources that have no region are in every one. */
  readonly region: string;
}

/** A configuration that somebody thinks of giving a resource, which need not exist yet. */
export interface Proposal extends Place {
  readonly arn: string;
  readonly configuration: Configuration;
}

/** The resources of one type. */
export interface ResourceSource {
  readonly type: ResourceType;
  /** Those that have a policy and whose owner may change it. */
  list(tx: ReadTx, place: Place): Iterable<SharedResource>;
  /**
   * The resource as a proposed configuration would make it; undefined when that is of another type.
   * @throws invalidField
   */
  proposed(tx: ReadTx, proposal: Proposal): SharedResource | undefined;
}

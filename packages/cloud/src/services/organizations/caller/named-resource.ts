/** What a request names in an organization, as resources that permissions are given on. */
import type { ReadTx } from "@casemate/store";
import { resourceTagKeys, type ConditionKeys, type Tags } from "../../../kit/index.ts";
import { accountArn, findMember } from "../account/member.ts";
import { organizationsArn, rootArn, type OrganizationRow } from "../organization/organization.ts";
import { findPolicy, policyArn } from "../policy/policy.ts";
import { findUnit, unitArn } from "../unit/unit.ts";

/** A resource with its tags' condition keys; one that does not exist has its ARN alone. */
export interface NamedResource {
  readonly arn: string;
  readonly keys: ConditionKeys;
}

/** Finds resources by what a request calls them. */
export class NamedResources {
  readonly #tx: ReadTx;
  readonly #organization: OrganizationRow;

  constructor(tx: ReadTx, organization: OrganizationRow) {
    this.#tx = tx;
    this.#organization = organization;
  }

  account(accountId: string): NamedResource {
    const member = findMember(this.#tx, this.#organization, accountId);
    return resource(accountArn(this.#organization, accountId), member?.tags);
  }

  unit(id: string): NamedResource {
    return resource(unitArn(this.#organization, id), findUnit(this.#tx, this.#organization, id)?.tags);
  }

  root(id: string): NamedResource {
    const { root } = this.#organization;
    if (root.id === id) return resource(rootArn(this.#organization), root.tags);
    return resource(organizationsArn(this.#organization, `root/${this.#organization.id}/${id}`));
  }

  /** A root or a unit. */
  parent(id: string): NamedResource {
    return id.startsWith("r-") ? this.root(id) : this.unit(id);
  }

  /** A root, a unit or an account. */
  target(id: string): NamedResource {
    return /^\d/.test(id) ? this.account(id) : this.parent(id);
  }

  policy(id: string): NamedResource {
    const row = findPolicy(this.#tx, this.#organization, id);
    if (row !== undefined) return resource(policyArn(this.#organization, row), row.tags);
    // Of which type it would be, nobody can say.
    return resource(organizationsArn(this.#organization, `policy/${this.#organization.id}/*/${id}`));
  }

  /** organizations:PolicyType of a policy, where there is one. */
  policyTypeKeys(id: string): ConditionKeys {
    const row = findPolicy(this.#tx, this.#organization, id);
    return row === undefined ? {} : { "organizations:PolicyType": row.type };
  }

  resourcePolicy(id: string | undefined): NamedResource {
    const { resourcePolicy } = this.#organization;
    const named = id ?? resourcePolicy?.id ?? "*";
    const tags = resourcePolicy?.id === named ? resourcePolicy.tags : undefined;
    return resource(
      organizationsArn(this.#organization, `resourcepolicy/${this.#organization.id}/${named}`),
      tags,
    );
  }

  /** Whatever can have tags. */
  taggable(id: string): NamedResource {
    if (id.startsWith("p-")) return this.policy(id);
    return id.startsWith("rp-") ? this.resourcePolicy(id) : this.target(id);
  }
}

function resource(arn: string, tags: Tags = {}): NamedResource {
  return { arn, keys: resourceTagKeys(tags) };
}

/**
 * The organization's resource policy: how the management account lets member accounts do what else it alone
 * may. Stored, it names users and roles by unique id, so that a namesake made later is not let in.
 */
import { mapPrincipals, parsePolicy, PolicyFault, principalsOf, validatePolicy } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { ResourcePolicy } from "@casemate/wire/organizations";
import { shownPrincipal, storedPrincipal } from "../../iam/index.ts";
import { seatedOperation } from "../caller/seated-operation.ts";
import {
  allFeaturesRequired,
  invalidPrincipal,
  invalidResourcePolicy,
  resourcePolicyNotFound,
} from "../faults.ts";
import { drawAlphanumeric } from "../ids.ts";
import {
  organizationsArn,
  putOrganization,
  type OrganizationResourcePolicy,
  type OrganizationRow,
} from "../organization/organization.ts";
import { readTags, withTags } from "../tag/tags.ts";

/** @throws resourcePolicyNotFound */
function fetchResourcePolicy({ resourcePolicy }: OrganizationRow): OrganizationResourcePolicy {
  if (resourcePolicy === undefined) throw resourcePolicyNotFound();
  return resourcePolicy;
}

function resourcePolicyView(
  tx: ReadTx,
  organization: OrganizationRow,
  { id, content }: OrganizationResourcePolicy,
): ResourcePolicy {
  return {
    ResourcePolicySummary: {
      Id: id,
      Arn: organizationsArn(organization, `resourcepolicy/${organization.id}/${id}`),
    },
    Content: mapPrincipals(content, (principal) => shownPrincipal(tx, principal)),
  };
}

/** The document as it is stored. @throws invalidResourcePolicy, invalidPrincipal */
function storedContent(tx: ReadTx, content: string): string {
  try {
    validatePolicy(content, "resource");
    for (const statement of parsePolicy(content, "resource").statements) {
      const actions = statement.actions ?? [];
      if (actions.length === 0 || !actions.every(({ text }) => /^organizations:/i.test(text))) {
        throw invalidResourcePolicy("It may name actions of AWS Organizations only.");
      }
      if (statement.resources === undefined && statement.notResources === undefined) {
        throw invalidResourcePolicy("Every statement must contain resources.");
      }
    }
  } catch (thrown) {
    if (thrown instanceof PolicyFault) throw invalidResourcePolicy(thrown.message);
    throw thrown;
  }
  for (const { type, value } of principalsOf(content)) {
    const known = type === "AWS" && (value.text === "*" || storedPrincipal(tx, value.text) !== undefined);
    if (!known) throw invalidPrincipal();
  }
  return mapPrincipals(content, (principal) => storedPrincipal(tx, principal));
}

export const putResourcePolicy = seatedOperation("PutResourcePolicy", {
  access: "write",
  audience: "management",
  resources: (_input, named) => [named.resourcePolicy(undefined)],
  tags: (input) => input.Tags,
  handle(tx, input, { organization, call }) {
    if (organization.featureSet !== "ALL") throw allFeaturesRequired();
    const known = organization.resourcePolicy;
    const resourcePolicy: OrganizationResourcePolicy = {
      id: known?.id ?? `rp-${drawAlphanumeric(call.environment.random, 8)}`,
      content: storedContent(tx, input.Content),
      tags: withTags(known?.tags ?? {}, readTags(input.Tags)),
    };
    const changed = putOrganization(tx, { ...organization, resourcePolicy });
    return { ResourcePolicy: resourcePolicyView(tx, changed, resourcePolicy) };
  },
});

export const describeResourcePolicy = seatedOperation("DescribeResourcePolicy", {
  access: "read",
  audience: "readers",
  resources: (_input, named) => [named.resourcePolicy(undefined)],
  handle: (tx, _input, { organization }) => ({
    ResourcePolicy: resourcePolicyView(tx, organization, fetchResourcePolicy(organization)),
  }),
});

export const deleteResourcePolicy = seatedOperation("DeleteResourcePolicy", {
  access: "write",
  audience: "management",
  resources: (_input, named) => [named.resourcePolicy(undefined)],
  handle(tx, _input, { organization }) {
    fetchResourcePolicy(organization);
    const { resourcePolicy: _gone, ...rest } = organization;
    putOrganization(tx, rest);
    return {};
  },
});

/** Every operation of this file. */
export const resourcePolicyOperations = [putResourcePolicy, describeResourcePolicy, deleteResourcePolicy];

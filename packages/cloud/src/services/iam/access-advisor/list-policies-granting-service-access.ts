/** ListPoliciesGrantingServiceAccess: which of an entity's policies let it use a service. */
import type { ReadTx } from "@casemate/store";
import type { PolicyGrantingServiceAccess } from "@casemate/wire/iam";
import type { Call } from "../../../kit/index.ts";
import { entityTarget, fetchEntity, policyHolders, type Entity } from "../entity/entity.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { grantsService } from "../policy/granted-services.ts";
import { defaultDocument, findPolicy } from "../policy/policy.ts";

const ownerTypes = { user: "USER", group: "GROUP", role: "ROLE" } as const;

export const listPoliciesGrantingServiceAccess = operation("ListPoliciesGrantingServiceAccess", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(entityTarget(call, input.Arn))],
  handle(tx, input, call) {
    const holders = policyHolders(tx, fetchEntity(tx, call, input.Arn));
    const namespaces = input.ServiceNamespaces.map((namespace, index) => ({ namespace, index }));
    const { items, marks } = listing(call, input, {
      items: namespaces,
      key: ({ index }) => String(index).padStart(6, "0"),
    });
    return {
      PoliciesGrantingServiceAccess: items.map(({ namespace }) => ({
        ServiceNamespace: namespace,
        Policies: holders.flatMap((holder) => grantingPolicies(tx, call, { holder, namespace })),
      })),
      ...marks,
    };
  },
});

function grantingPolicies(
  tx: ReadTx,
  call: Call,
  { holder, namespace }: { readonly holder: Entity; readonly namespace: string },
): PolicyGrantingServiceAccess[] {
  const { attachedPolicyArns, inlinePolicies, name } = holder.row;
  const service = namespace.toLowerCase();
  const managed = attachedPolicyArns
    .map((arn) => findPolicy(tx, call.accountId, arn))
    .filter((policy) => policy !== undefined)
    .filter((policy) => grantsService(defaultDocument(policy), service))
    .map((policy) => ({ PolicyName: policy.name, PolicyType: "MANAGED" as const, PolicyArn: policy.arn }));
  const inline = inlinePolicies
    .filter(({ document }) => grantsService(document, service))
    .map((policy) => ({
      PolicyName: policy.name,
      PolicyType: "INLINE" as const,
      EntityType: ownerTypes[holder.type],
      EntityName: name,
    }));
  return [...managed, ...inline];
}

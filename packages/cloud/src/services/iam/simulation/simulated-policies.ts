/** The policies of a simulation: those of an entity, less the ones left out, and those of the request. */
import { compile, compileStored, PolicyFault, type CompiledPolicy } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { InlinePolicyIdentifierType, PolicyIdentifier } from "@casemate/wire/iam";
import { parseArn, type Call } from "../../../kit/index.ts";
import { policyHolders, type Entity } from "../entity/entity.ts";
import { awsOwner } from "../policy/aws-managed-policies.ts";
import { defaultDocument, findPolicy } from "../policy/policy.ts";
import type { PolicyRow } from "../policy/policy-row.ts";
import { inputPolicyInvalid, policyIdentifierInvalid, tooManyBoundaries } from "./simulation-faults.ts";

/** What an entity brings into a simulation. */
export interface EntityPolicies {
  readonly identity: readonly CompiledPolicy[];
  readonly boundary: CompiledPolicy | undefined;
}

/** The types of policy that a request may leave out. */
const policyTypes = new Set(["aws-managed", "inline", "permission-boundary", "rcp", "scp", "user-managed"]);

/** Which policies a request leaves out. */
interface Exclusions {
  readonly types: ReadonlySet<string>;
  managed(arn: string): boolean;
  inline(holder: Entity, name: string): boolean;
}

/** Policies of a request, named after the parameter they came in. @throws inputPolicyInvalid */
export function inputPolicies(
  parameter: string,
  documents: readonly string[] | undefined,
  kind: "identity" | "boundary" | "scp",
): CompiledPolicy[] {
  return (documents ?? []).map((document, index) => inputPolicy(document, kind, `${parameter}.${index + 1}`));
}

/** The one boundary that a request may give. @throws tooManyBoundaries, inputPolicyInvalid */
export function inputBoundary(documents: readonly string[] | undefined): CompiledPolicy | undefined {
  if ((documents ?? []).length > 1) throw tooManyBoundaries();
  return inputPolicies("PermissionsBoundaryPolicyInputList", documents, "boundary")[0];
}

/** The resource policy of a request. @throws inputPolicyInvalid */
export function inputResourcePolicy(document: string | undefined): CompiledPolicy | undefined {
  return document === undefined ? undefined : inputPolicy(document, "resource", "ResourcePolicy");
}

function inputPolicy(
  document: string,
  kind: "identity" | "boundary" | "scp" | "resource",
  id: string,
): CompiledPolicy {
  try {
    return compile(document, kind, { id, type: kind === "resource" ? "resource" : "inline" });
  } catch (thrown) {
    if (thrown instanceof PolicyFault) throw inputPolicyInvalid(thrown.message);
    throw thrown;
  }
}

/** The policies that an entity has of its own and through its groups. @throws policyIdentifierInvalid */
export function entityPolicies(
  tx: ReadTx,
  call: Call,
  asked: { readonly entity: Entity; readonly exclusions: readonly PolicyIdentifier[] | undefined },
): EntityPolicies {
  const { entity } = asked;
  const without = exclusionsOf(asked.exclusions);
  const { boundaryArn } = entity.row;
  const bounded = boundaryArn !== undefined && !without.types.has("permission-boundary");
  return {
    identity: policyHolders(tx, entity).flatMap((holder) => [
      ...managedPolicies(tx, call, holder.row.attachedPolicyArns)
        .filter(
          (policy) => !without.types.has(policy.accountId === awsOwner ? "aws-managed" : "user-managed"),
        )
        .filter((policy) => !without.managed(policy.arn))
        .map((policy) =>
          compileStored(defaultDocument(policy), "identity", { id: policy.name, type: "managed" }),
        ),
      ...holder.row.inlinePolicies
        .filter(({ name }) => !without.types.has("inline") && !without.inline(holder, name))
        .map(({ name, document }) =>
          compileStored(document, "identity", {
            id: `${holder.type}_${holder.row.name}_${name}`,
            type: "inline",
          }),
        ),
    ]),
    boundary: bounded ? boundaryOf(tx, call, boundaryArn) : undefined,
  };
}

function managedPolicies(tx: ReadTx, call: Call, arns: readonly string[]): PolicyRow[] {
  return arns.map((arn) => findPolicy(tx, call.accountId, arn)).filter((policy) => policy !== undefined);
}

/** A boundary that is gone allows nothing, as on the way of a request. */
function boundaryOf(tx: ReadTx, call: Call, arn: string): CompiledPolicy {
  const policy = findPolicy(tx, call.accountId, arn);
  const document = policy === undefined ? "" : defaultDocument(policy);
  return compileStored(document, "boundary", { id: policy?.name ?? arn, type: "managed" });
}

/** @throws policyIdentifierInvalid */
function exclusionsOf(identifiers: readonly PolicyIdentifier[] | undefined): Exclusions {
  const types = new Set<string>();
  const arns: RegExp[] = [];
  const inline: { readonly identifier: InlinePolicyIdentifierType; readonly holder: RegExp }[] = [];
  for (const { PolicyType, PolicyArn, InlinePolicyIdentifier } of identifiers ?? []) {
    const given = [PolicyType, PolicyArn, InlinePolicyIdentifier].filter((each) => each !== undefined);
    if (given.length !== 1) throw policyIdentifierInvalid();
    if (PolicyType !== undefined && !policyTypes.has(PolicyType)) throw policyIdentifierInvalid();
    if (PolicyType !== undefined) types.add(PolicyType);
    if (PolicyArn !== undefined) arns.push(arnPattern(PolicyArn));
    if (InlinePolicyIdentifier !== undefined) {
      const holder = namePattern(InlinePolicyIdentifier.AttachmentName);
      inline.push({ identifier: InlinePolicyIdentifier, holder });
    }
  }
  return {
    types,
    managed: (arn) => arns.some((pattern) => pattern.test(arn)),
    inline: ({ type, row }, name) =>
      inline.some(
        ({ identifier, holder }) =>
          identifier.PolicyName === name && identifier.AttachmentType === type && holder.test(row.name),
      ),
  };
}

/** Wildcards may stand in the resource part only. @throws policyIdentifierInvalid */
function arnPattern(arn: string): RegExp {
  const resource = parseArn(arn)?.resource;
  const head = resource === undefined ? "*" : arn.slice(0, arn.length - resource.length);
  if (/[*?]/.test(head)) throw policyIdentifierInvalid();
  return namePattern(arn);
}

/** One `*` at the most, so that matching takes no longer than the text is. @throws policyIdentifierInvalid */
function namePattern(text: string): RegExp {
  if (text.split("*").length > 2) throw policyIdentifierInvalid();
  const source = text
    .replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}

/** Inline policies of users, groups and roles: what the operations of all kinds do. */
import type { Tx } from "@casemate/store";
import type { Call, ConditionKeys, Need } from "../../../kit/index.ts";
import { listing, type ListRequest } from "../listing.ts";
import { checkDocument, encodeDocument } from "./document.ts";
import { policySize } from "@casemate/iam-engine";
import { inlinePoliciesTooLong, inlinePolicyNotFound } from "./policy-faults.ts";
import type { HolderKind, PolicyHolder } from "./policy-holder.ts";

/** A holder by kind and name. */
export interface NamedHolder<Row extends PolicyHolder> {
  readonly kind: HolderKind<Row>;
  readonly name: string;
}

/** The permission to change what a holder may do; iam:PermissionsBoundary is the boundary it has. */
export function boundedNeed<Row extends PolicyHolder>(
  call: Call,
  { kind, name }: NamedHolder<Row>,
  keys: ConditionKeys = {},
): Need {
  const row = kind.find(call.tx, call.accountId, name);
  return call.need(kind.target(call, name), { "iam:PermissionsBoundary": row?.boundaryArn, ...keys });
}

/** Adds or replaces an inline policy. @throws malformedPolicyDocument, inlinePoliciesTooLong */
export function putInlinePolicy<Row extends PolicyHolder>(
  tx: Tx,
  call: Call,
  asked: NamedHolder<Row> & { readonly policyName: string; readonly document: string },
): void {
  const { kind, name, policyName, document } = asked;
  const row = kind.fetchChangeable(tx, call, name);
  let size = checkDocument(document, "identity");
  const others = row.inlinePolicies.filter((policy) => policy.name !== policyName);
  for (const policy of others) size += policySize(policy.document);
  if (size > kind.inlineCharactersMax) {
    throw inlinePoliciesTooLong(String(kind.inlineCharactersMax), kind.type, name);
  }
  kind.put(tx, { ...row, inlinePolicies: [...others, { name: policyName, document }] });
}

/** An inline policy as the API shows it. @throws inlinePolicyNotFound */
export function inlinePolicyView<Row extends PolicyHolder>(
  call: Call,
  { kind, name, policyName }: NamedHolder<Row> & { readonly policyName: string },
): { readonly PolicyName: string; readonly PolicyDocument: string } {
  const row = kind.fetch(call.tx, call, name);
  const policy = row.inlinePolicies.find((each) => each.name === policyName);
  if (policy === undefined) throw inlinePolicyNotFound(kind.type, policyName);
  return { PolicyName: policy.name, PolicyDocument: encodeDocument(policy.document) };
}

/** A page of the names of a holder's inline policies. */
export function listInlinePolicies<Row extends PolicyHolder>(
  call: Call,
  { kind, name }: NamedHolder<Row>,
  request: ListRequest,
) {
  const row = kind.fetch(call.tx, call, name);
  const names = row.inlinePolicies.map((policy) => policy.name);
  const { items, marks } = listing(call, request, { items: names, key: (each) => each });
  return { PolicyNames: items, ...marks };
}

/** Removes an inline policy. @throws inlinePolicyNotFound */
export function deleteInlinePolicy<Row extends PolicyHolder>(
  tx: Tx,
  call: Call,
  { kind, name, policyName }: NamedHolder<Row> & { readonly policyName: string },
): void {
  const row = kind.fetchChangeable(tx, call, name);
  const left = row.inlinePolicies.filter((policy) => policy.name !== policyName);
  if (left.length === row.inlinePolicies.length) throw inlinePolicyNotFound(kind.type, policyName);
  kind.put(tx, { ...row, inlinePolicies: left });
}

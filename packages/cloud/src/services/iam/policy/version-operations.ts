/** Operations on the versions of managed policies. */
import type { PolicyVersion } from "@casemate/wire/iam";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { encodeDocument } from "./document.ts";
import { checkManagedDocument } from "./operations.ts";
import { fetchPolicy, policies, policyTarget } from "./policy.ts";
import { tooManyVersions, versionIsDefault, versionNotFound } from "./policy-faults.ts";
import type { PolicyRow, PolicyVersionRow } from "./policy-row.ts";

/** Versions of managed policies that an account may have. */
export const policyVersionsPerAccountMax = 10_000;

/** Versions that one managed policy may have. */
export const versionsPerPolicyMax = 5;

function fetchVersion(row: PolicyRow, versionId: string): PolicyVersionRow {
  const version = row.versions.find((each) => each.versionId === versionId);
  if (version === undefined) throw versionNotFound(row.arn, versionId);
  return version;
}

/** A version in a list: without its document. */
export function versionSummary(row: PolicyRow, version: PolicyVersionRow): PolicyVersion {
  return {
    VersionId: version.versionId,
    IsDefaultVersion: version.versionId === row.defaultVersionId,
    CreateDate: new Date(version.createdAt),
  };
}

export const createPolicyVersion = operation("CreatePolicyVersion", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(policyTarget(call, input.PolicyArn, "write"))],
  handle(tx, input, call) {
    const row = fetchPolicy(tx, call, input.PolicyArn);
    checkManagedDocument(input.PolicyDocument);
    if (row.versions.length >= versionsPerPolicyMax) throw tooManyVersions();
    const version: PolicyVersionRow = {
      versionId: `v${row.nextVersion}`,
      document: input.PolicyDocument,
      createdAt: call.now,
    };
    const changed: PolicyRow = {
      ...row,
      versions: [...row.versions, version],
      nextVersion: row.nextVersion + 1,
      updatedAt: call.now,
      ...(input.SetAsDefault === true ? { defaultVersionId: version.versionId } : {}),
    };
    tx.put(policies, changed);
    return { PolicyVersion: versionSummary(changed, version) };
  },
});

export const getPolicyVersion = operation("GetPolicyVersion", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(policyTarget(call, input.PolicyArn, "read"))],
  handle(tx, input, call) {
    const row = fetchPolicy(tx, call, input.PolicyArn);
    const version = fetchVersion(row, input.VersionId);
    return {
      PolicyVersion: { Document: encodeDocument(version.document), ...versionSummary(row, version) },
    };
  },
});

export const listPolicyVersions = operation("ListPolicyVersions", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(policyTarget(call, input.PolicyArn, "read"))],
  handle(tx, input, call) {
    const row = fetchPolicy(tx, call, input.PolicyArn);
    // The newest comes first: its place counts down from the number that the next one gets.
    const key = ({ versionId }: PolicyVersionRow): string =>
      String(row.nextVersion - Number(versionId.slice(1))).padStart(10, "0");
    const { items, marks } = listing(call, input, { items: row.versions, key });
    return { Versions: items.map((version) => versionSummary(row, version)), ...marks };
  },
});

export const setDefaultPolicyVersion = operation("SetDefaultPolicyVersion", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(policyTarget(call, input.PolicyArn, "write"))],
  handle(tx, input, call) {
    const row = fetchPolicy(tx, call, input.PolicyArn);
    const { versionId } = fetchVersion(row, input.VersionId);
    tx.put(policies, { ...row, defaultVersionId: versionId });
    return {};
  },
});

export const deletePolicyVersion = operation("DeletePolicyVersion", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(policyTarget(call, input.PolicyArn, "write"))],
  handle(tx, input, call) {
    const row = fetchPolicy(tx, call, input.PolicyArn);
    const { versionId } = fetchVersion(row, input.VersionId);
    if (versionId === row.defaultVersionId) throw versionIsDefault();
    tx.put(policies, { ...row, versions: row.versions.filter((each) => each.versionId !== versionId) });
    return {};
  },
});

/** Every operation of this file. */
export const policyVersionOperations = [
  createPolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
  deletePolicyVersion,
];

/** Adding, replacing and deleting entries of network ACLs. */
import type { Tx } from "@casemate/store";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { entriesExceeded, entryExists, entryNotFound, ruleNumberInvalid } from "./faults.ts";
import { isIpv6, networkAcls, type NetworkAclEntryRow, type NetworkAclRow } from "./network-acl.ts";
import { readEntry, ruleNumberMax } from "./read-entry.ts";

/** Entries of one direction and family that an ACL may have, the implicit one included. */
export const entriesPerDirectionMax = 20;

interface EntryName {
  readonly ruleNumber: number;
  readonly egress: boolean;
}

function find({ entries }: NetworkAclRow, { ruleNumber, egress }: EntryName): NetworkAclEntryRow | undefined {
  return entries.find((entry) => entry.ruleNumber === ruleNumber && entry.egress === egress);
}

function without(
  { entries }: NetworkAclRow,
  { ruleNumber, egress }: EntryName,
): readonly NetworkAclEntryRow[] {
  return entries.filter((entry) => entry.ruleNumber !== ruleNumber || entry.egress !== egress);
}

/** Puts an entry among the others. @throws entriesExceeded */
function putEntry(
  tx: Tx,
  row: NetworkAclRow,
  among: { readonly others: readonly NetworkAclEntryRow[]; readonly entry: NetworkAclEntryRow },
): void {
  const { others, entry } = among;
  const alike = others.filter((each) => each.egress === entry.egress && isIpv6(each) === isIpv6(entry));
  if (alike.length + 1 >= entriesPerDirectionMax) throw entriesExceeded();
  networkAcls.change(tx, row, { entries: [...others, entry] });
  tx.wish(networkTopic);
}

export const createNetworkAclEntry = operation("CreateNetworkAclEntry", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkAcls.target(call, input.NetworkAclId))],
  handle(tx, input, call) {
    const row = networkAcls.fetch(tx, call, input.NetworkAclId);
    const entry = readEntry(input);
    if (find(row, entry) !== undefined) throw entryExists(String(entry.ruleNumber));
    putEntry(tx, row, { others: row.entries, entry });
    return {};
  },
});

export const replaceNetworkAclEntry = operation("ReplaceNetworkAclEntry", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkAcls.target(call, input.NetworkAclId))],
  handle(tx, input, call) {
    const row = networkAcls.fetch(tx, call, input.NetworkAclId);
    const entry = readEntry(input);
    if (find(row, entry) === undefined) throw entryNotFound(String(entry.ruleNumber));
    putEntry(tx, row, { others: without(row, entry), entry });
    return {};
  },
});

export const deleteNetworkAclEntry = operation("DeleteNetworkAclEntry", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(networkAcls.target(call, input.NetworkAclId))],
  handle(tx, input, call) {
    const row = networkAcls.fetch(tx, call, input.NetworkAclId);
    const name = { ruleNumber: input.RuleNumber, egress: input.Egress };
    if (!(name.ruleNumber >= 1 && name.ruleNumber <= ruleNumberMax)) {
      throw ruleNumberInvalid(String(name.ruleNumber));
    }
    if (find(row, name) === undefined) throw entryNotFound(String(name.ruleNumber));
    networkAcls.change(tx, row, { entries: without(row, name) });
    tx.wish(networkTopic);
    return {};
  },
});

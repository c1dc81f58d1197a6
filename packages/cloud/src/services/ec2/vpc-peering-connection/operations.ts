/** Describing VPC peering connections, changing their options and deleting them. */
import type { ReadTx } from "@casemate/store";
import type { ModifyVpcPeeringConnectionOptionsRequest, PeeringConnectionOptions } from "@casemate/wire/ec2";
import type { Call, ConditionKeys } from "../../../kit/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import {
  classicLinkUnsupported,
  optionsMissing,
  optionsOfOther,
  peeringNotActive,
  peeringOfOther,
  peeringTransition,
} from "./faults.ts";
import { passes, peeringConnections, type PeeringRole, type PeeringRow } from "./peering-connection.ts";
import { peeringFilters, peeringView, vpcPeeringConnections } from "./vpc-peering-connection.ts";

export const describeVpcPeeringConnections = operation("DescribeVpcPeeringConnections", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: vpcPeeringConnections,
      filters: peeringFilters,
      request: describeRequest(input, input.VpcPeeringConnectionIds, "vpcPeeringConnectionIds"),
    });
    return {
      VpcPeeringConnections: found.items.map((each) => peeringView(each, tx)),
      NextToken: found.nextToken,
    };
  },
});

export const deleteVpcPeeringConnection = operation("DeleteVpcPeeringConnection", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(vpcPeeringConnections.target(call, input.VpcPeeringConnectionId))],
  handle(tx, input, call) {
    const { id, row, state, roles } = vpcPeeringConnections.fetch(tx, call, input.VpcPeeringConnectionId);
    const by: PeeringRole = roles.includes("requester") ? "requester" : "accepter";
    const ended = { at: call.now, by };
    if (state === "pending-acceptance") {
      // Who was asked rejects; only who asked takes the request back.
      if (by === "accepter") throw peeringOfOther(call.accountId, "delete", id);
      tx.put(peeringConnections, { ...row, state: "deleted", ended });
    } else if (passes(row)) {
      tx.put(peeringConnections, { ...row, state: "deleting", ended });
      tx.wish(networkTopic);
    } else throw peeringTransition(id, state, "deleting");
    return { Return: true };
  },
});

const optionsOf = {
  accepter: "AccepterPeeringConnectionOptions",
  requester: "RequesterPeeringConnectionOptions",
} as const;

function attributeKeys(input: ModifyVpcPeeringConnectionOptionsRequest): ConditionKeys {
  const named = Object.values(optionsOf).filter((name) => input[name] !== undefined);
  return named.length === 0 ? {} : { "ec2:Attribute": named.length > 1 ? named : named[0] };
}

export const modifyVpcPeeringConnectionOptions = operation("ModifyVpcPeeringConnectionOptions", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(vpcPeeringConnections.target(call, input.VpcPeeringConnectionId), attributeKeys(input)),
  ],
  handle(tx, input, call) {
    const { row, state } = vpcPeeringConnections.fetch(tx, call, input.VpcPeeringConnectionId);
    const asked = (["accepter", "requester"] as const).filter((role) => input[optionsOf[role]] !== undefined);
    if (asked.length === 0) throw optionsMissing();
    if (state !== "active") throw peeringNotActive(row.id);
    const changed = asked.reduce((made, role) => withOptions(tx, call, { row: made, role, input }), row);
    tx.put(peeringConnections, changed);
    return Object.fromEntries(asked.map((role) => [optionsOf[role], optionsView(changed, role)]));
  },
});

/** The row with the options of one side. @throws optionsOfOther, classicLinkUnsupported */
function withOptions(
  tx: ReadTx,
  call: Call,
  asked: {
    readonly row: PeeringRow;
    readonly role: PeeringRole;
    readonly input: ModifyVpcPeeringConnectionOptionsRequest;
  },
): PeeringRow {
  const { row, role } = asked;
  const { roles } = vpcPeeringConnections.fetch(tx, call, row.id);
  if (!roles.includes(role)) throw optionsOfOther(call.accountId, role);
  const options = asked.input[optionsOf[role]] ?? {};
  const { AllowDnsResolutionFromRemoteVpc: remoteDns = row[role].remoteDns, ...classic } = options;
  const refused = Object.entries(classic).find(([, value]) => value);
  if (refused !== undefined) throw classicLinkUnsupported(refused[0]);
  return { ...row, [role]: { ...row[role], remoteDns } };
}

function optionsView(row: PeeringRow, role: PeeringRole): PeeringConnectionOptions {
  return {
    AllowDnsResolutionFromRemoteVpc: row[role].remoteDns,
    AllowEgressFromLocalClassicLinkToRemoteVpc: false,
    AllowEgressFromLocalVpcToRemoteClassicLink: false,
  };
}

/** Asking for VPC peering connections, accepting and rejecting them. */
import type { ReadTx, Tx } from "@casemate/store";
import type { CreateVpcPeeringConnectionRequest } from "@casemate/wire/ec2";
import { tagsOnCreate, type Call } from "../../../kit/index.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { vpcs } from "../vpc/vpc.ts";
import { meet } from "./blocks-of-peers.ts";
import {
  peeringOfOther,
  peeringsExceeded,
  peeringTaken,
  peeringTransition,
  peerOwnerMalformed,
  peerRegionUnknown,
  peerVpcMissing,
  requestsExceeded,
} from "./faults.ts";
import {
  acceptanceDays,
  ownerOf,
  peeringConnections,
  peersOf,
  stateAt,
  type PeeringRow,
} from "./peering-connection.ts";
import {
  isForgotten,
  peerKeys,
  peeringView,
  requestView,
  vpcPeeringConnections,
  type SeenPeering,
} from "./vpc-peering-connection.ts";

/** Active VPC peering connections that a VPC may have. */
export const peeringsPerVpcMax = 50;
/** Requests of an account in a region that may wait for their acceptance. */
export const peeringRequestsMax = 25;

const { type } = vpcPeeringConnections;
const dayMs = 86_400_000;

/** The two VPCs that a request names; the other one is the caller's own unless told otherwise. */
function askedSides(input: CreateVpcPeeringConnectionRequest, call: Call) {
  const { accountId, region } = call;
  return {
    requester: { accountId, region, vpcId: input.VpcId },
    accepter: {
      accountId: input.PeerOwnerId ?? accountId,
      region: input.PeerRegion ?? region,
      vpcId: input.PeerVpcId ?? "",
    },
  };
}

export const createVpcPeeringConnection = operation("CreateVpcPeeringConnection", {
  access: "write",
  honours: ["PeerOwnerId", "PeerRegion", "PeerVpcId", "TagSpecifications", "VpcId"],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    const { "ec2:AccepterVpc": accepter, ...keys } = peerKeys(askedSides(input, call));
    const named = input.PeerVpcId === undefined ? keys : { ...keys, "ec2:AccepterVpc": accepter };
    return [
      call.need(vpcs.target(call, input.VpcId)),
      call.need(vpcPeeringConnections.fresh(call), { ...tags.keys(type), ...named }),
      ...tags.needs,
    ];
  },
  handle(tx, input, call) {
    const vpc = vpcs.fetch(tx, call, input.VpcId);
    if (input.PeerVpcId === undefined) throw peerVpcMissing();
    const { requester, accepter } = askedSides(input, call);
    if (!/^\d{12}$/.test(accepter.accountId)) throw peerOwnerMalformed(accepter.accountId);
    if (!call.environment.settings.regions.includes(accepter.region))
      throw peerRegionUnknown(accepter.region);
    // The caller's own VPCs it may know of; of others' it is told nothing but that the request failed.
    if (ownerOf(accepter) === ownerOf(call)) vpcs.fetch(tx, call, accepter.vpcId);
    forgetEnded(tx, call);
    checkRoom(tx, call, { requester: vpc.id, accepter: accepter.vpcId });
    const peer = tx.get(vpcs.collection, accepter.vpcId);
    const possible = peer !== undefined && ownerOf(peer) === ownerOf(accepter) && !meet(vpc, peer);
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]).of(type);
    const same = ownerOf(accepter) === ownerOf(call);
    const row: PeeringRow = {
      id: call.newId("pcx"),
      requester: { ...requester, remoteDns: false, tags },
      accepter: { ...accepter, remoteDns: false, tags: same ? tags : {} },
      state: possible ? "pending-acceptance" : "failed",
      expiresAt: call.now + acceptanceDays * dayMs,
      ...(possible ? {} : { ended: { at: call.now, by: "requester" } }),
    };
    tx.put(peeringConnections, row);
    return { VpcPeeringConnection: requestView(vpcPeeringConnections.fetch(tx, call, row.id), tx) };
  },
});

/** Lets go of connections of the caller that are shown to nobody any more. */
function forgetEnded(tx: Tx, call: Call): void {
  for (const row of tx.by(peeringConnections, "owner", ownerOf(call))) {
    if (isForgotten(row, call.now)) tx.delete(peeringConnections, row.id);
  }
}

/** @throws peeringTaken, peeringsExceeded, requestsExceeded */
function checkRoom(
  tx: ReadTx,
  call: Call,
  vpcIds: { readonly requester: string; readonly accepter: string },
) {
  const { requester, accepter } = vpcIds;
  const standing = new Set(["pending-acceptance", "provisioning", "active", "deleting"]);
  const between = tx
    .by(peeringConnections, "vpc", requester)
    .filter((row) => row.requester.vpcId === accepter || row.accepter.vpcId === accepter);
  if (between.some((row) => standing.has(stateAt(row, call.now)))) throw peeringTaken(requester, accepter);
  if (peersOf(tx, requester).length >= peeringsPerVpcMax) throw peeringsExceeded(requester);
  const waiting = tx
    .by(peeringConnections, "owner", ownerOf(call))
    .filter(
      (row) => ownerOf(row.requester) === ownerOf(call) && stateAt(row, call.now) === "pending-acceptance",
    );
  if (waiting.length >= peeringRequestsMax) throw requestsExceeded();
}

/** A request that waits for the caller. @throws the faults of ids, peeringOfOther, peeringTransition */
function fetchRequest(tx: ReadTx, call: Call, asked: { id: string; verb: string; to: string }): SeenPeering {
  const peering = vpcPeeringConnections.fetch(tx, call, asked.id);
  const { id, state, roles } = peering;
  if (!roles.includes("accepter")) throw peeringOfOther(call.accountId, asked.verb, id);
  if (state !== "pending-acceptance") throw peeringTransition(id, state, asked.to);
  return peering;
}

export const acceptVpcPeeringConnection = operation("AcceptVpcPeeringConnection", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const id = input.VpcPeeringConnectionId;
    const found = vpcPeeringConnections.find(call.tx, call, id);
    const own = found?.roles.includes("accepter") === true ? found.row.accepter.vpcId : undefined;
    return [
      call.need(own === undefined ? vpcs.fresh(call) : vpcs.target(call, own)),
      call.need(vpcPeeringConnections.target(call, id)),
    ];
  },
  handle(tx, input, call) {
    const id = input.VpcPeeringConnectionId;
    const peering = fetchRequest(tx, call, { id, verb: "accept", to: "provisioning" });
    const { row } = peering;
    const [one, other] = [row.requester, row.accepter].map(({ vpcId }) => tx.get(vpcs.collection, vpcId));
    const possible = one !== undefined && other !== undefined && !meet(one, other);
    if (possible) {
      for (const { vpcId } of [row.requester, row.accepter]) {
        if (peersOf(tx, vpcId).length >= peeringsPerVpcMax) throw peeringsExceeded(vpcId);
      }
    }
    const state = possible ? "provisioning" : "failed";
    const next: PeeringRow = possible
      ? { ...row, state }
      : { ...row, state, ended: { at: call.now, by: "accepter" } };
    tx.put(peeringConnections, next);
    tx.wish(networkTopic);
    return { VpcPeeringConnection: peeringView({ ...peering, row: next, state }, tx) };
  },
});

export const rejectVpcPeeringConnection = operation("RejectVpcPeeringConnection", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(vpcPeeringConnections.target(call, input.VpcPeeringConnectionId))],
  handle(tx, input, call) {
    const id = input.VpcPeeringConnectionId;
    const { row } = fetchRequest(tx, call, { id, verb: "reject", to: "rejected" });
    tx.put(peeringConnections, { ...row, state: "rejected", ended: { at: call.now, by: "accepter" } });
    return { Return: true };
  },
});

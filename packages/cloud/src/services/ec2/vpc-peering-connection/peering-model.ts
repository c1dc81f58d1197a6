/**
 * The peerings of a VPC, for its network model, and the changes that are done once the networks of both VPCs
 * stand accordingly.
 */
import type { PeeringModel } from "@casemate/net-engine";
import type { ReadTx, Tx } from "@casemate/store";
import type { OpenChange } from "../network/open-change.ts";
import { standingInterfaces } from "../network/standing-interfaces.ts";
import { vpcs } from "../vpc/vpc.ts";
import { peeringConnections, peersOf, type Peer, type PeeringRow } from "./peering-connection.ts";

/** The peerings that packets of a VPC are to pass. */
export function peeringModels(tx: ReadTx, vpcId: string): readonly PeeringModel[] {
  return peersOf(tx, vpcId).flatMap((peer) => {
    const vpc = tx.get(vpcs.collection, peer.other.vpcId);
    if (vpc === undefined) return [];
    return {
      id: peer.row.id,
      peerVpcId: vpc.id,
      peerNumber: vpc.number,
      peerCidrs: vpc.cidrs.map(({ cidr }) => cidr),
      peerIpv6Cidrs: (vpc.ipv6Cidrs ?? []).map(({ cidr }) => cidr),
      peerEnis: peerInterfaces(tx, peer),
    };
  });
}

/** Rules name groups of a peer in the same region only. */
function peerInterfaces(tx: ReadTx, { own, other }: Peer): PeeringModel["peerEnis"] {
  if (own.region !== other.region) return undefined;
  return standingInterfaces(tx, other.vpcId).map(({ id, number, privateIps, ipv6s, securityGroupIds }) => ({
    id,
    number,
    privateIps,
    ipv6s,
    securityGroupIds,
  }));
}

/** The peerings that are to begin or to end with the next networks. */
export function openPeeringChanges(tx: ReadTx): readonly OpenChange[] {
  return [...tx.scan(peeringConnections)]
    .filter(({ state }) => state === "provisioning" || state === "deleting")
    .map((row) => ({
      vpcIds: [row.requester.vpcId, row.accepter.vpcId],
      settle: (tx: Tx, now: number) => settle(tx, row, now),
    }));
}

/** Writes what was observed, unless the connection has moved on meanwhile. */
function settle(tx: Tx, { id, state }: PeeringRow, now: number): void {
  const row = tx.get(peeringConnections, id);
  if (row?.state !== state) return;
  const by = row.ended?.by ?? "requester";
  tx.put(
    peeringConnections,
    state === "provisioning"
      ? { ...row, state: "active" }
      : { ...row, state: "deleted", ended: { at: now, by } },
  );
}

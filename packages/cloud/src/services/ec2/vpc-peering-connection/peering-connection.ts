/**
 * VPC peering connections as they are kept: one row for both sides, each of which has tags of its own. Who
 * may see a row is for `vpc-peering-connection.ts` to say.
 */
import { collection, type ReadTx } from "@casemate/store";
import type { Tags } from "../../../kit/index.ts";

/** Which side of a connection. */
export type PeeringRole = "requester" | "accepter";

/** One side. */
export interface PeeringSide {
  readonly vpcId: string;
  readonly accountId: string;
  readonly region: string;
  /** Whether the other VPC resolves public names of this one to private addresses. */
  readonly remoteDns: boolean;
  readonly tags: Tags;
}

/** The states that are kept; that a request has expired is told from the time. */
export type PeeringState =
  "pending-acceptance" | "failed" | "rejected" | "provisioning" | "active" | "deleting" | "deleted";

/** A connection. */
export interface PeeringRow {
  readonly id: string;
  readonly requester: PeeringSide;
  readonly accepter: PeeringSide;
  readonly state: PeeringState;
  readonly expiresAt: number;
  /** When it came to an end, and who brought it there. */
  readonly ended?: { readonly at: number; readonly by: PeeringRole } | undefined;
}

/** How long a request waits for its acceptance. */
export const acceptanceDays = 7;

export const peeringConnections = collection<PeeringRow, "owner" | "vpc">({
  kind: "ec2/vpc-peering-connection",
  key: (row) => row.id,
  indexes: {
    owner: ({ requester, accepter }) => [...new Set([ownerOf(requester), ownerOf(accepter)])],
    vpc: ({ requester, accepter }) => [...new Set([requester.vpcId, accepter.vpcId])],
  },
});

/** The account and region that a side is in. */
export function ownerOf({ accountId, region }: Pick<PeeringSide, "accountId" | "region">): string {
  return `${accountId}/${region}`;
}

/** The state at a moment. */
export function stateAt(row: PeeringRow, now: number): PeeringState | "expired" {
  return row.state === "pending-acceptance" && now >= row.expiresAt ? "expired" : row.state;
}

/** Whether packets are to pass. */
export function passes({ state }: PeeringRow): boolean {
  return state === "provisioning" || state === "active";
}

/** A connection as one of its VPCs has it. */
export interface Peer {
  readonly row: PeeringRow;
  readonly own: PeeringSide;
  readonly other: PeeringSide;
}

/** The connections of a VPC that packets are to pass, in the order of their ids. */
export function peersOf(tx: ReadTx, vpcId: string): readonly Peer[] {
  return tx
    .by(peeringConnections, "vpc", vpcId)
    .filter(passes)
    .map((row) =>
      row.requester.vpcId === vpcId
        ? { row, own: row.requester, other: row.accepter }
        : { row, own: row.accepter, other: row.requester },
    );
}

/** Test support: refused requests about what joins VPCs; together they meet every fault of its rooms. */
import { endpointRefusals } from "./endpoint-refusals.ts";
import type { ConnectedWorld, TestVpc } from "./testing-connections.ts";
import { other, otherAccount } from "./testing-connections.ts";
import type { Caller } from "./testing.ts";
import { testAccount } from "./testing.ts";
import {
  peeringConnections,
  type PeeringRow,
  type PeeringState,
} from "./vpc-peering-connection/peering-connection.ts";
import { peeringRequestsMax, peeringsPerVpcMax } from "./vpc-peering-connection/request-operations.ts";

type Refusal = readonly [name: string, input: (world: ConnectedWorld) => object, caller?: Caller];

const absentVpc = "vpc-0bbbbbbbbbbbbbbbb";
const absentPeering = { VpcPeeringConnectionId: "pcx-0bbbbbbbbbbbbbbbb" };

/** The row of a peering that was asked for between two VPCs. */
export function peeringRow(
  of: { readonly from: string; readonly to: string; readonly state: PeeringState; readonly index?: number },
  accepter = testAccount,
): PeeringRow {
  const side = { region: "us-east-1", remoteDns: false, tags: {} };
  return {
    id: `pcx-1${String(of.index ?? 0).padStart(16, "0")}`,
    requester: { ...side, vpcId: of.from, accountId: testAccount },
    accepter: { ...side, vpcId: of.to, accountId: accepter },
    state: of.state,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}

function makeTwo(
  world: ConnectedWorld,
  blocks = ["10.1.0.0/16", "10.2.0.0/16"],
): readonly [TestVpc, TestVpc] {
  const [one = "", two = ""] = blocks;
  return [world.makeVpc(one), world.makeVpc(two)];
}

/** Puts peerings of a VPC with as many others as asked, and asks for one with a VPC that stands. */
function crowded(world: ConnectedWorld, count: number, state: PeeringState): object {
  const [one, two] = makeTwo(world);
  world.store.transaction((tx) => {
    for (let index = 1; index <= count; index += 1) {
      const to = `vpc-1${String(index).padStart(16, "0")}`;
      tx.put(peeringConnections, peeringRow({ from: one.vpcId, to, state, index }));
    }
  });
  return { VpcId: one.vpcId, PeerVpcId: two.vpcId };
}

/** A peering between two VPCs of the first account, in this state. */
function peering(world: ConnectedWorld, state: PeeringState, accepter?: string): object {
  const [one, two] = makeTwo(world);
  world.store.transaction((tx) =>
    tx.put(peeringConnections, peeringRow({ from: one.vpcId, to: two.vpcId, state }, accepter)),
  );
  return { VpcPeeringConnectionId: "pcx-10000000000000000" };
}

const dns = { AllowDnsResolutionFromRemoteVpc: true };

/** The refusals. */
export const connectionRefusals: readonly Refusal[] = [
  ...endpointRefusals,
  ["AcceptVpcPeeringConnection", () => absentPeering],
  ["AcceptVpcPeeringConnection", () => ({ VpcPeeringConnectionId: "pcx-x" })],
  ["AcceptVpcPeeringConnection", (world) => peering(world, "active")],
  ["AcceptVpcPeeringConnection", (world) => peering(world, "pending-acceptance", otherAccount)],
  ["RejectVpcPeeringConnection", (world) => peering(world, "pending-acceptance", otherAccount)],
  ["DeleteVpcPeeringConnection", (world) => peering(world, "pending-acceptance", otherAccount), other],
  ["CreateVpcPeeringConnection", (world) => ({ VpcId: world.makeVpc("10.1.0.0/16").vpcId })],
  [
    "CreateVpcPeeringConnection",
    (world) => ({ VpcId: world.makeVpc("10.1.0.0/16").vpcId, PeerVpcId: absentVpc, PeerRegion: "mars-1" }),
  ],
  [
    "CreateVpcPeeringConnection",
    (world) => ({ VpcId: world.makeVpc("10.1.0.0/16").vpcId, PeerVpcId: absentVpc, PeerOwnerId: "me" }),
  ],
  ["CreateVpcPeeringConnection", (world) => crowded(world, peeringsPerVpcMax, "active")],
  ["CreateVpcPeeringConnection", (world) => crowded(world, peeringRequestsMax, "pending-acceptance")],
  [
    "CreateVpcPeeringConnection",
    (world) => {
      const [one, two] = makeTwo(world);
      world.ask("CreateVpcPeeringConnection", { VpcId: one.vpcId, PeerVpcId: two.vpcId });
      return { VpcId: two.vpcId, PeerVpcId: one.vpcId };
    },
  ],
  ["ModifyVpcPeeringConnectionOptions", (world) => peering(world, "active")],
  [
    "ModifyVpcPeeringConnectionOptions",
    (world) => ({ ...peering(world, "provisioning"), RequesterPeeringConnectionOptions: dns }),
  ],
  [
    "ModifyVpcPeeringConnectionOptions",
    (world) => ({ ...peering(world, "active", otherAccount), AccepterPeeringConnectionOptions: dns }),
  ],
  [
    "ModifyVpcPeeringConnectionOptions",
    (world) => ({
      ...peering(world, "active"),
      RequesterPeeringConnectionOptions: { AllowEgressFromLocalClassicLinkToRemoteVpc: true },
    }),
  ],
  [
    "AssociateVpcCidrBlock",
    (world) => {
      const [one, two] = makeTwo(world, ["10.1.0.0/16", "10.2.0.0/16"]);
      const row = peeringRow({ from: one.vpcId, to: two.vpcId, state: "active" });
      world.store.transaction((tx) => tx.put(peeringConnections, row));
      return { VpcId: one.vpcId, CidrBlock: "10.2.0.0/20" };
    },
  ],
];

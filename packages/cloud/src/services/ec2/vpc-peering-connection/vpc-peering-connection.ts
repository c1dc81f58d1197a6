/**
 * VPC peering connections as an account sees them in a region: those it is a side of, with its own tags, for
 * as long as they are shown; their ARNs, keys, filters and view.
 */
import type { ReadTx, Tx } from "@casemate/store";
import type {
  VpcPeeringConnection,
  VpcPeeringConnectionStateReason,
  VpcPeeringConnectionVpcInfo,
} from "@casemate/wire/ec2";
import {
  formatArn,
  resourceTagKeys,
  tagsView,
  type Call,
  type FilterTable,
  type OwnedRow,
  type Target,
} from "../../../kit/index.ts";
import { isId } from "../../../kit/ids.ts";
import { vpcs } from "../vpc/vpc.ts";
import { peeringMalformed, peeringNotFound } from "./faults.ts";
import {
  ownerOf,
  peeringConnections,
  stateAt,
  type PeeringRole,
  type PeeringRow,
  type PeeringSide,
} from "./peering-connection.ts";

/** A connection as one account sees it in one region. */
export interface SeenPeering extends OwnedRow {
  readonly row: PeeringRow;
  readonly state: ReturnType<typeof stateAt>;
  /** The sides that the account has there: both, where it peers its own VPCs of one region. */
  readonly roles: readonly PeeringRole[];
}

const hourMs = 3_600_000;
const bothRoles = ["requester", "accepter"] as const;

/** How long a connection that has ended is shown, by how it ended and to whom. */
function shownMs(row: PeeringRow, state: SeenPeering["state"], role: PeeringRole): number {
  const { requester, accepter, ended } = row;
  switch (state) {
    case "failed":
      return role === "requester" ? 2 * hourMs : 0;
    case "rejected":
      return role === "requester" ? 48 * hourMs : 2 * hourMs;
    case "expired":
      return 48 * hourMs;
    case "deleted":
      return role === ended?.by || requester.accountId === accepter.accountId ? 2 * hourMs : 48 * hourMs;
    case "pending-acceptance":
    case "provisioning":
    case "active":
    case "deleting":
      return Number.POSITIVE_INFINITY;
  }
}

function seen(row: PeeringRow, viewer: Pick<Call, "accountId" | "region" | "now">): SeenPeering | undefined {
  const { now } = viewer;
  const state = stateAt(row, now);
  const roles = bothRoles.filter((role) => ownerOf(row[role]) === ownerOf(viewer));
  const end = state === "expired" ? row.expiresAt : (row.ended?.at ?? now);
  const [first] = roles.filter((role) => now - end < shownMs(row, state, role));
  if (first === undefined) return undefined;
  const { accountId, region, tags } = row[first];
  return { id: row.id, accountId, region, tags, row, state, roles };
}

/** Whether nobody is shown the connection any more. */
export function isForgotten(row: PeeringRow, now: number): boolean {
  return bothRoles.every((role) => seen(row, { ...row[role], now }) === undefined);
}

/** The ARN of a VPC, as the keys of a connection name it. */
function vpcArn({ accountId, region, vpcId }: Pick<PeeringSide, "accountId" | "region" | "vpcId">): string {
  return formatArn({ service: "ec2", region, accountId, resource: `vpc/${vpcId}` });
}

/** The keys that name the two VPCs of a connection. */
export function peerKeys(
  of: Readonly<Record<PeeringRole, Pick<PeeringSide, "accountId" | "region" | "vpcId">>>,
): Target["keys"] {
  return { "ec2:AccepterVpc": vpcArn(of.accepter), "ec2:RequesterVpc": vpcArn(of.requester) };
}

const service = "ec2";
const type = "vpc-peering-connection";
const prefix = "pcx";

function find(tx: ReadTx, call: Call, id: string): SeenPeering | undefined {
  const row = tx.get(peeringConnections, id);
  return row && seen(row, call);
}

function fetch(tx: ReadTx, call: Call, id: string): SeenPeering {
  if (!isId(prefix, id)) throw peeringMalformed(id);
  const found = find(tx, call, id);
  if (found === undefined) throw peeringNotFound(id);
  return found;
}

/** The connections that a caller sees: what `resource` gives, over rows that two accounts may share. */
export const vpcPeeringConnections = {
  service,
  type,
  prefix,
  find,
  fetch,
  fetchAll: (tx: ReadTx, call: Call, ids: readonly string[]) => ids.map((id) => fetch(tx, call, id)),
  list: (tx: ReadTx, call: Call) =>
    tx.by(peeringConnections, "owner", ownerOf(call)).flatMap((row) => seen(row, call) ?? []),
  /** Changes the tags that the viewer has put on it. */
  change(tx: Tx, peering: SeenPeering, { tags = peering.tags }: Partial<OwnedRow>): SeenPeering {
    const { row, roles } = peering;
    const retagged = Object.fromEntries(roles.map((role) => [role, { ...row[role], tags }]));
    tx.put(peeringConnections, { ...row, ...retagged });
    return { ...peering, tags };
  },
  target(call: Call, id: string): Target {
    const found = find(call.tx, call, id);
    const arn = call.arn(service, `${type}/${id}`);
    if (found === undefined) return { arn, accountId: call.accountId, keys: {} };
    const keys = { "ec2:VpcPeeringConnectionID": id, ...peerKeys(found.row) };
    return { arn, accountId: call.accountId, keys: { ...resourceTagKeys(found.tags, service), ...keys } };
  },
  fresh: (call: Call, keys: Target["keys"] = {}): Target => ({
    arn: call.arn(service, `${type}/*`),
    accountId: call.accountId,
    keys,
  }),
} as const;

/** The filters of DescribeVpcPeeringConnections. */
export const peeringFilters: FilterTable<SeenPeering> = {
  "accepter-vpc-info.cidr-block": ({ row, state }, tx) => cidrsOf(tx, row, { role: "accepter", state }),
  "accepter-vpc-info.owner-id": ({ row }) => row.accepter.accountId,
  "accepter-vpc-info.vpc-id": ({ row }) => row.accepter.vpcId,
  "expiration-time": ({ row }) => new Date(row.expiresAt).toISOString(),
  "requester-vpc-info.cidr-block": ({ row, state }, tx) => cidrsOf(tx, row, { role: "requester", state }),
  "requester-vpc-info.owner-id": ({ row }) => row.requester.accountId,
  "requester-vpc-info.vpc-id": ({ row }) => row.requester.vpcId,
  "status-code": ({ state }) => state,
  "status-message": (peering) => statusView(peering).Message,
  "vpc-peering-connection-id": ({ id }) => id,
};

type Shown = { readonly role: PeeringRole; readonly state: SeenPeering["state"] };

/** The requester's blocks are shown from the start, the accepter's once it has accepted. */
function showsBlocks({ role, state }: Shown): boolean {
  return (
    state === "active" || state === "provisioning" || (role === "requester" && state === "pending-acceptance")
  );
}

function cidrsOf(tx: ReadTx, row: PeeringRow, shown: Shown): readonly string[] {
  const vpc = showsBlocks(shown) ? tx.get(vpcs.collection, row[shown.role].vpcId) : undefined;
  return (vpc?.cidrs ?? []).map(({ cidr }) => cidr);
}

function sideView(tx: ReadTx, row: PeeringRow, shown: Shown): VpcPeeringConnectionVpcInfo {
  const { vpcId, accountId, region, remoteDns } = row[shown.role];
  const vpc = showsBlocks(shown) ? tx.get(vpcs.collection, vpcId) : undefined;
  const named = { OwnerId: accountId, VpcId: vpcId, Region: region };
  if (vpc === undefined) return named;
  return {
    ...named,
    CidrBlock: vpc.cidrs[0]?.cidr,
    CidrBlockSet: vpc.cidrs.map(({ cidr }) => ({ CidrBlock: cidr })),
    ...(vpc.ipv6Cidrs === undefined || vpc.ipv6Cidrs.length === 0
      ? {}
      : { Ipv6CidrBlockSet: vpc.ipv6Cidrs.map(({ cidr }) => ({ Ipv6CidrBlock: cidr })) }),
    PeeringOptions: {
      AllowDnsResolutionFromRemoteVpc: remoteDns,
      AllowEgressFromLocalClassicLinkToRemoteVpc: false,
      AllowEgressFromLocalVpcToRemoteClassicLink: false,
    },
  };
}

function statusView({ row, state }: SeenPeering): VpcPeeringConnectionStateReason {
  const texts: Readonly<Record<SeenPeering["state"], string>> = {
    "pending-acceptance": `Pending Acceptance by ${row.accepter.accountId}`,
    failed: "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
    expired: "The request has expired",
    rejected: `Rejected by ${row.accepter.accountId}`,
    provisioning: "Provisioning",
    active: "Active",
    deleting: "Deleting",
    deleted: `Deleted by ${row[row.ended?.by ?? "requester"].accountId}`,
  };
  return { Code: state, Message: texts[state] };
}

/** The connection as the API shows it to one of its sides. */
export function peeringView(peering: SeenPeering, tx: ReadTx): VpcPeeringConnection {
  const { row, state } = peering;
  const requested = state === "pending-acceptance" || state === "expired";
  return {
    VpcPeeringConnectionId: row.id,
    RequesterVpcInfo: sideView(tx, row, { role: "requester", state }),
    AccepterVpcInfo: sideView(tx, row, { role: "accepter", state }),
    ...(requested ? { ExpirationTime: new Date(row.expiresAt) } : {}),
    Status: statusView(peering),
    Tags: tagsView(peering.tags),
  };
}

/** The connection that its requester is answered with: it is only on its way. */
export function requestView(peering: SeenPeering, tx: ReadTx): VpcPeeringConnection {
  const pending: SeenPeering = { ...peering, state: "pending-acceptance" };
  const Message = `Initiating Request to ${peering.row.accepter.accountId}`;
  return { ...peeringView(pending, tx), Status: { Code: "initiating-request", Message } };
}

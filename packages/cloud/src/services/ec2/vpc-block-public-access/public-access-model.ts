/**
 * VPC Block Public Access in the network model of a VPC, what it comes to for one VPC or subnet, and the
 * changes that are done once the networks stand accordingly.
 */
import type { PublicAccessModel } from "@casemate/net-engine";
import type { ReadTx, Tx } from "@casemate/store";
import type { BlockPublicAccessMode } from "@casemate/wire/ec2";
import type { OpenChange } from "../network/open-change.ts";
import { subnets } from "../subnet/subnet.ts";
import { vpcs, type VpcRow } from "../vpc/vpc.ts";
import { excludes, publicAccessExclusions, type ExclusionRow } from "./exclusion.ts";
import {
  declaredPublicAccess,
  publicAccessOf,
  publicAccessOptions,
  type AccountRegion,
} from "./public-access.ts";

type Place = Pick<VpcRow, "id" | "accountId" | "region">;

/** Block Public Access as it bears on a VPC; undefined where it is off. */
export function publicAccessModel(tx: ReadTx, vpc: Place): PublicAccessModel | undefined {
  const { mode, exclusionsAllowed } = publicAccessOf(tx, vpc);
  if (mode === "off") return undefined;
  const exclusions = exclusionsAllowed
    ? tx
        .by(publicAccessExclusions.collection, "vpc", vpc.id)
        .filter(excludes)
        .map(({ resourceId, mode: allowed }) => ({ resourceId, mode: allowed }))
    : [];
  return { mode, exclusions };
}

/** What of the internet is closed to a VPC, or to one subnet of it, its exclusions counted. */
export function blockModeOf(tx: ReadTx, vpc: Place, subnetId?: string): BlockPublicAccessMode {
  const model = publicAccessModel(tx, vpc);
  if (model === undefined) return "off";
  const allowed = model.exclusions
    .filter(({ resourceId }) => resourceId === vpc.id || resourceId === subnetId)
    .map(({ mode }) => mode);
  if (allowed.includes("allow-bidirectional")) return "off";
  return allowed.includes("allow-egress") ? "block-ingress" : model.mode;
}

/** The changes that are to hold with the next networks. */
export function openPublicAccessChanges(tx: ReadTx): readonly OpenChange[] {
  const vpcsOf = ({ accountId, region }: Pick<AccountRegion, "accountId"> & { region?: string }) =>
    [...tx.scan(vpcs.collection)]
      .filter((vpc) => vpc.accountId === accountId && (region === undefined || vpc.region === region))
      .map(({ id }) => id);
  const declared = [...tx.scan(declaredPublicAccess)].filter(({ following }) => following);
  const chosen = [...tx.scan(publicAccessOptions)].filter(({ following }) => following);
  const excluded = [...tx.scan(publicAccessExclusions.collection)].filter(
    (row) => row.state.endsWith("-in-progress") || (excludes(row) && isOfNothing(tx, row)),
  );
  return [
    ...declared.map((row) => ({
      vpcIds: vpcsOf({ accountId: row.accountId }),
      settle(tx: Tx) {
        if (tx.get(declaredPublicAccess, row.accountId) !== row) return;
        tx.put(declaredPublicAccess, { ...row, following: false });
      },
    })),
    ...chosen.map((row) => ({
      vpcIds: vpcsOf(row),
      settle(tx: Tx) {
        if (publicAccessOf(tx, row).chosen !== row) return;
        tx.put(publicAccessOptions, { ...row, following: false });
      },
    })),
    ...excluded.map((row) => ({
      vpcIds: [row.vpcId],
      settle: (tx: Tx, now: number) => settleExclusion(tx, row, now),
    })),
  ];
}

/** What it names is gone: it goes with it. */
function isOfNothing(tx: ReadTx, { resourceId }: ExclusionRow): boolean {
  return (
    tx.get(vpcs.collection, resourceId) === undefined && tx.get(subnets.collection, resourceId) === undefined
  );
}

const completed = {
  "create-in-progress": "create-complete",
  "update-in-progress": "update-complete",
  "delete-in-progress": "delete-complete",
} as const;

/** Writes what was observed, unless the row has moved on meanwhile. */
function settleExclusion(tx: Tx, row: ExclusionRow, now: number): void {
  if (tx.get(publicAccessExclusions.collection, row.id) !== row) return;
  const { state } = row;
  const next =
    isOfNothing(tx, row) || !(state in completed)
      ? "delete-complete"
      : completed[state as keyof typeof completed];
  publicAccessExclusions.change(tx, row, {
    state: next,
    ...(next === "delete-complete" ? { deletedAt: row.deletedAt ?? now } : {}),
  });
}

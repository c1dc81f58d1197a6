/** Exclusions from VPC Block Public Access: the row, its states, its filters and its view. */
import type { ReadTx } from "@casemate/store";
import type {
  InternetGatewayExclusionMode,
  VpcBlockPublicAccessExclusion,
  VpcBlockPublicAccessExclusionState,
} from "@casemate/wire/ec2";
import { resource, tagsView, type Call, type FilterTable, type OwnedRow } from "../../../kit/index.ts";
import { exclusionMalformed, exclusionNotFound } from "./faults.ts";
import { publicAccessOf } from "./public-access.ts";

/** The states that a row passes through; the networks say when it is complete. */
export type ExclusionState =
  | "create-in-progress"
  | "create-complete"
  | "update-in-progress"
  | "update-complete"
  | "delete-in-progress"
  | "delete-complete";

/** One exclusion, of a VPC or of a subnet. */
export interface ExclusionRow extends OwnedRow {
  readonly mode: InternetGatewayExclusionMode;
  readonly resourceId: string;
  readonly resourceArn: string;
  readonly vpcId: string;
  readonly state: ExclusionState;
  readonly createdAt: number;
  readonly updatedAt?: number | undefined;
  readonly deletedAt?: number | undefined;
}

/** Exclusions that an account may have in a region; deleted ones do not count. */
export const exclusionsPerRegionMax = 50;
/** How long an exclusion is shown after it was deleted. */
const shownAfterMs = 3_600_000;

const rows = resource<ExclusionRow, "vpc">({
  service: "ec2",
  type: "vpc-block-public-access-exclusion",
  prefix: "vpcbpa-exclude",
  indexes: { vpc: (row) => row.vpcId },
  notFound: exclusionNotFound,
  malformed: exclusionMalformed,
});

/** Whether it is shown to nobody any more. */
export function isForgotten({ deletedAt }: ExclusionRow, now: number): boolean {
  return deletedAt !== undefined && now - deletedAt >= shownAfterMs;
}

/** Whether it still stands, or is about to. */
export function excludes({ state }: ExclusionRow): boolean {
  return state !== "delete-in-progress" && state !== "delete-complete";
}

function fetch(tx: ReadTx, call: Call, id: string): ExclusionRow {
  const row = rows.fetch(tx, call, id);
  if (isForgotten(row, call.now)) throw exclusionNotFound(id);
  return row;
}

/** The exclusions that are shown. */
export const publicAccessExclusions = {
  ...rows,
  fetch,
  fetchAll: (tx: ReadTx, call: Call, ids: readonly string[]) => ids.map((id) => fetch(tx, call, id)),
  list: (tx: ReadTx, call: Call) => rows.list(tx, call).filter((row) => !isForgotten(row, call.now)),
} as const;

/** The state as it is shown: without effect where the organization does not allow exclusions. */
export function shownState(row: ExclusionRow, tx: ReadTx): VpcBlockPublicAccessExclusionState {
  const { exclusionsAllowed, declared } = publicAccessOf(tx, row);
  if (exclusionsAllowed || !excludes(row)) return row.state;
  return declared?.following === true ? "disable-in-progress" : "disable-complete";
}

/** The filters of DescribeVpcBlockPublicAccessExclusions. */
export const exclusionFilters: FilterTable<ExclusionRow> = {
  "internet-gateway-exclusion-mode": (row) => row.mode,
  "resource-arn": (row) => row.resourceArn,
  state: shownState,
  "tag-value": (row) => Object.values(row.tags),
};

/** The exclusion as the API shows it. */
export function exclusionView(row: ExclusionRow, tx: ReadTx): VpcBlockPublicAccessExclusion {
  const at = (moment: number | undefined) => (moment === undefined ? undefined : new Date(moment));
  return {
    ExclusionId: row.id,
    InternetGatewayExclusionMode: row.mode,
    ResourceArn: row.resourceArn,
    State: shownState(row, tx),
    CreationTimestamp: new Date(row.createdAt),
    LastUpdateTimestamp: at(row.updatedAt),
    DeletionTimestamp: at(row.deletedAt),
    Tags: tagsView(row.tags),
  };
}

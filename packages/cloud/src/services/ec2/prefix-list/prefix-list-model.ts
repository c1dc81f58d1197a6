/** The prefix lists that a VPC's rules and routes name, as its network model has them. */
import type { PrefixListModel, RouteTableModel, SecurityGroupModel } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { blocksOfList } from "./prefix-list.ts";

/** Each list that is named, once, with the blocks that it stands for now. */
export function prefixListModels(
  tx: ReadTx,
  region: string,
  naming: {
    readonly securityGroups: readonly SecurityGroupModel[];
    readonly routeTables: readonly RouteTableModel[];
  },
): readonly PrefixListModel[] {
  const inRules = naming.securityGroups.flatMap(({ ingress, egress }) =>
    [...ingress, ...egress].flatMap(({ source }) => ("prefixListId" in source ? [source.prefixListId] : [])),
  );
  const inRoutes = naming.routeTables.flatMap(({ routes }) =>
    routes.map(({ destination }) => destination).filter((destination) => destination.startsWith("pl-")),
  );
  return [...new Set([...inRules, ...inRoutes])]
    .toSorted()
    .map((id) => ({ id, cidrs: blocksOfList(tx, region, id) }));
}

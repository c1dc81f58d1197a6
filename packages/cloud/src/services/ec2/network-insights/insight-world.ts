/**
 * The networks of an account in a region, as Network Insights looks at them: the models the filter is made
 * of.
 */
import { compileNetwork, type CompiledNetwork, type VpcModel } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { metadataSetting } from "../instance/metadata-setting.ts";
import { vpcModel } from "../network/vpc-model.ts";
import { vpcs } from "../vpc/vpc.ts";

/** Whose networks. */
export interface InsightOwner {
  readonly accountId: string;
  readonly region: string;
}

/** What is analyzed. */
export interface InsightWorld extends InsightOwner {
  readonly networks: readonly CompiledNetwork[];
}

/** The models of an account's VPCs in a region. */
function insightModels(tx: ReadTx, { accountId, region }: InsightOwner): readonly VpcModel[] {
  return tx
    .by(vpcs.collection, "owner", `${accountId}/${region}`)
    .map((vpc) => vpcModel(tx, vpc, metadataSetting));
}

/** The networks. @throws ModelFault */
export function insightWorld(tx: ReadTx, owner: InsightOwner): InsightWorld {
  const { accountId, region } = owner;
  return { accountId, region, networks: insightModels(tx, owner).map(compileNetwork) };
}

/** The ARN of a component, by the kind that the engine gives it. */
export function componentArn({ accountId, region }: InsightOwner, kind: string, id: string): string {
  const type = kind === "nat-gateway" ? "natgateway" : kind;
  return `arn:aws:ec2:${region}:${accountId}:${type}/${id}`;
}

/**
 * Brings the machine's network to the rows: every VPC with an interface in use stands, every other one is
 * gone.
 */
import type { VpcModel } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import type { NetworkDriver, Reconciler } from "../../../kit/index.ts";
import { openDetachments } from "../network-interface/attachment.ts";
import { openEndpointChanges } from "../vpc-endpoint/endpoint-model.ts";
import { openPeeringChanges } from "../vpc-peering-connection/peering-model.ts";
import { vpcs } from "../vpc/vpc.ts";
import { openPublicAccessChanges } from "../vpc-block-public-access/public-access-model.ts";
import type { OpenChange } from "./open-change.ts";
import { networkTopic } from "./network-topic.ts";
import { vpcModel, type MetadataSetting } from "./vpc-model.ts";

/** The longest time between two passes; a pass without a difference costs little. */
const everyMs = 30_000;

/** What waits for the networks to stand as the rows say now. */
function openChanges(tx: ReadTx): readonly OpenChange[] {
  return [
    ...openPeeringChanges(tx),
    ...openEndpointChanges(tx),
    ...openDetachments(tx),
    ...openPublicAccessChanges(tx),
  ];
}

/** Makes the reconciler over a driver. */
export function networkReconciler(driver: NetworkDriver, metadataOf: MetadataSetting): Reconciler {
  return {
    name: "ec2/network",
    topics: [networkTopic],
    everyMs,
    async run(store, environment) {
      const { vpcIds, changes } = store.read((tx) => ({
        vpcIds: Array.from(tx.scan(vpcs.collection), ({ id }) => id),
        changes: openChanges(tx),
      }));
      // Others apply models, too: each is read when it is its turn, so that none undoes a later one.
      const wantedModel = (vpcId: string): VpcModel | undefined =>
        store.read((tx) => {
          const vpc = tx.get(vpcs.collection, vpcId);
          const model = vpc && vpcModel(tx, vpc, metadataOf);
          return model === undefined || model.enis.length === 0 ? undefined : model;
        });
      const failures: unknown[] = [];
      const failed = new Set<string>();
      for (const vpcId of vpcIds) {
        const model = wantedModel(vpcId);
        if (model === undefined) continue;
        try {
          await driver.apply(model);
        } catch (failure) {
          failures.push(failure);
          failed.add(vpcId);
        }
      }
      for (const network of await driver.standing()) {
        if (wantedModel(network.vpcId) === undefined) await driver.remove(network);
      }
      const happened = changes.filter(({ vpcIds }) => !vpcIds.some((id) => failed.has(id)));
      if (happened.length > 0) {
        const now = environment.clock();
        const { seq } = store.transaction((tx) => happened.forEach((change) => change.settle(tx, now)));
        await store.settled(seq);
      }
      // One network that cannot be applied does not keep the others from standing.
      if (failures.length > 0) throw new AggregateError(failures, "Some networks could not be applied.");
    },
  };
}

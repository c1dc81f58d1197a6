/**
 * Brings the machine's network to the rows: every VPC with an interface in use stands, every other one is
 * gone.
 */
import type { NetworkDriver, Reconciler } from "../../../kit/index.ts";
import { networkTopic } from "./network-topic.ts";
import { vpcs, type VpcRow } from "../vpc/vpc.ts";
import { vpcModel, type MetadataSetting } from "./vpc-model.ts";

/** The longest time between two passes; a pass without a difference costs little. */
const everyMs = 30_000;

/** Makes the reconciler over a driver. */
export function networkReconciler(driver: NetworkDriver, metadataOf: MetadataSetting): Reconciler {
  return {
    name: "ec2/network",
    topics: [networkTopic],
    everyMs,
    async run(store) {
      const models = store.read((tx) =>
        [...tx.scan(vpcs.collection)]
          .map((vpc: VpcRow) => vpcModel(tx, vpc, metadataOf))
          .filter((model) => model.enis.length > 0),
      );
      const failures: unknown[] = [];
      for (const model of models) {
        try {
          await driver.apply(model);
        } catch (failure) {
          failures.push(failure);
        }
      }
      const wanted = new Set(models.map(({ vpcId }) => vpcId));
      for (const network of await driver.standing()) {
        if (!wanted.has(network.vpcId)) await driver.remove(network);
      }
      // One network that cannot be applied does not keep the others from standing.
      if (failures.length > 0) throw new AggregateError(failures, "Some networks could not be applied.");
    },
  };
}

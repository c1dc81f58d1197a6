/**
 * Brings NAT gateways to what is wished of them: one is available once the network of its VPC stands with it,
 * and deleted once that stands without it.
 */
import type { Store, Tx } from "@casemate/store";
import type { NetworkDriver, Reconciler } from "../../../kit/index.ts";
import { metadataSetting } from "../instance/metadata-setting.ts";
import { vpcModel } from "../network/vpc-model.ts";
import { vpcs } from "../vpc/vpc.ts";
import { natGateways, natGatewayTopic, type NatGatewayRow } from "./nat-gateway.ts";
import { becameAvailable, becameDeleted, becameFailed, failureOf, forgetGone } from "./transitions.ts";

/** The longest time between two passes; one without a gateway under way touches nothing. */
const everyMs = 10_000;

/** Makes the reconciler over a driver. */
export function natGatewayReconciler(driver: NetworkDriver): Reconciler {
  return {
    name: "ec2/nat-gateway",
    topics: [natGatewayTopic],
    everyMs,
    async run(store, environment) {
      const failures: unknown[] = [];
      for (const row of underWay(store)) {
        try {
          await step({ store, driver, now: environment.clock() }, row);
        } catch (failure) {
          failures.push(failure);
        }
      }
      const { seq } = store.transaction((tx) => forgetGone(tx, environment.clock()));
      await store.settled(seq);
      // One gateway that does not come about does not keep the others waiting.
      if (failures.length > 0) throw new AggregateError(failures, "Some NAT gateways could not be changed.");
    },
  };
}

function underWay(store: Store): readonly NatGatewayRow[] {
  return store.read((tx) =>
    [...tx.scan(natGateways.collection)].filter(({ state }) => state === "pending" || state === "deleting"),
  );
}

interface Pass {
  readonly store: Store;
  readonly driver: NetworkDriver;
  readonly now: number;
}

async function step(pass: Pass, row: NatGatewayRow): Promise<void> {
  const failure = row.state === "pending" ? pass.store.read((tx) => failureOf(tx, row)) : undefined;
  if (failure !== undefined) return settle(pass, row, (tx, latest) => becameFailed(tx, latest, failure));
  const stands = await observe(pass, row);
  if (row.state === "pending" && stands) await settle(pass, row, becameAvailable);
  if (row.state === "deleting" && !stands) {
    await settle(pass, row, (tx, latest) => becameDeleted(tx, latest, pass.now));
  }
}

/** Brings the network of the gateway's VPC to its rows, and tells whether the gateway stands in it. */
async function observe({ store, driver }: Pass, row: NatGatewayRow): Promise<boolean> {
  const model = store.read((tx) => {
    const vpc = tx.get(vpcs.collection, row.vpcId);
    return vpc && vpcModel(tx, vpc, metadataSetting);
  });
  if (model === undefined) return false;
  await driver.apply(model);
  const { networkInterfaceId } = row.address;
  const seen = await driver.observe?.();
  // A driver that cannot look has at least taken the rules.
  if (seen === undefined) return model.enis.some(({ id }) => id === networkInterfaceId);
  return seen.vpcs
    .filter(({ vpcId }) => vpcId === row.vpcId)
    .some(({ enis }) =>
      enis.some((eni) => eni.eniId === networkInterfaceId && eni.namespaceExists && eni.linkUp),
    );
}

/** Writes an observation, unless the gateway has moved on since it was read. */
async function settle(
  { store }: Pass,
  row: NatGatewayRow,
  write: (tx: Tx, latest: NatGatewayRow) => void,
): Promise<void> {
  const { seq } = store.transaction((tx) => {
    const latest = tx.get(natGateways.collection, row.id);
    if (latest?.state === row.state) write(tx, latest);
  });
  await store.settled(seq);
}

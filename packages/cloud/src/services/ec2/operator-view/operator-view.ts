/**
 * What the operator of the cloud sees of EC2, across accounts and regions: only the operator's own channel
 * asks here, never a call of the API. It reads rows and changes none.
 */
import type { VpcModel } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { instances } from "../instance/instance.ts";
import { metadataSetting } from "../instance/metadata-setting.ts";
import {
  networkInterfaces,
  primaryPublicIp,
  type NetworkInterfaceRow,
} from "../network-interface/network-interface.ts";
import { vpcModel } from "../network/vpc-model.ts";
import { endpointServices } from "../vpc-endpoint-service/endpoint-service.ts";
import { vpcs } from "../vpc/vpc.ts";

/** An interface that is in use, and where. */
export interface StandingInterface {
  readonly eniId: string;
  readonly publicIp: string | undefined;
  readonly vpcId: string;
}

/** Where an instance stands. */
export interface InstancePlace {
  readonly instanceId: string;
  readonly accountId: string;
  readonly region: string;
  readonly state: string;
  readonly vpcId: string;
  readonly privateIp: string | undefined;
}

/** How many instances are in each state. */
export function countInstances(tx: ReadTx): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state } of tx.scan(instances.collection)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** An instance by its id, whoever owns it. */
export function findInstancePlace(tx: ReadTx, instanceId: string): InstancePlace | undefined {
  const row = tx.get(instances.collection, instanceId);
  if (row === undefined) return undefined;
  const { accountId, region, state, vpcId } = row;
  return { instanceId, accountId, region, state, vpcId, privateIp: primaryOf(tx, instanceId)?.privateIps[0] };
}

/**
 * The interface with this id, or the primary one of the instance with this id; undefined when it is not in
 * use.
 */
export function findInterface(tx: ReadTx, id: string): StandingInterface | undefined {
  const row = id.startsWith("i-") ? primaryOf(tx, id) : tx.get(networkInterfaces.collection, id);
  if (row?.status !== "in-use") return undefined;
  return { eniId: row.id, publicIp: primaryPublicIp(row), vpcId: row.vpcId };
}

/** The VPC that an address of the internet leads to, if it is one of this cloud's. */
export function findPublicAddress(tx: ReadTx, address: string): string | undefined {
  return tx.by(networkInterfaces.collection, "public-address", address)[0]?.vpcId;
}

/**
 * The networks of these VPCs, in this order, and of those that packets can get to from there: by peerings,
 * and by endpoints to services.
 */
export function networksFrom(tx: ReadTx, vpcIds: readonly string[]): readonly VpcModel[] {
  const models = new Map<string, VpcModel>();
  const waiting = [...vpcIds];
  for (let vpcId = waiting.shift(); vpcId !== undefined; vpcId = waiting.shift()) {
    const vpc = models.has(vpcId) ? undefined : tx.get(vpcs.collection, vpcId);
    if (vpc === undefined) continue;
    const model = vpcModel(tx, vpc, metadataSetting);
    models.set(vpcId, model);
    waiting.push(...(model.peerings ?? []).map(({ peerVpcId }) => peerVpcId));
    for (const { service } of model.interfaceEndpoints ?? []) {
      const provider =
        service.kind === "service" ? tx.get(endpointServices.collection, service.serviceId) : undefined;
      if (provider !== undefined) waiting.push(provider.vpcId);
    }
  }
  return [...models.values()];
}

function primaryOf(tx: ReadTx, instanceId: string): NetworkInterfaceRow | undefined {
  const rows = tx.by(networkInterfaces.collection, "instance", instanceId);
  return rows.find((row) => row.attachment?.deviceIndex === 0);
}

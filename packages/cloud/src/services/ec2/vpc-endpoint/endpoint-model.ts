/**
 * The endpoints and endpoint services of a VPC, for its network model, and the changes of endpoints that are
 * done once the network stands accordingly.
 */
import type { EndpointTarget, InterfaceEndpointModel } from "@casemate/net-engine";
import type { ReadTx, Tx } from "@casemate/store";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import type { OpenChange } from "../network/open-change.ts";
import { endpointServices } from "../vpc-endpoint-service/endpoint-service.ts";
import { removeKeptInterface } from "./endpoint-interfaces.ts";
import { leadsOn, vpcEndpoints, type VpcEndpointRow } from "./vpc-endpoint.ts";

/** Where an endpoint of this cloud's services is listened to. */
const apiPorts = [443] as const;

/** The endpoints of a VPC that packets are to pass. */
export function interfaceEndpointModels(tx: ReadTx, vpcId: string): readonly InterfaceEndpointModel[] {
  return tx.by(vpcEndpoints.collection, "vpc", vpcId).flatMap((row) => {
    const service = endpointTarget(tx, row);
    if (service === undefined || row.interfaces.length === 0) return [];
    return {
      id: row.id,
      eniIds: row.interfaces.map(({ networkInterfaceId }) => networkInterfaceId),
      service,
    };
  });
}

/** Where an endpoint leads, or undefined where no packet is to pass it. */
export function endpointTarget(tx: ReadTx, row: VpcEndpointRow): EndpointTarget | undefined {
  if (!leadsOn(row)) return undefined;
  const { provider } = row;
  if (provider.kind === "cloud") return { kind: "local", ports: apiPorts };
  const service = tx.get(endpointServices.collection, provider.serviceId);
  const front = service && tx.get(networkInterfaces.collection, service.networkInterfaceId);
  return front && { kind: "service", serviceId: provider.serviceId, serviceEniNumber: front.number };
}

/** The endpoints that are to begin or to end with the next networks. */
export function openEndpointChanges(tx: ReadTx): readonly OpenChange[] {
  return [...tx.scan(vpcEndpoints.collection)]
    .filter(({ state }) => state === "pending" || state === "deleting")
    .map((row) => ({
      vpcIds: networksOf(tx, row),
      settle: (tx: Tx) => settle(tx, row),
    }));
}

function networksOf(tx: ReadTx, { vpcId, provider }: VpcEndpointRow): readonly string[] {
  if (provider.kind === "cloud") return [vpcId];
  const service = tx.get(endpointServices.collection, provider.serviceId);
  return service === undefined ? [vpcId] : [vpcId, service.vpcId];
}

/** Writes what was observed, unless the endpoint has moved on meanwhile. */
function settle(tx: Tx, { id, state }: VpcEndpointRow): void {
  const row = tx.get(vpcEndpoints.collection, id);
  if (row?.state !== state) return;
  if (state === "pending") {
    vpcEndpoints.change(tx, row, { state: "available" });
    return;
  }
  for (const { networkInterfaceId } of row.interfaces) removeKeptInterface(tx, networkInterfaceId);
  vpcEndpoints.remove(tx, row);
}

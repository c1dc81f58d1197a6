/** The endpoint services of a VPC, for its network model. */
import type { EndpointServiceModel, ServiceListener } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { networkInterfaces } from "../network-interface/network-interface.ts";
import { leadsOn, vpcEndpoints } from "../vpc-endpoint/vpc-endpoint.ts";
import { endpointServices, type EndpointServiceRow } from "./endpoint-service.ts";

const protocolNumbers = { tcp: 6, udp: 17 } as const;

/** The services that a VPC provides, with the connections that were accepted. */
export function endpointServiceModels(tx: ReadTx, vpcId: string): readonly EndpointServiceModel[] {
  return tx.by(endpointServices.collection, "vpc", vpcId).map((row) => ({
    id: row.id,
    eniId: row.networkInterfaceId,
    listeners: listenersOf(tx, row),
    consumers: consumersOf(tx, row),
  }));
}

/** A port without a target that stands leads nowhere. */
function listenersOf(tx: ReadTx, { targets }: EndpointServiceRow): readonly ServiceListener[] {
  const listeners = new Map<
    string,
    { protocol: number; port: number; targets: { address: string; port: number }[] }
  >();
  for (const { networkInterfaceId, protocol, port, targetPort } of targets) {
    const eni = tx.get(networkInterfaces.collection, networkInterfaceId);
    const [address] = eni?.status === "in-use" ? eni.privateIps : [];
    if (address === undefined) continue;
    const key = `${protocol}/${port}`;
    const listener = listeners.get(key) ?? { protocol: protocolNumbers[protocol], port, targets: [] };
    listener.targets.push({ address, port: targetPort });
    listeners.set(key, listener);
  }
  return [...listeners.values()];
}

function consumersOf(tx: ReadTx, { id }: EndpointServiceRow): EndpointServiceModel["consumers"] {
  return tx
    .by(vpcEndpoints.collection, "endpoint-service", id)
    .filter(leadsOn)
    .flatMap((endpoint) =>
      endpoint.interfaces.flatMap(({ networkInterfaceId }) => {
        const eni = tx.get(networkInterfaces.collection, networkInterfaceId);
        return eni === undefined ? [] : [{ endpointId: endpoint.id, eniNumber: eni.number }];
      }),
    );
}

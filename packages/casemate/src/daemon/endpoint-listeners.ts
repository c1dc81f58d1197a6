/**
 * Listens for the API inside the interfaces of VPC endpoints: one socket for each, opened once the network of
 * its VPC stands and closed before that changes without it. What comes in is told apart by the socket alone.
 */
import { stat } from "node:fs/promises";
import type { NetworkDriver as NetworkPort } from "@casemate/cloud";
import { namespacePath, type NetworkDriver } from "@casemate/host";
import type { Edge } from "../edge/edge.ts";

type VpcModel = Parameters<NetworkPort["apply"]>[0];

/** What is listened with. */
export interface EndpointListenersOptions {
  readonly network: NetworkPort;
  /** The driver of the kernel's network; without one there is nothing to listen in. */
  readonly kernel: Pick<NetworkDriver, "listenEni" | "netnsOf"> | undefined;
  readonly edge: Pick<Edge, "attachEndpoint">;
  /** Tells a namespace from another of the same name. */
  readonly identityOf?: ((path: string) => Promise<unknown>) | undefined;
}

/** The network whose endpoints are answered. */
export interface EndpointListeners {
  readonly network: NetworkPort;
  /** Closes every socket; the interfaces and their rules stay. */
  closeAll(): Promise<void>;
}

interface Place {
  readonly endpointId: string;
  readonly eni: number;
  readonly address: string;
  readonly port: number;
}

interface Listening {
  readonly namespace: unknown;
  close(): Promise<void>;
}

/** The same network, with endpoints that answer. */
export function serveEndpoints(options: EndpointListenersOptions): EndpointListeners {
  const { network, kernel, edge, identityOf = inodeOf } = options;
  if (kernel === undefined) return { network, closeAll: () => Promise.resolve() };
  const open = new Map<string, Map<string, Listening>>();
  const queues = new Map<string, Promise<unknown>>();

  /** Changes of one VPC run one after another. */
  const inTurn = (vpcId: string, work: () => Promise<void>): Promise<void> => {
    const turn = (queues.get(vpcId) ?? Promise.resolve()).then(work, work);
    queues.set(vpcId, turn);
    return turn;
  };

  const closeExcept = async (vpcId: string, kept: ReadonlyMap<string, Place>): Promise<void> => {
    const listening = open.get(vpcId) ?? new Map<string, Listening>();
    for (const [key, each] of listening) {
      if (kept.has(key)) continue;
      listening.delete(key);
      await each.close();
    }
    if (listening.size === 0) open.delete(vpcId);
  };

  const openMissing = async (vpcId: string, wanted: ReadonlyMap<string, Place>): Promise<void> => {
    const listening = open.get(vpcId) ?? new Map<string, Listening>();
    if (wanted.size > 0) open.set(vpcId, listening);
    for (const [key, place] of wanted) {
      const namespace = await identityOf(namespacePath(kernel.netnsOf(place.eni)));
      const standing = listening.get(key);
      if (standing?.namespace === namespace) continue;
      listening.delete(key);
      await standing?.close();
      const { eni, address, port } = place;
      const server = await kernel.listenEni({ eni, kind: "tcp", address, port });
      listening.set(key, { namespace, close: edge.attachEndpoint(server, place.endpointId) });
    }
  };

  return {
    network: {
      mode: network.mode,
      apply: (model) =>
        inTurn(model.vpcId, async () => {
          const wanted = placesOf(model);
          await closeExcept(model.vpcId, wanted);
          await network.apply(model);
          await openMissing(model.vpcId, wanted);
        }),
      remove: (vpc) =>
        inTurn(vpc.vpcId, async () => {
          await closeExcept(vpc.vpcId, new Map());
          await network.remove(vpc);
        }),
      standing: () => network.standing(),
      netnsOf: (number) => network.netnsOf(number),
      ...(network.observe === undefined ? {} : { observe: () => network.observe?.() ?? nothingSeen() }),
    },
    async closeAll() {
      await Promise.all([...open.keys()].map((vpcId) => inTurn(vpcId, () => closeExcept(vpcId, new Map()))));
    },
  };
}

function nothingSeen(): ReturnType<NonNullable<NetworkPort["observe"]>> {
  return Promise.resolve({ vpcs: [] });
}

async function inodeOf(path: string): Promise<unknown> {
  return (await stat(path)).ino;
}

/** Where the endpoints of a VPC that lead to this cloud are to answer. */
function placesOf({ interfaceEndpoints = [], enis }: VpcModel): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { id, eniIds, service } of interfaceEndpoints) {
    if (service.kind !== "local") continue;
    for (const eni of enis.filter((each) => eniIds.includes(each.id))) {
      const [address] = eni.privateIps;
      if (address === undefined) continue;
      for (const port of service.ports) {
        const place = { endpointId: id, eni: eni.number, address, port };
        places.set(Object.values(place).join(" "), place);
      }
    }
  }
  return places;
}

// The one way to this host's network: brings VPCs to their models, opens sockets in their routers and on the
// internet side, reports what exists. It touches only what carries its own prefix and tag, and refuses
// everything else.

import { readFile } from "node:fs/promises";
import type { Socket } from "node:dgram";
import type { Server } from "node:net";

import type { NetworkDriver as NetworkPort } from "@casemate/cloud";
import { eniLink } from "@casemate/net-engine";
import type { VpcModel } from "@casemate/net-engine";

import { readFlowCounters } from "./flow-counters.ts";
import type { FlowCount } from "./flow-counters.ts";
import type { HostAccess, HostAccessState } from "./host-routes.ts";
import { InternetSide } from "./internet-side.ts";
import { namespaceName, namespaceOwner, namespacePath, removeNamespaces } from "./namespaces.ts";
import type { NamespaceOwner } from "./namespaces.ts";
import { NetworkRecords } from "./network-records.ts";
import { observeLinks, observeNamespaces } from "./observed-network.ts";
import type { ObservedNamespace } from "./observed-network.ts";
import { openDatagramSocket, openServer } from "./open-socket.ts";
import type { SocketPlace } from "./open-socket.ts";
import { probeHost } from "./probe-host.ts";
import type { NetworkProbe } from "./probe-host.ts";
import { SerialQueue } from "./serial-queue.ts";
import { VpcNetwork } from "./vpc-network.ts";
import type { NetworkContext } from "./vpc-network.ts";

export interface NetworkDriverOptions {
  /** Where the driver keeps what it must know after a restart; one driver at a time. */
  readonly stateDirectory: string;
  /** How the names of namespaces start; derived from the state directory when absent. */
  readonly prefix?: string | undefined;
  readonly routers?: RouterServices | undefined;
}

/** Who serves the addresses of routers, told when sockets are to be opened and closed. */
export interface RouterServices {
  /** The router stands and is new to this process, or was made anew. When this fails, so does the apply. */
  open(router: RouterPlace): Promise<void>;
  /** The router goes, or has gone: sockets left open would keep its namespace alive. */
  close(router: RouterPlace): Promise<void>;
}

/** A VPC's router. */
export interface RouterPlace {
  readonly vpcId: string;
  readonly vpc: number;
}

/** One VPC as it really stands. */
export interface ObservedVpc {
  readonly vpcId: string;
  readonly vpc: number;
  /** Whether a change was begun and did not end; the next apply repeats it. */
  readonly changing: boolean;
  readonly routerExists: boolean;
  readonly enis: readonly ObservedEni[];
}

/** One interface as it really stands. */
export interface ObservedEni {
  readonly eniId: string;
  readonly number: number;
  readonly namespace: string;
  readonly namespaceExists: boolean;
  readonly linkUp: boolean;
}

export interface ObservedNetwork {
  readonly vpcs: readonly ObservedVpc[];
  /** This driver's namespaces that belong to no VPC it knows. */
  readonly strays: readonly string[];
  /** Namespaces with this driver's prefix that somebody else made. */
  readonly foreign: readonly string[];
}

/** The network of this host. */
export interface NetworkDriver extends NetworkPort {
  /** What this host can do, with the reasons for what it cannot. */
  probe(): Promise<NetworkProbe>;
  /** Brings one VPC to its whole model. Calls for one VPC run one after another. @throws ModelFault */
  apply(model: VpcModel): Promise<void>;
  /** Removes a VPC with everything in it; an unknown one is no failure. */
  remove(vpc: { readonly vpcId: string; readonly number?: number | undefined }): Promise<void>;
  /** Reads what exists from the kernel. */
  observe(): Promise<ObservedNetwork>;
  /**
   * Reads the flows of one VPC, accepted and rejected, as they stand; an unknown VPC has none. Asked at least
   * every 25 seconds, it misses no flow whose state the kernel keeps that long.
   */
  readFlows(vpcNumber: number): Promise<readonly FlowCount[]>;
  /**
   * Opens a socket on an address of a VPC's router; it must be opened again after the router was made anew.
   */
  listen(place: SocketPlace & { readonly vpc: number; readonly kind: "tcp" }): Promise<Server>;
  listen(place: SocketPlace & { readonly vpc: number; readonly kind: "udp" }): Promise<Socket>;
  /** Opens a socket in the namespace of an interface or of a gateway endpoint that Casemate serves itself. */
  listenEni(place: SocketPlace & { readonly eni: number; readonly kind: "tcp" }): Promise<Server>;
  listenEni(place: SocketPlace & { readonly eni: number; readonly kind: "udp" }): Promise<Socket>;
  /** Opens a TCP server on the internet side, giving it the address if it has not. */
  listenInternet(place: SocketPlace): Promise<Server>;
  /** Gives the internet side an address of its own. */
  addInternetAddress(address: string): Promise<void>;
  /**
   * Lets this host reach public addresses, as the security groups and network ACLs allow; says why not where
   * that would take a route from the host. Nothing else of the host changes.
   */
  openHostAccess(access: HostAccess): Promise<HostAccessState>;
  /** Takes the host's link and route away, also where another process of this cloud put them. */
  closeHostAccess(): Promise<void>;
  /** The name of the internet side's namespace. */
  readonly internetNetns: string;
  /** Removes everything this driver ever made, also what its files no longer know. */
  destroyAll(): Promise<void>;
}

/** Makes a driver; nothing is touched before its first call. */
export function createNetworkDriver(options: NetworkDriverOptions): NetworkDriver {
  return new LinuxNetworkDriver(options);
}

class LinuxNetworkDriver implements NetworkDriver {
  readonly mode = "kernel";
  private readonly owner: NamespaceOwner;
  private readonly records: NetworkRecords;
  private readonly internet: InternetSide;
  private readonly queue = new SerialQueue<number>();
  private readonly routers: RouterServices | undefined;
  /** Routers whose services were opened by this process. */
  private readonly served = new Set<number>();
  private opened: Promise<{ context: NetworkContext; vpcs: Map<number, VpcNetwork> }> | undefined;

  constructor(options: NetworkDriverOptions) {
    this.owner = namespaceOwner(options.stateDirectory, options.prefix);
    this.records = new NetworkRecords(options.stateDirectory);
    this.internet = new InternetSide(this.owner, this.records);
    this.routers = options.routers;
  }

  get internetNetns(): string {
    return this.internet.name;
  }

  probe(): Promise<NetworkProbe> {
    return probeHost();
  }

  apply(model: VpcModel): Promise<void> {
    return this.queue.run(model.number, async () => {
      const { context, vpcs } = await this.open();
      const same = [...vpcs.values()].find(({ vpcId }) => vpcId === model.vpcId);
      if (same !== undefined && same.vpc !== model.number) {
        throw new Error(`${model.vpcId} has the number ${same.vpc} on this host, not ${model.number}`);
      }
      const network =
        vpcs.get(model.number) ?? new VpcNetwork(context, { vpc: model.number, sound: true, intents: [] });
      if (network.vpcId !== undefined && network.vpcId !== model.vpcId) {
        throw new Error(`the number ${model.number} belongs to ${network.vpcId}`);
      }
      vpcs.set(model.number, network);
      const { router } = await network.apply(model);
      const place = { vpcId: model.vpcId, vpc: network.vpc };
      if (router === "made" && this.served.delete(network.vpc)) await this.routers?.close(place);
      if (this.served.has(network.vpc)) return;
      await this.routers?.open(place);
      this.served.add(network.vpc);
    });
  }

  async remove({
    vpcId,
    number,
  }: {
    readonly vpcId: string;
    readonly number?: number | undefined;
  }): Promise<void> {
    const { vpcs } = await this.open();
    const networks = [...vpcs.values()];
    // Where the record cannot be read, the number is all that is known.
    const found =
      networks.find((network) => network.vpcId === vpcId) ??
      networks.find((network) => network.vpcId === undefined && network.vpc === number);
    if (found === undefined) return;
    await this.queue.run(found.vpc, async () => {
      await this.removeNetwork(found);
      vpcs.delete(found.vpc);
    });
  }

  private async removeNetwork(network: VpcNetwork): Promise<void> {
    await this.routers?.close({ vpcId: network.vpcId ?? "", vpc: network.vpc });
    this.served.delete(network.vpc);
    await network.remove();
  }

  async observe(): Promise<ObservedNetwork> {
    const { context, vpcs } = await this.open();
    const networks = [...vpcs.values()];
    const records = networks.flatMap(({ standing }) => standing ?? []);
    const known = Object.assign(
      {},
      ...records.filter(({ bootId }) => bootId === context.bootId).map(({ namespaces }) => namespaces),
    ) as Record<string, number>;
    const spaces = await observeNamespaces(this.owner, known);
    const claimed = new Set(networks.flatMap((network) => [...network.claimedNames()]));
    claimed.add(this.internet.name);
    const own = spaces.filter(
      ({ name, state }) => state === "own" || (state === "blank" && claimed.has(name)),
    );
    const foreign = spaces.filter(
      (space) => !own.includes(space) && !(space.state === "dead" && claimed.has(space.name)),
    );
    return {
      vpcs: await Promise.all(networks.map((network) => this.observeVpc(network, own))),
      strays: own.filter(({ name }) => !claimed.has(name)).map(({ name }) => name),
      foreign: foreign.map(({ name }) => name),
    };
  }

  async readFlows(vpcNumber: number): Promise<readonly FlowCount[]> {
    const { vpcs } = await this.open();
    const standing = vpcs.get(vpcNumber)?.standing;
    if (standing === undefined) return [];
    const router = namespaceName(this.owner, { kind: "router", vpc: vpcNumber });
    return readFlowCounters(router, standing.applied);
  }

  private async observeVpc(network: VpcNetwork, own: readonly ObservedNamespace[]): Promise<ObservedVpc> {
    const router = namespaceName(this.owner, { kind: "router", vpc: network.vpc });
    const routerExists = own.some(({ name }) => name === router);
    const links = routerExists ? await observeLinks(router) : [];
    const enis = Object.entries(network.standing?.applied.enis ?? {}).map(
      ([eniId, { number }]): ObservedEni => {
        const namespace = this.netnsOf(number);
        return {
          eniId,
          number,
          namespace,
          namespaceExists: own.some(({ name }) => name === namespace),
          linkUp: links.some(({ name, up }) => name === eniLink(number) && up),
        };
      },
    );
    return { vpcId: network.vpcId ?? "", vpc: network.vpc, changing: network.changing, routerExists, enis };
  }

  listen(place: SocketPlace & { readonly vpc: number; readonly kind: "tcp" }): Promise<Server>;
  listen(place: SocketPlace & { readonly vpc: number; readonly kind: "udp" }): Promise<Socket>;
  async listen(
    place: SocketPlace & { readonly vpc: number; readonly kind: "tcp" | "udp" },
  ): Promise<Server | Socket> {
    const path = namespacePath(namespaceName(this.owner, { kind: "router", vpc: place.vpc }));
    return place.kind === "tcp" ? openServer(path, place) : openDatagramSocket(path, place);
  }

  listenEni(place: SocketPlace & { readonly eni: number; readonly kind: "tcp" }): Promise<Server>;
  listenEni(place: SocketPlace & { readonly eni: number; readonly kind: "udp" }): Promise<Socket>;
  async listenEni(
    place: SocketPlace & { readonly eni: number; readonly kind: "tcp" | "udp" },
  ): Promise<Server | Socket> {
    const path = namespacePath(this.netnsOf(place.eni));
    return place.kind === "tcp" ? openServer(path, place) : openDatagramSocket(path, place);
  }

  async listenInternet(place: SocketPlace): Promise<Server> {
    await this.internet.addAddress(place.address);
    return openServer(namespacePath(this.internet.name), place);
  }

  addInternetAddress(address: string): Promise<void> {
    return this.internet.addAddress(address);
  }

  openHostAccess(access: HostAccess): Promise<HostAccessState> {
    return this.internet.openHost(access);
  }

  closeHostAccess(): Promise<void> {
    return this.internet.closeHost();
  }

  async standing(): Promise<readonly { readonly vpcId: string; readonly number: number }[]> {
    const { vpcs } = await this.open();
    return [...vpcs.values()].map(({ vpc, vpcId }) => ({ vpcId: vpcId ?? "", number: vpc }));
  }

  netnsOf(eniNumber: number): string {
    return namespaceName(this.owner, { kind: "guest", eni: eniNumber });
  }

  async destroyAll(): Promise<void> {
    const { vpcs } = await this.open();
    await this.queue.idle();
    for (const network of vpcs.values()) {
      await this.queue.run(network.vpc, () => this.removeNetwork(network));
    }
    vpcs.clear();
    const left = await observeNamespaces(this.owner);
    const own = left.filter(({ name, state }) => state === "own" && name !== this.internet.name);
    await removeNamespaces(own.map(({ name }) => name));
    await this.internet.remove();
  }

  /** Reads the state directory once. */
  private open(): Promise<{ context: NetworkContext; vpcs: Map<number, VpcNetwork> }> {
    this.opened ??= this.readState().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  private async readState(): Promise<{ context: NetworkContext; vpcs: Map<number, VpcNetwork> }> {
    const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const context = { owner: this.owner, records: this.records, internet: this.internet, bootId };
    const known = await this.records.readAll();
    return { context, vpcs: new Map(known.map((each) => [each.vpc, new VpcNetwork(context, each)])) };
  }
}

// The internet as this host's VPCs see it: one namespace into which every internet gateway leads and in which
// Casemate itself listens. It forwards between public addresses and drops what has no owner.

import { isIP } from "node:net";

import { internetSideLines, internetSysctls, linkPort } from "@casemate/net-engine";

import { plugHost, unplugHost } from "./host-link.ts";
import type { HostAccess, HostAccessState } from "./host-routes.ts";
import { runIpBatch } from "./ip-batch.ts";
import {
  createNamespaces,
  namespaceInode,
  namespaceName,
  namespaceState,
  ownerTagLine,
  removeNamespaces,
  setSysctls,
} from "./namespaces.ts";
import type { NamespaceOwner } from "./namespaces.ts";
import type { NetworkRecords } from "./network-records.ts";
import { observeLinks } from "./observed-network.ts";
import { SerialQueue } from "./serial-queue.ts";

/** The internet namespace of one owner. */
export class InternetSide {
  readonly name: string;
  private readonly owner: NamespaceOwner;
  private readonly records: NetworkRecords;
  private readonly queue = new SerialQueue<"inet">();
  private inode: number | undefined;
  /** What the host was given, to be given again when the namespace had to be made anew. */
  private hostAccess: HostAccess | undefined;

  constructor(owner: NamespaceOwner, records: NetworkRecords) {
    this.owner = owner;
    this.records = records;
    this.name = namespaceName(owner, { kind: "inet" });
  }

  /** Makes the namespace if it is not there. @throws Error when another owner's has its name. */
  ensure(): Promise<void> {
    return this.queue.run("inet", async () => {
      const inode = await namespaceInode(this.name);
      if (inode !== undefined && inode === this.inode) return;
      await this.make();
      this.inode = await namespaceInode(this.name);
      if (this.hostAccess !== undefined) await plugHost(this.owner, this.name, this.hostAccess);
    });
  }

  /** Lets the host reach public addresses, or says why not; what stood of this before is taken away. */
  async openHost(access: HostAccess): Promise<HostAccessState> {
    await this.ensure();
    return this.queue.run("inet", async () => {
      this.hostAccess = undefined;
      const state = await plugHost(this.owner, this.name, access);
      if (state.open) this.hostAccess = access;
      return state;
    });
  }

  /** Takes the host's link and route away, also those of an earlier process. */
  closeHost(): Promise<void> {
    return this.queue.run("inet", async () => {
      this.hostAccess = undefined;
      if ((await namespaceState(this.owner, this.name)) === "own") await unplugHost(this.name);
    });
  }

  private async make(): Promise<void> {
    const state = await namespaceState(this.owner, this.name);
    const claimed = await this.records.hasInternetClaim();
    if (state === "foreign" || ((state === "blank" || state === "dead") && !claimed)) {
      throw new Error(`the namespace ${this.name} belongs to somebody else`);
    }
    if (state === "dead") await removeNamespaces([this.name]);
    if (state === "dead" || state === "missing") {
      await this.records.claimInternet();
      await createNamespaces([this.name]);
    }
    await runIpBatch(this.name, [ownerTagLine(this.owner), ...internetSideLines([])]);
    await setSysctls(this.name, internetSysctls);
  }

  /** Gives the namespace an address of its own, on which sockets can then be opened. */
  async addAddress(address: string): Promise<void> {
    const family = isIP(address);
    if (family === 0) throw new TypeError(`not an IP address: ${JSON.stringify(address)}`);
    await this.ensure();
    await runIpBatch(this.name, [`addr replace ${address}/${family === 4 ? 32 : 128} dev lo`]);
  }

  /**
   * Takes the links away by which interfaces are joined to others' VPCs. With their namespaces they would go
   * later than these, and meanwhile stand in the way of new ones.
   */
  async unplug(eniNumbers: readonly number[]): Promise<void> {
    if (eniNumbers.length === 0 || (await namespaceState(this.owner, this.name)) !== "own") return;
    const ports = new Set(eniNumbers.map(linkPort));
    const present = (await observeLinks(this.name)).filter(({ name }) => ports.has(name));
    await runIpBatch(
      this.name,
      present.map(({ name }) => `link del ${name}`),
      { tolerant: true },
    );
  }

  /** Removes the namespace if it is this owner's. */
  remove(): Promise<void> {
    return this.queue.run("inet", async () => {
      const state = await namespaceState(this.owner, this.name);
      const claimed = await this.records.hasInternetClaim();
      this.hostAccess = undefined;
      // A socket keeps the namespace alive beyond its name, and with it the host's link.
      if (state === "own") await unplugHost(this.name);
      if (state === "own" || (claimed && (state === "blank" || state === "dead"))) {
        await removeNamespaces([this.name]);
      }
      this.inode = undefined;
      await this.records.dropInternetClaim();
    });
  }
}

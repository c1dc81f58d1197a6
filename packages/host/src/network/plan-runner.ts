// Runs a plan of the emitter on the host: the ruleset as one transaction, links and routes in batches, each
// guest's own end, and the flushing of tracked flows. A plan runs strictly, or whole over whatever part of it
// stands already.

import { eniIndex, eniLink, ifIndex, internetNetns } from "@casemate/net-engine";
import type { AppliedNetwork, GuestPlan, NetworkPlan } from "@casemate/net-engine";

import { CommandFailure } from "./command.ts";
import { runIpBatch } from "./ip-batch.ts";
import { namespaceName, ownerTagLine, runInNamespace, setSysctls } from "./namespaces.ts";
import type { NamespaceOwner } from "./namespaces.ts";
import { nftPhases } from "./nft-phases.ts";
import type { ObservedLink } from "./observed-network.ts";
import { observeLinks } from "./observed-network.ts";
import { deletionLines } from "./plan-difference.ts";

/** The namespaces in which one VPC's plans run. */
export interface PlanPlace {
  readonly owner: NamespaceOwner;
  readonly router: string;
  readonly internet: string;
}

/** What running a whole plan must know beyond the plan. */
export interface WholeOptions {
  /** Addresses and routes that may stand from before or from an interrupted change. */
  readonly before: AppliedNetwork["links"];
  /** Whether a link that has the right name and index can be kept. */
  readonly keepsLink: (name: string) => boolean;
  readonly flushes: "all" | readonly (readonly string[])[];
}

const guestsAtOnce = 8;
const doomedGroup = 78;
const tolerant = { tolerant: true };

export class PlanRunner {
  private readonly place: PlanPlace;

  constructor(place: PlanPlace) {
    this.place = place;
  }

  /**
   * Runs the difference to what stands; `fresh` are the guests' namespaces to make. Rules and links need no
   * order between them: a link that has no rules yet passes nothing, and rules name links by the index they
   * will have.
   */
  async run(plan: NetworkPlan, fresh: readonly string[]): Promise<void> {
    await Promise.all([this.replaceRules(plan.nft), this.runLinks(plan, fresh)]);
    await this.runDevices(plan);
    await this.flush(plan.flushes);
  }

  /** Runs a whole plan; afterwards stands what it says and nothing that `before` said besides. */
  async runWhole(plan: NetworkPlan, options: WholeOptions): Promise<void> {
    const { router, internet, owner } = this.place;
    await runIpBatch(router, [ownerTagLine(owner)]);
    await this.replaceRules(plan.nft);
    const expected = expectedLinks(plan.applied);
    const present = await observeLinks(router);
    const keeps = (link: ObservedLink): boolean =>
      expected[link.name] === link.index && options.keepsLink(link.name);
    const kept = new Set(present.filter(keeps).map(({ name }) => name));
    await this.removeLinks(present.filter((link) => !kept.has(link.name)));
    const { links, before } = { links: plan.applied.links, before: options.before };
    const missing = this.translate(plan.routerIp, plan).filter((line) => {
      const link = /^link add (\S+) /.exec(line)?.[1];
      return link === undefined || !kept.has(link);
    });
    await runIpBatch(router, missing, tolerant);
    await runIpBatch(router, plan.routerIp6, { ...tolerant, family: 6 });
    await this.replaceRules(plan.edgeNft);
    await runIpBatch(internet, plan.fabricIp, tolerant);
    await runIpBatch(internet, this.translate(plan.internetIp, plan), tolerant);
    await runIpBatch(router, deletionLines(before.router, links.router), tolerant);
    await runIpBatch(router, deletionLines(before.router6, links.router6), { ...tolerant, family: 6 });
    await runIpBatch(internet, deletionLines(before.internet, links.internet), tolerant);
    const guests = plan.guests.filter(({ eniId }) => !kept.has(linkOf(plan.applied, eniId)));
    await this.runGuests(guests, plan);
    await this.runDevices(plan);
    await this.flush(options.flushes === "all" ? [["-F"]] : options.flushes);
  }

  /** Whether the router holds its table. */
  async hasTable(): Promise<boolean> {
    return (await this.tables()).includes("table inet vpc");
  }

  /** Removes what stood at the router's link to its peers, if it stands. */
  async removeEdge(): Promise<void> {
    if (!(await this.tables()).includes("table netdev edge")) return;
    await this.replaceRules("delete table netdev edge\n");
  }

  private async tables(): Promise<string> {
    return (await runInNamespace(this.place.router, ["nft", "list", "tables"])).stdout;
  }

  /**
   * Removes every link of the router, so that nothing passes even while a socket keeps the namespace alive.
   */
  async removeAllLinks(): Promise<void> {
    await this.removeLinks(await observeLinks(this.place.router));
  }

  /** Deletes links as a group: one by one, each would wait for the kernel's grace period. */
  private async removeLinks(links: readonly ObservedLink[]): Promise<void> {
    if (links.length === 0) return;
    const moves = links.map(({ name }) => `link set dev ${name} group ${doomedGroup}`);
    await runIpBatch(this.place.router, [...moves, `link del group ${doomedGroup}`]);
  }

  private async replaceRules(nft: string): Promise<void> {
    for (const stdin of nftPhases(nft))
      await runInNamespace(this.place.router, ["nft", "-f", "-"], { stdin });
  }

  private async runLinks(plan: NetworkPlan, fresh: readonly string[]): Promise<void> {
    const namespaces = fresh.map((name) => `netns add ${name}`);
    await runIpBatch(this.place.router, [...namespaces, ...this.translate(plan.routerIp, plan)]);
    await this.replaceRules(plan.edgeNft);
    // A guest's lines name the end of its link to the fabric, which the internet side's lines make.
    const plugged = this.runInternet(plan);
    const linked = plan.internetIp.some((line) => line.startsWith("link add "));
    await Promise.all([
      runIpBatch(this.place.router, plan.routerIp6, { family: 6 }),
      plugged,
      linked ? plugged.then(() => this.runGuests(plan.guests, plan)) : this.runGuests(plan.guests, plan),
    ]);
  }

  private async runInternet(plan: NetworkPlan): Promise<void> {
    await runIpBatch(this.place.internet, plan.fabricIp, tolerant);
    await runIpBatch(this.place.internet, this.translate(plan.internetIp, plan));
  }

  /** A device forwards only once its rules stand, so the settings come last. */
  private async runDevices({ devices, applied }: NetworkPlan): Promise<void> {
    for (const { eniId, nft, sysctls } of devices) {
      const { number } = eniOf(applied, eniId);
      const name = namespaceName(this.place.owner, { kind: "guest", eni: number });
      await runInNamespace(name, ["nft", "-f", "-"], { stdin: nft });
      if (Object.keys(sysctls).length > 0) await setSysctls(name, sysctls);
    }
  }

  private async runGuests(guests: readonly GuestPlan[], plan: NetworkPlan): Promise<void> {
    const waiting = [...guests];
    const work = async (): Promise<void> => {
      for (let guest = waiting.shift(); guest !== undefined; guest = waiting.shift()) {
        const lines = [ownerTagLine(this.place.owner), ...guest.lines];
        await runIpBatch(this.guestName(guest, plan), lines, tolerant);
      }
    };
    await Promise.all(Array.from({ length: Math.min(guestsAtOnce, guests.length) }, work));
  }

  private async flush(flushes: readonly (readonly string[])[]): Promise<void> {
    for (const args of flushes) {
      try {
        await runInNamespace(this.place.router, ["conntrack", ...args]);
      } catch (error) {
        // conntrack ends with status 1 when no flow matched.
        const none =
          error instanceof CommandFailure && error.stderr.includes("0 flow entries have been deleted");
        if (!none) throw error;
      }
    }
  }

  private guestName({ eniId }: GuestPlan, plan: NetworkPlan): string {
    return namespaceName(this.place.owner, { kind: "guest", eni: eniOf(plan.applied, eniId).number });
  }

  /** The emitter names namespaces by fixed names; here they carry this owner's prefix. */
  private translate(lines: readonly string[], plan: NetworkPlan): string[] {
    const names = new Map(plan.guests.map((guest) => [guest.netns, this.guestName(guest, plan)]));
    names.set(internetNetns, this.place.internet);
    return lines.map((line) =>
      line.replace(/ netns (\S+)$/, (_, name: string) => {
        const own = names.get(name);
        if (own === undefined) throw new Error(`the plan names an unknown namespace ${name}`);
        return ` netns ${own}`;
      }),
    );
  }
}

function eniOf(applied: AppliedNetwork, eniId: string): AppliedNetwork["enis"][string] {
  const eni = applied.enis[eniId];
  if (eni === undefined) throw new Error(`the plan has no interface ${eniId}`);
  return eni;
}

function linkOf(applied: AppliedNetwork, eniId: string): string {
  return eniLink(eniOf(applied, eniId).number);
}

/** The links that a router must have: name and index. */
export function expectedLinks(applied: AppliedNetwork): Record<string, number> {
  const enis = Object.values(applied.enis).map(({ number }) => [eniLink(number), eniIndex(number)] as const);
  const { lx0, lx1, up0, px0 } = ifIndex;
  return { lx0, lx1, up0, ...(applied.peerLink === true ? { px0 } : {}), ...Object.fromEntries(enis) };
}

// One VPC on this host: brings its router, its guests' namespaces and its ruleset to a model. What is known
// to stand is changed by the difference; on any doubt everything is applied again, the ruleset as one atomic
// replacement.

import { compileNetwork, emitChange, emitFull, eniLink, routerSysctls } from "@casemate/net-engine";
import type { AppliedNetwork, CompiledNetwork, NetworkPlan, VpcModel } from "@casemate/net-engine";

import type { InternetSide } from "./internet-side.ts";
import {
  createNamespaces,
  namespaceInode,
  namespaceName,
  namespaceState,
  parseNamespaceName,
  removeNamespaces,
  setSysctls,
} from "./namespaces.ts";
import type { NamespaceOwner } from "./namespaces.ts";
import type { KnownNetwork, NetworkIntent, NetworkRecord, NetworkRecords } from "./network-records.ts";
import { observeLinks } from "./observed-network.ts";
import { changedLinks, isEmptyPlan, joinLinks } from "./plan-difference.ts";
import { expectedLinks, PlanRunner } from "./plan-runner.ts";

/** What the VPCs of one daemon share. */
export interface NetworkContext {
  readonly owner: NamespaceOwner;
  readonly records: NetworkRecords;
  readonly internet: InternetSide;
  readonly bootId: string;
}

/** What an apply did to the router: sockets opened in a router that was then made anew are lost. */
export interface ApplyOutcome {
  readonly router: "kept" | "made";
}

/** The names that a plan needs, by what stands under them. */
interface SortedNames {
  readonly missing: readonly string[];
  readonly dead: readonly string[];
}

/** The network of one VPC; its calls must not overlap. */
export class VpcNetwork {
  readonly vpc: number;
  private readonly context: NetworkContext;
  private readonly routerName: string;
  private readonly runner: PlanRunner;
  private sound: boolean;
  private record: NetworkRecord | undefined;
  private intents: readonly NetworkIntent[];
  /** Whether this process put the ruleset there, so that a difference to it means something. */
  private live = false;

  constructor(context: NetworkContext, known: KnownNetwork) {
    this.context = context;
    this.vpc = known.vpc;
    this.sound = known.sound;
    this.record = known.record;
    this.intents = known.intents;
    this.routerName = namespaceName(context.owner, { kind: "router", vpc: known.vpc });
    const { owner, internet } = context;
    this.runner = new PlanRunner({ owner, router: this.routerName, internet: internet.name });
  }

  get vpcId(): string | undefined {
    return this.record?.vpcId ?? this.intents.at(-1)?.vpcId;
  }

  /** The record of what stands. */
  get standing(): NetworkRecord | undefined {
    return this.record;
  }

  /** Whether a change was begun and not ended. */
  get changing(): boolean {
    return this.intents.length > 0 || !this.sound;
  }

  /** Every namespace name that is this VPC's by its files. */
  claimedNames(): Set<string> {
    const recorded = Object.keys(this.record?.namespaces ?? {});
    return new Set([...recorded, ...this.intents.flatMap((each) => each.namespaces)]);
  }

  /** Brings the host to the model. @throws ModelFault when the model contradicts itself */
  async apply(model: VpcModel): Promise<ApplyOutcome> {
    const compiled = compileNetwork(model);
    await this.context.internet.ensure();
    const { record } = this;
    if (record === undefined || this.changing || record.bootId !== this.context.bootId) {
      return this.converge(compiled);
    }
    const plan = emitChange(record.applied, compiled, { replaceRuleset: !this.live });
    const idle = this.live && isEmptyPlan(plan);
    if (!(await this.stands(record, idle || !this.live))) return this.converge(compiled);
    if (idle) return { router: "kept" };
    const added = guestNumbers(plan).map((number) => this.guestName(number));
    const fresh = added.filter((name) => record.namespaces[name] === undefined);
    if (this.handedOn(plan.applied).length > 0 || (await anyExists(fresh))) return this.converge(compiled);
    await this.change(record, plan, { added, fresh });
    return { router: "kept" };
  }

  /** Removes everything of this VPC from the host and from the state directory. */
  async remove(): Promise<void> {
    this.live = false;
    const names = [...this.claimedNames(), ...(await this.linkedGuests())];
    await this.discardRouter();
    await this.removeGuests(await this.ownAmong([...new Set(names)]));
    await this.context.records.remove(this.vpc);
    this.record = undefined;
    this.intents = [];
    this.sound = true;
  }

  /** Whether the namespaces are the recorded ones and, looked at deeply, hold the links and the table. */
  private async stands(record: NetworkRecord, deep: boolean): Promise<boolean> {
    const spaces = { ...record.namespaces, [this.context.internet.name]: record.internetInode };
    const same = await Promise.all(
      Object.entries(spaces).map(async ([name, inode]) => (await namespaceInode(name)) === inode),
    );
    if (same.includes(false)) return false;
    if (!deep) return true;
    const [links, table] = await Promise.all([observeLinks(this.routerName), this.runner.hasTable()]);
    return (
      table &&
      Object.entries(expectedLinks(record.applied)).every(([name, index]) =>
        links.some((link) => link.name === name && link.index === index && link.up),
      )
    );
  }

  private async change(
    record: NetworkRecord,
    plan: NetworkPlan,
    { added, fresh }: { added: readonly string[]; fresh: readonly string[] },
  ): Promise<void> {
    const removed = plan.removeEnis.map(({ number }) => this.guestName(number));
    await this.begin(record.vpcId, plan, [...added, ...removed]);
    await this.runner.run(plan, fresh);
    if (record.applied.peerLink === true && plan.applied.peerLink !== true) await this.runner.removeEdge();
    await this.removeGuests(removed.filter((name) => !added.includes(name)));
    await this.finish(record.vpcId, plan.applied);
  }

  /** Applies everything, whatever part of it stands already, and removes what should no longer be there. */
  private async converge(compiled: CompiledNetwork): Promise<ApplyOutcome> {
    this.live = false;
    const linked = await this.linkedGuests();
    const full = emitFull(compiled);
    const numbers = Object.values(full.applied.enis).map(({ number }) => number);
    const wanted = [this.routerName, ...numbers.map((number) => this.guestName(number))];
    const { missing, dead } = await this.sortNames(wanted);
    // Nobody knows what a router without a record holds.
    const rebuilt = this.sound || missing.includes(this.routerName) ? [] : [this.routerName];
    const absent = [...new Set([...missing, ...dead, ...rebuilt])];
    const stale = await this.ownAmong(
      [...new Set([...this.claimedNames(), ...linked])].filter((name) => !wanted.includes(name)),
    );
    const handedOn = this.handedOn(full.applied).filter((name) => !absent.includes(name));
    const flushes = this.flushesTo(compiled);
    const stood = this.record === undefined ? [] : [this.record.applied];
    const before = joinLinks([...stood, ...this.intents].map(({ links }) => links));
    const keepsLink = await this.linkKeeper(full.applied, [...absent, ...handedOn]);
    await this.begin(compiled.vpcId, full, [...wanted, ...stale]);
    if (rebuilt.length > 0) await this.discardRouter();
    await this.removeGuests([...dead, ...handedOn]);
    await createNamespaces([...absent, ...handedOn]);
    await setSysctls(this.routerName, routerSysctls);
    await this.runner.runWhole(full, { before, keepsLink, flushes });
    if (full.applied.peerLink !== true) await this.runner.removeEdge();
    await this.removeGuests(stale);
    await this.finish(compiled.vpcId, full.applied);
    return { router: absent.includes(this.routerName) ? "made" : "kept" };
  }

  /** After an interrupted change no tracked flow is trusted: each is judged again by the rules. */
  private flushesTo(compiled: CompiledNetwork): "all" | readonly (readonly string[])[] {
    if (this.record === undefined || this.changing) return "all";
    return emitChange(this.record.applied, compiled, { replaceRuleset: true }).flushes;
  }

  /** A link may stay if it is as recorded and both namespaces that it joins are the recorded ones. */
  private async linkKeeper(
    next: AppliedNetwork,
    remade: readonly string[],
  ): Promise<(name: string) => boolean> {
    const { record } = this;
    if (record === undefined || record.bootId !== this.context.bootId) return () => false;
    const internetKept = (await namespaceInode(this.context.internet.name)) === record.internetInode;
    const keep = new Set(["lx0", "lx1", ...(internetKept ? ["up0", "px0"] : [])]);
    for (const [eniId, eni] of Object.entries(next.enis)) {
      const old = record.applied.enis[eniId];
      const same = old?.number === eni.number && old.mac === eni.mac && old.subnetNumber === eni.subnetNumber;
      // The far end of a link to the fabric is the internet side's, so it is made anew with it.
      const plugged = old?.linked === eni.linked && (internetKept || eni.linked !== true);
      if (same && plugged && !remade.includes(this.guestName(eni.number))) keep.add(eniLink(eni.number));
    }
    return (name) => keep.has(name);
  }

  /** Guests whose number was another interface's: the new one must not get what the old one left running. */
  private handedOn(next: AppliedNetwork): string[] {
    const before = Object.entries(this.record?.applied.enis ?? {});
    return Object.entries(next.enis)
      .filter(([id, { number }]) => before.some(([oldId, old]) => old.number === number && oldId !== id))
      .map(([, { number }]) => this.guestName(number));
  }

  /** The guests that the router's links tell of, where the files cannot tell. */
  private async linkedGuests(): Promise<string[]> {
    if (this.sound || (await this.stateOf(this.routerName)) !== "own") return [];
    const links = await observeLinks(this.routerName);
    return links.flatMap(({ name }) => {
      const number = /^e([1-9][0-9]{0,4})$/.exec(name)?.[1];
      return number === undefined ? [] : [this.guestName(Number(number))];
    });
  }

  private async removeGuests(names: readonly string[]): Promise<void> {
    const numbers = names.flatMap((name) => {
      const kind = parseNamespaceName(this.context.owner, name);
      return kind?.kind === "guest" ? [kind.eni] : [];
    });
    await this.context.internet.unplug(numbers);
    await removeNamespaces(names);
  }

  private async discardRouter(): Promise<void> {
    const state = await this.stateOf(this.routerName);
    if (state === "own") await this.runner.removeAllLinks();
    if (state === "own" || state === "dead") await removeNamespaces([this.routerName]);
  }

  /** Those of the names under which something of this owner stands. */
  private async ownAmong(names: readonly string[]): Promise<string[]> {
    const own: string[] = [];
    for (const name of names) {
      const state = await this.stateOf(name);
      if (state === "own" || state === "dead") own.push(name);
    }
    return own;
  }

  /** @throws Error when a name is taken by somebody else's namespace */
  private async sortNames(names: readonly string[]): Promise<SortedNames> {
    const missing: string[] = [];
    const dead: string[] = [];
    for (const name of names) {
      const state = await this.stateOf(name);
      if (state === "missing") missing.push(name);
      if (state === "dead") dead.push(name);
      if (state === "foreign") throw new Error(`the namespace ${name} belongs to somebody else`);
    }
    return { missing, dead };
  }

  /**
   * What has no tag is this owner's if it was about to be made, or if what was about to be made cannot be
   * read.
   */
  private async stateOf(name: string): Promise<"missing" | "own" | "dead" | "foreign"> {
    const inode = await namespaceInode(name);
    if (inode === undefined) return "missing";
    if (this.knows(name, inode)) return "own";
    const state = await namespaceState(this.context.owner, name);
    const claimed = !this.sound || this.claimedNames().has(name);
    if (state === "blank") return claimed ? "own" : "foreign";
    if (state === "dead") return claimed ? "dead" : "foreign";
    return state;
  }

  private knows(name: string, inode: number): boolean {
    return this.record?.bootId === this.context.bootId && this.record.namespaces[name] === inode;
  }

  private async begin(vpcId: string, plan: NetworkPlan, namespaces: readonly string[]): Promise<void> {
    const links = changedLinks(this.record?.applied.links, plan.applied.links);
    this.intents = [...this.intents, { vpcId, namespaces, links }];
    await this.context.records.writeIntents(this.vpc, this.intents);
  }

  private async finish(vpcId: string, applied: AppliedNetwork): Promise<void> {
    const names = [
      this.routerName,
      ...Object.values(applied.enis).map(({ number }) => this.guestName(number)),
    ];
    const inodes = await Promise.all([...names, this.context.internet.name].map(requireInode));
    const namespaces = Object.fromEntries(names.map((name, index) => [name, inodes[index] ?? 0]));
    const { bootId } = this.context;
    const record = { vpcId, vpc: this.vpc, bootId, namespaces, internetInode: inodes.at(-1) ?? 0, applied };
    await this.context.records.writeRecord(record);
    this.record = record;
    this.intents = [];
    this.sound = true;
    this.live = true;
  }

  private guestName(number: number): string {
    return namespaceName(this.context.owner, { kind: "guest", eni: number });
  }
}

async function requireInode(name: string): Promise<number> {
  const inode = await namespaceInode(name);
  if (inode === undefined) throw new Error(`the namespace ${name} vanished`);
  return inode;
}

async function anyExists(names: readonly string[]): Promise<boolean> {
  return (await Promise.all(names.map(namespaceInode))).some((inode) => inode !== undefined);
}

function guestNumbers({ guests, applied }: NetworkPlan): number[] {
  return guests.map(({ eniId }) => {
    const eni = applied.enis[eniId];
    if (eni === undefined) throw new Error(`the plan has no interface ${eniId}`);
    return eni.number;
  });
}

// What really exists on the host for one owner: its namespaces and the links in its routers, read from the
// kernel.

import { listNamespaceNames, namespaceInode, namespaceState, runInNamespace } from "./namespaces.ts";
import type { NamespaceOwner, NamespaceState } from "./namespaces.ts";

/** A link as the kernel reports it. */
export interface ObservedLink {
  readonly name: string;
  readonly index: number;
  readonly up: boolean;
}

/** The links of a live namespace without its loopback device. */
export async function observeLinks(namespace: string): Promise<ObservedLink[]> {
  const { stdout } = await runInNamespace(namespace, ["ip", "-j", "link", "show"]);
  const links = JSON.parse(stdout) as { ifname: string; ifindex: number; flags: string[] }[];
  return links
    .filter(({ ifname }) => ifname !== "lo")
    .map(({ ifname, ifindex, flags }) => ({ name: ifname, index: ifindex, up: flags.includes("UP") }));
}

/** One namespace of the owner's prefix. */
export interface ObservedNamespace {
  readonly name: string;
  readonly inode: number;
  readonly state: NamespaceState;
}

/** Every namespace that carries the owner's prefix; `known` gives the inodes that need no look inside. */
export async function observeNamespaces(
  owner: NamespaceOwner,
  known: Readonly<Record<string, number>> = {},
): Promise<ObservedNamespace[]> {
  const observed: ObservedNamespace[] = [];
  for (const name of await listNamespaceNames(owner)) {
    const inode = await namespaceInode(name);
    if (inode === undefined) continue;
    const state = known[name] === inode ? "own" : await namespaceState(owner, name);
    if (state !== "missing") observed.push({ name, inode, state });
  }
  return observed;
}

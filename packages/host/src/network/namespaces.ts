// The network namespaces of one daemon: their names, who owns them, making and removing them. A namespace
// that this daemon did not make is never entered, changed or removed, even when its name looks right.

import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { resolve } from "node:path";

import { CommandFailure, runCommand } from "./command.ts";
import type { CommandOptions, CommandOutput } from "./command.ts";

const namespaceFolder = "/run/netns";

/** How one daemon calls its namespaces and recognises them again. */
export interface NamespaceOwner {
  readonly prefix: string;
  /** Kept as the alias of each namespace's loopback device. */
  readonly tag: string;
}

export type NamespaceKind =
  { kind: "router"; vpc: number } | { kind: "guest"; eni: number } | { kind: "inet" };

/** The owner for a state directory; two directories never share a tag, nor (by default) a prefix. */
export function namespaceOwner(stateDirectory: string, prefix?: string): NamespaceOwner {
  const hash = createHash("sha256").update(resolve(stateDirectory)).digest("hex");
  const chosen = prefix ?? `cm-${hash.slice(0, 8)}-`;
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(chosen))
    throw new TypeError(`not a namespace prefix: ${JSON.stringify(chosen)}`);
  return { prefix: chosen, tag: `casemate:${hash.slice(0, 32)}` };
}

/** Safety: a name is made of the checked prefix and a decimal number, so it holds no path and no option. */
export function namespaceName(owner: NamespaceOwner, kind: NamespaceKind): string {
  if (kind.kind === "inet") return `${owner.prefix}inet`;
  const number = kind.kind === "router" ? kind.vpc : kind.eni;
  if (!Number.isInteger(number) || number < 0 || number > 0xffff)
    throw new TypeError(`not a number: ${number}`);
  return `${owner.prefix}${kind.kind === "router" ? "v" : "e"}-${number}`;
}

/** What a name of this owner's prefix stands for, or undefined for any other name. */
export function parseNamespaceName(owner: NamespaceOwner, name: string): NamespaceKind | undefined {
  if (!name.startsWith(owner.prefix)) return undefined;
  const rest = name.slice(owner.prefix.length);
  if (rest === "inet") return { kind: "inet" };
  const match = /^([ve])-(0|[1-9][0-9]{0,4})$/.exec(rest);
  if (match === null) return undefined;
  const number = Number(match[2]);
  return match[1] === "v" ? { kind: "router", vpc: number } : { kind: "guest", eni: number };
}

export function namespacePath(name: string): string {
  return `${namespaceFolder}/${name}`;
}

/** Names in /run/netns that carry the owner's prefix and form; says nothing about who made them. */
export async function listNamespaceNames(owner: NamespaceOwner): Promise<string[]> {
  const names = await readdir(namespaceFolder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => parseNamespaceName(owner, name) !== undefined).toSorted();
}

/** The kernel's number of a namespace; undefined when nothing of that name exists. */
export async function namespaceInode(name: string): Promise<number | undefined> {
  try {
    const found = await stat(namespacePath(name));
    return found.ino;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * What stands under a name: "own" carries the owner's tag; "blank" carries no tag, so it is the owner's only
 * if it wrote down that it would make it; "dead" is a name whose namespace is gone; "foreign" carries another
 * tag.
 */
export type NamespaceState = "missing" | "own" | "blank" | "dead" | "foreign";

export async function namespaceState(owner: NamespaceOwner, name: string): Promise<NamespaceState> {
  if ((await namespaceInode(name)) === undefined) return "missing";
  let said: string;
  try {
    said = (await runInNamespace(name, ["ip", "-j", "link", "show", "dev", "lo"])).stdout;
  } catch (error) {
    // `ip netns add` makes the file first and mounts the namespace on it afterwards.
    if (error instanceof CommandFailure && error.stderr.startsWith("nsenter:")) return "dead";
    throw error;
  }
  const links: unknown = JSON.parse(said);
  const alias = Array.isArray(links) ? (links[0] as { ifalias?: string } | undefined)?.ifalias : undefined;
  if (alias === undefined || alias === "") return "blank";
  return alias === owner.tag ? "own" : "foreign";
}

/** Makes the namespaces; the names must be free. The first batch run inside each carries `ownerTagLine`. */
export async function createNamespaces(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await runCommand("ip", ["-batch", "-"], { stdin: names.map((name) => `netns add ${name}\n`).join("") });
}

/** The `ip -batch` line that marks the namespace it is run in as the owner's. */
export function ownerTagLine(owner: NamespaceOwner): string {
  return `link set lo up alias ${owner.tag}`;
}

/** Removes the namespaces; a missing one is no failure. */
export async function removeNamespaces(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const lines = names.map((name) => `netns delete ${name}\n`).join("");
  try {
    await runCommand("ip", ["-force", "-batch", "-"], { stdin: lines });
  } catch (error) {
    const left = await Promise.all(names.map(namespaceInode));
    if (left.some((inode) => inode !== undefined)) throw error;
  }
}

/** Runs a program, given with its arguments, inside a namespace. */
export function runInNamespace(
  name: string,
  command: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  return runCommand("nsenter", [`--net=${namespacePath(name)}`, ...command], options);
}

/** Writes kernel settings of a namespace. Safety: keys and values are constants of the layout. */
export async function setSysctls(name: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const assignments = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  await runInNamespace(name, ["sysctl", "-q", "-w", ...assignments]);
}

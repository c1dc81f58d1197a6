/**
 * The nodes of the metadata tree: a directory lists names, a leaf is text, bytes, or something that is
 * asked of the port only when it is read (role credentials, signed identity).
 */
import type { SignedIdentity } from "@casemate/cloud";

/** One entry of a directory; `label` is how a listing shows it, which for a directory is `name/`. */
export interface DirectoryEntry {
  readonly name: string;
  readonly label: string;
  readonly node: MetadataNode;
}

/** A directory; its entries are built when it is entered, in the order in which they are listed. */
export interface MetadataDirectory {
  readonly kind: "directory";
  entries(): readonly DirectoryEntry[];
}

/** What a path of the tree leads to. */
export type MetadataNode =
  | MetadataDirectory
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "credentials"; readonly roleName: string }
  | { readonly kind: "identity"; readonly part: keyof SignedIdentity };

/** A text leaf named `name`, or nothing when there is no value. */
export function leaf(name: string, value: string | number | undefined): DirectoryEntry[] {
  return value === undefined ? [] : [{ name, label: name, node: { kind: "text", text: String(value) } }];
}

/** A leaf of one value per line, or nothing when there is no value. */
export function lines(name: string, values: readonly string[]): DirectoryEntry[] {
  return leaf(name, values.length === 0 ? undefined : values.join("\n"));
}

/** A directory node. */
export function directory(entries: () => readonly DirectoryEntry[]): MetadataDirectory {
  return { kind: "directory", entries };
}

/** A directory entry listed with a trailing slash. */
export function folder(name: string, entries: () => readonly DirectoryEntry[]): DirectoryEntry {
  return { name, label: `${name}/`, node: directory(entries) };
}

/** The node under `root` that the path segments name, or undefined. Names are compared, never joined. */
export function findNode(root: MetadataDirectory, segments: readonly string[]): MetadataNode | undefined {
  let node: MetadataNode = root;
  for (const segment of segments) {
    if (node.kind !== "directory") return undefined;
    const entries: readonly DirectoryEntry[] = node.entries();
    const next = entries.find((candidate) => candidate.name === segment)?.node;
    if (next === undefined) return undefined;
    node = next;
  }
  return node;
}

// Reads the text files of the workspace that the checks look at. It leaves out what is installed, built or
// not text, and never follows a link.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Text by path; paths are relative to the root and use slashes. */
export type SourceTree = ReadonlyMap<string, string>;

const passedOver = new Set(["node_modules", "dist", ".git", ".casemate", "coverage"]);
const textName = /\.(ts|tsx|mjs|js|json|md|txt|sh|toml|yaml|yml)$/;

/** Reads every text file under the named folders and files of the root. */
export function readTree(root: string, places: readonly string[]): Map<string, string> {
  const tree = new Map<string, string>();
  for (const place of places) readInto(tree, root, place);
  return tree;
}

function readInto(tree: Map<string, string>, root: string, path: string): void {
  if (textName.test(path)) {
    const text = readText(join(root, path));
    if (text !== undefined) tree.set(path, text);
    return;
  }
  for (const entry of listFolder(join(root, path))) {
    if (passedOver.has(entry.name)) continue;
    const inner = path === "." ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) readInto(tree, root, inner);
    else if (entry.isFile() && textName.test(entry.name)) readInto(tree, root, inner);
  }
}

function listFolder(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

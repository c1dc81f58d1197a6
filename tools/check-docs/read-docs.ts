// Reads the pages that readers of the repository see.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTree } from "../source/tree.ts";
import type { DocsTree } from "./check-docs.ts";

/** Generated pages name only what stands in the tree they were made from; another check finds them stale. */
const generated = new Set(
  ["differences", "errors", "limits", "operations", "policy-checks"].map((name) => `docs/${name}.md`),
);
const places = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs", "changes"];

/** The pages of a workspace. */
export function readDocs(root: string): DocsTree {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  return {
    pages: new Map(
      [...readTree(root, places)].filter(([path]) => path.endsWith(".md") && !generated.has(path)),
    ),
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined),
    exists: (path) => existsSync(join(root, path)),
    scripts: Object.keys(manifest.scripts),
  };
}

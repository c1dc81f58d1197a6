// The list of generated pages with their texts, and their comparison with what stands in docs/.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseModules } from "../source/module.ts";
import { readTree } from "../source/tree.ts";
import { differencesPage } from "./differences.ts";
import { limitsPage } from "./limits.ts";
import { countAwsOperations, errorsPage, operationsPage } from "./operations.ts";
import { policyChecksPage } from "./policy-checks.ts";
import { describeCloud } from "./services.ts";

/** Every generated page: its path and its text. */
export async function generatePages(root: string): Promise<Map<string, string>> {
  const modules = parseModules(readTree(root, ["packages"])).filter((module) => !module.isGenerated);
  const pages = new Map([
    ["docs/differences.md", differencesPage(modules)],
    ["docs/limits.md", limitsPage(modules)],
    ["docs/policy-checks.md", policyChecksPage()],
  ]);
  const cloud = await describeCloud();
  if (cloud !== undefined) {
    const { services } = cloud;
    pages.set(
      "docs/operations.md",
      operationsPage(services, (name) => countAwsOperations(root, name)),
    );
    pages.set("docs/errors.md", errorsPage(cloud));
  }
  return pages;
}

/** The paths of pages that are not what would be generated now. */
export async function stalePages(root: string): Promise<string[]> {
  const pages = await generatePages(root);
  return [...pages].filter(([path, text]) => readText(join(root, path)) !== text).map(([path]) => path);
}

/** Writes every page. */
export async function writePages(root: string): Promise<void> {
  for (const [path, text] of await generatePages(root)) writeFileSync(join(root, path), text);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

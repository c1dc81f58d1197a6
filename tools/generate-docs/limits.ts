// The page of limits: every bound is an exported constant whose name ends in `Max` or `Limit`, with its
// sentence.
import type { SourceModule } from "../source/module.ts";
import { cell, generatedNotice, groupByPackage } from "./page.ts";

/** One bound. */
export interface Limit {
  path: string;
  name: string;
  value: string;
  meaning: string;
}

/** Finds the bounds a module exports. */
export function findLimits(module: SourceModule): Limit[] {
  if (module.isTest || !module.path.startsWith("packages/")) return [];
  const { tokens, text, path } = module;
  const lines = text.split("\n");
  return tokens.flatMap((token, index): Limit[] => {
    const name = tokens[index + 2]?.text ?? "";
    const isConstant = token.text === "export" && tokens[index + 1]?.text === "const";
    if (!isConstant || !/(Max|Limit)$/.test(name)) return [];
    const value = /=\s*([^;]+);/.exec(lines.slice(token.line - 1).join("\n"))?.[1];
    if (value === undefined || value.startsWith("(") || value.includes("=>")) return [];
    return [{ path, name, value: value.trim(), meaning: meaningAt(module, lines, token.line) }];
  });
}

/** The comment above a line, or above the group of lines it belongs to. */
function meaningAt(module: SourceModule, lines: readonly string[], line: number): string {
  for (let above = line - 1; above > 0 && lines[above - 1] !== ""; above -= 1) {
    const comment = module.comments.find((candidate) => candidate.endLine === above && candidate.own);
    if (comment !== undefined) return comment.text.replaceAll(/^[\s*]+/gm, "");
  }
  return "";
}

/** The text of docs/limits.md. */
export function limitsPage(modules: readonly SourceModule[]): string {
  const sections = groupByPackage(modules.flatMap(findLimits)).map(([name, limits]) => {
    const rows = limits.map(
      ({ name, value, meaning, path }) => `| \`${name}\` | ${cell(value)} | ${cell(meaning)} | \`${path}\` |`,
    );
    const head = "| limit | value | what it bounds | where |\n|---|---|---|---|";
    return `## ${name}\n\n${head}\n${rows.join("\n")}\n`;
  });
  return [
    "# Limits\n",
    generatedNotice("exported constants whose names end in `Max` or `Limit`"),
    "Every list, length, depth and rate has a bound. Beyond it comes a refusal, never a slow answer.\n",
    ...sections,
  ].join("\n");
}

// The page of deliberate differences from AWS, collected from comment lines that start with `Differs:`.
import type { SourceModule } from "../source/module.ts";
import type { Comment } from "../source/tokens.ts";
import { generatedNotice, groupByPackage } from "./page.ts";

const mark = /^[\s*]*(?:.*\.\s+)?Differs:\s+(.*)$/;

/** One difference and the module that has it. */
export interface Difference {
  path: string;
  text: string;
}

/** Finds the differences of a module; one goes on until the comment or its paragraph ends. */
export function findDifferences(module: SourceModule): Difference[] {
  if (module.isTest) return [];
  return paragraphs(module.comments).flatMap((lines) => {
    const found: Difference[] = [];
    for (const line of lines) {
      const begun = mark.exec(line)?.[1];
      const last = found.at(-1);
      if (begun !== undefined) found.push({ path: module.path, text: begun.trim() });
      else if (last !== undefined) last.text = `${last.text} ${line.replace(/^[\s*]+/, "").trim()}`;
    }
    return found;
  });
}

/** The lines of comments, with line comments that follow each other taken together. */
function paragraphs(comments: readonly Comment[]): string[][] {
  const all: string[][] = [];
  let end = -1;
  for (const comment of comments) {
    const lines = comment.text.split("\n");
    if (comment.own && comment.line === end + 1 && lines.length === 1) all.at(-1)?.push(...lines);
    else all.push(lines);
    end = comment.endLine;
  }
  return all.flatMap((lines) => splitAtBlank(lines));
}

function splitAtBlank(lines: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (/^[\s*]*(@\w+.*)?$/.test(line)) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts;
}

/** The text of docs/differences.md. */
export function differencesPage(modules: readonly SourceModule[]): string {
  const sections = groupByPackage(modules.flatMap(findDifferences)).map(
    ([name, entries]) =>
      `## ${name}\n\n${entries.map(({ path, text }) => `- ${text} (\`${path}\`)`).join("\n")}\n`,
  );
  return [
    "# Differences from AWS\n",
    generatedNotice("comment lines that start with `Differs:`"),
    "Where Casemate knowingly does something else than AWS. Everything else that differs is a bug.\n",
    ...sections,
  ].join("\n");
}

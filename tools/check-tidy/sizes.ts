// The rules of size: lines of a file and columns of a line, long texts aside. Exceptions are exact, so that
// they can only shrink. The length of functions is a rule of the linter.
import type { SourceModule } from "../source/module.ts";
import type { Violation } from "../source/violation.ts";

/** The longest source file, in lines. */
export const sourceLinesMax = 500;
/** The longest test file, in lines. */
export const testLinesMax = 600;
/** The longest line, in columns. */
export const columnsMax = 110;

/**
 * Files that may be too long, with their lines, and files with lines that are too long, with their number.
 */
export interface TidyExceptions {
  longFiles: Record<string, number>;
  longLines: Record<string, number>;
}

/** Files and lines over their bound, and exceptions that are no longer needed or no longer exact. */
export function checkSizes(modules: readonly SourceModule[], exceptions: TidyExceptions): Violation[] {
  const paths = new Set(modules.map(({ path }) => path));
  const stale = [...Object.keys(exceptions.longFiles), ...Object.keys(exceptions.longLines)]
    .filter((path) => !paths.has(path))
    .map((path) => violation(path, 1, "tools/tidy.json excepts a file that does not exist"));
  return [
    ...stale,
    ...modules.filter((module) => !module.isGenerated).flatMap((module) => judge(module, exceptions)),
  ];
}

function judge(module: SourceModule, exceptions: TidyExceptions): Violation[] {
  const lines = module.text.replace(/\n$/, "").split("\n");
  const max = module.isTest ? testLinesMax : sourceLinesMax;
  const long = lines.flatMap((line, index) =>
    line.length > columnsMax && line.length - longestText(module, index + 1) > columnsMax / 2
      ? [index + 1]
      : [],
  );
  const found: Violation[] = [];
  const file = compare(lines.length > max ? lines.length : 0, exceptions.longFiles[module.path]);
  if (file === "over") found.push(violation(module.path, max, `${lines.length} lines; ${max} is the most`));
  if (file === "stale")
    found.push(violation(module.path, 1, "its exception in longFiles is not exact any more"));
  const columns = compare(long.length, exceptions.longLines[module.path]);
  if (columns === "over") {
    for (const line of long) found.push(violation(module.path, line, `over ${columnsMax} columns`));
  }
  if (columns === "stale") {
    found.push(violation(module.path, 1, "its exception in longLines is not exact any more"));
  }
  return found;
}

/** Columns of the longest literal on a line: a message stays in one piece, so that it can be searched for. */
function longestText(module: SourceModule, line: number): number {
  const texts = module.tokens.filter(
    (token) => token.line === line && /^(string|template|regex)$/.test(token.kind),
  );
  return Math.max(0, ...texts.map((token) => token.text.split("\n")[0]?.length ?? 0));
}

function compare(actual: number, excepted = 0): "over" | "stale" | undefined {
  if (actual > excepted) return "over";
  return actual < excepted ? "stale" : undefined;
}

function violation(path: string, line: number, message: string): Violation {
  return { path, line, rule: "size", message };
}

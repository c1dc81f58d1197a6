// The rules for comments: a module says what it owns, an export what it promises, a silenced rule why.
import type { SourceModule } from "../source/module.ts";
import type { Comment } from "../source/tokens.ts";
import type { Violation } from "../source/violation.ts";
import { exportedNames } from "./names.ts";

const bannedWords = /\b(FIXME|XXX|HACK|blacklist|whitelist)\b/i;
/** The code whose exports are contracts; what a service's room exports are the parts its header names. */
const contractPackages =
  /^packages\/(iam-engine|net-engine|key-engine|wire|store|cloud\/src\/(kit|request-path|reconcile))\//;

/** Missing, empty and unwanted comments of one module. */
export function checkComments(module: SourceModule): Violation[] {
  if (module.isGenerated) return [];
  const report = (line: number, message: string): Violation => ({
    path: module.path,
    line,
    rule: "comments",
    message,
  });
  return [
    ...checkHeader(module, report),
    ...checkContracts(module, report),
    ...module.comments.flatMap((comment) => checkComment(comment, report)),
  ];
}

type Report = (line: number, message: string) => Violation;

function checkHeader(module: SourceModule, report: Report): Violation[] {
  if (module.isTest) return [];
  const first = module.comments[0];
  const code = module.tokens[0]?.line ?? 1;
  const stands = first !== undefined && first.line <= code && first.line <= 2 && /\w+\W+\w+/.test(first.text);
  return stands ? [] : [report(1, "the module does not begin by saying what it owns and what it refuses")];
}

function checkContracts(module: SourceModule, report: Report): Violation[] {
  if (module.isTest || !contractPackages.test(module.path) || module.path.includes("/testing")) return [];
  const ends = new Set(module.comments.map((comment) => comment.endLine));
  const lines = module.text.split("\n");
  const said = new Set<string>();
  let before: { name: string; line: number } | undefined;
  return exportedNames(module).flatMap(([name, line, declared]) => {
    const grouped =
      before !== undefined && said.has(before.name) && !lines.slice(before.line, line).includes("");
    before = { name, line };
    // The shape of a type and the message of a fault are their contract; what does or bounds something needs
    // words.
    const speaks = declared === "function" || declared === "class" || /(Max|Limit)$/.test(name);
    if (ends.has(line - 1) || grouped || !speaks) said.add(name);
    return said.has(name) ? [] : [report(line, `${name} has no sentence that says what it promises`)];
  });
}

function checkComment(comment: Comment, report: Report): Violation[] {
  const { text, line } = comment;
  if (/^(oxlint|eslint)-disable/.test(text) && !/ -- \S+ \S+/.test(text)) {
    return [report(line, "a silenced lint rule carries its reason after ` -- `")];
  }
  if (/^@ts-(ignore|nocheck)/.test(text)) return [report(line, "the type checker is not silenced")];
  if (/^@ts-expect-error\s*$/.test(text)) return [report(line, "an expected type error carries its reason")];
  if (/\bTODO\b/.test(text) && !/\bTODO\(#\d+\)/.test(text))
    return [report(line, "a TODO names its issue: TODO(#1)")];
  const banned = bannedWords.exec(text);
  return banned === null ? [] : [report(line, `"${banned[0]}" is not a word of this code`)];
}

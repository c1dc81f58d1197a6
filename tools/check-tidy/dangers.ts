// The rules against what goes wrong quietly: shells, recursive deletes in many places, re-exports of
// everything, mocked modules and tests that run alone.
import type { SourceModule } from "../source/module.ts";
import type { Token } from "../source/tokens.ts";
import type { Violation } from "../source/violation.ts";

const shellCalls = new Set(["exec", "execSync"]);
const programCalls = new Set(["spawn", "spawnSync", "execFile", "execFileSync"]);
const deleteCalls = new Set(["rm", "rmSync", "rmdir", "rmdirSync"]);

/** The dangers in all modules together, because only one of them may delete recursively. */
export function checkDangers(modules: readonly SourceModule[]): Violation[] {
  const deletes = modules.filter((module) => !isTestCode(module)).flatMap(recursiveDeletes);
  return [...modules.flatMap(checkModule), ...deletes.slice(1)];
}

function checkModule(module: SourceModule): Violation[] {
  const { tokens, path } = module;
  const report = (line: number, message: string): Violation => ({ path, line, rule: "danger", message });
  const startsPrograms = module.imports.some(({ specifier }) => specifier === "node:child_process");
  const everything = module.imports
    .filter((entry) => entry.everything)
    .map((entry) => report(entry.line, "`export *` hides what a module gives"));
  return [
    ...everything,
    ...tokens.flatMap((token, index): Violation[] => {
      if (token.kind !== "name") return [];
      if (startsPrograms) {
        const message = programDanger(tokens, index);
        if (message !== undefined) return [report(token.line, message)];
      }
      return module.isTest ? testDanger(tokens, index, report) : [];
    }),
  ];
}

function programDanger(tokens: readonly Token[], index: number): string | undefined {
  const word = tokens[index]?.text ?? "";
  const after = tokens[index + 1]?.text;
  const member = tokens[index - 1]?.text === ".";
  if (shellCalls.has(word) && !member) return `${word} runs a shell; start a program with an argument array`;
  if (word === "shell" && after === ":" && tokens[index + 2]?.text !== "false")
    return "no shell starts a program";
  if (!programCalls.has(word) || after !== "(" || member) return undefined;
  const second = secondArgument(tokens, index + 1);
  return second === undefined || second.text === "{" || second.kind === "string" || second.kind === "template"
    ? `${word} takes its arguments as an array`
    : undefined;
}

/** The first token of the second argument of the call whose parenthesis stands at `open`. */
function secondArgument(tokens: readonly Token[], open: number): Token | undefined {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const token = tokens[at] as Token;
    if (token.kind !== "sign") continue;
    if ("([{".includes(token.text)) depth += 1;
    if (")]}".includes(token.text)) depth -= 1;
    if (depth === 0) return undefined;
    if (depth === 1 && token.text === ",") return tokens[at + 1]?.text === ")" ? undefined : tokens[at + 1];
  }
  return undefined;
}

function testDanger(
  tokens: readonly Token[],
  index: number,
  report: (line: number, message: string) => Violation,
): Violation[] {
  const token = tokens[index] as Token;
  const member = tokens[index + 1]?.text === "." ? tokens[index + 2]?.text : undefined;
  if (token.text === "vi" && (member === "mock" || member === "doMock")) {
    return [report(token.line, "modules are not mocked; pass a fake")];
  }
  const alone = ["test", "it", "describe"].includes(token.text) && member === "only";
  return alone ? [report(token.line, "a test that runs alone hides the others")] : [];
}

function recursiveDeletes(module: SourceModule): Violation[] {
  const message = "one function deletes recursively, and it is not this one; call it";
  return module.tokens.flatMap((token, index): Violation[] => {
    if (token.kind !== "name" || !deleteCalls.has(token.text) || module.tokens[index + 1]?.text !== "(")
      return [];
    const end = module.tokens.findIndex((later, at) => at > index && later.text === ";");
    const recursive = module.tokens
      .slice(index, end < 0 ? undefined : end)
      .some(({ text }) => text === "recursive");
    return recursive ? [{ path: module.path, line: token.line, rule: "danger", message }] : [];
  });
}

function isTestCode(module: SourceModule): boolean {
  return module.isTest || /^e2e\/|\/testing(\/|\.ts$)|\/fixtures?\/|-fixture\.ts$/.test(module.path);
}

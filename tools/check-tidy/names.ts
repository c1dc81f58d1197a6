// The rules for names: files in kebab-case, and no word that says nothing about what a thing is.
import type { SourceModule } from "../source/module.ts";
import type { Violation } from "../source/violation.ts";

const emptyWords = new Set([
  "util",
  "utils",
  "helper",
  "helpers",
  "common",
  "misc",
  "manager",
  "managers",
  "impl",
]);
/** Words that mean something only beside another, as in `user-data`. */
const emptyAlone = new Set(["data", "info", "process", "do"]);
const kebabName = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|prop|host|config))*\.(ts|tsx|mjs|js)$/;
const kebabFolder = /^\.?[a-z0-9]+(-[a-z0-9]+)*$/;
const declarations = new Set(["function", "const", "let", "class", "interface", "type"]);

/** Names of files, folders and exports that break a rule. */
export function checkNames(module: SourceModule): Violation[] {
  if (module.isGenerated) return [];
  const report = (line: number, message: string): Violation => ({
    path: module.path,
    line,
    rule: "names",
    message,
  });
  const parts = module.path.split("/");
  const file = parts.pop() ?? "";
  const found: Violation[] = [];
  if (!kebabName.test(file)) found.push(report(1, `${file} is not in kebab-case`));
  for (const folder of parts.filter((part) => !kebabFolder.test(part))) {
    found.push(report(1, `the folder ${folder} is not in kebab-case`));
  }
  for (const part of [...parts, file.replace(/\..*$/, "")]) {
    const words = part.split("-");
    const empty = words.find((word) => emptyWords.has(word)) ?? (emptyAlone.has(part) ? part : undefined);
    if (empty !== undefined) found.push(report(1, `"${empty}" says nothing about what ${part} is`));
  }
  return [...found, ...exportedNames(module).flatMap(([name, line]) => judgeExport(name, line, report))];
}

function judgeExport(
  name: string,
  line: number,
  report: (line: number, message: string) => Violation,
): Violation[] {
  const words = name.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase());
  const empty = words.find((word) => emptyWords.has(word)) ?? (emptyAlone.has(name) ? name : undefined);
  return empty === undefined ? [] : [report(line, `"${empty}" says nothing about what ${name} is`)];
}

/** What a module declares and exports, with its line and the word that declares it. */
export function exportedNames(module: SourceModule): [name: string, line: number, declared: string][] {
  const { tokens } = module;
  return tokens.flatMap((token, index): [string, number, string][] => {
    if (token.kind !== "name" || token.text !== "export") return [];
    let at = index + 1;
    while (["abstract", "async", "declare", "default"].includes(tokens[at]?.text ?? "")) at += 1;
    const declared = tokens[at]?.text ?? "";
    if (!declarations.has(declared)) return [];
    const name = tokens[at + 1]?.text === "*" ? tokens[at + 2] : tokens[at + 1];
    return name?.kind === "name" ? [[name.text, token.line, declared]] : [];
  });
}

// Finds what a module imports: every form of import and re-export, with whether it survives into JavaScript.
import type { Token } from "./tokens.ts";

/** One import or re-export. `specifier` is undefined where it is computed at run time. */
export interface Import {
  specifier: string | undefined;
  /** `type` imports leave no trace in JavaScript; `dynamic` ones run later or stand in a type. */
  kind: "value" | "type" | "dynamic";
  line: number;
  /** True for `export * from`. */
  everything: boolean;
}

/** Lists the imports of a module in the order in which they stand. */
export function findImports(tokens: readonly Token[]): Import[] {
  const found: Import[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== "name" || tokens[index - 1]?.text === "." || tokens[index - 1]?.text === "?.") return;
    const entry = token.text === "import" || token.text === "require" ? readImport(tokens, index) : undefined;
    const again = token.text === "export" ? readExport(tokens, index) : undefined;
    if (entry !== undefined) found.push(entry);
    if (again !== undefined) found.push(again);
  });
  return found;
}

function readImport(tokens: readonly Token[], index: number): Import | undefined {
  const { line, text } = tokens[index] as Token;
  const next = tokens[index + 1];
  if (next === undefined) return undefined;
  if (next.kind === "sign" && next.text === "(") {
    const target = tokens[index + 2];
    if (text === "require" && target?.kind !== "string") return undefined;
    const literal = target?.kind === "string" || target?.kind === "template";
    return { specifier: literal ? target.text : undefined, kind: "dynamic", line, everything: false };
  }
  if (text === "require" || next.text === ".") return undefined;
  if (next.kind === "string") return { specifier: next.text, kind: "value", line, everything: false };
  return readClause(tokens, index, line);
}

function readExport(tokens: readonly Token[], index: number): Import | undefined {
  const first = tokens[index + 1]?.text === "type" ? tokens[index + 2] : tokens[index + 1];
  if (first?.text !== "{" && first?.text !== "*") return undefined;
  return readClause(tokens, index, (tokens[index] as Token).line);
}

/** Reads `[type] names from "specifier"` after the word at `index`. */
function readClause(tokens: readonly Token[], index: number, line: number): Import | undefined {
  const head = tokens[index + 1];
  const typeWord = head?.text === "type" && !["from", ","].includes(tokens[index + 2]?.text ?? "from");
  let end = index + (typeWord ? 2 : 1);
  let depth = 0;
  for (; end < tokens.length; end += 1) {
    const token = tokens[end] as Token;
    if (token.text === "{") depth += 1;
    if (token.text === "}") depth -= 1;
    if (depth === 0 && token.text === "from" && tokens[end + 1]?.kind === "string") break;
    if (depth === 0 && token.kind === "sign" && !["}", ",", "*"].includes(token.text)) return undefined;
    if (depth === 0 && token.text === "}" && tokens[end + 1]?.text !== "from") return undefined;
  }
  const specifier = tokens[end + 1];
  if (specifier === undefined) return undefined;
  const clause = tokens.slice(index + 1, end);
  const kind = typeWord || allNamesAreTypes(clause) ? "type" : "value";
  const everything = clause.some((token) => token.text === "*") && tokens[index]?.text === "export";
  return { specifier: specifier.text, kind, line, everything: everything && clause.length === 1 };
}

function allNamesAreTypes(clause: readonly Token[]): boolean {
  if (clause[0]?.text !== "{" || clause.length === 2) return false;
  const names = clause.slice(1, -1);
  return names.every((token, index) => {
    const begins = index === 0 || names[index - 1]?.text === ",";
    return !begins || token.text === "type";
  });
}

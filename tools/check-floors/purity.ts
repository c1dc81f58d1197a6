// The rules for pure packages: no clock, timer, randomness, environment or network of its own, and no way
// around that; and for code that may not know any service by name.
import type { SourceModule } from "../source/module.ts";
import type { Token } from "../source/tokens.ts";
import type { Violation } from "../source/violation.ts";
import { isTestSupport, isUnder, placeOf } from "./floors.ts";
import type { Floors } from "./floors.ts";

const forbiddenNames = new Set([
  "process",
  "globalThis",
  "performance",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "console",
  "XMLHttpRequest",
  "WebSocket",
  "eval",
  "Function",
  "require",
  "fetch",
  "crypto",
]);
/** Names that are ordinary words too, so that only a call or a member of the global counts. */
const callsOnly = new Set(["fetch"]);
const membersOnly = new Set(["crypto", "console", "performance"]);

/** What a pure module uses although it may not. Tests are free to. */
export function checkPurity(module: SourceModule, floors: Floors): Violation[] {
  const place = placeOf(module.path);
  if (place === undefined || module.isTest || module.isGenerated || isTestSupport(place.inner)) return [];
  if (floors.packages[place.name]?.pure !== true) return [];
  return module.tokens.flatMap((token, index) => {
    const used = forbiddenUse(module.tokens, index);
    if (used === undefined) return [];
    const message = `${used} may not be used here; it comes in as an argument`;
    return [{ path: module.path, line: token.line, rule: "purity", message }];
  });
}

/** Text in code above the services that is the name of one. */
export function checkNamesNoService(module: SourceModule, floors: Floors): Violation[] {
  const place = placeOf(module.path);
  if (place === undefined || module.isTest || isTestSupport(place.inner)) return [];
  const rooms = floors.packages[place.name]?.nameNoService ?? [];
  if (!rooms.some((room) => isUnder(place.inner, room))) return [];
  return module.tokens.flatMap((token, index) => {
    if (token.kind !== "string" || !(token.text in floors.services)) return [];
    // A wire protocol bears the name of the service that it was made for.
    if (module.tokens.slice(Math.max(0, index - 5), index).some(({ text }) => text === "protocol")) return [];
    const message = `"${token.text}" names a service; this code knows none`;
    return [{ path: module.path, line: token.line, rule: "services", message }];
  });
}

function forbiddenUse(tokens: readonly Token[], index: number): string | undefined {
  const token = tokens[index];
  if (token?.kind !== "name") return undefined;
  const before = tokens[index - 1]?.text;
  const after = tokens[index + 1]?.text;
  if (before === "." || before === "?.") return undefined;
  if (token.text === "Date") return forbiddenDate(tokens, index);
  if (token.text === "Math")
    return after === "." && tokens[index + 2]?.text === "random" ? "Math.random" : undefined;
  if (!forbiddenNames.has(token.text) || isDeclared(tokens, index)) return undefined;
  if (callsOnly.has(token.text) && (after !== "(" || !isCall(tokens, index) || hasOwn(tokens, token.text))) {
    return undefined;
  }
  if (membersOnly.has(token.text) && after !== ".") return undefined;
  return token.text;
}

function forbiddenDate(tokens: readonly Token[], index: number): string | undefined {
  const [after, second] = [tokens[index + 1]?.text, tokens[index + 2]?.text];
  if (after === "." && second === "now") return "Date.now";
  const constructed = tokens[index - 1]?.text === "new";
  if (constructed && (after !== "(" || second === ")")) return "new Date()";
  return !constructed && after === "(" ? "Date()" : undefined;
}

/** True for a property, member or binding of that name rather than a use of the global. */
function isDeclared(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text ?? "";
  const after = tokens[index + 1]?.text ?? "";
  if (["const", "let", "function", "get", "set", "interface", "type", "class"].includes(before)) return true;
  if (after === "?" && tokens[index + 2]?.text === ":") return true;
  return after === ":" && ["{", ",", ";", "(", "readonly"].includes(before);
}

/** True when the module binds the name itself, so that a call means its own. */
function hasOwn(tokens: readonly Token[], name: string): boolean {
  const binding = ["const", "let", "function"];
  return tokens.some(
    (token, index) => token.text === name && binding.includes(tokens[index - 1]?.text ?? ""),
  );
}

/** True unless the parentheses are the parameters of a method. */
function isCall(tokens: readonly Token[], index: number): boolean {
  let depth = 0;
  let end = index + 1;
  for (; end < tokens.length; end += 1) {
    if (tokens[end]?.text === "(") depth += 1;
    if (tokens[end]?.text === ")") depth -= 1;
    if (depth === 0) break;
  }
  const after = tokens[end + 1]?.text;
  const before = tokens[index - 1]?.text ?? "";
  const memberPosition = ["{", "}", ",", ";", "async", "override", "readonly"].includes(before);
  return !(after === "{" || (after === ":" && memberPosition));
}

// Checks that code is tidy: sizes, names, comments and the few dangers the linter cannot see.
import { parseModules } from "../source/module.ts";
import type { SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";
import { checkComments } from "./comments.ts";
import { checkDangers } from "./dangers.ts";
import { checkNames } from "./names.ts";
import { checkSizes } from "./sizes.ts";
import type { TidyExceptions } from "./sizes.ts";

/** Every violation in the tree. */
export function checkTidy(tree: SourceTree, exceptions: TidyExceptions): Violation[] {
  const modules = parseModules(tree);
  return [
    ...checkSizes(modules, exceptions),
    ...modules.flatMap((module) => [...checkNames(module), ...checkComments(module)]),
    ...checkDangers(modules),
  ];
}

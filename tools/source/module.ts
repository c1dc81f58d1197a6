// A TypeScript or JavaScript module as the checks see it: tokens, comments, imports and its role.
import { findImports } from "./imports.ts";
import type { Import } from "./imports.ts";
import { tokenize } from "./tokens.ts";
import type { Comment, Token } from "./tokens.ts";
import type { SourceTree } from "./tree.ts";

/** A parsed module. */
export interface SourceModule {
  path: string;
  text: string;
  tokens: Token[];
  comments: Comment[];
  imports: Import[];
  isTest: boolean;
  isGenerated: boolean;
}

/** Parses every module of the tree; type declarations are passed over. */
export function parseModules(tree: SourceTree): SourceModule[] {
  const modules: SourceModule[] = [];
  for (const [path, text] of tree) {
    if (!/\.(ts|tsx|mjs|js)$/.test(path) || path.endsWith(".d.ts")) continue;
    modules.push(parseModule(path, text));
  }
  return modules;
}

function parseModule(path: string, text: string): SourceModule {
  const isGenerated = path.includes("/generated/");
  const { tokens, comments } = tokenize(text);
  const isTest = /\.test\.tsx?$/.test(path);
  return { path, text, tokens, comments, imports: findImports(tokens), isTest, isGenerated };
}

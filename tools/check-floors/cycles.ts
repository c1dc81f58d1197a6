// Finds circles among the imports that survive into JavaScript. Type imports and imports at run time may
// close a circle, because neither needs the other module to have run.
import type { SourceModule } from "../source/module.ts";
import type { Violation } from "../source/violation.ts";
import { resolveRelative } from "./floors.ts";

/** One violation per circle, said as the path around it. */
export function findCycles(modules: readonly SourceModule[]): Violation[] {
  const edges = new Map(modules.map((module) => [module.path, targetsOf(module)]));
  const done = new Set<string>();
  const stack: string[] = [];
  const found: Violation[] = [];

  const visit = (path: string): void => {
    const begin = stack.indexOf(path);
    if (begin >= 0) {
      const circle = [...stack.slice(begin), path];
      found.push({ path, line: 1, rule: "cycle", message: circle.join(" -> ") });
      return;
    }
    if (done.has(path)) return;
    done.add(path);
    stack.push(path);
    for (const target of edges.get(path) ?? []) if (edges.has(target)) visit(target);
    stack.pop();
  };
  for (const path of edges.keys()) visit(path);
  return found;
}

function targetsOf(module: SourceModule): string[] {
  return module.imports.flatMap(({ specifier, kind }) =>
    kind === "value" && specifier?.startsWith(".") === true ? [resolveRelative(module.path, specifier)] : [],
  );
}

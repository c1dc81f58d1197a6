// Checks that code stands on its floor: who may import whom, what pure code may touch, no circles.
import { parseModules } from "../source/module.ts";
import type { SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";
import { Boundaries } from "./boundaries.ts";
import { findCycles } from "./cycles.ts";
import { placeOf } from "./floors.ts";
import type { Floors } from "./floors.ts";
import { checkNamesNoService, checkPurity } from "./purity.ts";

/** The places code may stand in; everything else is not looked at. */
export const codePlaces = ["packages", "tools", "bench", "e2e", "package.json"];

/** Every violation in the tree. */
export function checkFloors(tree: SourceTree, floors: Floors): Violation[] {
  const modules = parseModules(tree);
  const boundaries = new Boundaries(floors, tree);
  const strangers = [...new Set(modules.map((module) => placeOf(module.path)?.name))].filter(
    (name) => name !== undefined && floors.packages[name] === undefined,
  );
  return [
    ...strangers.map((name) => ({
      path: `packages/${name}`,
      line: 1,
      rule: "floors",
      message: "the package stands on no floor of tools/floors.json",
    })),
    ...modules.flatMap((module) => [
      ...boundaries.check(module),
      ...checkPurity(module, floors),
      ...checkNamesNoService(module, floors),
    ]),
    ...findCycles(modules),
  ];
}

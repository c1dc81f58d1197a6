// The rules of who may import whom: packages by floors and exports, rooms of cloud, services along their
// graph.
import type { Import } from "../source/imports.ts";
import type { SourceModule } from "../source/module.ts";
import type { SourceTree } from "../source/tree.ts";
import type { Violation } from "../source/violation.ts";
import { isTestSupport, isUnder, placeOf, resolveRelative, workspacePackage } from "./floors.ts";
import type { Floors, PackageFloor } from "./floors.ts";

interface Manifest {
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Judges the imports of modules; manifests are read from the tree. */
export class Boundaries {
  readonly #floors: Floors;
  readonly #tree: SourceTree;
  readonly #manifests = new Map<string, Manifest>();

  constructor(floors: Floors, tree: SourceTree) {
    this.#floors = floors;
    this.#tree = tree;
  }

  /** The violations among the imports of one module. */
  check(module: SourceModule): Violation[] {
    return module.imports.flatMap((entry) => {
      const message = this.#judge(module, entry);
      return message === undefined
        ? []
        : [{ path: module.path, line: entry.line, rule: message[0], message: message[1] }];
    });
  }

  #judge(module: SourceModule, entry: Import): [string, string] | undefined {
    const { specifier } = entry;
    if (specifier === undefined) {
      const free = placeOf(module.path) === undefined || this.#floors.computedImports.includes(module.path);
      return !free ? ["floors", "an import names its module as a literal"] : undefined;
    }
    if (specifier.startsWith(".")) return this.#judgeRelative(module, specifier);
    const target = workspacePackage(specifier);
    if (target !== undefined) return this.#judgeWorkspace(module, specifier, target);
    if (specifier.startsWith("node:")) return this.#judgeNode(module, specifier);
    return this.#judgeRegistry(module, entry, specifier);
  }

  #judgeRelative(module: SourceModule, specifier: string): [string, string] | undefined {
    const target = resolveRelative(module.path, specifier);
    const from = placeOf(module.path);
    const to = placeOf(target);
    if (from === undefined) {
      return to === undefined ? undefined : ["floors", `${specifier} reaches into a package; use its name`];
    }
    if (to?.name !== from.name) return ["floors", `${specifier} leaves the package; import packages by name`];
    const floor = this.#floors.packages[from.name];
    if (floor?.rooms === undefined) return undefined;
    const free = module.isTest || isTestSupport(from.inner);
    return (
      (free ? judgeTestRooms(from.inner, to.inner) : judgeRooms(floor, from.inner, to.inner)) ??
      this.#judgeServices(floor, from.inner, to.inner)
    );
  }

  #judgeServices(floor: PackageFloor, from: string, to: string): [string, string] | undefined {
    const own = serviceOf(floor, from);
    const other = serviceOf(floor, to);
    if (own === undefined || other === undefined || own === other) return undefined;
    const allowed = this.#floors.services[own];
    if (allowed === undefined) return ["services", `${own} is not in the graph of services`];
    if (!allowed.includes("*") && !allowed.includes(other)) {
      return ["services", `${own} may not import ${other} (allowed: ${allowed.join(", ") || "none"})`];
    }
    const index = `${floor.services}/${other}/index.ts`;
    return to === index ? undefined : ["services", `${other} is imported through its index.ts only`];
  }

  #judgeWorkspace(module: SourceModule, specifier: string, target: { name: string; subpath: string }) {
    const message = (text: string): [string, string] => ["floors", text];
    const top = module.path.split("/")[0] ?? "";
    if (this.#floors.apart.includes(top)) return message(`${top} imports nothing from packages`);
    const exported = this.#manifest(target.name).exports ?? {};
    if (!isExported(target.subpath, Object.keys(exported))) {
      return message(`${specifier} is not exported by the package ${target.name}`);
    }
    const from = placeOf(module.path);
    if (from === undefined) return undefined;
    if (from.name === target.name) return message(`${specifier} is this package; import the file`);
    const floor = this.#floors.packages[from.name];
    const other = this.#floors.packages[target.name];
    if (floor === undefined || other === undefined) return message(`${specifier} has no floor`);
    if (floor.imports !== undefined) {
      return floor.imports.includes(target.name)
        ? undefined
        : message(`${from.name} may import only ${floor.imports.join(", ")}`);
    }
    if (other.floor >= floor.floor) {
      return message(`${from.name} (floor ${floor.floor}) imports ${target.name} (floor ${other.floor})`);
    }
    const declared = this.#manifest(from.name).dependencies?.[specifier.replace(/^(@[^/]+\/[^/]+).*/, "$1")];
    return declared === undefined
      ? message(`${specifier} is not among the package's dependencies`)
      : undefined;
  }

  #judgeNode(module: SourceModule, specifier: string): [string, string] | undefined {
    const from = placeOf(module.path);
    if (from === undefined || module.isTest || isTestSupport(from.inner)) return undefined;
    const rules = this.#floors.packages[from.name]?.node ?? [];
    const allowed = rules.some(
      ({ under, modules }) =>
        from.inner.startsWith(under) && (modules.includes("*") || modules.includes(specifier)),
    );
    return allowed ? undefined : ["purity", `${specifier} may not be used here`];
  }

  #judgeRegistry(module: SourceModule, entry: Import, specifier: string): [string, string] | undefined {
    const from = placeOf(module.path);
    if (from === undefined) return undefined;
    const name = specifier.startsWith("@")
      ? specifier.split("/").slice(0, 2).join("/")
      : (specifier.split("/")[0] ?? specifier);
    const declared = this.#manifest(from.name).dependencies ?? {};
    if (name in declared) return undefined;
    const root = this.#manifest(undefined).devDependencies ?? {};
    if (name in root && (module.isTest || entry.kind === "type" || isTestSupport(from.inner)))
      return undefined;
    return ["dependencies", `${name} is not among the package's dependencies`];
  }

  #manifest(name: string | undefined): Manifest {
    const path = name === undefined ? "package.json" : `packages/${name}/package.json`;
    const known = this.#manifests.get(path);
    if (known !== undefined) return known;
    const manifest = JSON.parse(this.#tree.get(path) ?? "{}") as Manifest;
    this.#manifests.set(path, manifest);
    return manifest;
  }
}

function judgeRooms(floor: PackageFloor, from: string, to: string): [string, string] | undefined {
  const rooms = floor.rooms ?? {};
  const room = Object.keys(rooms).find((folder) => isUnder(from, folder));
  const target = Object.keys(rooms).find((folder) => isUnder(to, folder));
  if (room === undefined) {
    return /^src\/[^/]+\.ts$/.test(from) ? undefined : ["floors", `${from} lies in no declared folder`];
  }
  if (target === undefined) return ["floors", `${room} may not import ${to}`];
  if (target === room || rooms[room]?.includes(target) === true) return undefined;
  return ["floors", `${room} may not import ${target}`];
}

/**
 * Tests of what stands above the services may bring real ones; tests of the kit may not, or it would not be
 * below.
 */
function judgeTestRooms(from: string, to: string): [string, string] | undefined {
  const upward = isUnder(from, "src/kit") && isUnder(to, "src/services");
  return upward ? ["floors", `a test of ${from} may not import ${to}`] : undefined;
}

/** The service a path inside the package belongs to. */
export function serviceOf(floor: PackageFloor, inner: string): string | undefined {
  if (floor.services === undefined || !isUnder(inner, floor.services)) return undefined;
  const [service, ...rest] = inner.slice(floor.services.length + 1).split("/");
  return rest.length === 0 ? undefined : service;
}

function isExported(subpath: string, keys: readonly string[]): boolean {
  return keys.some((key) => {
    const [head = "", tail] = key.split("*");
    return tail === undefined ? key === subpath : subpath.startsWith(head) && subpath.endsWith(tail);
  });
}

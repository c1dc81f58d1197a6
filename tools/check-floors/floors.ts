// The table of floors (tools/floors.json): which package stands on which floor, what of Node it may use, and
// which service may import which.

/** Where a package stands and what it may touch. */
export interface PackageFloor {
  floor: number;
  /** A pure package has no clock, randomness, environment, network or timer; they come in as arguments. */
  pure?: boolean;
  /** Node's own modules that modules whose path starts so may import; `*` stands for all. */
  node?: { under: string; modules: string[] }[];
  /** Replaces the rule of lower floors where a package may import only these. */
  imports?: string[];
  /** Folders of the package and the folders each may import; what is not in a folder may import all. */
  rooms?: Record<string, string[]>;
  /** Folders whose code may not name a service, not even as text. */
  nameNoService?: string[];
  /** The folder that holds one folder per service. */
  services?: string;
}

/** The whole table. */
export interface Floors {
  packages: Record<string, PackageFloor>;
  /** The services each service may import, through their index only; `*` stands for all. */
  services: Record<string, string[]>;
  /** Top-level folders that may import nothing from packages. */
  apart: string[];
  /** Modules of packages that may import what they name at run time. */
  computedImports: string[];
}

/** The package a path lies in, and the path inside it. */
export function placeOf(path: string): { name: string; inner: string } | undefined {
  const [top, name, ...rest] = path.split("/");
  if (top !== "packages" || name === undefined || rest.length === 0) return undefined;
  return { name, inner: rest.join("/") };
}

/** True when a path is the folder or lies in it. */
export function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Code that only tests load: a module called `testing`, a fixture, or what lies in a `testing` folder. */
export function isTestSupport(inner: string): boolean {
  return /\/testing(\/|\.ts$)|-fixture\.ts$/.test(inner);
}

/** The name of a workspace package from a specifier: `@casemate/wire/testing` is `wire` and `./testing`. */
export function workspacePackage(specifier: string): { name: string; subpath: string } | undefined {
  const found = /^(?:@casemate\/([^/]+)|(casemate))(\/.*)?$/.exec(specifier);
  if (found === null) return undefined;
  return { name: found[1] ?? found[2] ?? "", subpath: found[3] === undefined ? "." : `.${found[3]}` };
}

/** Resolves a relative specifier against the module that names it; the result has no `..` left. */
export function resolveRelative(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

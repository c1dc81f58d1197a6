// Bundles a TypeScript entry of the workspace into one JavaScript file, together with the files and workers
// its modules name by `new URL("./x", import.meta.url)`. It rebuilds only when an input changed, and replaces
// each file in one step, so that a process that starts meanwhile never reads half of one.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const namedUrl = /new URL\(\s*(["'`])(\.{1,2}\/[^"'`$]+)\1,\s*import\.meta\.url,?\s*\)/g;
const workspaceName = /^(@casemate\/|casemate$|casemate\/)/;
// Packages in CommonJS form ask for Node's own modules by require(), which ESM does not have.
const requireBanner = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
].join("\n");
const jsonParsedFrom = 16 * 1024;

/**
 * @typedef {{ root: string, entry: string, name: string, outdir: string, external: "npm" | string[] }}
 * BundleOptions
 */

/**
 * The bundle of the daemon and the command line: `dist/casemate.mjs`. Native packages stay outside.
 * @param {string} root folder of the workspace
 */
export function daemonBundle(root) {
  return bundle({
    root,
    entry: join(root, "packages/casemate/src/main.ts"),
    name: "casemate",
    outdir: join(root, "dist"),
    external: ["libsql", "@libsql/*"],
  });
}

/**
 * The bundle of a development tool. Packages from npm stay outside; workspace packages are taken from source.
 * @param {string} root folder of the workspace
 * @param {string} name of the tool
 * @param {string} entry path of its first module
 */
export function toolBundle(root, name, entry) {
  const outdir = join(root, "node_modules/.cache/casemate/tools", name);
  return bundle({ root, entry, name, outdir, external: "npm" });
}

/**
 * Builds what is out of date and returns the path of the bundled entry.
 * @param {BundleOptions} options
 * @returns {Promise<string>}
 */
export async function bundle(options) {
  const main = join(options.outdir, `${options.name}.mjs`);
  const stamp = join(options.outdir, `${options.name}.inputs.json`);
  if (isCurrent(stamp)) return main;
  if (!existsSync(options.entry)) throw new Error(`${relative(options.root, options.entry)} does not exist`);
  const inputs = await build(options);
  writeWhole(stamp, JSON.stringify([...inputs].map((path) => [path, fingerprint(path)])));
  return main;
}

/** @param {string} path */
function fingerprint(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? "absent" : `${found.mtimeMs}:${found.size}`;
}

/** @param {string} stamp */
function isCurrent(stamp) {
  if (!existsSync(stamp)) return false;
  /** @type {[string, string][]} */
  const inputs = JSON.parse(readFileSync(stamp, "utf8"));
  return inputs.every(([path, known]) => fingerprint(path) === known);
}

/**
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
function writeWhole(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}

/**
 * @param {BundleOptions} options
 * @returns {Promise<Set<string>>} every file and folder the outcome depends on
 */
async function build(options) {
  const esbuild = await import("esbuild");
  /** @type {Set<string>} */
  const inputs = new Set([self, join(options.root, "package-lock.json")]);
  /** @type {Map<string, string>} */
  const entries = new Map([[options.entry, options.name]]);
  const built = new Set();
  for (;;) {
    const next = [...entries].find(([entry]) => !built.has(entry));
    if (next === undefined) break;
    const [entry, name] = next;
    built.add(entry);
    const result = await esbuild.build({
      entryPoints: [{ in: entry, out: name }],
      outdir: options.outdir,
      outExtension: { ".js": ".mjs" },
      absWorkingDir: options.root,
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      target: "node20",
      conditions: ["casemate-source"],
      external: options.external === "npm" ? [] : options.external,
      plugins: [workspacePlugin({ ...options, name }, entries, inputs)],
      banner: { js: requireBanner },
      logLevel: "silent",
    });
    for (const file of result.outputFiles) writeWhole(file.path, file.contents);
    for (const path of Object.keys(result.metafile.inputs)) inputs.add(resolve(options.root, path));
  }
  return inputs;
}

/**
 * @param {BundleOptions} options
 * @param {Map<string, string>} entries grows by the workers that modules name
 * @param {Set<string>} inputs grows by the files that modules name
 * @returns {import("esbuild").Plugin}
 */
function workspacePlugin(options, entries, inputs) {
  return {
    name: "casemate-workspace",
    setup(build) {
      if (options.external === "npm") {
        build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
          kind === "entry-point" || workspaceName.test(path) ? undefined : { path, external: true },
        );
      }
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path.includes(`${sep}node_modules${sep}`)) return undefined;
        const source = readFileSync(path, "utf8");
        if (!source.includes("import.meta.url")) return undefined;
        const contents = source.replace(namedUrl, (whole, _quote, target) => {
          const place = carry(options, resolve(dirname(path), target), { entries, inputs });
          // A worker's bundle may lie in a folder of its own, below the one that places count from.
          const address = place && `./${"../".repeat(options.name.split("/").length - 1)}${place}`;
          return address === undefined ? whole : `new URL(${JSON.stringify(address)}, import.meta.url)`;
        });
        return { contents, loader: "ts" };
      });
      // V8 reads a long JSON text several times faster than the same value as an object literal.
      build.onLoad({ filter: /\.json$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        if (text.length < jsonParsedFrom) return undefined;
        const compact = JSON.stringify(JSON.stringify(JSON.parse(text)));
        return { contents: `export default JSON.parse(${compact});`, loader: "js" };
      });
    },
  };
}

/**
 * Carries a file, folder or worker that a module names into the bundle's folder, and returns its place there.
 * @param {BundleOptions} options
 * @param {string} target
 * @param {{ entries: Map<string, string>, inputs: Set<string> }} state
 */
function carry(options, target, state) {
  const source = existsSync(target) ? target : target.replace(/\.js$/, ".ts");
  if (!existsSync(source)) return undefined;
  const inPackages = relative(join(options.root, "packages"), source);
  const place = inPackages.startsWith("..")
    ? relative(options.root, source)
    : inPackages.replace("/src/", "/");
  const slashed = place.split(sep).join("/");
  if (source.endsWith(".ts")) {
    const name = slashed.replace(/\.ts$/, "");
    state.entries.set(source, name);
    return `${name}.mjs`;
  }
  const copy = join(options.outdir, place);
  state.inputs.add(source);
  if (statSync(source).isDirectory()) {
    const names = readdirSync(source, { recursive: true, encoding: "utf8" });
    for (const name of names) state.inputs.add(join(source, name));
    if (existsSync(copy)) removeUnnamed(copy, new Set(names));
    cpSync(source, copy, { recursive: true });
    return `${slashed}/`;
  }
  writeWhole(copy, readFileSync(source));
  return `${slashed}`;
}

/**
 * @param {string} folder
 * @param {Set<string>} names
 */
function removeUnnamed(folder, names) {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (!names.has(name) && statSync(path).isFile()) unlinkSync(path);
  }
}

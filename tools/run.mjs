// Runs a development tool: `node tools/run.mjs <name> [arguments]`. The tool is tools/<name>.ts,
// tools/<name>/main.ts or <name>/main.ts, bundled on demand; it runs with the workspace as its working
// folder.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { toolBundle } from "./bundle.mjs";

const root = resolve(import.meta.dirname, "..");
const [name, ...rest] = process.argv.slice(2);
const places = [`tools/${name}.ts`, `tools/${name}/main.ts`, `${name}/main.ts`];
const place = /^[a-z][a-z0-9-]*$/.test(name ?? "")
  ? places.find((path) => existsSync(join(root, path)))
  : undefined;

if (name === undefined || place === undefined) {
  process.stderr.write(
    `usage: node tools/run.mjs <name> [arguments]\nThere is no tool named ${name ?? "''"}.\n`,
  );
  process.exit(2);
}
process.chdir(root);
const bundled = await toolBundle(root, name, join(root, place));
process.argv = [process.execPath, bundled, ...rest];
await import(pathToFileURL(bundled).href);

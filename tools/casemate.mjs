#!/usr/bin/env node
// The `casemate` command of a clone: installs and bundles what is missing or out of date, then becomes the
// command line itself, in this same process. packages/casemate/src/main.ts reads process.argv when it loads.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { daemonBundle } from "./bundle.mjs";
import { ensureInstalled } from "./install.mjs";

const root = resolve(import.meta.dirname, "..");
const bundled = await prepare();
process.argv = [process.execPath, bundled, ...process.argv.slice(2)];
await import(pathToFileURL(bundled).href);

async function prepare() {
  try {
    ensureInstalled(root);
    return await daemonBundle(root);
  } catch (cause) {
    process.stderr.write(`casemate: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    process.exit(1);
  }
}

// Brings node_modules in line with package-lock.json, and does nothing when it already is. It owns the one
// decision "is what is installed what the lock file asks for"; it never changes the lock file.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * True when every package the lock file asks for on this platform stands in node_modules in that version.
 * @param {string} wanted text of package-lock.json
 * @param {string} installed text of node_modules/.package-lock.json, written by npm
 */
export function lockIsInstalled(wanted, installed) {
  const present = JSON.parse(installed).packages ?? {};
  return Object.entries(JSON.parse(wanted).packages ?? {}).every(([path, entry]) => {
    if (!path.includes("node_modules/")) return true;
    const found = present[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.link === true || (found.version === entry.version && found.integrity === entry.integrity);
  });
}

/**
 * Runs `npm ci` when node_modules is absent or differs from the lock file. Costs a millisecond when it does
 * not.
 * @param {string} root folder of the workspace
 */
export function ensureInstalled(root) {
  const stamp = join(root, "node_modules/.cache/casemate/lock");
  const wanted = readFileSync(join(root, "package-lock.json"), "utf8");
  const digest = createHash("sha256").update(wanted).digest("hex");
  if (readText(stamp) === digest) return;
  const installed = readText(join(root, "node_modules/.package-lock.json"));
  if (installed === undefined || !lockIsInstalled(wanted, installed)) {
    process.stderr.write("Installing the packages of package-lock.json ...\n");
    const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: ["ignore", 2, 2] });
    if (npm.error !== undefined) throw npm.error;
    if (npm.status !== 0) throw new Error(`npm ci ended with code ${npm.status}`);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

// `npm run bench [-- name ...]`: runs the named benchmarks, or all, one after another in processes of their own, so
// that none measures another's leftovers.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const all = readdirSync("bench")
  .filter((file) => file.endsWith(".ts") && file !== "main.ts")
  .map((file) => file.slice(0, -".ts".length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are ${all.join(", ")}.`);
  process.exitCode = 2;
} else {
  for (const name of asked.length > 0 ? asked : all) {
    console.log(`\n== ${name}`);
    const outcome = spawnSync(process.execPath, ["tools/run.mjs", `bench/${name}`], { stdio: "inherit" });
    if (outcome.status !== 0) process.exitCode = 1;
  }
}

// `npm run bench [-- name ...]`: runs the named benchmarks, or all. Each runs in a process of its own, so
// that none measures another's leftovers.
import { spawnSync } from "node:child_process";

type Benchmark = { run: (report: (line: string) => void) => Promise<void> };

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  "iam-engine": () => import("./iam-engine.ts"),
  network: () => import("./network.ts"),
  store: () => import("./store.ts"),
  wire: () => import("./wire.ts"),
};

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(benchmarks);
const [only] = names;
const unknown = names.find((name) => benchmarks[name] === undefined);
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}; there are ${Object.keys(benchmarks).join(", ")}.`);
  process.exitCode = 2;
} else if (names.length === 1 && only !== undefined) {
  const benchmark = await benchmarks[only]?.();
  await benchmark?.run((line) => console.log(line));
} else {
  for (const name of names) {
    const outcome = spawnSync(process.execPath, ["tools/run.mjs", "bench", name], { stdio: "inherit" });
    if (outcome.status !== 0) process.exitCode = 1;
  }
}

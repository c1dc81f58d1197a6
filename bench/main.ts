// `npm run bench [-- name ...]`: runs the named benchmarks, or all, and prints one table. Each runs in a
// process of its own, so that none measures another's leftovers. docs/benchmarks.md says what each row means.
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { rowText } from "./row.ts";
import type { Report } from "./row.ts";

type Benchmark = { run: (report: Report) => Promise<void> };

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  api: () => import("./api.ts"),
  startup: () => import("./startup.ts"),
  store: () => import("./store.ts"),
  "iam-engine": () => import("./iam-engine.ts"),
  identity: () => import("./identity.ts"),
  wire: () => import("./wire.ts"),
  network: () => import("./network.ts"),
  "request-path": () => import("./request-path.ts"),
};

/** Marks the processes that print one part of a table. */
const partFlag = "--part";

const asked = process.argv.slice(2).filter((word) => word !== partFlag);
const names = asked.length > 0 ? asked : Object.keys(benchmarks);
const unknown = names.find((name) => benchmarks[name] === undefined);
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}; there are ${Object.keys(benchmarks).join(", ")}.`);
  process.exitCode = 2;
} else if (process.argv.includes(partFlag)) {
  for (const name of names) {
    const benchmark = await benchmarks[name]?.();
    console.log(name);
    await benchmark?.run((row) => console.log(rowText(row)));
  }
} else {
  const processors = cpus();
  const date = new Date().toISOString().slice(0, 10);
  console.log(
    `${date}, Node ${process.version}, ${processors.length} x ${processors[0]?.model ?? "unknown"}`,
  );
  const before = performance.now();
  for (const name of names) {
    const words = ["tools/run.mjs", "bench", partFlag, name];
    const { status } = spawnSync(process.execPath, words, { stdio: "inherit" });
    if (status !== 0) {
      console.log(`  FAILED with ${status}`);
      process.exitCode = 1;
    }
  }
  console.log(`${((performance.now() - before) / 1000).toFixed(0)} s in all`);
}

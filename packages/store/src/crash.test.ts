import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collection, openStore, sqliteLog } from "./index.ts";

interface Row {
  readonly id: string;
  readonly count: number;
}
const rows = collection<Row>()({ kind: "test/row", key: (row) => row.id });

/** A daemon in small: 16 clients that each count up a row of their own and say so once it is durable. */
const writer = `
  import { writeSync } from "node:fs";
  import { collection, openStore, sqliteLog } from "./index.ts";
  const rows = collection()({ kind: "test/row", key: (row) => row.id });
  const store = await openStore({ collections: [rows], tables: [], log: sqliteLog(process.argv[2]) });
  async function client(name) {
    for (;;) {
      const { value, seq } = store.transaction((tx) => {
        const count = (tx.get(rows, name)?.count ?? 0) + 1;
        tx.put(rows, { id: name, count });
        tx.put(rows, { id: name + "-" + count, count });
        return count;
      });
      await store.settled(seq);
      writeSync(1, name + " " + value + "\\n");
    }
  }
  await Promise.all(Array.from({ length: 16 }, (_, at) => client("client" + at)));
`;

const directory = mkdtempSync(join(tmpdir(), "casemate-crash-"));
const path = join(directory, "state", "casemate.db");
const bundle = join(directory, "writer.mjs");

beforeAll(async () => {
  const options = { bundle: true, platform: "node", format: "esm", target: "node20" } as const;
  const resolveDir = import.meta.dirname;
  await build({ ...options, stdin: { contents: writer, resolveDir, loader: "ts" }, outfile: bundle });
  const worker = join(directory, "sqlite-worker.js");
  await build({
    ...options,
    format: "cjs",
    entryPoints: [join(resolveDir, "sqlite-worker.ts")],
    outfile: worker,
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

/**
 * Runs the bundled writer, kills it after so many acknowledgements, and answers the last count of each
 * client.
 */
async function killedAfter(acknowledgements: number): Promise<Map<string, number>> {
  const modules = dirname(dirname(createRequire(import.meta.url).resolve("libsql")));
  const child = spawn(process.execPath, [bundle, path], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_PATH: modules },
  });
  let text = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (more: string) => {
    text += more;
    if (text.split("\n").length > acknowledgements) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.on("close", resolve));
  const counts = new Map<string, number>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [name = "", count] = line.split(" ");
    counts.set(name, Number(count));
  }
  return counts;
}

describe("a writer that is killed", () => {
  it(
    "loses nothing that it acknowledged, and leaves whole transactions only",
    { timeout: 20_000 },
    async () => {
      let acknowledged = 0;
      for (const acknowledgements of [1, 50, 400, 900, 1700]) {
        const counts = await killedAfter(acknowledgements);
        expect(counts.size).toBeGreaterThan(0);
        const store = await openStore({ collections: [rows], tables: [], log: sqliteLog(path) });
        store.read((tx) => {
          for (const [name, count] of counts) {
            const row = tx.get(rows, name);
            expect(row?.count).toBeGreaterThanOrEqual(count);
            for (let at = 1; at <= (row?.count ?? 0); at += 1)
              expect(tx.get(rows, `${name}-${at}`)?.count).toBe(at);
            expect(tx.get(rows, `${name}-${(row?.count ?? 0) + 1}`)).toBeUndefined();
          }
          acknowledged = [...counts.values()].reduce((sum, count) => sum + count, 0);
        });
        await store.close();
      }
      expect(acknowledged).toBeGreaterThan(1700);
    },
  );
});

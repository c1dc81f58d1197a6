import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundle } from "./bundle.mjs";

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "casemate-bundle-"));
  write("package-lock.json", "{}");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const read = (path: string) => readFileSync(join(root, path), "utf8");

const build = () =>
  bundle({
    root,
    entry: join(root, "packages/casemate/src/main.ts"),
    name: "casemate",
    outdir: join(root, "dist"),
    external: [],
  });

test("a worker and files that a module names are carried beside the bundle", async () => {
  write("packages/store/src/log.ts", 'export const worker = new URL("./log-worker.js", import.meta.url);');
  write("packages/store/src/log-worker.ts", 'export const answer: number = 42; // "worker"');
  write("packages/host/guest/etc/init", "init");
  const main = [
    'export { worker } from "../../store/src/log.ts";',
    'export const guest = new URL("../../host/guest/", import.meta.url);',
  ];
  write("packages/casemate/src/main.ts", main.join("\n"));
  expect(await build()).toBe(join(root, "dist/casemate.mjs"));
  expect(read("dist/casemate.mjs")).toContain('new URL("./store/log-worker.mjs", import.meta.url)');
  expect(read("dist/casemate.mjs")).toContain('new URL("./host/guest/", import.meta.url)');
  expect(read("dist/store/log-worker.mjs")).toContain("42");
  expect(read("dist/host/guest/etc/init")).toBe("init");
});

test("what a worker names lies where the worker looks for it", async () => {
  write("bench/main.ts", 'export const subject = new URL("./subject.ts", import.meta.url);');
  write("bench/subject.ts", 'export const tables = new URL("../packages/wire/generated/", import.meta.url);');
  write("packages/wire/generated/ec2.json", "{}");
  await bundle({
    root,
    entry: join(root, "bench/main.ts"),
    name: "bench",
    outdir: join(root, "dist"),
    external: [],
  });
  const named = /new URL\("(.+)", import/.exec(read("dist/bench/subject.mjs"))?.[1] ?? "";
  const folder = new URL(named, pathToFileURL(join(root, "dist/bench/subject.mjs")));
  expect(readFileSync(new URL("ec2.json", folder), "utf8")).toBe("{}");
});

test("it is rebuilt when an input changed, and only then", async () => {
  write("packages/casemate/src/main.ts", 'export { one } from "./one.ts";');
  write("packages/casemate/src/one.ts", "export const one = 1;");
  await build();
  const first = statSync(join(root, "dist/casemate.mjs")).mtimeMs;
  await build();
  expect(statSync(join(root, "dist/casemate.mjs")).mtimeMs).toBe(first);
  write("packages/casemate/src/one.ts", "export const one = 'changed';");
  await build();
  expect(read("dist/casemate.mjs")).toContain("changed");
});

test("a source that does not build leaves the last bundle in place and says so", async () => {
  write("packages/casemate/src/main.ts", "export const one = 1;");
  await build();
  write("packages/casemate/src/main.ts", 'export { one } from "./absent.ts";');
  await expect(build()).rejects.toThrow("absent.ts");
  expect(read("dist/casemate.mjs")).toContain("one = 1");
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkFloors } from "./check-floors.ts";
import type { Floors } from "./floors.ts";

const floors = JSON.parse(readFileSync("tools/floors.json", "utf8")) as Floors;

const manifest = (name: string, dependencies: readonly string[], exports = ["."]) =>
  JSON.stringify({
    name,
    exports: Object.fromEntries(exports.map((key) => [key, `./src/${key}`])),
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, "0.1.0"])),
  });

/** A sound tree; each test plants one file in it. */
const sound: Record<string, string> = {
  "package.json": JSON.stringify({ devDependencies: { vitest: "4" } }),
  "packages/wire/package.json": manifest("@casemate/wire", [], [".", "./testing"]),
  "packages/wire/src/index.ts": 'import { createHash } from "node:crypto"; export { createHash };',
  "packages/store/package.json": manifest("@casemate/store", ["libsql"]),
  "packages/store/src/index.ts": 'import Database from "libsql"; export { Database };',
  "packages/cloud/package.json": manifest("@casemate/cloud", ["@casemate/wire", "@casemate/store"]),
  "packages/cloud/src/index.ts": 'export { ec2 } from "./services/ec2/index.ts";',
  "packages/cloud/src/kit/fault.ts": "export const fault = 1;",
  "packages/cloud/src/services/iam/index.ts": 'export { fault as iam } from "../../kit/fault.ts";',
  "packages/cloud/src/services/iam/user/user.ts": "export const user = 1;",
  "packages/cloud/src/services/ec2/index.ts":
    'import { iam } from "../iam/index.ts"; export const ec2 = iam;',
  "packages/cloud/src/services/ec2/index.test.ts":
    'import { test } from "vitest"; test("now", () => Date.now());',
  "packages/host/package.json": manifest("@casemate/host", ["@casemate/cloud"]),
  "packages/host/src/index.ts":
    'import { spawn } from "node:child_process"; import "@casemate/cloud"; spawn("a", []);',
  "e2e/a.test.ts": 'import { test } from "vitest"; test("a", () => {});',
};

const rulesFor = (path: string, text: string) =>
  checkFloors(new Map(Object.entries({ ...sound, [path]: text })), floors).map(
    (violation) => `${violation.path} ${violation.rule}`,
  );

test("a sound tree has no violation", () => {
  expect(checkFloors(new Map(Object.entries(sound)), floors)).toEqual([]);
});

test.each([
  ["imports a higher floor", "packages/wire/src/a.ts", 'import "@casemate/store";', "floors"],
  [
    "imports a higher floor's types",
    "packages/wire/src/a.ts",
    'import type { A } from "@casemate/store";',
    "floors",
  ],
  ["imports its own floor", "packages/wire/src/a.ts", 'import "@casemate/iam-engine";', "floors"],
  ["imports through /src", "packages/cloud/src/kit/a.ts", 'import "@casemate/wire/src/index.ts";', "floors"],
  ["imports what is not exported", "packages/cloud/src/kit/a.ts", 'import "@casemate/wire/inner";', "floors"],
  [
    "leaves its package by a path",
    "packages/cloud/src/kit/a.ts",
    'import "../../../wire/src/index.ts";',
    "floors",
  ],
  ["imports an undeclared package", "packages/host/src/a.ts", 'import "@casemate/wire";', "floors"],
  ["imports an undeclared dependency", "packages/host/src/a.ts", 'import "left-pad";', "dependencies"],
  ["imports a test tool in source", "packages/host/src/a.ts", 'import "vitest";', "dependencies"],
  ["computes its import", "packages/host/src/a.ts", "await import(name);", "floors"],
  [
    "lets the kit import a service",
    "packages/cloud/src/kit/a.ts",
    'import "../services/iam/index.ts";',
    "floors",
  ],
  ["lets the kit import the face", "packages/cloud/src/kit/a.ts", 'import "../index.ts";', "floors"],
  [
    "lets the request path import a service",
    "packages/cloud/src/request-path/a.ts",
    'import "../services/iam/index.ts";',
    "floors",
  ],
  [
    "lets the request path name a service",
    "packages/cloud/src/request-path/a.ts",
    'export const special = (name: string) => name === "ec2";',
    "services",
  ],
  [
    "lets reconcile import the request path",
    "packages/cloud/src/reconcile/a.ts",
    'import "../request-path/a.ts";',
    "floors",
  ],
  ["goes against the graph", "packages/cloud/src/services/iam/a.ts", 'import "../ec2/index.ts";', "services"],
  [
    "passes a service's index by",
    "packages/cloud/src/services/ec2/a.ts",
    'import "../iam/user/user.ts";',
    "services",
  ],
  [
    "is a service without a place",
    "packages/cloud/src/services/s3/a.ts",
    'import "../iam/index.ts";',
    "services",
  ],
  ["lies in no declared folder", "packages/cloud/src/extras/a.ts", 'import "../kit/fault.ts";', "floors"],
  ["reads the clock", "packages/cloud/src/kit/a.ts", "export const a = Date.now();", "purity"],
  ["makes a date of now", "packages/cloud/src/kit/a.ts", "export const a = new Date();", "purity"],
  ["rolls dice", "packages/wire/src/a.ts", "export const a = Math.random();", "purity"],
  ["reads the environment", "packages/cloud/src/kit/a.ts", 'export const a = process.env["A"];', "purity"],
  [
    "goes round by globalThis",
    "packages/cloud/src/kit/a.ts",
    'export const a = globalThis["fetch"];',
    "purity",
  ],
  ["calls out", "packages/cloud/src/kit/a.ts", 'export const a = () => fetch("http://a");', "purity"],
  ["sets a timer", "packages/cloud/src/kit/a.ts", "setTimeout(() => {}, 1);", "purity"],
  ["reads files in pure code", "packages/wire/src/a.ts", 'import "node:fs";', "purity"],
  ["hashes outside wire and key-engine", "packages/cloud/src/kit/a.ts", 'import "node:crypto";', "purity"],
  ["reads files outside the commit log", "packages/store/src/a.ts", 'import "node:fs";', "purity"],
  ["tests from outside through packages", "e2e/b.test.ts", 'import "@casemate/wire";', "floors"],
  ["tests from outside through a path", "e2e/b.test.ts", 'import "../packages/wire/src/index.ts";', "floors"],
  ["stands on no floor", "packages/attic/src/a.ts", "export const a = 1;", "floors"],
])("a file that %s is caught", (_what, path, text, rule) => {
  const found = rulesFor(path, text);
  expect(found.length).toBeGreaterThan(0);
  for (const line of found) expect([`${path} ${rule}`, `packages/attic ${rule}`]).toContain(line);
});

test.each([
  ["dates of a given time", "export const a = (ms: number) => new Date(ms);"],
  ["methods called fetch", "export const a = { fetch(id: string) { return id; } };"],
  ["members called fetch", "export interface A { fetch(id: string): string; process: string }"],
  ["calls of a member", 'export const b = (a: { fetch(id: string): string }) => a.fetch("x");'],
  ["an own function called fetch", "const fetch = (id: string) => id; export const a = fetch;"],
  ["words in text", 'export const a = "process.env and Date.now()";'],
])("pure code may have %s", (_what, text) => {
  expect(rulesFor("packages/cloud/src/kit/a.ts", text)).toEqual([]);
});

test("tests of the request path may bring real services, tests of the kit may not", () => {
  const bring = 'import { iam } from "../services/iam/index.ts"; import "node:fs"; iam("ec2");';
  expect(rulesFor("packages/cloud/src/request-path/a.test.ts", bring)).toEqual([]);
  expect(rulesFor("packages/cloud/src/request-path/testing.ts", bring)).toEqual([]);
  expect(rulesFor("packages/cloud/src/kit/a.test.ts", bring)).toHaveLength(1);
});

test("a circle of imports is said as the path around it", () => {
  const tree = new Map(
    Object.entries({
      ...sound,
      "packages/cloud/src/kit/a.ts": 'import "./b.ts";',
      "packages/cloud/src/kit/b.ts": 'import "./a.ts";',
    }),
  );
  const [violation] = checkFloors(tree, floors);
  expect(violation?.message).toBe(
    "packages/cloud/src/kit/a.ts -> packages/cloud/src/kit/b.ts -> packages/cloud/src/kit/a.ts",
  );
});

test("a circle of types is none", () => {
  const circle = {
    "packages/cloud/src/kit/a.ts": 'import type { B } from "./b.ts";',
    "packages/cloud/src/kit/b.ts": 'import { a } from "./a.ts";',
  };
  expect(checkFloors(new Map(Object.entries({ ...sound, ...circle })), floors)).toEqual([]);
});

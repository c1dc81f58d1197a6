import { expect, test } from "vitest";
import { lockIsInstalled } from "./install.mjs";

const lock = (packages: Record<string, object>) =>
  JSON.stringify({ packages: { "": { name: "root" }, ...packages } });
const vite = { version: "8.0.0", integrity: "sha512-a" };

test("the same packages in the same versions count as installed", () => {
  const wanted = lock({ "node_modules/vite": vite, "packages/wire": { version: "0.1.0" } });
  expect(lockIsInstalled(wanted, lock({ "node_modules/vite": vite }))).toBe(true);
});

test.each([
  ["missing", {}],
  ["of another version", { "node_modules/vite": { ...vite, version: "8.0.1" } }],
  ["of other content", { "node_modules/vite": { ...vite, integrity: "sha512-b" } }],
])("a package that is %s is to be installed", (_how, installed) => {
  expect(lockIsInstalled(lock({ "node_modules/vite": vite }), lock(installed))).toBe(false);
});

test("a package for another platform may be missing", () => {
  const wanted = lock({ "node_modules/@esbuild/aix-ppc64": { version: "1.0.0", optional: true } });
  expect(lockIsInstalled(wanted, lock({}))).toBe(true);
});

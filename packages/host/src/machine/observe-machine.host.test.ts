import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { machinePaths } from "./machine-directory.ts";
import { observeMachine } from "./observe-machine.ts";

const id = "i-0123456789abcdef0";
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "casemate-observe-"));
});
afterEach(() => rmSync(root, { recursive: true }));

test("nothing is told of a machine of which nothing is left", async () => {
  expect(await observeMachine(machinePaths(root, id), "boot")).toBeUndefined();
});

test.each(["", "not json"])(
  "what a broken launch or removal left is told as an ended machine",
  async (state) => {
    const paths = machinePaths(root, id);
    mkdirSync(join(paths.directory, "disk"), { recursive: true });
    if (state !== "") writeFileSync(paths.state, state);
    expect(await observeMachine(paths, "boot")).toEqual({
      instanceId: id,
      startedAt: 0,
      startIdentity: "0",
      state: "exited",
      exit: { reason: "crashed" },
    });
  },
);

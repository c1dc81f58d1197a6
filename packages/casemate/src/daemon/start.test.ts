import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { start } from "./daemon.ts";

const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("casemate-machines-"));

test("a cloud in this process answers, takes a free port each, and leaves nothing behind", async () => {
  const before = leftovers();
  const [one, two] = [await start({ port: 0 }), await start({ port: 0 })];
  expect(one.endpoint).not.toBe(two.endpoint);
  expect(one.credentials?.accessKeyId).toMatch(/^AKIA/);
  const ready = await fetch(`${one.endpoint}/_casemate/ready`);
  expect(await ready.json()).toMatchObject({ ready: true });
  await Promise.all([one.stop(), two.stop()]);
  expect(leftovers()).toEqual(before);
});

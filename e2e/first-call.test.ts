import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { hasProgram, run } from "./programs.ts";

let daemon: Daemon;

beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(async () => {
  await daemon?.stop();
});
beforeEach((context) => {
  context.skip(!hasProgram("aws"), "no aws command line on this machine");
});

test("the aws command line learns who it is", async () => {
  const outcome = await run("aws", ["sts", "get-caller-identity", "--output", "json"], daemon.environment);
  expect(outcome.stderr).toBe("");
  const identity = JSON.parse(outcome.stdout) as { Account: string; Arn: string };
  expect(identity.Arn).toBe(`arn:aws:iam::${identity.Account}:user/admin`);
});

test("a wrong secret is refused in the service's own words", async () => {
  const environment = { ...daemon.environment, AWS_SECRET_ACCESS_KEY: "wrong" };
  const outcome = await run("aws", ["sts", "get-caller-identity"], environment);
  expect(outcome.code).not.toBe(0);
  expect(outcome.stderr).toContain("(SignatureDoesNotMatch)");
});

test("an unknown key is refused in the service's own words", async () => {
  const environment = { ...daemon.environment, AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" };
  const outcome = await run("aws", ["sts", "get-caller-identity"], environment);
  expect(outcome.code).not.toBe(0);
  expect(outcome.stderr).toContain("(InvalidClientTokenId)");
});

test("a daemon that is told to stop ends with code 0", async () => {
  const other = await startDaemon();
  expect(await other.stop()).toBe(0);
});

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { curlOptions, reachOf, sshOptions } from "./internet.ts";
import { run } from "./programs.ts";
import type { Outcome } from "./programs.ts";
import { imageId, whyNoInstances } from "./small-cloud.ts";
import { until } from "./until.ts";

const obstacle = whyNoInstances();
/**
 * A network that stands for the host's: daemon and clients run in it, so that the real one is not touched.
 */
const outer = `cm-e2e-outer-${process.pid}`;
const within = ["nsenter", `--net=/run/netns/${outer}`];
const pool = "203.0.113.0/24";

let daemon: Daemon;
let group: string;
let publicIp: string;
let hostAddress: string;

beforeAll(async () => {
  if (obstacle !== undefined) return;
  ip("netns", "add", outer);
  ip("-n", outer, "link", "set", "lo", "up");
  daemon = await startDaemon([], { within });
  const key = await aws<{ KeyMaterial: string }>("create-key-pair", "--key-name", "host");
  writeFileSync(keyFile(), key.KeyMaterial, { mode: 0o600 });
  const made = ["create-security-group", "--group-name", "host", "--description", "host"];
  group = (await aws<{ GroupId: string }>(...made)).GroupId;
  hostAddress = await until("the host has its route", () => /src (\S+)/.exec(routes())?.[1]);
  const what = ["--image-id", imageId, "--instance-type", "t3.micro", "--key-name", "host"];
  const launched = ["run-instances", ...what, "--security-group-ids", group];
  const id = (await aws<{ Instances: { InstanceId: string }[] }>(...launched)).Instances[0]?.InstanceId ?? "";
  const query = "Reservations[0].Instances[0].[State.Name, PublicIpAddress]";
  publicIp = await until("the instance runs", async () => {
    const asked = ["describe-instances", "--instance-ids", id, "--query", query];
    const [state, address] = await aws<(string | null)[]>(...asked);
    return state === "running" && address !== null ? address : undefined;
  });
});
afterAll(async () => {
  await daemon?.stop();
  if (obstacle === undefined) ip("netns", "delete", outer);
});
beforeEach((context) => {
  context.skip(obstacle !== undefined, obstacle);
});

function ip(...args: string[]): string {
  return spawnSync("ip", args, { encoding: "utf8" }).stdout;
}

function routes(): string {
  return ip("-n", outer, "route", "show");
}

function keyFile(): string {
  return join(daemon.dataDir, "host-key");
}

function act(...program: string[]): Promise<Outcome> {
  const [enter = "", ...inside] = within;
  return run(enter, [...inside, ...program], daemon.environment);
}

async function aws<Output>(...args: string[]): Promise<Output> {
  const outcome = await act("aws", "ec2", ...args, "--endpoint-url", daemon.endpoint, "--output", "json");
  if (outcome.code !== 0) throw new Error(`aws ${args.join(" ")}: ${outcome.stderr.trim()}`);
  return (outcome.stdout.trim() === "" ? undefined : JSON.parse(outcome.stdout)) as Output;
}

/** As the host's own user would: nothing says which address to come from. */
function ssh(command: string): Promise<Outcome> {
  return act("ssh", ...sshOptions, "-i", keyFile(), `admin@${publicIp}`, command);
}

function rule(change: "authorize" | "revoke", port: string): Promise<unknown> {
  const what = ["--group-id", group, "--protocol", "tcp", "--port", port, "--cidr", `${hostAddress}/32`];
  return aws(`${change}-security-group-ingress`, ...what);
}

test("the host has the route of the pool and no other", () => {
  expect(routes().trim().split("\n")).toEqual([
    expect.stringMatching(
      new RegExp(`^${pool} via 169\\.254\\.0\\.1 dev cmh\\w{8} src ${hostAddress} onlink`),
    ),
  ]);
  const ruleset = spawnSync("nsenter", [...within.slice(1), "nft", "list", "ruleset"], { encoding: "utf8" });
  expect(ruleset.stdout).toBe("");
});

test("ssh from the host is refused before the rule, passes by it, and is refused after it", async () => {
  expect((await ssh("true")).stderr).toContain("timed out");
  await rule("authorize", "22");
  await until("ssh is let in", async () => ((await ssh("true")).code === 0 ? true : undefined));
  expect((await ssh("echo $SSH_CLIENT")).stdout).toMatch(new RegExp(`^${hostAddress} `));
  await rule("revoke", "22");
  await until("ssh is kept out", async () =>
    (await ssh("true")).stderr.includes("timed out") ? true : undefined,
  );
});

test("a page of the instance is seen from the host once its port is open", async () => {
  const visit = async () => reachOf((await act("curl", ...curlOptions, `http://${publicIp}:8080/`)).code);
  await rule("authorize", "22");
  await until("ssh is let in", async () => ((await ssh("true")).code === 0 ? true : undefined));
  await ssh("{ setsid python3 -m http.server 8080 </dev/null >/dev/null 2>&1 & }");
  expect(await visit()).toBe("timeout");
  await rule("authorize", "8080");
  await until("the page is seen", async () => ((await visit()) === "answered" ? true : undefined));
});

test("the instance reaches nothing of the host", async () => {
  const port = new URL(daemon.endpoint).port;
  const quoted = curlOptions.map((option) => `'${option}'`).join(" ");
  expect(reachOf((await ssh(`curl ${quoted} http://${hostAddress}:${port}/`)).code)).toBe("timeout");
});

test("the route is gone when the cloud has stopped", async () => {
  expect(await daemon.stop()).toBe(0);
  expect(routes()).toBe("");
  expect(ip("-n", outer, "-o", "link", "show").trim().split("\n")).toHaveLength(1);
  expect(daemon.complaints).toEqual([]);
});

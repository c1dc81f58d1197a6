import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { hostTraces } from "./host-traces.ts";
import { curlOptions, reachOf, somebody } from "./internet.ts";
import type { Reach, Somebody } from "./internet.ts";
import { openSmallCloud, whyNoInstances } from "./small-cloud.ts";
import type { Instance, SmallCloud } from "./small-cloud.ts";
import { until } from "./until.ts";

const obstacle = whyNoInstances();
const page = "server";

let cloud: SmallCloud;
let groups: { server: string; friends: string; strangers: string };
let server: Instance;
let friend: Instance;
let stranger: Instance;
let reader: Somebody;

/** Serves on three ports, at every boot because a script of user data runs at the first alone. */
const serve = (port: number) =>
  `cd /home/admin && mkdir -p ${page} && cd ${page} && ` +
  `{ setsid python3 -m http.server ${port} </dev/null >/dev/null 2>&1 & }`;

beforeAll(async () => {
  if (obstacle !== undefined) return;
  cloud = await openSmallCloud();
  const [serverGroup, friends, strangers] = await Promise.all(
    ["server", "friends", "strangers"].map((name) => cloud.createGroup(name)),
  );
  groups = { server: serverGroup!, friends: friends!, strangers: strangers! };
  reader = somebody(cloud.daemon, "198.51.100.99");
  await rule("authorize", "8080", "--source-group", groups.friends);
  [server, friend, stranger] = await Promise.all([
    cloud.launch([groups.server]),
    cloud.launch([groups.friends]),
    cloud.launch([groups.strangers]),
  ]);
  await Promise.all([8080, 8081].map((port) => cloud.inside(server, serve(port))));
});
afterAll(async () => {
  await cloud?.daemon.stop();
});
beforeEach((context) => {
  context.skip(obstacle !== undefined, obstacle);
});

function rule(change: "authorize" | "revoke", port: string, ...source: string[]): Promise<unknown> {
  const what = ["--group-id", groups.server, "--protocol", "tcp", "--port", port, ...source];
  return cloud.aws("ec2", `${change}-security-group-ingress`, ...what);
}

async function visit(from: Instance, port: number): Promise<Reach> {
  const quoted = curlOptions.map((option) => `'${option}'`).join(" ");
  const outcome = await cloud.tryInside(from, `curl ${quoted} http://${server.privateIp}:${port}/`);
  return reachOf(outcome.code);
}

function untilReach(expected: Reach, ask: () => Promise<Reach>): Promise<true> {
  return until(`a connection is ${expected}`, async () => ((await ask()) === expected ? true : undefined));
}

test("a member of the allowed group reaches the port, and only that port", async () => {
  await untilReach("answered", () => visit(friend, 8080));
  expect(await visit(friend, 8081)).toBe("timeout");
});

test("an instance outside the allowed group does not reach it", async () => {
  expect(await visit(stranger, 8080)).toBe("timeout");
});

test("the internet reaches at the public address what the groups allow and nothing else", async () => {
  const { publicIp } = server;
  expect(await reader.visit(`http://${publicIp}:8080/`)).toBe("timeout");
  // The visitor may log in, the reader may not.
  expect((await cloud.visitor.ssh({ publicIp, keyFile: cloud.keyFile }, "true")).code).toBe(0);
  expect((await reader.ssh({ publicIp, keyFile: cloud.keyFile }, "true")).stderr).toContain("timed out");
});

test("a rule opens a port to one address and, revoked, closes it", async () => {
  const url = `http://${server.publicIp}:8081/`;
  await rule("authorize", "8081", "--cidr", `${reader.address}/32`);
  await untilReach("answered", () => reader.visit(url));
  expect(await cloud.visitor.visit(url)).toBe("timeout");
  await rule("revoke", "8081", "--cidr", `${reader.address}/32`);
  await untilReach("timeout", () => reader.visit(url));
});

test("revoking the rule of the group drops new connections; another port can be opened", async () => {
  await rule("revoke", "8080", "--source-group", groups.friends);
  await untilReach("timeout", () => visit(friend, 8080));
  await rule("authorize", "8081", "--source-group", groups.friends);
  await untilReach("answered", () => visit(friend, 8081));
  expect(await visit(friend, 8080)).toBe("timeout");
  expect(await visit(stranger, 8081)).toBe("timeout");
});

test("a rebooted instance keeps its disk and its addresses", async () => {
  await cloud.inside(server, "echo kept > /home/admin/reboot && sync");
  const boot = () => cloud.tryInside(server, "cat /var/lib/cloud/instance/boot-finished");
  const before = (await boot()).stdout;
  await cloud.aws("ec2", "reboot-instances", "--instance-ids", server.id);
  await until("it has booted again", async () => {
    const now = await boot();
    return now.code === 0 && now.stdout !== before ? true : undefined;
  });
  expect(await cloud.inside(server, "cat /home/admin/reboot")).toBe("kept\n");
  const { state, ...instance } = await cloud.look(server.id);
  expect(state).toBe("running");
  expect(instance).toEqual(server);
});

test("an instance that was stopped and started keeps its disk and gets another public address", async () => {
  await cloud.inside(server, "echo kept > /home/admin/stop");
  await cloud.aws("ec2", "stop-instances", "--instance-ids", server.id);
  const stopped = await cloud.untilState(server.id, "stopped");
  expect(stopped.publicIp).toBe("");
  expect(stopped.privateIp).toBe(server.privateIp);
  await cloud.aws("ec2", "start-instances", "--instance-ids", server.id);
  const started = await cloud.untilState(server.id, "running");
  expect(started.privateIp).toBe(server.privateIp);
  expect(started.publicIp).not.toBe("");
  expect(started.publicIp).not.toBe(server.publicIp);
  await until("it lets the visitor in", async () =>
    (await cloud.tryInside(started, "true")).code === 0 ? true : undefined,
  );
  expect(await cloud.inside(started, "cat /home/admin/stop")).toBe("kept\n");
  server = started;
});

test("terminated instances leave no process, mount, control group, folder or namespace", async () => {
  expect(hostTraces(cloud.daemon.dataDir).processes).not.toEqual([]);
  await cloud.terminateAll();
  const left = await until("nothing of the instances is left", () => {
    const traces = hostTraces(cloud.daemon.dataDir);
    const { processes, mounts, cgroups, folders } = traces;
    const ended = processes.length + mounts.length + cgroups.length + folders.length === 0;
    // The router of the default VPC and the internet side stay with the daemon.
    return ended && traces.namespaces.length <= 2 ? traces : undefined;
  });
  expect(left.namespaces.filter((name) => /e-\d+$/.test(name))).toEqual([]);
});

test("all this time the daemon has logged no error", () => {
  expect(cloud.daemon.complaints).toEqual([]);
});

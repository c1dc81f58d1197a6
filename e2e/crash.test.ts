import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeInstancesCommand,
  paginateDescribeInstances,
  paginateDescribeSecurityGroups,
  DescribeKeyPairsCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { EC2Client, Instance as Described } from "@aws-sdk/client-ec2";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { guestNamespaces, hostTraces, instanceProcesses } from "./host-traces.ts";
import { somebody } from "./internet.ts";
import type { Somebody } from "./internet.ts";
import { isBroken, loadClient, missing, plainClient } from "./load-client.ts";
import type { LoadClient, Shown } from "./load-client.ts";
import { randomNumbers } from "./random-numbers.ts";
import { imageId, openSmallCloud, whyNoInstances } from "./small-cloud.ts";
import type { Instance, SmallCloud } from "./small-cloud.ts";
import { until } from "./until.ts";

const obstacle = whyNoInstances();
const kills = Number(process.env["CASEMATE_KILLS"] ?? 8);
const seed = Number(process.env["CASEMATE_SEED"] ?? Date.now() % 1_000_000);
const clientsCount = 16;
const metadata = "http://169.254.169.254/latest";

let cloud: SmallCloud;
let ec2: EC2Client;
let server: Instance;
let serverGroup: string;
let friend: Somebody;
let enemy: Somebody;

beforeAll(async () => {
  if (obstacle !== undefined) return;
  cloud = await openSmallCloud();
  ec2 = plainClient(cloud.daemon);
  serverGroup = await cloud.createGroup("server");
  friend = somebody(cloud.daemon, "198.51.100.50");
  enemy = somebody(cloud.daemon, "198.51.100.66");
  await ec2.send(new AuthorizeSecurityGroupIngressCommand(rule(8080)));
  server = await cloud.launch([serverGroup]);
  for (const port of [8080, 8081]) {
    const program = `python3 -m http.server ${port} --directory /home/admin`;
    await cloud.inside(server, `setsid ${program} </dev/null >/dev/null 2>&1 &`);
  }
  await until("it serves", async () => ((await friend.visit(url(8080))) === "answered" ? true : undefined));
});
afterAll(async () => {
  await cloud?.daemon.stop();
});
beforeEach((context) => {
  context.skip(obstacle !== undefined, obstacle);
});

const url = (port: number): string => `http://${server.publicIp}:${port}/`;

function rule(port: number) {
  const range = { CidrIp: `${friend.address}/32` };
  const permission = { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [range] };
  return { GroupId: serverGroup, IpPermissions: [permission] };
}

async function shown(): Promise<Shown> {
  const groups: { name: string; count: string | undefined }[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client: ec2, pageSize: 1000 }, {})) {
    for (const { GroupName = "", Tags = [] } of page.SecurityGroups ?? []) {
      groups.push({ name: GroupName, count: Tags.find(({ Key }) => Key === "count")?.Value });
    }
  }
  const { KeyPairs = [] } = await ec2.send(new DescribeKeyPairsCommand({}));
  return { groups, keys: KeyPairs.map(({ KeyName = "" }) => KeyName) };
}

async function describedInstances(): Promise<Described[]> {
  const found: Described[] = [];
  for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 1000 }, {})) {
    for (const { Instances = [] } of page.Reservations ?? []) found.push(...Instances);
  }
  return found;
}

function isAlive({ State }: Described): boolean {
  return !/^(shutting-down|terminated)$/.test(State?.Name ?? "");
}

/** One instance at a time comes and goes, asked for again with its token until the cloud has answered. */
interface Launches {
  tokens: Set<string>;
  terminated: Set<string>;
  work(signal: AbortSignal): Promise<void>;
}

function launches(): Launches {
  const tokens = new Set<string>();
  const terminated = new Set<string>();
  let open: { token: string; id?: string } | undefined;
  const turn = async () => {
    open ??= { token: `crash-${tokens.size}` };
    tokens.add(open.token);
    if (open.id === undefined) {
      const what = { ImageId: imageId, InstanceType: "t3.nano" as const, MinCount: 1, MaxCount: 1 };
      const made = await ec2.send(new RunInstancesCommand({ ...what, ClientToken: open.token }));
      open.id = made.Instances?.[0]?.InstanceId ?? "";
      return;
    }
    const asked = { InstanceIds: [open.id] };
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand(asked));
    if (Reservations[0]?.Instances?.[0]?.State?.Name !== "running") return;
    await ec2.send(new TerminateInstancesCommand(asked));
    terminated.add(open.id);
    open = undefined;
  };
  return {
    tokens,
    terminated,
    async work(signal) {
      while (!signal.aborted) {
        try {
          await turn();
        } catch (cause) {
          if (!isBroken(cause)) throw cause;
          return;
        }
        await delay(100);
      }
    },
  };
}

/** When daemons are killed: one after the start of the load, the next perhaps after its own start. */
interface Moments {
  afterMs: number;
  stumbleMs: number | undefined;
}

/** Lets the load run, kills the daemon in its midst, starts it again. Answers the milliseconds to ready. */
async function killUnderLoad(
  workers: readonly { work(signal: AbortSignal): Promise<void> }[],
  { afterMs, stumbleMs }: Moments,
) {
  const stop = new AbortController();
  const working = Promise.all(workers.map((worker) => worker.work(stop.signal)));
  await delay(afterMs);
  await cloud.daemon.kill();
  stop.abort();
  await working;
  if (stumbleMs !== undefined) await cloud.daemon.stumble(stumbleMs);
  return cloud.daemon.restart();
}

test(
  `${kills} kills under load lose no acknowledged write and no instance (seed ${seed})`,
  { timeout: 60_000 + kills * 15_000 },
  async () => {
    const random = randomNumbers(seed);
    const clients: LoadClient[] = Array.from({ length: clientsCount - 1 }, (_, number) =>
      loadClient(cloud.daemon, number),
    );
    const instances = launches();
    const processes = instanceProcesses(cloud.daemon.dataDir, server.id);
    expect(processes.length).toBeGreaterThan(3);
    const put = `curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600' ${metadata}/api/token`;
    const token = await cloud.inside(server, put);
    let opened = false;
    const readyMs: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      if (opened) await ec2.send(new RevokeSecurityGroupIngressCommand(rule(8081)));
      else await ec2.send(new AuthorizeSecurityGroupIngressCommand(rule(8081)));
      opened = !opened;
      const afterMs = Math.floor(random() * 900);
      // Every fourth daemon that follows is killed on its way up, or just after it has begun to adopt.
      const stumbleMs = kill % 4 === 3 ? Math.floor(random() * 1500) : undefined;
      readyMs.push(await killUnderLoad([...clients, instances], { afterMs, stumbleMs }));

      const reached = await Promise.all([friend.visit(url(8080)), enemy.visit(url(8080))]);
      const wanted = opened ? "answered" : "timeout";
      await until(`the acknowledged rule holds after kill ${kill + 1}`, async () =>
        (await friend.visit(url(8081))) === wanted ? true : undefined,
      );
      const [things, described] = await Promise.all([shown(), describedInstances()]);
      const alive = instanceProcesses(cloud.daemon.dataDir, server.id);
      const tokens = described
        .map(({ ClientToken = "" }) => ClientToken)
        .filter((token) => instances.tokens.has(token));
      const place = `kill ${kill + 1}, ${afterMs} ms into the load`;
      expect({
        place,
        reached,
        lost: clients.flatMap(({ acknowledged }) => missing(acknowledged, things)),
        complaints: cloud.daemon.complaints,
        surprises: clients.flatMap(({ surprises }) => surprises),
        state: described.find(({ InstanceId }) => InstanceId === server.id)?.State?.Name,
        ended: processes.filter((each) => !alive.includes(each)),
        launchedTwice: tokens.filter((token, at) => tokens.indexOf(token) !== at),
        risen: described.filter((each) => instances.terminated.has(each.InstanceId ?? "") && isAlive(each)),
      }).toEqual({
        place,
        // The rules stood all the time: nobody was let in or shut out by the restart.
        reached: ["answered", "timeout"],
        lost: [],
        complaints: [],
        surprises: [],
        state: "running",
        ended: [],
        launchedTwice: [],
        risen: [],
      });
    }
    const kept = `curl -s -o /dev/null -w '%{http_code}' -H 'X-aws-ec2-metadata-token: ${token}'`;
    expect(await cloud.inside(server, `${kept} ${metadata}/meta-data/`)).toBe("200");
    const resolved = await cloud.inside(server, "getent hosts sts.amazonaws.com");
    expect(resolved).toContain("192.0.2.10");
    const answered = clients.reduce((sum, client) => sum + client.answered, 0);
    const slowest = Math.max(...readyMs).toFixed(0);
    const median = readyMs.toSorted((a, b) => a - b)[Math.floor(readyMs.length / 2)]?.toFixed(0);
    process.stdout.write(
      `${kills} kills: ${answered} acknowledged writes and ${instances.tokens.size} launches, 0 lost; ` +
        `ready again after ${median} ms (median), ${slowest} ms (slowest)\n`,
    );
    expect(answered).toBeGreaterThan(kills * 10);
  },
);

test("after all kills every machine has an instance and every terminated one is gone from the host", async () => {
  const settled = await until("every instance has come to rest", async () => {
    const described = await describedInstances();
    const moving = described.filter(({ State }) => !/^(running|terminated)$/.test(State?.Name ?? ""));
    return moving.length === 0 ? described : undefined;
  });
  const running = settled.filter(({ State }) => State?.Name === "running");
  await until("there is one namespace for each running instance", () =>
    guestNamespaces(cloud.daemon.dataDir).length === running.length ? true : undefined,
  );
  await cloud.terminateAll();
  const left = await until("nothing of the instances is left", () => {
    const { processes, mounts, cgroups, folders, namespaces } = hostTraces(cloud.daemon.dataDir);
    const count = processes.length + mounts.length + cgroups.length + folders.length;
    return count === 0 && namespaces.length <= 2 ? namespaces : undefined;
  });
  // A router may stay for a while, the internet side always does.
  expect(left.filter((name) => /e-\d+$/.test(name))).toEqual([]);
  expect(await cloud.daemon.stop()).toBe(0);
});

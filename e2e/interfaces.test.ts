import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { hostTraces } from "./host-traces.ts";
import { curlOptions, reachOf } from "./internet.ts";
import type { Reach } from "./internet.ts";
import { imageId, openSmallCloud, whyNoInstances } from "./small-cloud.ts";
import type { Instance, SmallCloud } from "./small-cloud.ts";
import { until } from "./until.ts";

const obstacle = whyNoInstances();

interface Interface {
  id: string;
  address: string;
  attachmentId: string;
}

let cloud: SmallCloud;
let groups: { friends: string; inner: string };
/** Gets a second interface while it runs. */
let server: Instance;
let friend: Instance;
let second: Interface;
let subnetId: string;

/** Asks the command line for one value. */
async function ask<Value = string>(query: string, ...words: string[]): Promise<Value> {
  return cloud.aws<Value>("ec2", ...words, "--query", query);
}

/** Serves on every address, at every boot because a script of user data runs at the first alone. */
const serve = (port: number) =>
  `cd /home/admin && mkdir -p page && cd page && ` +
  `{ setsid python3 -m http.server ${port} </dev/null >/dev/null 2>&1 & }`;

beforeAll(async () => {
  if (obstacle !== undefined) return;
  cloud = await openSmallCloud();
  const [friends, inner] = await Promise.all(["friends", "inner"].map((name) => cloud.createGroup(name)));
  groups = { friends: friends!, inner: inner! };
  const rule = ["--group-id", groups.inner, "--protocol", "tcp", "--port", "9000"];
  await ask("@", "authorize-security-group-ingress", ...rule, "--source-group", groups.friends);
  [server, friend] = await Promise.all([cloud.launch([]), cloud.launch([groups.friends])]);
  await Promise.all([cloud.inside(server, serve(9000)), cloud.inside(friend, serve(9100))]);
  const toFriend = ["--group-id", groups.friends, "--protocol", "tcp", "--port", "9100"];
  await ask("@", "authorize-security-group-ingress", ...toFriend, "--source-group", groups.inner);
  const instances = ["describe-instances", "--instance-ids", server.id];
  subnetId = await ask("Reservations[0].Instances[0].SubnetId", ...instances);
});
afterAll(async () => {
  await cloud?.daemon.stop();
});
beforeEach((context) => {
  context.skip(obstacle !== undefined, obstacle);
});

async function curl(from: Instance, url: string, ...options: string[]): Promise<Reach> {
  const quoted = [...curlOptions, ...options].map((option) => `'${option}'`).join(" ");
  return reachOf((await cloud.tryInside(from, `curl ${quoted} ${url}`)).code);
}
const visit = (address: string, port = 9000): Promise<Reach> => curl(friend, `http://${address}:${port}/`);

/** What the instance is told of its interfaces. */
async function macsInside(instance: Instance): Promise<string[]> {
  const base = "http://169.254.169.254/latest";
  const token = `$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${base}/api/token)`;
  const path = `${base}/meta-data/network/interfaces/macs/`;
  const said = await cloud.inside(instance, `curl -s -H "X-aws-ec2-metadata-token: ${token}" ${path}`);
  return said.split("\n").filter((line) => line !== "");
}

async function attach(id: string, index: string): Promise<string> {
  const what = ["--network-interface-id", id, "--instance-id", server.id, "--device-index", index];
  const attachmentId = await ask("AttachmentId", "attach-network-interface", ...what);
  await untilAttachment(id, "attached");
  return attachmentId;
}
async function untilAttachment(id: string, status: string | null): Promise<void> {
  const query = "NetworkInterfaces[0].Attachment.Status";
  const asked = ["describe-network-interfaces", "--network-interface-ids", id];
  await until(`the interface is ${status ?? "detached"}`, async () =>
    (await ask<string | null>(query, ...asked)) === status ? true : undefined,
  );
}

test("an interface that is attached to a running instance carries traffic by its own groups", async () => {
  const made = ["--subnet-id", subnetId, "--groups", groups.inner, "--description", "second"];
  const query = "NetworkInterface.[NetworkInterfaceId, PrivateIpAddress]";
  const [id, address] = await ask<string[]>(query, "create-network-interface", ...made);
  expect(await visit(address!)).toBe("timeout");
  second = { id: id!, address: address!, attachmentId: await attach(id!, "1") };
  await until("the second address answers", async () =>
    (await visit(second.address)) === "answered" ? true : undefined,
  );
  // The first interface has other groups, and the second admits nobody else and nothing else.
  expect(await visit(server.privateIp)).toBe("timeout");
  expect(await visit(second.address, 9001)).toBe("timeout");
  expect(await curl(server, `http://${friend.privateIp}:9100/`, "--interface", second.address)).toBe(
    "answered",
  );
  expect(await curl(server, `http://${friend.privateIp}:9100/`)).toBe("timeout");
  expect((await cloud.tryInside(server, "true")).code).toBe(0);
});

test("the instance is told of both interfaces", async () => {
  expect(await macsInside(server)).toHaveLength(2);
  expect(await macsInside(friend)).toHaveLength(1);
});

test("an address that is assigned to it answers, and no more once it is taken back", async () => {
  const of = ["--network-interface-id", second.id];
  const assigned = await ask(
    "AssignedPrivateIpAddresses[0].PrivateIpAddress",
    "assign-private-ip-addresses",
    ...of,
    "--secondary-private-ip-address-count",
    "1",
  );
  await until("the assigned address answers", async () =>
    (await visit(assigned)) === "answered" ? true : undefined,
  );
  await ask("@", "unassign-private-ip-addresses", ...of, "--private-ip-addresses", assigned);
  await until("it answers no more", async () => ((await visit(assigned)) === "timeout" ? true : undefined));
  expect(await visit(second.address)).toBe("answered");
});

test("both interfaces outlive a stop", async () => {
  await ask("@", "stop-instances", "--instance-ids", server.id);
  await cloud.untilState(server.id, "stopped");
  await ask("@", "start-instances", "--instance-ids", server.id);
  await cloud.untilState(server.id, "running");
  // With two interfaces the instance gets no public address of Amazon's: the friend goes in its place.
  const state = async () => (await cloud.look(server.id)).publicIp;
  expect(await state()).toBe("");
  const query = "Reservations[0].Instances[0].NetworkInterfaces[].PrivateIpAddress";
  const addresses = await ask<string[]>(query, "describe-instances", "--instance-ids", server.id);
  expect(addresses.toSorted()).toEqual([server.privateIp, second.address].toSorted());
});

test("detaching it ends its traffic at once, and it can go to another instance", async () => {
  const [one, two] = [await cloud.launch([]), await cloud.launch([])];
  await cloud.inside(two, serve(9000));
  await ask("@", "detach-network-interface", "--attachment-id", second.attachmentId);
  await untilAttachment(second.id, null);
  server = one;
  second.attachmentId = await attach(second.id, "1");
  await cloud.inside(server, serve(9000));
  await until("the second address answers there", async () =>
    (await visit(second.address)) === "answered" ? true : undefined,
  );
  await ask("@", "detach-network-interface", "--attachment-id", second.attachmentId);
  await until("it answers no more", async () =>
    (await visit(second.address)) === "timeout" ? true : undefined,
  );
  await untilAttachment(second.id, null);
  expect(await macsInside(server)).toHaveLength(1);
  await ask("@", "delete-network-interface", "--network-interface-id", second.id);
});

test("a launch from a template has its parameters, and as many interfaces as it says", async () => {
  const data = {
    ImageId: imageId,
    InstanceType: "t3.micro",
    KeyName: "test",
    NetworkInterfaces: [
      { DeviceIndex: 0, SubnetId: subnetId, Groups: [cloud.shellGroup] },
      { DeviceIndex: 1, SubnetId: subnetId, Groups: [groups.inner] },
    ],
  };
  const named = ["--launch-template-name", "two", "--launch-template-data", JSON.stringify(data)];
  const id = await ask("LaunchTemplate.LaunchTemplateId", "create-launch-template", ...named);
  const made = await ask<string>(
    "Instances[0].InstanceId",
    "run-instances",
    "--launch-template",
    `LaunchTemplateId=${id},Version=1`,
  );
  await cloud.untilState(made, "running");
  const query =
    "Reservations[0].Instances[0].NetworkInterfaces[?Attachment.DeviceIndex==`1`].PrivateIpAddress";
  const [address] = await ask<string[]>(query, "describe-instances", "--instance-ids", made);
  expect(address).toMatch(/^172\.31\./);
  // Nothing listens there: the packet comes through and is refused by the guest.
  await until("the second interface is reached", async () =>
    (await visit(address!)) === "refused" ? true : undefined,
  );
});

test("terminated instances leave no interface, process, folder or namespace", async () => {
  await cloud.terminateAll();
  expect(await ask<unknown[]>("NetworkInterfaces", "describe-network-interfaces")).toEqual([]);
  await until("nothing of the instances is left", () => {
    const { processes, mounts, folders, namespaces } = hostTraces(cloud.daemon.dataDir);
    const ended = processes.length + mounts.length + folders.length === 0;
    return ended && namespaces.filter((name) => /e-\d+$/.test(name)).length === 0 ? true : undefined;
  });
});

test("all this time the daemon has logged no error", () => {
  expect(cloud.daemon.complaints).toEqual([]);
});

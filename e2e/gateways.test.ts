import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { somebody } from "./internet.ts";
import type { Somebody } from "./internet.ts";
import { startInternetServer } from "./internet-server.ts";
import type { InternetServer } from "./internet-server.ts";
import type { Outcome } from "./programs.ts";
import { imageId, openSmallCloud, whyNoInstances } from "./small-cloud.ts";
import type { Instance, SmallCloud } from "./small-cloud.ts";
import { until } from "./until.ts";

const obstacle = whyNoInstances();

let cloud: SmallCloud;
let server: InternetServer;
let stranger: Somebody;
let vpc: { id: string; publicSubnet: string; privateSubnet: string; privateTable: string; group: string };
/** In the public subnet; the visitor logs in here, and from here to the others. */
let bastion: Instance;
/** In the public subnet too, without a public address of its own. */
let other: Instance;
/** As that, but with one of Amazon's. */
let third: Instance;
/** In the private subnet. */
let inner: Instance;
let nat: { id: string; publicIp: string };

/** Asks the command line for one text. */
async function ask(query: string, ...words: string[]): Promise<string> {
  return (await cloud.aws<string | null>("ec2", ...words, "--query", query)) ?? "";
}

async function makeNetwork(): Promise<typeof vpc> {
  const id = await ask("Vpc.VpcId", "create-vpc", "--cidr-block", "10.0.0.0/16");
  const subnet = (block: string) =>
    ask("Subnet.SubnetId", "create-subnet", "--vpc-id", id, "--cidr-block", block);
  const table = () => ask("RouteTable.RouteTableId", "create-route-table", "--vpc-id", id);
  const gateway = await ask("InternetGateway.InternetGatewayId", "create-internet-gateway");
  await ask("@", "attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", id);
  const [publicSubnet, privateSubnet] = [await subnet("10.0.1.0/24"), await subnet("10.0.2.0/24")];
  const [publicTable, privateTable] = [await table(), await table()];
  const everywhere = ["--destination-cidr-block", "0.0.0.0/0"];
  await ask("@", "create-route", "--route-table-id", publicTable, ...everywhere, "--gateway-id", gateway);
  for (const [tableId, subnetId] of [
    [publicTable, publicSubnet],
    [privateTable, privateSubnet],
  ]) {
    await ask("@", "associate-route-table", "--route-table-id", tableId!, "--subnet-id", subnetId!);
  }
  const named = ["--group-name", "inside", "--description", "inside", "--vpc-id", id];
  const group = await ask("GroupId", "create-security-group", ...named);
  for (const cidr of [`${cloud.visitor.address}/32`, "10.0.0.0/16"]) {
    const ssh = ["--protocol", "tcp", "--port", "22", "--cidr", cidr];
    await ask("@", "authorize-security-group-ingress", "--group-id", group, ...ssh);
  }
  return { id, publicSubnet, privateSubnet, privateTable, group };
}

async function launch(subnetId: string, publicAddress: boolean): Promise<Instance> {
  const what = ["--image-id", imageId, "--instance-type", "t3.micro", "--key-name", "test"];
  const where = ["--subnet-id", subnetId, "--security-group-ids", vpc.group];
  const address = publicAddress ? "--associate-public-ip-address" : "--no-associate-public-ip-address";
  const id = await ask("Instances[0].InstanceId", "run-instances", ...what, ...where, address);
  return cloud.untilState(id, "running");
}

/** Runs a command in an instance, by way of the bastion. */
function within(instance: Instance, command: string): Promise<Outcome> {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
  const flags = [...options, "BatchMode=yes", "ConnectTimeout=5"].map((each) => `-o ${each}`).join(" ");
  const hop = `ssh ${flags} -i /home/admin/key admin@${instance.privateIp} "${command}"`;
  return cloud.tryInside(bastion, hop);
}

async function untilLogin(instance: Instance): Promise<void> {
  await until("its log-in service answers", async () =>
    (await within(instance, "true")).code === 0 ? true : undefined,
  );
}

/** The address that the server on the internet sees an instance under, or how the question ended. */
async function seenAs(instance: Instance): Promise<string> {
  const { code, stdout } = await within(instance, `curl -s --noproxy '*' --max-time 3 ${server.url}/`);
  return code === 0 ? stdout : `curl ended with ${code}`;
}

const natState = () => ask("NatGateways[0].State", "describe-nat-gateways", "--nat-gateway-ids", nat.id);

beforeAll(async () => {
  if (obstacle !== undefined) return;
  cloud = await openSmallCloud();
  stranger = somebody(cloud.daemon, "198.51.100.99");
  server = await startInternetServer(cloud.daemon, stranger.address);
  vpc = await makeNetwork();
  [bastion, other, third, inner] = await Promise.all([
    launch(vpc.publicSubnet, true),
    launch(vpc.publicSubnet, false),
    launch(vpc.publicSubnet, true),
    launch(vpc.privateSubnet, false),
  ]);
  const key = readFileSync(cloud.keyFile, "utf8");
  await until("the bastion takes the key", async () => {
    const put = "umask 077 && cat > /home/admin/key";
    return (await cloud.tryInside(bastion, put, key)).code === 0 ? true : undefined;
  });
  await Promise.all([other, third, inner].map(untilLogin));
});
afterAll(async () => {
  await server?.stop();
  await cloud?.daemon.stop();
});
beforeEach((context) => {
  context.skip(obstacle !== undefined, obstacle);
});

test("an instance of a private subnet does not reach the internet", async () => {
  expect(await seenAs(inner)).toBe("curl ended with 28");
});

test("by a NAT gateway it does, under the gateway's elastic IP, once that is available", async () => {
  const [allocation, publicIp] = await cloud.aws<[string, string]>(
    "ec2",
    "allocate-address",
    "--query",
    "[AllocationId, PublicIp]",
  );
  const made = ["--subnet-id", vpc.publicSubnet, "--allocation-id", allocation];
  nat = { id: await ask("NatGateway.NatGatewayId", "create-nat-gateway", ...made), publicIp };
  const route = ["--destination-cidr-block", "0.0.0.0/0", "--nat-gateway-id", nat.id];
  await ask("@", "create-route", "--route-table-id", vpc.privateTable, ...route);
  await until("the NAT gateway is available", async () =>
    (await natState()) === "available" ? true : undefined,
  );
  await until("the route stands", async () => ((await seenAs(inner)) === publicIp ? true : undefined));
  expect(await seenAs(inner)).toBe(publicIp);
});

test("nobody reaches anything by the gateway's elastic IP", async () => {
  const url = `http://${nat.publicIp}/`;
  expect([await stranger.visit(url), await cloud.visitor.visit(url)]).toEqual(["timeout", "timeout"]);
  const { publicIp } = nat;
  const login = await cloud.visitor.ssh({ publicIp, keyFile: cloud.keyFile }, "true");
  expect(login.stderr).toContain("timed out");
});

test("an elastic IP takes effect on a running instance, moves to another, and ends its flows", async () => {
  const [allocation, publicIp] = await cloud.aws<[string, string]>(
    "ec2",
    "allocate-address",
    "--query",
    "[AllocationId, PublicIp]",
  );
  const metadata = async (instance: Instance): Promise<string> => {
    const path = "http://169.254.169.254/latest";
    const put = `curl -s -X PUT -H X-aws-ec2-metadata-token-ttl-seconds:60 ${path}/api/token`;
    const get = `curl -s -H X-aws-ec2-metadata-token:\\$(${put}) ${path}/meta-data/public-ipv4`;
    return (await within(instance, get)).stdout;
  };
  const associate = (instance: Instance) =>
    ask("AssociationId", "associate-address", "--allocation-id", allocation, "--instance-id", instance.id);
  expect(await seenAs(other)).toBe("curl ended with 28");
  await associate(other);
  await until("the internet sees the elastic IP", async () =>
    (await seenAs(other)) === publicIp ? true : undefined,
  );
  expect(await metadata(other)).toBe(publicIp);
  const who = () => cloud.visitor.ssh({ publicIp, keyFile: cloud.keyFile }, "hostname");
  const hostname = (instance: Instance) => `ip-${instance.privateIp.replaceAll(".", "-")}`;
  expect((await who()).stdout).toContain(hostname(other));

  const flow = within(other, `curl -s --noproxy '*' --max-time 8 ${server.url}/slow`);
  await until("the flow has begun", () => (server.asked.includes(`${publicIp} /slow`) ? true : undefined));
  await associate(third);
  expect((await flow).code).toBe(28);
  expect((await cloud.look(third.id)).publicIp).toBe(publicIp);
  await until("the visitor finds the third instance there", async () =>
    (await who()).stdout.includes(hostname(third)) ? true : undefined,
  );
  expect([await metadata(third), await seenAs(third)]).toEqual([publicIp, publicIp]);
  expect(await seenAs(other)).toBe("curl ended with 28");

  const association = "Addresses[0].AssociationId";
  const id = await ask(association, "describe-addresses", "--allocation-ids", allocation);
  await ask("@", "disassociate-address", "--association-id", id);
  const { publicIp: amazons } = await cloud.look(third.id);
  expect(["", publicIp]).not.toContain(amazons);
  await until("the third instance has an address of Amazon's again", async () =>
    (await seenAs(third)) === amazons ? true : undefined,
  );
  expect((await who()).code).toBe(255);
});

test("a route to a NAT gateway that is deleted is a black hole, and its elastic IP is free again", async () => {
  await ask("@", "delete-nat-gateway", "--nat-gateway-id", nat.id);
  await until("the NAT gateway is deleted", async () =>
    (await natState()) === "deleted" ? true : undefined,
  );
  expect(await seenAs(inner)).toBe("curl ended with 28");
  const nats = "RouteTables[0].Routes[?NatGatewayId!=null].State | [0]";
  expect(await ask(nats, "describe-route-tables", "--route-table-ids", vpc.privateTable)).toBe("blackhole");
  const free = "Addresses[?AssociationId==null] | length(@)";
  expect(await cloud.aws<number>("ec2", "describe-addresses", "--query", free)).toBe(2);
});

test("all this time the daemon has logged no error", () => {
  expect(cloud.daemon.complaints).toEqual([]);
});

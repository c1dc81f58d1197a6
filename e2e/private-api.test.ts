import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { tryAws } from "./aws-command.ts";
import { casemateJson } from "./casemate-command.ts";
import type { Outcome } from "./programs.ts";
import { imageId, openSmallCloud, whyNoInstances } from "./small-cloud.ts";
import type { Instance, SmallCloud } from "./small-cloud.ts";
import { trail } from "./trail.ts";
import { until } from "./until.ts";

const obstacle = whyNoInstances();
const service = "com.amazonaws.us-east-1.ec2";
const publicName = "ec2.us-east-1.amazonaws.com";

/** A VPC with a public subnet and one that leads nowhere. */
interface Network {
  id: string;
  publicSubnet: string;
  isolatedSubnet: string;
  isolatedTable: string;
  group: string;
}

/** Asks the command line as somebody for one text. @throws when it is refused */
type Ask = (query: string, ...words: string[]) => Promise<string>;

let cloud: SmallCloud;
let home: Network;
let ask: Ask;
/** In the public subnet; the visitor logs in here, and from here to the others. */
let bastion: Instance;
/** In the subnet that leads nowhere. */
let inner: Instance;
/** In another VPC, which has nothing but that. */
let peer: Instance;
let peerVpc: Network;
let endpoint: { id: string; address: string; names: string[] };

function askingAs(environment: Record<string, string> = {}): Ask {
  return async (query, ...words) => {
    const outcome = await tryAws(cloud.daemon, ["ec2", ...words, "--query", query], environment);
    if (outcome.code !== 0) throw new Error(outcome.stderr.trim());
    return outcome.stdout.trim() === "" ? "" : ((JSON.parse(outcome.stdout) as string | null) ?? "");
  };
}

async function makeNetwork(as: Ask, block: string): Promise<Network> {
  const id = await as("Vpc.VpcId", "create-vpc", "--cidr-block", `${block}.0.0/16`);
  await as("@", "modify-vpc-attribute", "--vpc-id", id, "--enable-dns-hostnames");
  const subnet = (cidr: string) =>
    as("Subnet.SubnetId", "create-subnet", "--vpc-id", id, "--cidr-block", cidr);
  const [publicSubnet, isolatedSubnet] = [await subnet(`${block}.1.0/24`), await subnet(`${block}.2.0/24`)];
  const gateway = await as("InternetGateway.InternetGatewayId", "create-internet-gateway");
  await as("@", "attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", id);
  const table = await as("RouteTable.RouteTableId", "create-route-table", "--vpc-id", id);
  const everywhere = ["--destination-cidr-block", "0.0.0.0/0"];
  await as("@", "create-route", "--route-table-id", table, ...everywhere, "--gateway-id", gateway);
  await as("@", "associate-route-table", "--route-table-id", table, "--subnet-id", publicSubnet);
  const main = ["Name=vpc-id,Values=" + id, "Name=association.main,Values=true"];
  const isolatedTable = await as(
    "RouteTables[0].RouteTableId",
    "describe-route-tables",
    "--filters",
    ...main,
  );
  const named = ["--group-name", "inside", "--description", "inside", "--vpc-id", id];
  const group = await as("GroupId", "create-security-group", ...named);
  for (const cidr of [`${cloud.visitor.address}/32`, "10.0.0.0/16"]) {
    const ssh = ["--protocol", "tcp", "--port", "22", "--cidr", cidr];
    await as("@", "authorize-security-group-ingress", "--group-id", group, ...ssh);
  }
  return { id, publicSubnet, isolatedSubnet, isolatedTable, group };
}

async function launch(as: Ask, subnetId: string, group: string, ...more: string[]): Promise<string> {
  const what = ["--image-id", imageId, "--instance-type", "t3.micro", "--key-name", "test"];
  const where = ["--subnet-id", subnetId, "--security-group-ids", group];
  return as("Instances[0].InstanceId", "run-instances", ...what, ...where, ...more);
}

/** Runs a command in an instance, by way of the bastion. */
function within(instance: Instance, command: string, input?: string): Promise<Outcome> {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
  const flags = [...options, "BatchMode=yes", "ConnectTimeout=3"].map((each) => `-o ${each}`).join(" ");
  const hop = `ssh ${flags} -i /home/admin/key admin@${instance.privateIp} "${command}"`;
  return cloud.tryInside(bastion, hop, input);
}

async function makeCaller(): Promise<void> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
  const document = ["--assume-role-policy-document", JSON.stringify(trust)];
  await cloud.aws("iam", "create-role", "--role-name", "caller", ...document);
  await cloud.aws("iam", "create-instance-profile", "--instance-profile-name", "caller");
  const both = ["--instance-profile-name", "caller", "--role-name", "caller"];
  await cloud.aws("iam", "add-role-to-instance-profile", ...both);
}

/** Lets the role of the instances describe what they like under a condition. */
function letCall(condition: object): Promise<unknown> {
  const Statement = [{ Effect: "Allow", Action: "ec2:Describe*", Resource: "*", Condition: condition }];
  const policy = JSON.stringify({ Version: "2012-10-17", Statement });
  const named = ["--role-name", "caller", "--policy-name", "calls", "--policy-document", policy];
  return cloud.aws("iam", "put-role-policy", ...named);
}

interface Called {
  status?: number;
  requestId?: string;
  refused?: string;
  message?: string;
}

/** Calls a service with the SDK from the inner instance or the bastion. */
async function call(from: "inner" | "bastion", ...words: string[]): Promise<Called> {
  const command = `node private-call.mjs ${words.join(" ")}`;
  const outcome = from === "inner" ? await within(inner, command) : await cloud.tryInside(bastion, command);
  if (outcome.stdout === "") throw new Error(outcome.stderr);
  return JSON.parse(outcome.stdout) as Called;
}

async function untilCall(wanted: string, from: "inner" | "bastion", ...words: string[]): Promise<Called> {
  return until(`a call ends with ${wanted}`, async () => {
    const called = await call(from, ...words);
    return String(called.status ?? called.refused) === wanted ? called : undefined;
  });
}

async function addressesOf(name: string): Promise<string[]> {
  const { stdout } = await within(inner, `getent ahostsv4 ${name} | grep STREAM`);
  return stdout.split("\n").flatMap((line) => line.split(" ", 1)[0] || []);
}

async function untilState(as: Ask, id: string, state: string): Promise<void> {
  const asked = ["describe-vpc-endpoints", "--vpc-endpoint-ids", id];
  await until(`${id} is ${state}`, async () =>
    (await as("VpcEndpoints[0].State", ...asked)) === state ? true : undefined,
  );
}

async function open(as: Ask, group: string, port: string, cidr: string): Promise<void> {
  const rule = ["--protocol", "tcp", "--port", port, "--cidr", cidr];
  await as("@", "authorize-security-group-ingress", "--group-id", group, ...rule);
}

beforeAll(async () => {
  if (obstacle !== undefined) return;
  cloud = await openSmallCloud();
  ask = askingAs();
  await makeCaller();
  [home, peerVpc] = [await makeNetwork(ask, "10.0"), await makeNetwork(ask, "10.1")];
  const profile = ["--iam-instance-profile", "Name=caller"];
  const ids = await Promise.all([
    launch(ask, home.publicSubnet, home.group, ...profile, "--associate-public-ip-address"),
    launch(ask, home.isolatedSubnet, home.group, ...profile),
    launch(ask, peerVpc.isolatedSubnet, peerVpc.group),
  ]);
  const running = await Promise.all(ids.map((id) => cloud.untilState(id, "running")));
  [bastion, inner, peer] = [running[0]!, running[1]!, running[2]!];
  const key = readFileSync(cloud.keyFile, "utf8");
  await until("the bastion takes the key", async () => {
    const put = "umask 077 && cat > /home/admin/key";
    return (await cloud.tryInside(bastion, put, key)).code === 0 ? true : undefined;
  });
  const bundled = await build({
    entryPoints: ["e2e/guest/private-call.mjs"],
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: 'import { createRequire } from "node:module";const require=createRequire("file:///");' },
    write: false,
    logLevel: "silent",
  });
  const program = bundled.outputFiles[0]?.text ?? "";
  await cloud.inside(bastion, "cat > private-call.mjs", program);
  await until("the inner instance takes the program", async () =>
    (await within(inner, "cat > private-call.mjs", program)).code === 0 ? true : undefined,
  );
});
afterAll(async () => {
  await cloud?.daemon.stop();
});
beforeEach((context) => {
  context.skip(obstacle !== undefined, obstacle);
});

test("an instance of an isolated subnet does not reach the API", async () => {
  await letCall({});
  expect(await call("inner")).toMatchObject({ refused: "TimeoutError" });
});

test("by an interface endpoint it does, under the API's own name, as the endpoint's groups let it", async () => {
  const where = [
    "--vpc-id",
    home.id,
    "--subnet-ids",
    home.isolatedSubnet,
    "--security-group-ids",
    home.group,
  ];
  const made = ["--vpc-endpoint-type", "Interface", "--service-name", service, ...where];
  const id = await ask("VpcEndpoint.VpcEndpointId", "create-vpc-endpoint", ...made);
  await untilState(ask, id, "available");
  const shown = "VpcEndpoints[0].[NetworkInterfaceIds[0], DnsEntries[].DnsName]";
  const asked = ["describe-vpc-endpoints", "--vpc-endpoint-ids", id, "--query", shown];
  const [eni, names] = await cloud.aws<[string, string[]]>("ec2", ...asked);
  const addressed = "NetworkInterfaces[0].PrivateIpAddress";
  const address = await ask(addressed, "describe-network-interfaces", "--network-interface-ids", eni);
  endpoint = { id, address, names };
  expect(names).toContain(publicName);
  for (const name of names) expect([name, await addressesOf(name)]).toEqual([name, [address]]);
  expect(await call("inner")).toMatchObject({ refused: "TimeoutError" });
  await open(ask, home.group, "443", "10.0.0.0/16");
  const { requestId } = await untilCall("200", "inner");
  const records = await trail(cloud.daemon, "--event", "DescribeVpcs");
  expect(records.find(({ requestID }) => requestID === requestId)).toMatchObject({
    vpcEndpointId: id,
    sourceIPAddress: inner.privateIp,
  });
});

test("a policy tells calls by the endpoint from calls by the internet", async () => {
  await ask("@", "modify-vpc-endpoint", "--vpc-endpoint-id", endpoint.id, "--no-private-dns-enabled");
  const own = `https://${endpoint.names[0]}`;
  await until("the API's name leads to the internet again", async () =>
    (await addressesOf(publicName)).includes(endpoint.address) ? undefined : true,
  );
  expect([(await call("bastion")).status, (await call("inner", "ec2", own)).status]).toEqual([200, 200]);
  await letCall({ StringEquals: { "aws:SourceVpce": endpoint.id } });
  expect((await call("inner", "ec2", own)).status).toBe(200);
  expect(await call("bastion")).toMatchObject({ refused: "UnauthorizedOperation" });
  await letCall({ StringEquals: { "aws:SourceVpce": "vpce-0bbbbbbbbbbbbbbbb" } });
  expect(await call("inner", "ec2", own)).toMatchObject({ refused: "UnauthorizedOperation" });
  await letCall({
    StringEquals: { "aws:SourceVpc": home.id },
    IpAddress: { "aws:VpcSourceIp": `${inner.privateIp}/32` },
  });
  expect((await call("inner", "ec2", own)).status).toBe(200);
  expect(await call("bastion", "ec2", own)).toMatchObject({ refused: "UnauthorizedOperation" });
  await letCall({});
});

test("the endpoint's policy bounds what comes by it, and it leads to its one service", async () => {
  const own = `https://${endpoint.names[0]}`;
  const Statement = [{ Effect: "Allow", Principal: "*", Action: "ec2:DescribeInstances", Resource: "*" }];
  const policy = ["--policy-document", JSON.stringify({ Version: "2012-10-17", Statement })];
  await ask("@", "modify-vpc-endpoint", "--vpc-endpoint-id", endpoint.id, ...policy);
  const refused = await call("inner", "ec2", own);
  expect(refused.message).toContain("no VPC endpoint policy allows the ec2:DescribeVpcs action");
  expect((await call("bastion")).status).toBe(200);
  await ask("@", "modify-vpc-endpoint", "--vpc-endpoint-id", endpoint.id, "--reset-policy");
  expect((await call("inner", "ec2", own)).status).toBe(200);
  expect(await call("inner", "sts", own)).toMatchObject({ refused: "SignatureDoesNotMatch" });
});

test("a daemon that was killed answers at the endpoint again once it is back", async () => {
  await cloud.daemon.kill();
  expect((await within(inner, `curl -sk -m 2 https://${endpoint.address}/`)).code).not.toBe(0);
  await cloud.daemon.restart();
  await untilCall("200", "inner", "ec2", `https://${endpoint.names[0]}`);
});

test("an endpoint that is deleted answers no more", async () => {
  await ask("@", "delete-vpc-endpoints", "--vpc-endpoint-ids", endpoint.id);
  await until("the endpoint is gone", async () => {
    const left = await cloud.aws<string[]>("ec2", "describe-vpc-endpoints", "--query", "VpcEndpoints[]");
    return left.length === 0 ? true : undefined;
  });
  expect(await addressesOf(endpoint.names[0]!)).toEqual([]);
  expect((await within(inner, `curl -sk -m 2 https://${endpoint.address}/`)).code).toBe(28);
});

test("peered VPCs reach one another once both route tables lead there, until the peering is deleted", async () => {
  const reaches = async (): Promise<boolean> => (await within(peer, "true")).code === 0;
  const both = ["--vpc-id", home.id, "--peer-vpc-id", peerVpc.id];
  const made = "VpcPeeringConnection.VpcPeeringConnectionId";
  const id = await ask(made, "create-vpc-peering-connection", ...both);
  const named = ["--vpc-peering-connection-id", id];
  await ask("@", "accept-vpc-peering-connection", ...named);
  const shown = "VpcPeeringConnections[0].Status.Code";
  const state = () => ask(shown, "describe-vpc-peering-connections", "--vpc-peering-connection-ids", id);
  await until("the peering is active", async () => ((await state()) === "active" ? true : undefined));
  const subnet = `Name=association.subnet-id,Values=${home.publicSubnet}`;
  const table = await ask("RouteTables[0].RouteTableId", "describe-route-tables", "--filters", subnet);
  const there = ["--route-table-id", table, "--destination-cidr-block", "10.1.0.0/16"];
  await ask("@", "create-route", ...there, ...named);
  expect(await reaches()).toBe(false);
  const back = ["--route-table-id", peerVpc.isolatedTable, "--destination-cidr-block", "10.0.0.0/16"];
  await ask("@", "create-route", ...back, ...named);
  await until("the bastion logs in to the peer", async () => ((await reaches()) ? true : undefined));
  // The subnet of the inner instance has no such route.
  const fromInner = `ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o ConnectTimeout=2 ${peer.privateIp}`;
  expect((await within(inner, fromInner)).stderr).toContain("timed out");
  await ask("@", "delete-vpc-peering-connection", ...named);
  await until("the bastion does not any more", async () => ((await reaches()) ? undefined : true));
  await until("the peering is deleted", async () => ((await state()) === "deleted" ? true : undefined));
});

test("another account reaches a service by PrivateLink, unseen, one way, for as long as it is accepted", async () => {
  const account = await casemateJson<{ accountId: string; accessKeyId: string; secretAccessKey: string }>(
    cloud.daemon,
    ["accounts", "create", "--name", "second"],
  );
  const { accountId, accessKeyId, secretAccessKey } = account.data;
  const second = askingAs({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  const keyFile = join(cloud.daemon.dataDir, "second-key");
  const key = await second("KeyMaterial", "create-key-pair", "--key-name", "test", "--key-type", "ed25519");
  writeFileSync(keyFile, key, { mode: 0o600 });
  // Its addresses are the very same as the provider's.
  const far = await makeNetwork(second, "10.0");
  const client = await launch(second, far.publicSubnet, far.group, "--associate-public-ip-address");

  const program = readFileSync("e2e/guest/who-calls.py", "utf8");
  expect((await within(inner, "cat > who-calls.py", program)).code).toBe(0);
  await within(inner, "setsid python3 who-calls.py < /dev/null > /dev/null 2>&1 &");
  const mine = ["--filters", `Name=private-ip-address,Values=${inner.privateIp}`];
  const eni = await ask("NetworkInterfaces[0].NetworkInterfaceId", "describe-network-interfaces", ...mine);
  const owner = await ask("NetworkInterfaces[0].OwnerId", "describe-network-interfaces", ...mine);
  const target = `arn:aws:ec2:us-east-1:${owner}:network-interface/${eni}/tcp/80/8080`;
  const made = ["create-vpc-endpoint-service-configuration", "--network-load-balancer-arns", target];
  const [serviceId, serviceName] = await cloud.aws<[string, string]>(
    "ec2",
    ...made,
    "--query",
    "ServiceConfiguration.[ServiceId, ServiceName]",
  );
  const kept = ["--filters", "Name=interface-type,Values=network_load_balancer"];
  const front = await ask("NetworkInterfaces[0].PrivateIpAddress", "describe-network-interfaces", ...kept);
  await open(ask, home.group, "8080", `${front}/32`);

  const where = ["--vpc-id", far.id, "--subnet-ids", far.isolatedSubnet, "--security-group-ids", far.group];
  const consume = ["create-vpc-endpoint", "--vpc-endpoint-type", "Interface", ...where];
  const connect = () => second("VpcEndpoint.VpcEndpointId", ...consume, "--service-name", serviceName);
  await expect(connect()).rejects.toThrow("InvalidServiceName");
  const principal = ["--add-allowed-principals", `arn:aws:iam::${accountId}:root`];
  const permissions = "modify-vpc-endpoint-service-permissions";
  await ask("@", permissions, "--service-id", serviceId, ...principal);
  const id = await connect();
  await open(second, far.group, "80", "10.0.0.0/16");
  const one = ["--service-id", serviceId, "--vpc-endpoint-ids", id];
  await ask("@", "accept-vpc-endpoint-connections", ...one);
  await untilState(second, id, "available");

  const running = "Reservations[0].Instances[0].[PublicIpAddress, PrivateIpAddress]";
  const publicIp = await until("the client has an address", async () => {
    const address = await second(`${running} | [0]`, "describe-instances", "--instance-ids", client);
    return address === "" ? undefined : address;
  });
  const entries = ["describe-vpc-endpoints", "--vpc-endpoint-ids", id];
  const name = await second("VpcEndpoints[0].DnsEntries[0].DnsName", ...entries);
  const visit = () => cloud.visitor.ssh({ publicIp, keyFile }, `curl -s -m 3 http://${name}/`);
  await until("the client is answered", async () => ((await visit()).code === 0 ? true : undefined));
  expect((await visit()).stdout).toBe(front);
  // Towards the consumers the service begins nothing.
  expect((await within(inner, `curl -s -m 2 http://${front}/`)).code).toBe(28);

  await ask("@", "reject-vpc-endpoint-connections", ...one);
  await until("the client is not answered any more", async () =>
    (await visit()).code === 0 ? undefined : true,
  );
  await untilState(second, id, "rejected");
});

test("all this time the daemon has logged no error", () => {
  expect(cloud.daemon.complaints).toEqual([]);
});

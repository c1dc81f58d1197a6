import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeVpcsCommand,
  EC2Client,
  RunInstancesCommand,
  waitUntilInstanceRunning,
} from "@aws-sdk/client-ec2";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { casemate, casemateJson } from "./casemate-command.ts";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { hasProgram, run } from "./programs.ts";

/** What `reach -o json` answers, as far as it is looked at. */
interface Reach {
  allowed: boolean;
  verdict: { hops: { vpcId: string }[]; denied?: { text: string; vpcId: string } };
}

let daemon: Daemon;

beforeAll(async () => {
  daemon = await startDaemon(["--machines", "recorded"]);
});
afterAll(async () => {
  await daemon?.stop();
});

/** What an SDK client needs. */
const clientOptions = (key?: { AccessKeyId?: string | undefined; SecretAccessKey?: string | undefined }) => ({
  endpoint: daemon.endpoint,
  region: "us-east-1",
  credentials: {
    accessKeyId: key?.AccessKeyId ?? daemon.environment["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: key?.SecretAccessKey ?? daemon.environment["AWS_SECRET_ACCESS_KEY"] ?? "",
  },
});

test("a shell that evaluates env has what clients need", async () => {
  const { stdout } = await casemate(daemon, ["env"], { SHELL: "/bin/bash" });
  const script = `${stdout}\necho "$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY"`;
  const said = await run("sh", ["-c", script], { PATH: process.env["PATH"] ?? "" });
  const { environment } = daemon;
  const key = `${environment["AWS_ACCESS_KEY_ID"]} ${environment["AWS_SECRET_ACCESS_KEY"]}`;
  expect(said.stdout).toBe(`${daemon.endpoint} ${key}\n`);
});

test("status says what runs, and wait returns once it is ready", async () => {
  const status = await casemateJson<{ endpoint: string; machines: object }>(daemon, ["status"]);
  expect(status).toMatchObject({ ok: true, code: 0, data: { endpoint: daemon.endpoint, ready: true } });
  expect((await casemate(daemon, ["wait", "--timeout", "5"])).code).toBe(0);
});

test("whoami is the administrator, or who the environment says", async () => {
  const own = await casemate(daemon, ["whoami"]);
  expect(own.code).toBe(0);
  expect(own.stdout.split("\n")).toEqual([
    "arn:aws:iam::000000000000:user/admin",
    "  account         000000000000",
    "  credential      access key",
    "",
  ]);
  const wrong = { ...daemon.environment, AWS_SECRET_ACCESS_KEY: "wrong" };
  const refused = await casemate(daemon, ["whoami"], wrong);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain("SignatureDoesNotMatch");
});

test("a new account has an administrator of its own", async () => {
  const made = await casemateJson<{ accountId: string }>(daemon, ["accounts", "create", "--name", "second"]);
  const { accountId } = made.data;
  const own = await casemate(daemon, ["whoami", "--account", accountId]);
  expect(own.stdout.split("\n")[0]).toBe(`arn:aws:iam::${accountId}:user/admin`);
  const listed = await casemateJson<{ accountId: string }[]>(daemon, ["accounts", "list"]);
  expect(listed.data.map((each) => each.accountId)).toContain(accountId);
  const taken = await casemateJson(daemon, ["accounts", "create", "--account-id", accountId]);
  expect(taken).toMatchObject({ ok: false, code: 3, error: { code: "Conflict" } });
  const trail = await casemateJson<{ entries: object[] }>(daemon, ["trail", "--account", accountId]);
  expect(trail.data.entries.at(-1)).toMatchObject({
    eventName: "CreateAccount",
    eventType: "CasemateOperator",
  });
});

test("why tells statement by statement what refused a call", async () => {
  const iam = new IAMClient(clientOptions());
  await iam.send(new CreateUserCommand({ UserName: "ann" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
  const ec2 = new EC2Client(clientOptions(AccessKey));
  await expect(ec2.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
    name: "UnauthorizedOperation",
  });

  const key = AccessKey?.AccessKeyId ?? "";
  const trail = await casemateJson<{ entries: { requestID: string; errorCode: string }[] }>(daemon, [
    "trail",
    "--errors",
    "--access-key",
    key,
  ]);
  expect(trail.data.entries).toMatchObject([{ errorCode: "Client.UnauthorizedOperation" }]);
  const why = await casemate(daemon, ["why", trail.data.entries[0]?.requestID ?? ""]);
  expect(why.stdout).toContain("REFUSED  ec2:DescribeVpcs on *");
  expect(why.stdout).toContain("No identity-based policy allows it.");
});

test("reach names the rule that lets a packet in, and says when there is none", async () => {
  const ec2 = new EC2Client(clientOptions());
  const { GroupId = "" } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "web", Description: "web" }),
  );
  const { eni, instance } = await launch(ec2, GroupId);
  const question = ["reach", "198.51.100.7", eni, "tcp", "22"];

  const before = await casemate(daemon, question);
  expect(before).toMatchObject({
    code: 3,
    stdout: expect.stringContaining("not reachable: sg-in") as string,
  });
  const allowed = { GroupId, IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "198.51.100.0/24" };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand(allowed));
  const after = await casemate(daemon, question);
  expect(after).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/reachable.*\n.*[^]*sgr-/) as string,
  });
  expect((await casemate(daemon, ["reach", "198.51.100.7", instance, "tcp", "22"])).code).toBe(0);
});

test("the way between two VPCs leads over the internet and is judged in both", async () => {
  const near = await launch(new EC2Client(clientOptions()), undefined);
  const ec2 = new EC2Client({ ...clientOptions(), region: "eu-west-1" });
  const { GroupId = "" } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "far", Description: "far" }),
  );
  const far = await launch(ec2, GroupId);
  const question = ["reach", near.instance, far.instance, "tcp", "443"];

  const before = await casemateJson<Reach>(daemon, question);
  expect(before).toMatchObject({ code: 3, data: { allowed: false } });
  const { denied, hops } = before.data.verdict;
  expect(new Set(hops.map(({ vpcId }) => vpcId)).size).toBe(2);
  expect(denied?.vpcId).not.toBe(hops[0]?.vpcId);
  const source = /from (\S+)/.exec(denied?.text ?? "")?.[1];
  const allowed = { GroupId, IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIp: `${source}/32` };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand(allowed));
  expect(await casemateJson<Reach>(daemon, question)).toMatchObject({ code: 0, data: { allowed: true } });
});

test("a program of the host sees an instance's metadata service and loses its own credentials", async () => {
  const ec2 = new EC2Client(clientOptions());
  const { instance } = await launch(ec2, undefined);
  const program = `
    const at = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
    const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
    const token = await (await fetch(at + "/latest/api/token", { method: "PUT", headers: ttl })).text();
    const headers = { "x-aws-ec2-metadata-token": token };
    const id = await (await fetch(at + "/latest/meta-data/instance-id", { headers })).text();
    console.log(id, process.env.AWS_ACCESS_KEY_ID, process.env.AWS_ENDPOINT_URL);
    process.exit(7);`;
  const args = ["run", "--instance", instance, "--", process.execPath, "--input-type=module", "-e", program];
  const outcome = await casemate(daemon, args, { AWS_ACCESS_KEY_ID: "own", AWS_SECRET_ACCESS_KEY: "own" });
  expect(outcome.stderr).toBe("");
  expect(outcome).toMatchObject({ code: 7, stdout: `${instance} undefined ${daemon.endpoint}\n` });
});

test("another user of the host gets nothing of the instance's metadata service", async (context) => {
  context.skip(process.platform !== "linux" || process.getuid?.() !== 0, "needs root on Linux");
  const { instance } = await launch(new EC2Client(clientOptions()), undefined);
  const program = `
    import { spawnSync } from "node:child_process";
    const at = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT + "/latest/meta-data/instance-id";
    const ask = 'process.stdout.write(String((await fetch(' + JSON.stringify(at) + ')).status))';
    const args = ["--input-type=module", "-e", ask];
    const as = (uid) => spawnSync("node", args, { uid, cwd: "/", encoding: "utf8" });
    console.log(as(0).stdout, as(65534).stdout);`;
  const args = ["run", "--instance", instance, "--", process.execPath, "--input-type=module", "-e", program];
  const outcome = await casemate(daemon, args);
  expect(outcome.stdout).toMatch(/^(200|401) 403\n$/);
});

test("casemate aws runs the aws command line, whatever its version", async (context) => {
  context.skip(!hasProgram("aws"), "no aws command line on this machine");
  const args = ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"];
  const outcome = await casemate(daemon, args);
  expect(outcome).toMatchObject({ code: 0, stdout: "arn:aws:iam::000000000000:user/admin\n" });
});

test("doctor says what this host can do, with and without a cloud", async () => {
  const found = await casemateJson<{ findings: { name: string; state: string }[] }>(daemon, ["doctor"]);
  expect(found.code).toBe(0);
  expect(found.data.findings.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["node", "disk", "network", "machines", "cloud"]),
  );
  const alone = await casemate({ dataDir: "/nonexistent" }, ["doctor"]);
  expect(alone).toMatchObject({ code: 0, stdout: expect.stringContaining("none runs") as string });
});

test("exit codes tell usage, refusal, absence and time apart", async () => {
  const empty = mkdtempSync(join(tmpdir(), "casemate-none-"));
  const codes = async (dataDir: string, args: readonly string[], more = {}) =>
    (await casemate({ dataDir }, args, more)).code;
  try {
    expect(await codes(empty, ["status"])).toBe(4);
    expect(await codes(empty, ["wait", "--timeout", "0"])).toBe(5);
    expect(await codes(empty, ["dance"])).toBe(2);
    expect(await codes(empty, ["status"], { ENFORCE_IAM: "0" })).toBe(2);
    expect(await codes(empty, ["reset", "--yes"])).toBe(1);
    expect(await codes(daemon.dataDir, ["reset"])).toBe(2);
    expect(await codes(daemon.dataDir, ["reset", "--yes"])).toBe(3);
    expect(await codes(daemon.dataDir, ["why", "nothing"])).toBe(1);
    expect(await codes(empty, ["help", "exit-codes"])).toBe(0);
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
});

test("a cloud that was stopped is taken away whole by reset", async () => {
  const other = await startDaemon(["--machines", "recorded"]);
  const ended = new Promise((resolve) => other.process.once("exit", resolve));
  other.process.kill("SIGTERM");
  await ended;
  expect(existsSync(join(other.dataDir, "root.key"))).toBe(true);
  expect(await casemate(other, ["reset", "--yes"])).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(join(other.dataDir, "root.key"))).toBe(false);
  expect(existsSync(join(other.dataDir, "casemate.sqlite"))).toBe(false);
  await other.stop();
});

async function launch(
  ec2: EC2Client,
  groupId: string | undefined,
): Promise<{ eni: string; instance: string }> {
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  const launched = await ec2.send(
    new RunInstancesCommand({
      ImageId: Images?.[0]?.ImageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      SecurityGroupIds: groupId === undefined ? undefined : [groupId],
    }),
  );
  const instance = launched.Instances?.[0]?.InstanceId ?? "";
  await waitUntilInstanceRunning({ client: ec2, maxWaitTime: 60, minDelay: 1 }, { InstanceIds: [instance] });
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instance] }));
  const eni = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
  return { eni, instance };
}

// Signs in as people and as their programs do, over HTTP and HTTPS; the daemon is killed meanwhile.
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  EnableMFADeviceCommand,
  GetAccountSummaryCommand,
  IAMClient,
  ListMFADevicesCommand,
  PutUserPolicyCommand,
  UpdateLoginProfileCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { casemate, casemateJson } from "./casemate-command.ts";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { run } from "./programs.ts";
import { trail } from "./trail.ts";

interface Reply {
  status: number;
  json: { code?: string; credentials?: Keys; identity?: { arn: string; mfa: boolean } };
  cookie: string | undefined;
  headers: IncomingMessage["headers"];
}

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const account = "000000000000";
const anaPassword = "First-pass1";
const rootPassword = "Root-pass-1";

let daemon: Daemon;
let admin: Keys;

beforeAll(async () => {
  daemon = await startDaemon(["--machines", "recorded"]);
  const { environment } = daemon;
  admin = {
    accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
  const iam = iamOf(admin);
  await iam.send(new CreateUserCommand({ UserName: "ana" }));
  await iam.send(new CreateLoginProfileCommand({ UserName: "ana", Password: anaPassword }));
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "iam:ListMFADevices",
        Resource: "*",
        Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
      },
    ],
  });
  await iam.send(new PutUserPolicyCommand({ UserName: "ana", PolicyName: "mfa", PolicyDocument }));
});
afterAll(async () => {
  await daemon?.stop();
});

function configurationOf(keys: Keys) {
  return { endpoint: daemon.endpoint, region: "us-east-1", credentials: keys, maxAttempts: 1 };
}
const iamOf = (keys: Keys): IAMClient => new IAMClient(configurationOf(keys));
const arnOf = async (keys: Keys): Promise<string> => {
  const sts = new STSClient(configurationOf(keys));
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? "";
};
const refusalOf = (keys: Keys): Promise<string> =>
  arnOf(keys).then(
    () => "",
    (failure: Error) => failure.name,
  );

async function post(
  path: string,
  input: object,
  more: { cookie?: string; headers?: Record<string, string>; ca?: string } = {},
): Promise<Reply> {
  const secure = more.ca !== undefined;
  const url = new URL(path, secure ? daemon.endpoint.replace("http:", "https:") : daemon.endpoint);
  const headers = {
    "content-type": "application/json",
    ...(more.cookie === undefined ? {} : { cookie: more.cookie }),
    ...more.headers,
  };
  return new Promise((resolve, reject) => {
    const receive = (response: IncomingMessage): void => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => {
        const [cookie] = response.headers["set-cookie"]?.[0]?.split(";") ?? [];
        const json = text === "" ? {} : (JSON.parse(text) as Reply["json"]);
        resolve({ status: response.statusCode ?? 0, json, cookie, headers: response.headers });
      });
    };
    const options = { method: "POST", headers, ca: more.ca, agent: false as const };
    const sent = secure ? requestHttps(url, options, receive) : requestHttp(url, options, receive);
    sent.on("error", reject);
    sent.end(JSON.stringify(input));
  });
}

const asAna = (more: object = {}) => ({ account, userName: "ana", password: anaPassword, ...more });
const asRoot = (more: object = {}) => ({ email: "root@example.com", password: rootPassword, ...more });
function keysOf({ status, json }: Reply): Keys {
  if (json.credentials === undefined) throw new Error(`not signed in: ${status} ${json.code}`);
  const { accessKeyId, secretAccessKey, sessionToken } = json.credentials;
  return { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? "" };
}

function codeAt(seed: string, step: number): string {
  const bits = Array.from(seed, (letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  ).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
const stepNow = (): number => Math.floor(Date.now() / 30_000);

/** A device for a user or, without a name, for the root user that calls; the step that is spent. */
async function giveDevice(iam: IAMClient, userName: string) {
  const made = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: `of-${userName}` }));
  const seed = new TextDecoder().decode(made.VirtualMFADevice?.Base32StringSeed);
  const serial = made.VirtualMFADevice?.SerialNumber ?? "";
  const step = stepNow();
  await iam.send(
    new EnableMFADeviceCommand({
      UserName: userName,
      SerialNumber: serial,
      AuthenticationCode1: codeAt(seed, step - 1),
      AuthenticationCode2: codeAt(seed, step),
    }),
  );
  return { serial, seed, spent: step };
}

test("a user signs in, acts as itself, goes on, and signs out", async () => {
  const first = await post("/console/login", asAna());
  expect(first.headers["cache-control"]).toBe("no-store");
  const keys = keysOf(first);
  expect(await arnOf(keys)).toBe(`arn:aws:iam::${account}:user/ana`);
  const next = await post("/console/session", {}, { cookie: first.cookie ?? "" });
  expect(await arnOf(keysOf(next))).toBe(`arn:aws:iam::${account}:user/ana`);
  expect((await post("/console/logout", {}, { cookie: next.cookie ?? "" })).status).toBe(204);
  expect(await refusalOf(keysOf(next))).toBe("InvalidClientTokenId");
  expect((await post("/console/session", {}, { cookie: next.cookie ?? "" })).status).toBe(401);
});

test("who is refused is told the same whatever was wrong", async () => {
  const told = [];
  for (const input of [
    asAna({ password: "Wrong-pass1" }),
    asAna({ userName: "nobody" }),
    asAna({ account: "nowhere" }),
    asRoot({ email: "nobody@example.com" }),
  ]) {
    const { status, json, cookie } = await post("/console/login", input);
    told.push(JSON.stringify([status, json, cookie]));
  }
  expect(new Set(told).size).toBe(1);
  expect(told[0]).toContain("AuthenticationFailed");
});

test("pages of other sites are refused, and forms are", async () => {
  const evil = { headers: { origin: "https://evil.example" } };
  expect((await post("/console/login", asAna(), evil)).status).toBe(403);
  const rebound = { headers: { host: "evil.example" } };
  expect((await post("/console/login", asAna(), rebound)).status).toBe(403);
  const form = { headers: { "content-type": "text/plain" } };
  expect((await post("/console/login", asAna(), form)).status).toBe(415);
  const own = { headers: { origin: daemon.endpoint, "sec-fetch-site": "same-origin" } };
  expect((await post("/console/login", asAna(), own)).status).toBe(200);
});

test("over TLS the cookie is one that only this host can set", async () => {
  const ca = await (await fetch(`${daemon.endpoint}/_casemate/ca.pem`)).text();
  const { status, headers } = await post("/console/login", asAna(), { ca });
  expect(status).toBe(200);
  expect(headers["set-cookie"]?.[0]).toMatch(/^__Host-casemate-session=[\w.-]+; Path=\/; Secure; HttpOnly; /);
});

test("the root user has no password until the operator sets one, then MFA and keys of its own", async () => {
  expect((await post("/console/login", asRoot())).status).toBe(401);
  const flags = ["accounts", "set-root-password", "--email", "root@example.com"];
  const environment = { PATH: process.env["PATH"] ?? "", HOME: "/tmp", CASEMATE_DATA_DIR: daemon.dataDir };
  const set = await run(process.execPath, ["tools/casemate.mjs", ...flags], environment, `${rootPassword}\n`);
  expect(set).toMatchObject({ code: 0, stderr: "" });
  expect(set.stdout).not.toContain(rootPassword);
  const root = keysOf(await post("/console/login", asRoot()));
  expect(await arnOf(root)).toBe(`arn:aws:iam::${account}:root`);
  const iam = iamOf(root);
  const device = await giveDevice(iam, "root");
  const made = await iam.send(new CreateAccessKeyCommand({}));
  expect(
    await arnOf({
      accessKeyId: made.AccessKey?.AccessKeyId ?? "",
      secretAccessKey: made.AccessKey?.SecretAccessKey ?? "",
    }),
  ).toBe(`arn:aws:iam::${account}:root`);
  const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
  expect(SummaryMap).toMatchObject({
    AccountMFAEnabled: 1,
    AccountPasswordPresent: 1,
    AccountAccessKeysPresent: 1,
  });
  expect((await post("/console/login", asRoot())).status).toBe(401);
  // A device may be a step ahead; a code of a step is taken once.
  const mfaCode = codeAt(device.seed, device.spent + 1);
  const withMfa = await post("/console/login", asRoot({ mfaCode }));
  expect(withMfa.json.identity).toMatchObject({ arn: `arn:aws:iam::${account}:root`, mfa: true });
  expect((await post("/console/login", asRoot({ mfaCode }))).status).toBe(401);
});

test("a policy that wants MFA is met by a session with MFA alone, which ends with its device", async () => {
  const iam = iamOf(admin);
  const without = iamOf(keysOf(await post("/console/login", asAna())));
  const list = new ListMFADevicesCommand({ UserName: "ana" });
  await expect(without.send(list)).rejects.toThrow("not authorized");
  const device = await giveDevice(iam, "ana");
  const mfaCode = codeAt(device.seed, device.spent + 1);
  const keys = keysOf(await post("/console/login", asAna({ mfaCode })));
  expect((await iamOf(keys).send(list)).MFADevices).toHaveLength(1);
  await iam.send(new DeactivateMFADeviceCommand({ UserName: "ana", SerialNumber: device.serial }));
  expect(await refusalOf(keys)).toBe("InvalidClientTokenId");
});

test("a required new password is set while signing in", async () => {
  const iam = iamOf(admin);
  await iam.send(new CreateUserCommand({ UserName: "bob" }));
  const profile = { UserName: "bob", Password: anaPassword, PasswordResetRequired: true };
  await iam.send(new CreateLoginProfileCommand(profile));
  const bob = (more: object = {}) => asAna({ userName: "bob", ...more });
  expect((await post("/console/login", bob())).json.code).toBe("PasswordResetRequired");
  expect((await post("/console/login", bob({ newPassword: "weak" }))).json.code).toBe(
    "PasswordPolicyViolation",
  );
  keysOf(await post("/console/login", bob({ newPassword: "Second-pass2" })));
  expect((await post("/console/login", bob())).status).toBe(401);
  keysOf(await post("/console/login", bob({ password: "Second-pass2" })));
});

test("the command line signs in, and env, whoami and logout follow", async () => {
  const environment = { PATH: process.env["PATH"] ?? "", HOME: "/tmp", CASEMATE_DATA_DIR: daemon.dataDir };
  const login = ["tools/casemate.mjs", "login", "--account", account, "--user", "ana"];
  const wrong = await run(process.execPath, login, environment, "Wrong-pass1\n");
  expect(wrong).toMatchObject({ code: 3, stdout: "" });
  const told = await run(process.execPath, login, environment, `${anaPassword}\n`);
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toContain(`arn:aws:iam::${account}:user/ana is signed in until `);
  const file = readFileSync(join(daemon.dataDir, "login.json"), "utf8");
  expect(file).not.toContain(anaPassword);
  const who = await casemateJson<Record<string, unknown>>(daemon, ["whoami"]);
  expect(who.data).toMatchObject({
    arn: `arn:aws:iam::${account}:user/ana`,
    credential: "console session",
    mfa: false,
  });
  const env = await casemate(daemon, ["env", "--shell", "bash"]);
  expect(env.stdout).toMatch(/^export AWS_SESSION_TOKEN='.+'$/m);
  expect(env.stdout).toMatch(/^unset AWS_PROFILE$/m);
  // Its credentials are made to run out: two commands at once fetch the next ones, and neither loses.
  const old = JSON.parse(file) as { credentials: { expiration: string } };
  old.credentials.expiration = new Date().toISOString();
  writeFileSync(join(daemon.dataDir, "login.json"), JSON.stringify(old));
  const both = await Promise.all([casemate(daemon, ["whoami"]), casemate(daemon, ["whoami"])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect((await casemate(daemon, ["logout"])).stdout).toContain("has signed out");
  expect((await casemate(daemon, ["whoami"])).stdout).toContain(`arn:aws:iam::${account}:user/admin`);
});

test("after a kill guesses are still counted, and what has ended stays so", async () => {
  const ended = await post("/console/login", asAna());
  await post("/console/logout", {}, { cookie: ended.cookie ?? "" });
  const used = await post("/console/login", asAna());
  const next = await post("/console/session", {}, { cookie: used.cookie ?? "" });
  const twice = await post("/console/login", asAna());
  await post("/console/session", {}, { cookie: twice.cookie ?? "" });
  expect((await post("/console/session", {}, { cookie: twice.cookie ?? "" })).status).toBe(401);
  const iam = iamOf(admin);
  await iam.send(new CreateUserCommand({ UserName: "eve" }));
  await iam.send(new CreateLoginProfileCommand({ UserName: "eve", Password: anaPassword }));
  const eve = (password: string) => post("/console/login", asAna({ userName: "eve", password }));
  const guesses = await Promise.all(Array.from({ length: 5 }, () => eve("Wrong-pass1")));
  expect(guesses.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
  await daemon.kill();
  await daemon.restart();
  expect((await eve(anaPassword)).status).toBe(401);
  for (const { cookie } of [ended, twice]) {
    expect((await post("/console/session", {}, { cookie: cookie ?? "" })).status).toBe(401);
  }
  expect(await refusalOf(keysOf(ended))).toBe("InvalidClientTokenId");
  keysOf(await post("/console/session", {}, { cookie: next.cookie ?? "" }));
  await iam.send(new UpdateLoginProfileCommand({ UserName: "eve", Password: "Second-pass2" }));
  keysOf(await eve("Second-pass2"));
});

test("one source is sent away after many failures", async () => {
  const statuses = [];
  for (let count = 0; count < 25; count += 1) {
    statuses.push((await post("/console/login", asAna({ userName: `nobody${count}` }))).status);
  }
  expect(statuses[0]).toBe(401);
  expect(statuses.at(-1)).toBe(429);
  expect((await post("/console/login", asAna())).status).toBe(429);
});

test("the trail has every attempt, and no password anywhere", async () => {
  const records = await trail(daemon, "--limit", "500");
  const logins = records.filter(({ eventName }) => eventName === "ConsoleLogin");
  expect(logins.length).toBeGreaterThan(30);
  const text = JSON.stringify(records);
  for (const secret of [anaPassword, rootPassword, "Wrong-pass1", "Second-pass2"]) {
    expect(text).not.toContain(secret);
  }
  for (const name of readdirSync(daemon.dataDir).filter((each) => each.startsWith("casemate.sqlite"))) {
    const database = readFileSync(join(daemon.dataDir, name), "latin1");
    for (const secret of [anaPassword, rootPassword]) expect(database).not.toContain(secret);
  }
  expect(daemon.complaints).toEqual([]);
});

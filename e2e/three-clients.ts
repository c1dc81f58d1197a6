// The same call by any of three clients: the aws command line, the SDK for JavaScript and boto3. A test says
// what is called and as whom; each call goes to the next client in turn, so that every client meets every
// kind of call over the life of a test.
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as organizations from "@aws-sdk/client-organizations";
import * as sts from "@aws-sdk/client-sts";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { tryAws } from "./aws-command.ts";
import type { Daemon } from "./daemon.ts";

/** Credentials of a caller; without, a call goes unsigned. */
export interface CallerKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** What is called. */
export interface ClientCall {
  service: "ec2" | "iam" | "sts" | "organizations";
  /** In the model's own spelling, such as `CreateUser`. */
  operation: string;
  parameters?: object;
  credentials?: CallerKeys | undefined;
}

/** What came of it. */
export type ClientAnswer =
  | { client: string; output: Record<string, unknown>; code?: undefined; message?: undefined }
  | { client: string; output?: undefined; code: string; message: string };

/** The clients. */
export interface ThreeClients {
  /** The clients that this machine has. */
  names: readonly string[];
  /** How many calls each has made. */
  made: Map<string, number>;
  /** Makes a call by the next client. */
  call: (call: ClientCall) => Promise<ClientAnswer>;
  stop: () => void;
}

type Client = (call: ClientCall) => Promise<Omit<ClientAnswer, "client">>;

/** The clients of a daemon. */
export function threeClients(daemon: Daemon): ThreeClients {
  const python = hasBoto3() ? boto3Client(daemon) : undefined;
  const clients: [string, Client][] = [
    ["aws", commandLine(daemon)],
    ["JavaScript", javaScriptClient(daemon)],
    ...(python === undefined ? [] : [["boto3", python.call] satisfies [string, Client]]),
  ];
  const made = new Map(clients.map(([name]) => [name, 0]));
  let turn = 0;
  return {
    names: clients.map(([name]) => name),
    made,
    async call(call) {
      const [name, client] = clients[turn++ % clients.length] ?? ["", javaScriptClient(daemon)];
      made.set(name, (made.get(name) ?? 0) + 1);
      return { client: name, ...(await client(call)) } as ClientAnswer;
    },
    stop: () => python?.stop(),
  };
}

/** The Python that has boto3: the system's own, since tests run in whatever environment. */
const python = "/usr/bin/python3";

function hasBoto3(): boolean {
  return spawnSync(python, ["-c", "import boto3"], { stdio: "ignore" }).status === 0;
}

function kebab(operation: string): string {
  const words = operation
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
  return words.replace("open-idconnect", "open-id-connect");
}

function commandLine(daemon: Daemon): Client {
  return async ({ service, operation, parameters = {}, credentials }) => {
    const input = ["--cli-input-json", JSON.stringify(parameters)];
    const unsigned = credentials === undefined ? ["--no-sign-request"] : [];
    const environment: Record<string, string> = credentials
      ? {
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          AWS_SESSION_TOKEN: credentials.sessionToken ?? "",
        }
      : {};
    const seedFile = join(daemon.dataDir, "seed");
    // The command line writes a new device's seed to a file instead of telling it.
    const toFile = operation === "CreateVirtualMFADevice";
    const seedFlags = ["--outfile", seedFile, "--bootstrap-method", "Base32StringSeed"];
    const { VirtualMFADeviceName: name = "" } = parameters as { VirtualMFADeviceName?: string };
    const flags = toFile ? ["--virtual-mfa-device-name", name, ...seedFlags] : input;
    const args = [service, kebab(operation), ...flags, ...unsigned];
    const { code, stdout, stderr } = await tryAws(daemon, args, environment);
    if (code === 0 && toFile) {
      const { VirtualMFADevice } = JSON.parse(stdout) as { VirtualMFADevice: object };
      const Base32StringSeed = readFileSync(seedFile, "utf8").trim();
      return { output: { VirtualMFADevice: { ...VirtualMFADevice, Base32StringSeed } } };
    }
    if (code === 0) return { output: stdout.trim() === "" ? {} : JSON.parse(stdout) };
    const told = /An error occurred \((\w+)\) when calling the \w+ operation[^:]*: ([^]*)/.exec(stderr);
    if (told === null) throw new Error(`aws ${args.join(" ")}: ${stderr}`);
    return { code: told[1] ?? "", message: (told[2] ?? "").trim() };
  };
}

const packages: Record<ClientCall["service"], object> = { ec2, iam, organizations, sts };
const clientNames = {
  ec2: "EC2Client",
  iam: "IAMClient",
  organizations: "OrganizationsClient",
  sts: "STSClient",
} as const;

interface SdkClient {
  send: (command: object) => Promise<Record<string, unknown>>;
}

function javaScriptClient(daemon: Daemon): Client {
  return async ({ service, operation, parameters = {}, credentials }) => {
    const sdk = packages[service] as Record<string, new (input: object) => object>;
    const Sdk = sdk[clientNames[service]];
    const Command = sdk[`${operation}Command`];
    if (Sdk === undefined || Command === undefined) throw new Error(`no command ${operation}`);
    // Unsigned calls are never signed, so the SDK asks for nothing then.
    const client = new Sdk({
      region: "us-east-1",
      endpoint: daemon.endpoint,
      maxAttempts: 1,
      ...(credentials === undefined ? {} : { credentials }),
    }) as SdkClient;
    try {
      const { $metadata: _metadata, ...output } = await client.send(new Command(parameters));
      return { output };
    } catch (cause) {
      const { name, Code, message } = cause as { name: string; Code?: string; message: string };
      return { code: Code ?? name, message };
    }
  };
}

function boto3Client(daemon: Daemon): { call: Client; stop: () => void } {
  const script = new URL("./boto3-calls.py", import.meta.url).pathname;
  const environment = { PATH: process.env["PATH"] ?? "", AWS_EC2_METADATA_DISABLED: "true" };
  const child = spawn(python, [script, daemon.endpoint], { env: environment });
  const waiting: { resolve: (line: string) => void; reject: (cause: Error) => void }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  child.once("close", () => {
    for (const { reject } of waiting) reject(new Error(`boto3 ended: ${complaint}`));
  });
  return {
    stop: () => child.kill(),
    async call({ service, operation, parameters = {}, credentials }) {
      const asked = { service, operation, parameters, credentials: credentials ?? null };
      const line = await new Promise<string>((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(asked)}\n`);
      });
      return JSON.parse(line) as Awaited<ReturnType<Client>>;
    },
  };
}

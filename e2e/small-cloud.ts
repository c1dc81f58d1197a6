// A daemon with a key pair, a group that lets the tests log in, and instances as a test asks for them. Every
// request goes through the aws command line.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { awsCommand } from "./aws-command.ts";
import type { AwsCommand } from "./aws-command.ts";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { hostTraces } from "./host-traces.ts";
import type { HostTraces } from "./host-traces.ts";
import { somebody } from "./internet.ts";
import type { Somebody } from "./internet.ts";
import { hasProgram } from "./programs.ts";
import type { Outcome } from "./programs.ts";
import { until } from "./until.ts";

/** The image that is always there. */
export const imageId = "ami-0ca5e3a7e00000001";

/** An instance as the tests know it. */
export interface Instance {
  id: string;
  privateIp: string;
  publicIp: string;
}

/** The cloud. */
export interface SmallCloud {
  daemon: Daemon;
  aws: AwsCommand;
  /** Somebody on the internet whom the group `shell` lets log in. */
  visitor: Somebody;
  shellGroup: string;
  keyFile: string;
  /** The file of a text, to be given to the command line as `file://...`. */
  file(name: string, content: string): string;
  createGroup(name: string): Promise<string>;
  /** Starts one with these groups and the group `shell`, and waits until it runs. */
  launch(groups: readonly string[], ...flags: readonly string[]): Promise<Instance>;
  /** The instance as it is now. */
  look(id: string): Promise<Instance & { state: string }>;
  untilState(id: string, state: string): Promise<Instance>;
  /** Runs a command in an instance. @throws when it does not end well */
  inside(instance: Instance, command: string, input?: string): Promise<string>;
  /** The same, whatever its end. */
  tryInside(instance: Instance, command: string, input?: string): Promise<Outcome>;
  terminateAll(): Promise<HostTraces>;
}

/** Why no instance can really run here, or undefined where it can. */
export function whyNoInstances(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "instances run for root on Linux alone";
  const missing = ["ip", "nft", "nsenter", "conntrack", "ssh", "sshd", "curl", "aws"].filter(
    (name) => !hasProgram(name) && !hasProgram(`/usr/sbin/${name}`),
  );
  return missing.length === 0 ? undefined : `not on this machine: ${missing.join(", ")}`;
}

/** Starts the cloud. */
export async function openSmallCloud(): Promise<SmallCloud> {
  const daemon = await startDaemon();
  const aws = awsCommand(daemon);
  const keyFile = join(daemon.dataDir, "test-key");
  const [key, shellGroup] = await Promise.all([
    aws<{ KeyMaterial: string }>("ec2", "create-key-pair", "--key-name", "test", "--key-type", "ed25519"),
    createGroup(aws, "shell"),
  ]);
  writeFileSync(keyFile, key.KeyMaterial, { mode: 0o600 });
  const visitor = somebody(daemon, "198.51.100.7");
  const ssh = ["--protocol", "tcp", "--port", "22", "--cidr", `${visitor.address}/32`];
  await aws("ec2", "authorize-security-group-ingress", "--group-id", shellGroup, ...ssh);
  const cloud: SmallCloud = {
    daemon,
    aws,
    visitor,
    shellGroup,
    keyFile,
    file(name, content) {
      const path = join(daemon.dataDir, name);
      writeFileSync(path, content);
      return `file://${path}`;
    },
    createGroup: (name) => createGroup(aws, name),
    async launch(groups, ...flags) {
      const what = ["--image-id", imageId, "--instance-type", "t3.micro", "--key-name", "test"];
      const all = [...what, "--security-group-ids", ...groups, shellGroup, ...flags];
      const made = await aws<{ Instances: { InstanceId: string }[] }>("ec2", "run-instances", ...all);
      const instance = await cloud.untilState(made.Instances[0]?.InstanceId ?? "", "running");
      await until("its log-in service answers", async () =>
        (await cloud.tryInside(instance, "true")).code === 0 ? true : undefined,
      );
      return instance;
    },
    async look(id) {
      const query = "Reservations[0].Instances[0].[State.Name, PrivateIpAddress, PublicIpAddress]";
      const asked = ["ec2", "describe-instances", "--instance-ids", id, "--query", query];
      const [state, privateIp, publicIp] = await aws<(string | null)[]>(...asked);
      return { id, state: state ?? "", privateIp: privateIp ?? "", publicIp: publicIp ?? "" };
    },
    untilState: (id, state) =>
      until(`${id} is ${state}`, async () => {
        const { state: now, ...instance } = await cloud.look(id);
        return now === state ? instance : undefined;
      }),
    tryInside: ({ publicIp }, command, input) => visitor.ssh({ publicIp, keyFile }, command, input),
    async inside(instance, command, input) {
      const outcome = await cloud.tryInside(instance, command, input);
      if (outcome.code !== 0) throw new Error(`${command} ended with ${outcome.code}: ${outcome.stderr}`);
      return outcome.stdout;
    },
    async terminateAll() {
      const query = "Reservations[].Instances[].InstanceId";
      const ids = await aws<string[]>("ec2", "describe-instances", "--query", query);
      if (ids.length > 0) await aws("ec2", "terminate-instances", "--instance-ids", ...ids);
      for (const id of ids) await cloud.untilState(id, "terminated");
      return hostTraces(daemon.dataDir);
    },
  };
  return cloud;
}

async function createGroup(aws: AwsCommand, name: string): Promise<string> {
  const made = ["ec2", "create-security-group", "--group-name", name, "--description", name];
  return (await aws<{ GroupId: string }>(...made)).GroupId;
}

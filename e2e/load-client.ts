// One client of a load that remembers what the cloud has acknowledged, and can say afterwards what of it is
// missing.
import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteKeyPairCommand,
  DeleteSecurityGroupCommand,
  EC2Client,
  ImportKeyPairCommand,
} from "@aws-sdk/client-ec2";
import type { Daemon } from "./daemon.ts";

/** What a client knows of a thing: a request that broke off leaves it unknown. */
type Standing = "present" | "absent" | "unknown";

/** Things by name. */
export interface Acknowledged {
  groups: Map<string, Standing>;
  keys: Map<string, Standing>;
  /** The value of the tag `count` of a group, by the group's name. */
  tags: Map<string, string | undefined>;
}

/** A client. */
export interface LoadClient {
  acknowledged: Acknowledged;
  /** Requests that were answered. */
  answered: number;
  /** Errors that no kill explains. */
  surprises: unknown[];
  /** Works until it is told to stop or the cloud breaks off. */
  work(signal: AbortSignal): Promise<void>;
}

/** A client of the SDK that tries everything once: a broken request is the test's business. */
export function plainClient(daemon: Daemon): EC2Client {
  return new EC2Client({
    region: "us-east-1",
    endpoint: daemon.endpoint,
    maxAttempts: 1,
    credentials: {
      accessKeyId: daemon.environment["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: daemon.environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  });
}

/** True for an error that says that the connection broke and nothing about the request. */
export function isBroken(cause: unknown): boolean {
  const { code = "", message = "" } = cause as { code?: string; message?: string };
  return /ECONNREFUSED|ECONNRESET|EPIPE/.test(code) || /socket hang up|ECONNRE|EPIPE/.test(message);
}

/** The most things of one kind that a client keeps. */
const keptMax = 12;
const publicKey = Buffer.from(
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGz1lO0HhPRAnlx2Wn7rJmP0ZPmZ5r2Ywb3fSxIEJ0mB load",
);

/** The oldest of more things than a client keeps. */
function overdue(things: ReadonlyMap<string, Standing>): string | undefined {
  const present = [...things].filter(([, standing]) => standing === "present");
  return present.length > keptMax ? present[0]?.[0] : undefined;
}

/** Client number `number`; its names are its own. */
export function loadClient(daemon: Daemon, number: number): LoadClient {
  const ec2 = plainClient(daemon);
  const ids = new Map<string, string>();
  const acknowledged: Acknowledged = { groups: new Map(), keys: new Map(), tags: new Map() };
  let made = 0;

  /** Does a change to a thing: unknown while it is under way, what was wanted when it is acknowledged. */
  async function change(
    things: Map<string, Standing>,
    name: string,
    wanted: Standing,
    send: () => Promise<void>,
  ) {
    things.set(name, "unknown");
    await send();
    things.set(name, wanted);
    client.answered += 1;
  }

  async function turn(): Promise<void> {
    made += 1;
    const name = `load-${number}-${made}`;
    const { groups, keys, tags } = acknowledged;
    await change(groups, name, "present", async () => {
      const group = { GroupName: name, Description: "load" };
      ids.set(name, (await ec2.send(new CreateSecurityGroupCommand(group))).GroupId ?? "");
    });
    tags.set(name, undefined);
    const tag = { Resources: [ids.get(name) ?? ""], Tags: [{ Key: "count", Value: String(made) }] };
    await ec2.send(new CreateTagsCommand(tag));
    tags.set(name, String(made));
    client.answered += 1;
    const key = { KeyName: name, PublicKeyMaterial: publicKey };
    await change(keys, name, "present", async () => void (await ec2.send(new ImportKeyPairCommand(key))));
    const oldGroup = overdue(groups);
    if (oldGroup !== undefined) {
      const id = ids.get(oldGroup) ?? "";
      tags.delete(oldGroup);
      await change(groups, oldGroup, "absent", async () => {
        await ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
      });
    }
    const oldKey = overdue(keys);
    if (oldKey !== undefined) {
      await change(keys, oldKey, "absent", async () => {
        await ec2.send(new DeleteKeyPairCommand({ KeyName: oldKey }));
      });
    }
  }

  const client: LoadClient = {
    acknowledged,
    answered: 0,
    surprises: [],
    async work(signal) {
      while (!signal.aborted) {
        try {
          await turn();
        } catch (cause) {
          if (!isBroken(cause)) client.surprises.push(cause);
          return;
        }
      }
    },
  };
  return client;
}

/** What the cloud shows. */
export interface Shown {
  /** Every group, as often as it is shown. */
  groups: readonly { name: string; count: string | undefined }[];
  keys: readonly string[];
}

/** Every acknowledged change that the cloud does not show, and whatever it shows twice. */
export function missing({ groups, keys, tags }: Acknowledged, shown: Shown): string[] {
  const groupNames = shown.groups.map(({ name }) => name);
  return [
    ...differences("group", groups, groupNames),
    ...differences("key", keys, shown.keys),
    ...[...tags]
      .filter(
        ([name, value]) => value !== undefined && groups.get(name) === "present" && !has(shown, name, value),
      )
      .map(([name]) => `the tag of ${name}`),
  ];
}

function has(shown: Shown, name: string, value: string): boolean {
  return shown.groups.some((group) => group.name === name && group.count === value);
}

function differences(kind: string, known: ReadonlyMap<string, Standing>, shown: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const name of shown) times.set(name, (times.get(name) ?? 0) + 1);
  return [...known].flatMap(([name, standing]) => {
    const count = times.get(name) ?? 0;
    const right = standing === "present" ? count === 1 : standing === "absent" ? count === 0 : count <= 1;
    return right ? [] : [`${kind} ${name} is ${standing} and shown ${count} times`];
  });
}

// What this daemon has made, in its state directory: per VPC a record of what stands, and while a change is
// under way an intent. Both are durable before the host is touched, so a restarted daemon knows its own and
// what was half done.

import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import type { AppliedNetwork } from "@casemate/net-engine";

/** A VPC that stands on this host. `namespaces` holds the kernel's number of each namespace by its name. */
export interface NetworkRecord {
  readonly vpcId: string;
  readonly vpc: number;
  readonly bootId: string;
  readonly namespaces: Readonly<Record<string, number>>;
  /** The internet side that the uplink leads to. */
  readonly internetInode: number;
  /** What stands, without the ruleset: a restarted daemon replaces that as a whole. */
  readonly applied: AppliedNetwork;
}

/**
 * A change that was begun: the namespaces that it makes or removes and the addresses and routes that it sets.
 */
export interface NetworkIntent {
  readonly vpcId: string;
  readonly namespaces: readonly string[];
  readonly links: AppliedNetwork["links"];
}

/** What is known of one VPC; a file that cannot be read makes `sound` false. */
export interface KnownNetwork {
  readonly vpc: number;
  readonly sound: boolean;
  readonly record?: NetworkRecord | undefined;
  readonly intents: readonly NetworkIntent[];
}

const version = 1;
const fileName = /^vpc-([0-9]{1,5})\.(record|intents)\.json$/;
const inetClaim = "inet.claim";

/** Reads and writes the files of one state directory. */
export class NetworkRecords {
  private readonly folder: string;

  constructor(stateDirectory: string) {
    this.folder = join(stateDirectory, "network");
  }

  /** Everything that is known, by VPC number. */
  async readAll(): Promise<KnownNetwork[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const numbers = new Set<number>();
    for (const name of await readdir(this.folder)) {
      const number = fileName.exec(name)?.[1];
      if (number !== undefined) numbers.add(Number(number));
    }
    return Promise.all([...numbers].toSorted((a, b) => a - b).map((number) => this.read(number)));
  }

  private async read(vpc: number): Promise<KnownNetwork> {
    const [record, intents] = await Promise.all([
      this.readFile(`vpc-${vpc}.record.json`, isRecord),
      this.readFile(`vpc-${vpc}.intents.json`, isIntents),
    ]);
    const sound = record !== "unreadable" && intents !== "unreadable" && (record?.vpc ?? vpc) === vpc;
    return {
      vpc,
      sound,
      record: sound ? record : undefined,
      intents: intents === "unreadable" ? [] : (intents ?? []),
    };
  }

  /** Replaces the VPC's record and forgets its intents. */
  async writeRecord(record: NetworkRecord): Promise<void> {
    const applied = { ...record.applied, ruleset: { sets: {}, chains: {} } };
    await this.writeFile(`vpc-${record.vpc}.record.json`, { ...record, applied });
    await rm(join(this.folder, `vpc-${record.vpc}.intents.json`), { force: true });
    await this.sync();
  }

  writeIntents(vpc: number, intents: readonly NetworkIntent[]): Promise<void> {
    return this.writeFile(`vpc-${vpc}.intents.json`, intents);
  }

  async remove(vpc: number): Promise<void> {
    await rm(join(this.folder, `vpc-${vpc}.record.json`), { force: true });
    await rm(join(this.folder, `vpc-${vpc}.intents.json`), { force: true });
    await this.sync();
  }

  /** Notes that the internet side's namespace is about to be made. */
  claimInternet(): Promise<void> {
    return this.writeFile(inetClaim, true);
  }

  async hasInternetClaim(): Promise<boolean> {
    return (await this.readFile(inetClaim, (value) => value === true)) === true;
  }

  async dropInternetClaim(): Promise<void> {
    await rm(join(this.folder, inetClaim), { force: true });
    await this.sync();
  }

  private async readFile<Value>(
    name: string,
    check: (value: unknown) => value is Value,
  ): Promise<Value | "unreadable" | undefined> {
    let text: string;
    try {
      text = await readFile(join(this.folder, name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      const file = JSON.parse(text) as { version?: unknown; value?: unknown } | null;
      return file?.version === version && check(file.value) ? file.value : "unreadable";
    } catch {
      return "unreadable";
    }
  }

  /** When this resolves, the new text survives a crash of the host. */
  private async writeFile(name: string, value: unknown): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const target = join(this.folder, name);
    const handle = await open(`${target}.new`, "w", 0o600);
    try {
      await handle.writeFile(JSON.stringify({ version, value }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${target}.new`, target);
    await this.sync();
  }

  private async sync(): Promise<void> {
    const handle = await open(this.folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

function isRecord(value: unknown): value is NetworkRecord {
  const record = value as Partial<NetworkRecord> | null;
  return (
    typeof record?.vpcId === "string" &&
    Number.isInteger(record.vpc) &&
    typeof record.bootId === "string" &&
    isNumbers(record.namespaces) &&
    Number.isInteger(record.internetInode) &&
    record.applied?.version === 1 &&
    record.applied.vpcNumber === record.vpc &&
    typeof record.applied.enis === "object" &&
    isLinks(record.applied.links)
  );
}

function isIntents(value: unknown): value is NetworkIntent[] {
  return (
    Array.isArray(value) &&
    value.every((each: Partial<NetworkIntent> | null) => {
      const names = each?.namespaces;
      const named = Array.isArray(names) && names.every((name) => typeof name === "string");
      return typeof each?.vpcId === "string" && named && isLinks(each.links);
    })
  );
}

function isNumbers(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(Number.isInteger);
}

function isLinks(value: Partial<AppliedNetwork["links"]> | undefined): boolean {
  return [value?.router, value?.router6, value?.internet].every(
    (state) =>
      typeof state === "object" &&
      state !== null &&
      Object.values(state).every((line) => typeof line === "string"),
  );
}

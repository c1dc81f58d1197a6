// What this daemon has made, one file per VPC in its state directory, written durably before the host is touched and
// again once it stands. A restarted daemon learns from it what is its own and what it need not do again.

import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** A namespace that this daemon made or was about to make; `inode` is known once it was seen. */
export interface NamespaceRecord {
  readonly name: string;
  readonly inode?: number | undefined;
}

/**
 * One VPC on this host. `phase` is "changing" from before the first step until the last one succeeded; `namespaces`
 * then holds the old names and the new ones. `applied` is what the emitter compares the next model with.
 */
export interface NetworkRecord<Applied> {
  readonly vpcId: string;
  readonly vpc: number;
  readonly phase: "changing" | "standing" | "removing";
  readonly bootId: string;
  readonly namespaces: readonly NamespaceRecord[];
  readonly applied?: Applied | undefined;
}

interface RecordFile<Applied> {
  readonly version: number;
  readonly record: NetworkRecord<Applied>;
}

const recordVersion = 1;
const recordName = /^vpc-([0-9]{1,5})\.json$/;

/** Reads and writes the records of one state directory. */
export class NetworkRecords<Applied> {
  private readonly folder: string;

  constructor(stateDirectory: string) {
    this.folder = join(stateDirectory, "network");
  }

  /** Every record that can be read, and the VPC numbers whose file cannot. */
  async readAll(): Promise<{ records: NetworkRecord<Applied>[]; unreadable: number[] }> {
    const records: NetworkRecord<Applied>[] = [];
    const unreadable: number[] = [];
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of (await readdir(this.folder)).toSorted()) {
      const number = recordName.exec(name)?.[1];
      if (number === undefined) continue;
      const record = parseRecord<Applied>(await readFile(join(this.folder, name), "utf8"));
      if (record === undefined || record.vpc !== Number(number)) unreadable.push(Number(number));
      else records.push(record);
    }
    return { records, unreadable };
  }

  /** Replaces the VPC's record; when this resolves, the new one survives a crash of the host. */
  async write(record: NetworkRecord<Applied>): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const target = this.path(record.vpc);
    const file: RecordFile<Applied> = { version: recordVersion, record };
    const handle = await open(`${target}.new`, "w", 0o600);
    try {
      await handle.writeFile(JSON.stringify(file));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${target}.new`, target);
    await syncFolder(this.folder);
  }

  async remove(vpc: number): Promise<void> {
    await rm(this.path(vpc), { force: true });
    await syncFolder(this.folder);
  }

  private path(vpc: number): string {
    return join(this.folder, `vpc-${vpc}.json`);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file that is cut, from another version, or edited counts as unreadable: the VPC is then replaced as a whole. */
function parseRecord<Applied>(text: string): NetworkRecord<Applied> | undefined {
  try {
    const file = JSON.parse(text) as Partial<RecordFile<Applied>> | null;
    const record = file?.record;
    if (file?.version !== recordVersion || record === undefined) return undefined;
    const sound =
      typeof record.vpcId === "string" &&
      Number.isInteger(record.vpc) &&
      ["changing", "standing", "removing"].includes(record.phase) &&
      typeof record.bootId === "string" &&
      Array.isArray(record.namespaces) &&
      record.namespaces.every((space) => typeof space.name === "string");
    return sound ? record : undefined;
  } catch {
    return undefined;
  }
}

// Drives stream.py inside a namespace: one that sends all the time, or one that notes what arrives. For tests
// only.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("stream.py", import.meta.url));

/** A datagram that was sent; the times are those of `process.hrtime`. */
export interface SentDatagram {
  readonly number: number;
  /** Which of the places it was sent to. */
  readonly place: number;
  readonly before: bigint;
  readonly after: bigint;
}

/** One running stream. */
class Stream {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  protected constructor(namespacePath: string, args: readonly string[]) {
    const command = [`--net=${namespacePath}`, "/usr/bin/python3", program, ...args];
    this.child = spawn("nsenter", command, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.child.stdout === null) throw new Error("no output of the stream");
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  protected say(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  protected async hear(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error("the stream ended early");
    return value;
  }

  /** Ends it and returns what it reports. */
  protected async report(): Promise<string[]> {
    this.say("end");
    const rows: string[] = [];
    for (let row = await this.hear(); row !== "end"; row = await this.hear()) rows.push(row);
    return rows;
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}

/** Sends to the places in turn, every datagram from another port. */
export class DatagramSender extends Stream {
  constructor(namespacePath: string, rate: number, places: readonly string[]) {
    super(namespacePath, ["send", String(rate), ...places]);
  }

  /** Resolves once so many more were sent. */
  async more(count: number): Promise<void> {
    this.say(String(count));
    await this.hear();
  }

  async end(): Promise<SentDatagram[]> {
    const rows = await this.report();
    return rows.map((row) => {
      const [number = "", place = "", before = "", after = ""] = row.split(" ");
      return { number: Number(number), place: Number(place), before: BigInt(before), after: BigInt(after) };
    });
  }
}

/** Notes the numbers of the datagrams that arrive at its ports. */
export class DatagramReceiver extends Stream {
  private constructor(namespacePath: string, ports: readonly number[]) {
    super(namespacePath, ["receive", ...ports.map(String)]);
  }

  static async open(namespacePath: string, ports: readonly number[]): Promise<DatagramReceiver> {
    const receiver = new DatagramReceiver(namespacePath, ports);
    await receiver.hear();
    return receiver;
  }

  async end(): Promise<Set<number>> {
    return new Set((await this.report()).map(Number));
  }
}

// Drives prober.py inside one namespace. For tests only.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("prober.py", import.meta.url));

export interface DialOptions {
  readonly timeout?: number;
  readonly source?: string;
  readonly sourcePort?: number;
  readonly ttl?: number;
}

export interface DatagramOptions extends DialOptions {
  readonly broadcast?: boolean;
  /** Takes only what comes from the address asked for an answer. */
  readonly connected?: boolean;
  /** Sends and does not wait for an answer. */
  readonly silent?: boolean;
}

/** One running prober; every call resolves with a word such as "ok 10.0.1.11", "timeout" or "refused". */
export class GuestProber {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private next = 1;

  constructor(namespacePath: string) {
    this.child = spawn("nsenter", [`--net=${namespacePath}`, "/usr/bin/python3", program], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (this.child.stdout === null) throw new Error("no output of the prober");
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      const { id, result } = JSON.parse(line) as { id: number; result: unknown };
      this.waiting.get(id)?.(result);
      this.waiting.delete(id);
    });
    this.child.on("close", () => {
      for (const done of this.waiting.values()) done("the prober ended");
      this.waiting.clear();
    });
  }

  ask(command: string, request: object = {}): Promise<unknown> {
    const id = this.next++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.stdin?.write(`${JSON.stringify({ ...request, command, id })}\n`);
    });
  }

  async connect(host: string, port: number, options: DialOptions = {}): Promise<string> {
    return String(await this.ask("connect", { host, port, ...options }));
  }

  async udp(host: string, port: number, options: DatagramOptions = {}): Promise<string> {
    return String(await this.ask("udp", { host, port, ...options }));
  }

  async ping(host: string, options: DialOptions = {}): Promise<string> {
    return String(await this.ask("ping", { host, ...options }));
  }

  listenTcp(port: number, host?: string): Promise<void> {
    return this.done("listenTcp", { port, ...(host === undefined ? {} : { host }) });
  }

  listenUdp(port: number, options: { host?: string; reply?: boolean } = {}): Promise<void> {
    return this.done("listenUdp", { port, ...options });
  }

  private async done(command: string, request: object): Promise<void> {
    const result = await this.ask(command, request);
    if (result !== "ok") throw new Error(`${command}: ${JSON.stringify(result)}`);
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      this.child.once("close", () => resolve());
      this.child.kill("SIGKILL");
    });
  }
}

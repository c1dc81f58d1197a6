// A server under measurement, in a process of its own: Casemate or a bare node:http hello. It says over IPC
// where it listens, and what it has used so far when asked.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a subject says when it listens. */
export interface Listening {
  readonly port: number;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** From the start of the process, and of `start()` alone, until it answers. */
  readonly processMs: number;
  readonly startMs: number;
}

/** What a subject has used. */
export interface Usage {
  readonly cpuUs: number;
  readonly rss: number;
  readonly heap: number;
}

/** What a subject is asked: its use, after a full collection of garbage or at once; or to end. */
export type Question = "usage" | "usage-collected" | "settle" | "stop";

/** The longest that settling may take; what is not done then goes on by itself. */
const settleMs = 20_000;

/** `hello`, or `casemate` with an optional state directory. */
const [kind, dataDir] = process.argv.slice(2);
const subject = kind === "hello" ? await hello() : await casemate();

interface Subject {
  readonly listening: Omit<Listening, "processMs">;
  settle(): Promise<void>;
  stop(): Promise<void>;
}

async function hello(): Promise<Subject> {
  const before = performance.now();
  const server = createServer((request, response) => {
    // It reads the body, as a server has to that answers a signed request.
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => response.end("hello"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const startMs = performance.now() - before;
  return {
    listening: { port: (server.address() as AddressInfo).port, credentials: undefined, startMs },
    settle: () => Promise.resolve(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function casemate(): Promise<Subject> {
  const { start } = await import("casemate");
  const before = performance.now();
  const cloud = await start({
    port: 0,
    machines: "recorded",
    dataDir,
    // Room for a public address of each of 10,000 instances.
    publicIpPool: "198.18.0.0/15",
    log: ({ level, message }) => level === "error" && console.error(message),
  });
  const startMs = performance.now() - before;
  return {
    listening: { port: Number(new URL(cloud.endpoint).port), credentials: cloud.credentials, startMs },
    settle: async () => {
      const side = await cloud.instances;
      const bound = new Promise<void>((resolve) => setTimeout(resolve, settleMs));
      await Promise.race([side.idle(), bound]);
    },
    stop: () => cloud.stop(),
  };
}

function usage(collected: boolean): Usage {
  if (collected) {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    collect();
    collect();
  }
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { cpuUs: user + system, rss, heap: heapUsed };
}

process.on("message", (question: Question) => {
  if (question === "settle") void subject.settle().then(() => process.send?.("settled"));
  else if (question === "stop") void subject.stop().then(() => process.exit(0));
  else process.send?.(usage(question === "usage-collected"));
});
const listening: Listening = { ...subject.listening, processMs: performance.now() };
process.send?.(listening);

// The processes of the HTTP benchmarks: subjects and the load generator, each forked and asked over IPC.
import { fork } from "node:child_process";
import type { ChildProcess, Serializable } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LoadOrder, LoadOutcome } from "./load.ts";
import type { Listening, Question, Usage } from "./subject.ts";

/** A forked server. */
export interface RunningSubject {
  readonly listening: Listening;
  /** From before the fork until it listened. */
  readonly wallMs: number;
  usage(collected?: "collected"): Promise<Usage>;
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** A forked load generator. */
export interface LoadGenerator {
  run(order: LoadOrder): Promise<LoadOutcome>;
  stop(): void;
}

/** Starts a server and waits until it listens. */
export async function startSubject(kind: "hello" | "casemate", dataDir?: string): Promise<RunningSubject> {
  const before = performance.now();
  const child = forkModule(new URL("./subject.ts", import.meta.url), [
    kind,
    ...(dataDir === undefined ? [] : [dataDir]),
  ]);
  const listening = (await answerOf(child)) as Listening;
  const wallMs = performance.now() - before;
  const ask = async (question: Question): Promise<unknown> => {
    child.send(question);
    return answerOf(child);
  };
  return {
    listening,
    wallMs,
    usage: async (collected) => (await ask(collected ? "usage-collected" : "usage")) as Usage,
    settle: async () => void (await ask("settle")),
    stop: async () => {
      const ended = once(child, "exit");
      child.send("stop" satisfies Question);
      await ended;
    },
  };
}

/** Starts a load generator. */
export function startLoadGenerator(): LoadGenerator {
  const child = forkModule(new URL("./load.ts", import.meta.url), []);
  return {
    async run(order) {
      child.send(order as unknown as Serializable);
      return (await answerOf(child)) as LoadOutcome;
    },
    stop: () => child.disconnect(),
  };
}

function forkModule(module: URL, parameters: readonly string[]): ChildProcess {
  const child = fork(fileURLToPath(module), [...parameters], { serialization: "advanced" });
  // A benchmark that fails leaves no process behind.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return child;
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => {
      child.off("message", answered);
      reject(new Error(`A process under measurement ended with ${code}`));
    };
    const answered = (message: unknown): void => {
      child.off("exit", ended);
      resolve(message);
    };
    child.once("message", answered);
    child.once("exit", ended);
  });
}

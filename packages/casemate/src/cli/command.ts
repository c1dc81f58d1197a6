/**
 * What all commands share: where the cloud is, how a result is told (lines for people, one JSON envelope
 * with `-o json`), and how a failure becomes an exit code. A command itself only works out its result.
 */
import { join } from "node:path";
import { Option, type Command } from "commander";
import pc from "picocolors";
import { readEnvironment, type Environment } from "../config/environment.ts";
import { dataDirOf } from "../config/settings.ts";
import { operatorClient, type OperatorClient } from "../operator/operator-client.ts";
import { cliFaultOf } from "./cli-fault.ts";
import { exitCodes } from "./exit-codes.ts";
import { showProgress } from "./progress.ts";

/** Where text goes. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Where answers to questions come from. */
export type Source = NodeJS.ReadableStream & {
  readonly isTTY?: boolean | undefined;
  readonly setRawMode?: ((raw: boolean) => unknown) | undefined;
};

/** The process around a command. */
export interface Surroundings {
  readonly stdin?: Source | undefined;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly workingDirectory: string;
  /** @throws ConfigurationError */
  readonly environment: () => Environment;
}

/** What a command found. */
export interface Result {
  /** What `-o json` gives as `data`. */
  readonly data: unknown;
  /** What people read. */
  readonly lines: readonly string[];
  /** 0 when not given. */
  readonly exitCode?: number | undefined;
}

/** The flags that every command has. */
export interface SharedFlags {
  readonly output?: "text" | "json" | undefined;
  readonly dataDir?: string | undefined;
}

/** Colours for people; they change nothing where there are none. */
export type Colors = ReturnType<typeof pc.createColors>;

/** The command line while it runs one command. */
export class Cli {
  readonly #around: Surroundings;
  exitCode: number = exitCodes.done;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get environment(): Environment {
    return this.#around.environment();
  }

  /** Undefined where nobody can be asked. */
  get stdin(): Source | undefined {
    return this.#around.stdin;
  }

  get stdout(): Sink {
    return this.#around.stdout;
  }

  get stderr(): Sink {
    return this.#around.stderr;
  }

  get workingDirectory(): string {
    return this.#around.workingDirectory;
  }

  get colors(): Colors {
    return pc.createColors(this.stdout.isTTY === true && !this.environment.noColor);
  }

  dataDir(flags: SharedFlags): string {
    return dataDirOf(flags.dataDir, this.environment, this.workingDirectory);
  }

  operator(flags: SharedFlags): OperatorClient {
    return operatorClient(join(this.dataDir(flags), "operator.sock"));
  }

  /** Runs the work of a command and tells what came of it; progress is shown when it takes over a second. */
  async tell(flags: SharedFlags, doing: string, work: () => Promise<Result>): Promise<void> {
    const json = flags.output === "json";
    try {
      const { data, lines, exitCode } = await showProgress(this.stderr, { doing }, work());
      this.exitCode = exitCode ?? exitCodes.done;
      if (json) this.stdout.write(`${JSON.stringify({ ok: true, data })}\n`);
      else if (lines.length > 0) this.stdout.write(`${lines.join("\n")}\n`);
    } catch (thrown) {
      this.#fail(thrown, json);
    }
  }

  #fail(thrown: unknown, json: boolean): void {
    const { exitCode, code, message } = cliFaultOf(thrown);
    this.exitCode = exitCode;
    if (json) this.stdout.write(`${JSON.stringify({ ok: false, error: { code, message } })}\n`);
    else this.stderr.write(`casemate: ${message}\n`);
  }
}

/** A command with the shared flags. */
export function addCommand(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option("--data-dir <folder>", "folder of the cloud's state ($CASEMATE_DATA_DIR, else ./.casemate)")
    .addOption(
      new Option("-o, --output <form>", "text for people, json for programs")
        .choices(["text", "json"])
        .default("text"),
    );
}

/** The environment of this process, read when it is first asked for. */
export function processSurroundings(): Surroundings {
  let environment: Environment | undefined;
  return {
    // Opened when somebody is asked.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    workingDirectory: process.cwd(),
    environment: () => (environment ??= readEnvironment()),
  };
}

/** Starts a program in the place of this command: same terminal, its exit code becomes the command's. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { basename } from "node:path";
import { CliFault } from "./cli-fault.ts";

/** Runs it to its end. @throws CliFault when it cannot be started */
export async function startProgram(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: "inherit", env: environment });
  // A terminal sends its signals to both; this process stays until the program has decided what to do.
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  const ignore = (): void => undefined;
  process.on("SIGTERM", forward).on("SIGHUP", forward).on("SIGINT", ignore);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", (failure) =>
        reject(new CliFault("failed", "NotStarted", `${program} cannot be started: ${failure.message}`)),
      );
      child.once("exit", (code, signal) =>
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
    });
  } finally {
    process.off("SIGTERM", forward).off("SIGHUP", forward).off("SIGINT", ignore);
  }
}

/**
 * The aws command line reads AWS_ENDPOINT_URL only from version 2.13 on; the flag works with every version.
 */
export function withEndpoint(argv: readonly string[], endpoint: string): readonly string[] {
  const [program = "", ...args] = argv;
  if (basename(program) !== "aws" || args.some((each) => /^--endpoint-url(=|$)/.test(each))) return argv;
  return [program, "--endpoint-url", endpoint, ...args];
}

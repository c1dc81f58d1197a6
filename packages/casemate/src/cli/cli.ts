/** The command line: reads arguments, runs a command, answers its exit code. */
import { Command } from "commander";
import { upCommand } from "./up.ts";

/** Exit codes, as `casemate help exit-codes` documents them. */
export const exitCodes = { done: 0, failed: 1, usage: 2, refused: 3, unreachable: 4, waited: 5 } as const;

/** Runs the command that the arguments name. */
export async function runCli(args: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = new Command("casemate")
    .description("A self-hosted, EC2-compatible cloud whose security is enforced, not mocked.")
    .showHelpAfterError()
    .exitOverride();
  upCommand(program, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (thrown) {
    return usageCode(thrown);
  }
  return exitCode;
}

function usageCode(thrown: unknown): number {
  if (thrown instanceof Error && "exitCode" in thrown) {
    return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  return exitCodes.failed;
}

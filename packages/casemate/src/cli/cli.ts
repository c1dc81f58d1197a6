/** The command line: reads arguments, runs a command, answers its exit code. */
import { Command } from "commander";
import { version } from "../daemon/version.ts";
import { accountsCommands } from "./accounts.ts";
import { awsCommand } from "./aws.ts";
import { cliFaultOf } from "./cli-fault.ts";
import { Cli, processSurroundings, type Surroundings } from "./command.ts";
import { completionCommand } from "./completion.ts";
import { consoleCommand } from "./console.ts";
import { doctorCommand } from "./doctor.ts";
import { envCommand } from "./env.ts";
import { exitCodeMeanings, exitCodes } from "./exit-codes.ts";
import { leastPrivilegeCommand } from "./least-privilege.ts";
import { loginCommands } from "./login.ts";
import { reachCommand } from "./reach.ts";
import { resetCommand } from "./reset.ts";
import { runCommand } from "./run.ts";
import { statusCommands } from "./status.ts";
import { trailCommands } from "./trail.ts";
import { upCommand } from "./up.ts";
import { whoamiCommand } from "./whoami.ts";

/** Runs the command that the arguments name. */
export async function runCli(
  args: readonly string[],
  around: Surroundings = processSurroundings(),
): Promise<number> {
  const cli = new Cli(around);
  const program = buildProgram(cli);
  if (args[0] === "help" && args[1] === "exit-codes") {
    around.stdout.write(exitCodeMeanings.map(([code, meaning]) => `${code}  ${meaning}\n`).join(""));
    return exitCodes.done;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (thrown) {
    return endedCode(thrown, around);
  }
  return cli.exitCode;
}

/** Every command, in the order in which help lists them. */
function buildProgram(cli: Cli): Command {
  const program = new Command("casemate")
    .description("A self-hosted, EC2-compatible cloud whose security is enforced, not mocked.")
    .version(version)
    .showHelpAfterError()
    .enablePositionalOptions()
    .addHelpText("after", "\nExit codes: casemate help exit-codes")
    .configureOutput({
      writeOut: (text) => void cli.stdout.write(text),
      writeErr: (text) => void cli.stderr.write(text),
    })
    .exitOverride();
  upCommand(program, cli);
  envCommand(program, cli);
  awsCommand(program, cli);
  statusCommands(program, cli);
  doctorCommand(program, cli);
  accountsCommands(program, cli);
  loginCommands(program, cli);
  whoamiCommand(program, cli);
  trailCommands(program, cli);
  leastPrivilegeCommand(program, cli);
  reachCommand(program, cli);
  runCommand(program, cli);
  consoleCommand(program, cli);
  resetCommand(program, cli);
  completionCommand(program, cli);
  return program;
}

/** Commander ends by throwing: with code 0 after help and version, else because the arguments do not fit. */
function endedCode(thrown: unknown, { stderr }: Surroundings): number {
  if (thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("commander.")) {
    const ended = "exitCode" in thrown && thrown.exitCode === 0;
    return ended ? exitCodes.done : exitCodes.usage;
  }
  const { exitCode, message } = cliFaultOf(thrown);
  stderr.write(`casemate: ${message}\n`);
  return exitCode;
}

/**
 * `casemate aws`: the aws command line, whatever its version, against this cloud as whoever has signed in
 * with `casemate login`, or as the administrator of an account.
 */
import type { Command } from "commander";
import type { Cli, SharedFlags } from "./command.ts";
import { clientVariables } from "./env.ts";
import { cliFaultOf } from "./cli-fault.ts";
import { currentCredentials } from "./current-credentials.ts";
import { startProgram, withEndpoint } from "./start-program.ts";

/** Credentials of the environment that would win over those given here, or be sent along with them. */
const unset = { AWS_SESSION_TOKEN: undefined, AWS_PROFILE: undefined, AWS_DEFAULT_PROFILE: undefined };

/** Adds the command. */
export function awsCommand(program: Command, cli: Cli): void {
  program
    .command("aws [arguments...]")
    .description("run the aws command line against this cloud, such as: casemate aws ec2 describe-vpcs")
    .option("--data-dir <folder>", "folder of the cloud's state ($CASEMATE_DATA_DIR, else ./.casemate)")
    .option("--account <digits>", "as the administrator of this account, whatever the environment says")
    .passThroughOptions()
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[], flags: SharedFlags & { readonly account?: string }) => {
      try {
        cli.exitCode = await runAws(cli, args, flags);
      } catch (thrown) {
        const { exitCode, message } = cliFaultOf(thrown);
        cli.stderr.write(`casemate: ${message}\n`);
        cli.exitCode = exitCode;
      }
    });
}

/**
 * Credentials of the environment are kept, so that a shell may act as somebody else than the administrator.
 */
async function runAws(
  cli: Cli,
  args: readonly string[],
  flags: SharedFlags & { readonly account?: string },
): Promise<number> {
  const { environment } = cli;
  const own = flags.account === undefined && (environment.awsCredentials !== undefined || usesProfile(args));
  const region = environment.awsRegion ?? "us-east-1";
  if (own) {
    const { endpoint } = await cli.operator(flags).call("status", {});
    const cloud = { AWS_ENDPOINT_URL: endpoint, AWS_DEFAULT_REGION: region };
    return startProgram(withEndpoint(["aws", ...args], endpoint), { ...environment.all, ...cloud });
  }
  const current = await currentCredentials(cli, flags);
  const cloud = { ...unset, ...clientVariables({ ...current, region }) };
  return startProgram(withEndpoint(["aws", ...args], current.endpoint), { ...environment.all, ...cloud });
}

function usesProfile(args: readonly string[]): boolean {
  return args.some((each) => /^--profile(=|$)/.test(each));
}

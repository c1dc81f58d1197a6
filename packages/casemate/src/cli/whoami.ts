/** `casemate whoami`: who the cloud takes you for, by a signed sts:GetCallerIdentity like any client's. */
import type { Command } from "commander";
import { callQuery } from "./call-query.ts";
import { addCommand, type Cli, type SharedFlags } from "./command.ts";
import { keptCredentials } from "./kept-credentials.ts";

/** Adds the command. */
export function whoamiCommand(program: Command, cli: Cli): void {
  addCommand(program, "whoami", "who the cloud takes you for")
    .option("--account <digits>", "as the administrator of this account, whatever the environment says")
    .action((flags: SharedFlags & { readonly account?: string }) =>
      cli.tell(flags, "Asking", async () => {
        const { environment } = cli;
        const ofEnvironment = flags.account === undefined ? environment.awsCredentials : undefined;
        const credentials = ofEnvironment ?? keptCredentials(cli.dataDir(flags), flags.account);
        const endpoint = environment.awsEndpoint ?? (await cli.operator(flags).call("status", {})).endpoint;
        const answer = await callQuery({
          endpoint,
          service: "sts",
          region: environment.awsRegion ?? "us-east-1",
          credentials,
          parameters: { Action: "GetCallerIdentity", Version: "2011-06-15" },
          trust: () =>
            cli
              .operator(flags)
              .call("trust-anchor", {})
              .then(({ pem }) => pem),
        });
        const data = { arn: answer("Arn"), account: answer("Account"), userId: answer("UserId") };
        return { data, lines: [data.arn] };
      }),
    );
}

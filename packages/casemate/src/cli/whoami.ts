/**
 * `casemate whoami`: who the cloud takes you for, by a signed sts:GetCallerIdentity like any client's, with
 * what the operator's channel and IAM add where they may be asked.
 */
import type { Command } from "commander";
import type { CallerCredentials } from "../config/environment.ts";
import type { CallerView } from "../operator/operator-calls.ts";
import { callQuery, type ReadElement } from "./call-query.ts";
import { addCommand, type Cli, type Result, type SharedFlags } from "./command.ts";
import { currentCredentials, type CurrentCredentials } from "./current-credentials.ts";
import { trustOf } from "./login-session.ts";

type WhoamiFlags = SharedFlags & { readonly account?: string };

/** Adds the command. */
export function whoamiCommand(program: Command, cli: Cli): void {
  addCommand(program, "whoami", "who the cloud takes you for, and what your session knows")
    .option("--account <digits>", "as the administrator of this account, whatever the environment says")
    .action((flags: WhoamiFlags) =>
      cli.tell(flags, "Asking", async () => {
        const current = await callerOf(cli, flags);
        const ask = (service: string, parameters: Readonly<Record<string, string>>): Promise<ReadElement> =>
          callQuery({
            ...current,
            service,
            region: cli.environment.awsRegion ?? "us-east-1",
            parameters,
            trust: () => trustOf(cli, flags),
          });
        const answer = await ask("sts", { Action: "GetCallerIdentity", Version: "2011-06-15" });
        const data = { arn: answer("Arn"), account: answer("Account"), userId: answer("UserId") };
        const known = await knownOf(cli, flags, current.credentials);
        if (known !== undefined) return resultOf({ ...known, ...data });
        // Who may not ask for the alias has none to tell.
        const alias = await ask("iam", { Action: "ListAccountAliases", Version: "2010-05-08" }).catch(
          () => undefined,
        );
        const credential = current.credentials.sessionToken === undefined ? "access key" : "session";
        return resultOf({ ...data, credential, accountAlias: alias?.("member") || undefined });
      }),
    );
}

async function callerOf(cli: Cli, flags: WhoamiFlags): Promise<CurrentCredentials> {
  const { environment } = cli;
  const credentials = flags.account === undefined ? environment.awsCredentials : undefined;
  if (credentials === undefined) return currentCredentials(cli, flags, environment.awsEndpoint);
  const endpoint = environment.awsEndpoint ?? (await cli.operator(flags).call("status", {})).endpoint;
  return { credentials, endpoint };
}

/**
 * What the operator's channel knows of the credentials; nothing where it is another's or of another cloud.
 */
function knownOf(
  cli: Cli,
  flags: WhoamiFlags,
  { accessKeyId, sessionToken }: CallerCredentials,
): Promise<CallerView | undefined> {
  const asked = cli.operator(flags).call("whoami", { accessKeyId, sessionToken });
  return asked.catch(() => undefined);
}

type Known = Pick<CallerView, "arn" | "account" | "userId"> &
  Partial<Omit<CallerView, "credential">> & { readonly credential: string };

function resultOf(known: Known): Result {
  const { organization, accountAlias, mfa } = known;
  const account = accountAlias === undefined ? known.account : `${known.account} (${accountAlias})`;
  const rows: (readonly [string, string | undefined])[] = [
    ["account", account],
    ["credential", known.credential],
    ["mfa", mfa === undefined ? undefined : mfa ? "yes" : "no"],
    ["expires", known.expiresAt],
    ["source identity", known.sourceIdentity],
    ["organization", organization && `${organization.id}, ${organization.path}`],
  ];
  const told = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return { data: known, lines: [known.arn, ...told.map(([name, value]) => `  ${name.padEnd(16)}${value}`)] };
}

/**
 * `casemate env`: the exports that make a shell's AWS clients talk to this cloud, as whoever has
 * signed in, or as the administrator of an account.
 */
import { basename } from "node:path";
import { Option, type Command } from "commander";
import type { CallerCredentials } from "../config/environment.ts";
import { addCommand, type Cli, type SharedFlags } from "./command.ts";
import { currentCredentials } from "./current-credentials.ts";

const shells = ["bash", "zsh", "fish", "powershell", "json"] as const;
type Shell = (typeof shells)[number];

interface EnvFlags extends SharedFlags {
  readonly shell?: Shell;
  readonly account?: string;
  readonly region?: string;
}

/** Adds the command. */
export function envCommand(program: Command, cli: Cli): void {
  addCommand(program, "env", `what a shell needs: eval "$(casemate env)"`)
    .addOption(new Option("--shell <name>", "how to write it; $SHELL when not given").choices(shells))
    .option("--account <digits>", "another account than the first")
    .option("--region <name>", "default region", "us-east-1")
    .action((flags: EnvFlags) =>
      cli.tell(flags, "Asking", async () => {
        const current = await currentCredentials(cli, flags);
        const data = clientVariables({ ...current, region: flags.region ?? "us-east-1" });
        return { data, lines: exportLines(flags.shell ?? shellOf(cli.environment.shell), data) };
      }),
    );
}

/** The variables by which clients find a cloud and its caller. */
export function clientVariables(cloud: {
  readonly endpoint: string;
  readonly credentials: CallerCredentials;
  readonly region: string;
}): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentials;
  return {
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_DEFAULT_REGION: cloud.region,
    AWS_REGION: cloud.region,
  };
}

/** A token or profile of another cloud that the shell still has would be sent along: they are taken away. */
const strays = ["AWS_SESSION_TOKEN", "AWS_PROFILE"];

/** The lines for a shell. */
export function exportLines(shell: Shell, variables: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(variables);
  const unset = strays.filter((name) => !Object.hasOwn(variables, name));
  switch (shell) {
    case "json":
      return [JSON.stringify(variables, null, 2)];
    case "fish":
      return [
        ...entries.map(([name, value]) => `set -gx ${name} ${quoted(value, "\\'")};`),
        ...unset.map((name) => `set -e ${name};`),
        "# aws before version 2.13 does not read AWS_ENDPOINT_URL: casemate aws works with every version",
      ];
    case "powershell":
      return [
        ...entries.map(([name, value]) => `$Env:${name} = ${quoted(value, "''")}`),
        ...unset.map((name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`),
        "# aws before version 2.13 does not read AWS_ENDPOINT_URL: casemate aws works with every version",
      ];
    case "bash":
    case "zsh":
      return [
        ...entries.map(([name, value]) => `export ${name}=${quoted(value, "'\\''")}`),
        `unset ${unset.join(" ")}`,
        "# aws before version 2.13 does not read AWS_ENDPOINT_URL: casemate aws works with every version",
      ];
  }
}

/** Safety: in single quotes nothing is expanded; only a quote itself needs its shell's way out. */
function quoted(value: string, quote: string): string {
  return `'${value.replaceAll("'", quote)}'`;
}

function shellOf(path: string | undefined): Shell {
  const name = path === undefined ? "" : basename(path);
  return name === "fish" || name === "zsh" ? name : "bash";
}

/** `casemate up`: runs the daemon in the foreground until it is told to stop. */
import { once } from "node:events";
import type { Command } from "commander";
import { settingsOf, type Settings, type UpFlags } from "../config/settings.ts";
import { start, type Casemate } from "../daemon/daemon.ts";
import { defaultAccountId, defaultPort, defaultPublicIpPool, type LogLine } from "../daemon/settings.ts";
import { cliFaultOf } from "./cli-fault.ts";
import type { Cli } from "./command.ts";

/** Adds the command. */
export function upCommand(program: Command, cli: Cli): void {
  program
    .command("up")
    .description("run the cloud in the foreground")
    .option("--data-dir <folder>", "where state is kept ($CASEMATE_DATA_DIR, else ./.casemate)")
    .option("--port <number>", `port to listen on; 0 takes a free one ($CASEMATE_PORT, else ${defaultPort})`)
    .option("--host <address>", "address to listen on; beyond loopback only TLS is spoken ($CASEMATE_HOST)")
    .option(
      "--account-id <digits>",
      `account made at first start ($CASEMATE_ACCOUNT_ID, else ${defaultAccountId})`,
    )
    .option("--regions <names>", "regions that answer, with commas ($CASEMATE_REGIONS, else all)")
    .option(
      "--public-ip-pool <cidr>",
      `public addresses ($CASEMATE_PUBLIC_IP_POOL, else ${defaultPublicIpPool})`,
    )
    .option("--machines <kind>", "auto, sandbox or recorded ($CASEMATE_MACHINES, else auto)")
    .option(
      "--host-access <mode>",
      "auto, on or off: route this host to the public addresses ($CASEMATE_HOST_ACCESS, else auto)",
    )
    .option(
      "--oidc-hosts <hosts>",
      "OpenID Connect issuers that may be reached, with commas ($CASEMATE_OIDC_HOSTS, else none)",
    )
    .option("--oidc-ca-file <file>", "authorities that issuers are trusted by, PEM ($CASEMATE_OIDC_CA_FILE)")
    .action(async (flags: UpFlags) => {
      try {
        await runDaemon(cli, flags);
      } catch (thrown) {
        const { exitCode, message } = cliFaultOf(thrown);
        cli.stderr.write(`casemate: ${message}\n`);
        cli.exitCode = exitCode;
      }
    });
}

async function runDaemon(cli: Cli, flags: UpFlags): Promise<void> {
  const settings = settingsOf(flags, cli.environment, cli.workingDirectory);
  for (const name of cli.environment.aliases) {
    cli.stderr.write(
      `casemate: ${name} is another emulator's name; it is taken over, CASEMATE_ is the own.\n`,
    );
  }
  const log = (line: LogLine): void => void cli.stderr.write(`${JSON.stringify(line)}\n`);
  const casemate = await start({ ...settings, log });
  // Listens before it says that it is ready, because it may be told at once.
  const told = toldToStop();
  announce(cli, casemate, settings);
  await told;
  cli.stderr.write("Stopping.\n");
  await casemate.stop();
}

function announce(cli: Cli, casemate: Casemate, settings: Settings): void {
  const lines = [`Casemate answers at ${casemate.endpoint}`, `State is kept in ${settings.dataDir}`];
  if (casemate.firstStart && casemate.credentials !== undefined) {
    const { accountId, accessKeyId, secretAccessKey } = casemate.credentials;
    lines.push(
      `Account ${accountId} was made. Its administrator's key, shown this once:`,
      `  AWS_ACCESS_KEY_ID=${accessKeyId}`,
      `  AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    );
  }
  lines.push(`In another shell:  eval "$(npx casemate env)"`);
  cli.stderr.write(`${lines.join("\n")}\n`);
  cli.stdout.write("Ready.\n");
}

async function toldToStop(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}

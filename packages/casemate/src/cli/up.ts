/** `casemate up`: runs the daemon in the foreground until it is told to stop. */
import { once } from "node:events";
import { join } from "node:path";
import type { Command } from "commander";
import { start, type Casemate } from "../daemon/daemon.ts";
import { defaultAccountId, defaultPort, type LogLine } from "../daemon/settings.ts";

interface UpFlags {
  readonly dataDir: string;
  readonly port: string;
  readonly host: string;
  readonly accountId: string;
  readonly machines: "auto" | "sandbox" | "recorded";
}

/** Adds the command. */
export function upCommand(program: Command, exit: (code: number) => void): void {
  program
    .command("up")
    .description("run the cloud in the foreground")
    .option(
      "--data-dir <folder>",
      "where state is kept",
      process.env["CASEMATE_DATA_DIR"] ?? join(process.cwd(), ".casemate"),
    )
    .option("--port <number>", "port to listen on", process.env["CASEMATE_PORT"] ?? String(defaultPort))
    .option("--host <address>", "address to listen on; beyond loopback only TLS is spoken", "127.0.0.1")
    .option("--account-id <digits>", "id of the account made at first start", defaultAccountId)
    .option("--machines <kind>", "auto, sandbox or recorded", "auto")
    .action(async (flags: UpFlags) => {
      const casemate = await start({
        dataDir: flags.dataDir,
        port: Number(flags.port),
        host: flags.host,
        accountId: flags.accountId,
        machines: flags.machines,
        rootKey: process.env["CASEMATE_ROOT_KEY"],
        log: writeLog,
      });
      // Listens before it says that it is ready, because it may be told at once.
      const told = toldToStop();
      announce(casemate, flags);
      await told;
      process.stderr.write("Stopping.\n");
      await casemate.stop();
      exit(0);
    });
}

function announce(casemate: Casemate, flags: UpFlags): void {
  const lines = [`Casemate answers at ${casemate.endpoint}`, `State is kept in ${flags.dataDir}`];
  if (casemate.firstStart && casemate.credentials !== undefined) {
    const { accountId, accessKeyId, secretAccessKey } = casemate.credentials;
    lines.push(
      `Account ${accountId} was made. Its administrator's key, shown this once:`,
      `  AWS_ACCESS_KEY_ID=${accessKeyId}`,
      `  AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    );
  }
  lines.push(`In another shell:  eval "$(npx casemate env)"`);
  process.stderr.write(`${lines.join("\n")}\n`);
  process.stdout.write("Ready.\n");
}

async function toldToStop(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}

function writeLog(line: LogLine): void {
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** `casemate accounts`: the accounts of the cloud, new ones, and the passwords of root users. */
import type { Command } from "commander";
import type { AccountView } from "../operator/operator-calls.ts";
import { askOf } from "./ask.ts";
import { CliFault } from "./cli-fault.ts";
import { addCommand, type Cli, type Result, type SharedFlags } from "./command.ts";
import { readDelivery } from "./delivered-devices.ts";
import { tableLines } from "./table.ts";

interface CreateFlags extends SharedFlags {
  readonly accountId?: string;
  readonly name?: string;
  readonly email?: string;
}

interface ImportFlags extends SharedFlags {
  readonly account?: string;
}

interface RootFlags extends SharedFlags {
  readonly account?: string;
  readonly email?: string;
  readonly removeMfa?: boolean;
}

/** The organization and the unit of an account; the management account is marked. */
function placeColumns(place: AccountView["place"]): readonly string[] {
  if (place === undefined) return ["-", "-"];
  return [place.organizationId, place.management ? `${place.unit} (management)` : place.unit];
}

/** Adds the commands. */
export function accountsCommands(program: Command, cli: Cli): void {
  const accounts = program.command("accounts").description("the accounts of the cloud");
  addCommand(accounts, "list", "list the accounts").action((flags: SharedFlags) =>
    cli.tell(flags, "Asking", async () => {
      const data = await cli.operator(flags).call("accounts-list", {});
      const rows = data.map((each) => [
        each.accountId,
        each.name,
        new Date(each.createdAt).toISOString(),
        each.state,
        ...placeColumns(each.place),
      ]);
      return {
        data,
        lines: tableLines([["ACCOUNT", "NAME", "CREATED", "STATE", "ORGANIZATION", "UNIT"], ...rows]),
      };
    }),
  );
  addCommand(accounts, "create", "make an account with an administrator and show its key, this once")
    .option("--account-id <digits>", "12 digits; random when not given")
    .option("--name <name>", "what to call it")
    .option("--email <address>", "of its root user")
    .action((flags: CreateFlags) =>
      cli.tell(flags, "Making the account", async () => {
        const { accountId, name, email } = flags;
        const made = await cli.operator(flags).call("accounts-create", { accountId, name, email });
        const lines = [
          `Account ${made.accountId} was made. Its administrator's key, shown this once:`,
          `  AWS_ACCESS_KEY_ID=${made.accessKeyId}`,
          `  AWS_SECRET_ACCESS_KEY=${made.secretAccessKey}`,
          `In a shell:  eval "$(npx casemate env --account ${made.accountId})"`,
        ];
        return { data: made, lines };
      }),
    );
  importMfaCommand(accounts, cli);
  addCommand(accounts, "set-root-password", "set what the root user of an account signs in with")
    .option("--account <digits>", "another account than the first")
    .option("--email <address>", "needed where the root user has none yet")
    .option("--remove-mfa", "take its MFA devices away too, for a root user that has lost them")
    .action(async (flags: RootFlags) => {
      const outcome = await rootPassword(cli).then(
        (password) => () => setRootPassword(cli, flags, password),
        (fault: unknown) => () => Promise.reject(fault as Error),
      );
      await cli.tell(flags, "Setting the password", outcome);
    });
}

function importMfaCommand(accounts: Command, cli: Cli): void {
  addCommand(accounts, "import-mfa", "take hardware MFA devices for an account")
    .argument("<file>", "a line for each: serial number, comma, seed in Base32 or hexadecimal")
    .option("--account <digits>", "another account than the first")
    .action((file: string, flags: ImportFlags) =>
      cli.tell(flags, "Taking the devices", async () => {
        const asked = { accountId: flags.account, devices: readDelivery(file) };
        const data = await cli.operator(flags).call("accounts-import-mfa", asked);
        const lines = [
          `Account ${data.accountId} has ${data.serialNumbers.length} more hardware MFA devices.`,
          "Whoever holds one enables it with its serial number and two codes that it shows.",
        ];
        return { data, lines };
      }),
    );
}

/** Asked for twice at a terminal, and piped in as one line. @throws CliFault */
async function rootPassword(cli: Cli): Promise<string> {
  const asking = askOf(cli);
  const password = await asking.secret("Password of the root user: ");
  if (!asking.interactive || (await asking.secret("Once more: ")) === password) return password;
  throw new CliFault("usage", "InvalidInput", "These were two passwords.");
}

async function setRootPassword(cli: Cli, flags: RootFlags, password: string): Promise<Result> {
  const { account: accountId, email, removeMfa } = flags;
  const set = await cli
    .operator(flags)
    .call("accounts-set-root-password", { accountId, email, password, removeMfa });
  const removed = set.removedMfaDevices.map((serial) => `MFA device taken away: ${serial}`);
  const lines = [
    `The root user of ${set.accountId} has its password.`,
    `In a shell:  npx casemate login --root ${set.email}`,
  ];
  return { data: set, lines: [...lines, ...removed] };
}

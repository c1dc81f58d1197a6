/** `casemate accounts`: the accounts of the cloud, and a new one with its administrator's key. */
import type { Command } from "commander";
import { addCommand, type Cli, type SharedFlags } from "./command.ts";
import { tableLines } from "./table.ts";

/** Adds the commands. */
export function accountsCommands(program: Command, cli: Cli): void {
  const accounts = program.command("accounts").description("the accounts of the cloud");
  addCommand(accounts, "list", "list the accounts").action((flags: SharedFlags) =>
    cli.tell(flags, "Asking", async () => {
      const data = await cli.operator(flags).call("accounts-list", {});
      const rows = data.map((each) => [each.accountId, each.name, new Date(each.createdAt).toISOString()]);
      return { data, lines: tableLines([["ACCOUNT", "NAME", "CREATED"], ...rows]) };
    }),
  );
  addCommand(accounts, "create", "make an account with an administrator and show its key, this once")
    .option("--account-id <digits>", "12 digits; random when not given")
    .option("--name <name>", "what to call it")
    .action((flags: SharedFlags & { readonly accountId?: string; readonly name?: string }) =>
      cli.tell(flags, "Making the account", async () => {
        const { accountId, name } = flags;
        const made = await cli.operator(flags).call("accounts-create", { accountId, name });
        const lines = [
          `Account ${made.accountId} was made. Its administrator's key, shown this once:`,
          `  AWS_ACCESS_KEY_ID=${made.accessKeyId}`,
          `  AWS_SECRET_ACCESS_KEY=${made.secretAccessKey}`,
          `In a shell:  eval "$(npx casemate env --account ${made.accountId})"`,
        ];
        return { data: made, lines };
      }),
    );
}

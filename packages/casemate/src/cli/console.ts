/** `casemate console`: what an instance wrote to its serial console. */
import type { Command } from "commander";
import { addCommand, type Cli, type SharedFlags } from "./command.ts";
import { printable } from "./printable.ts";

/** Adds the command. */
export function consoleCommand(program: Command, cli: Cli): void {
  addCommand(program, "console <instance-id>", "the end of an instance's serial console").action(
    (instanceId: string, flags: SharedFlags) =>
      cli.tell(flags, "Reading the console", async () => {
        const { base64 } = await cli.operator(flags).call("console", { instanceId });
        const text = Buffer.from(base64, "base64").toString("utf8");
        return { data: { instanceId, text }, lines: text === "" ? [] : [printable(text).trimEnd()] };
      }),
  );
}

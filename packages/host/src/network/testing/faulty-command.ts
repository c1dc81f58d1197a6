// Stands in the place of `command.ts` in the bundle whose driver fails. For tests only.

import { runCommand as runWhole } from "../command.ts";
import type { CommandOptions, CommandOutput } from "../command.ts";
import { look, step } from "./faults.ts";

export { CommandFailure, commandOutputBytesMax } from "../command.ts";
export type { CommandOptions, CommandOutput } from "../command.ts";

/** Runs a program as `command.ts` does, unless this is where the driver fails. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  const whole = (): Promise<CommandOutput> => runWhole(program, args, options);
  if (args.includes("-j") || args.includes("list")) return look(whole);
  return step(whole, async () => {
    const lines = options.stdin?.split("\n").filter((line) => line !== "") ?? [];
    // A batch of `ip` stops wherever it is killed; a transaction of `nft` stands whole or not at all.
    const isBatch = args.includes("-batch") && lines.length > 1;
    const stdin = `${lines.slice(0, Math.ceil(lines.length / 2)).join("\n")}\n`;
    await runWhole(program, args, isBatch ? { ...options, stdin } : options).catch(() => undefined);
  });
}

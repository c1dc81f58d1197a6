/** `casemate least-privilege`: the smallest policy that allows what a role or user was seen to do. */
import type { Command } from "commander";
import type { LeastPrivilege } from "../operator/operator-calls.ts";
import { addCommand, type Cli, type Colors, type SharedFlags } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { printable } from "./printable.ts";

interface LeastPrivilegeFlags extends SharedFlags {
  readonly days: string;
}

/** Adds the command. */
export function leastPrivilegeCommand(program: Command, cli: Cli): void {
  addCommand(
    program,
    "least-privilege <arn>",
    "the smallest policy that allows what a role or user did, from the recorded decisions",
  )
    .option("--days <number>", "how far back", "90")
    .action((principalArn: string, flags: LeastPrivilegeFlags) =>
      cli.tell(flags, "Reading the trail", async () => {
        const days = Number(flags.days);
        const answer = await cli.operator(flags).call("least-privilege", { principalArn, days });
        return {
          data: answer,
          lines: leastPrivilegeLines(answer, cli.colors).map(printable),
          exitCode: answer.missing.length === 0 ? exitCodes.done : exitCodes.failed,
        };
      }),
    );
}

/** What people read of an answer; the policies can be copied as they stand. */
export function leastPrivilegeLines(answer: LeastPrivilege, colors: Colors): string[] {
  const { policies, calls, decisions, days, missing, widened } = answer;
  const lines = policies.flatMap((policy) => JSON.stringify(policy, null, 2).split("\n"));
  const basis = `${calls} calls with ${decisions} different decisions in the last ${days} days`;
  if (missing.length === 0) {
    lines.push("", colors.green(`Replayed: it allows everything that was allowed (${basis}).`));
  } else {
    lines.push("", colors.red(`It does not allow everything that was allowed (${basis}):`));
    for (const { action, resource } of missing) lines.push(`  ${action} on ${resource}`);
  }
  for (const { action, resource } of widened) {
    lines.push(`  It would also allow what was refused: ${action} on ${resource}`);
  }
  lines.push("Conditions are not part of it: add those that your calls can meet.");
  return lines;
}

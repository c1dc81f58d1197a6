/** `casemate reach`: whether a packet arrives and its answer comes back, with the rule that decided. */
import type { Command } from "commander";
import type { ReachAnswer } from "../operator/operator-calls.ts";
import { addCommand, type Cli, type Colors, type SharedFlags } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** Adds the command. */
export function reachCommand(program: Command, cli: Cli): void {
  addCommand(
    program,
    "reach <from> <to> [protocol] [port]",
    "can one end reach the other? Ends are interfaces (eni-), instances (i-) or addresses",
  ).action(async (...args: [string, string, string | undefined, string | undefined, SharedFlags]) => {
    const [from, to, protocol, port, flags] = args;
    await cli.tell(flags, "Asking the network model", async () => {
      const question = { from, to, protocol, port: port === undefined ? undefined : Number(port) };
      const answer = await cli.operator(flags).call("reach", question);
      return {
        data: answer,
        lines: reachLines(answer, cli.colors),
        exitCode: answer.allowed ? exitCodes.done : exitCodes.refused,
      };
    });
  });
}

/** What people read of an answer. */
export function reachLines({ allowed, text, verdict }: ReachAnswer, colors: Colors): string[] {
  const lines = [allowed ? colors.green(text) : colors.red(text)];
  let at: string | undefined;
  for (const { vpcId, passed, text: hop, code } of verdict.hops) {
    if (vpcId !== at) lines.push(`in ${vpcId}`);
    at = vpcId;
    lines.push(`  ${passed ? "pass" : "drop"}  ${hop}${code === undefined ? "" : ` (${code})`}`);
  }
  return lines;
}

/** `casemate trail` and `casemate why`: what was called, and why a call ended as it did. */
import type { Command } from "commander";
import { callerOf, describeEntry } from "../operator/describe-entry.ts";
import type { TrailPage } from "../operator/operator-calls.ts";
import type { OperatorClient } from "../operator/operator-client.ts";
import { CliFault } from "./cli-fault.ts";
import { addCommand, type Cli, type Colors, type SharedFlags } from "./command.ts";
import { printable } from "./printable.ts";
import { tableLines } from "./table.ts";

interface TrailFlags extends SharedFlags {
  readonly event?: string;
  readonly accessKey?: string;
  readonly account?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: string;
  readonly errors?: true;
  readonly decisions?: true;
}

/** Adds the commands. */
export function trailCommands(program: Command, cli: Cli): void {
  addCommand(program, "trail [request-id]", "calls, the newest first; refused ones too")
    .option("--errors", "only those that ended with an error")
    .option("--event <name>", "only this operation, such as RunInstances")
    .option("--access-key <id>", "only calls with this key")
    .option("--account <digits>", "only calls of this account; anonymous for those of nobody")
    .option("--from <time>", "not before (ISO 8601)")
    .option("--to <time>", "not after (ISO 8601)")
    .option("--limit <number>", "how many at most", "50")
    .option("--decisions", "with what was decided about each (json)")
    .action((requestId: string | undefined, flags: TrailFlags) =>
      cli.tell(flags, "Reading the trail", async () => {
        const page = await cli.operator(flags).call("trail", {
          requestId,
          eventName: flags.event,
          accessKeyId: flags.accessKey,
          account: flags.account,
          from: timeOf(flags.from),
          to: timeOf(flags.to),
          errorsOnly: flags.errors,
          limit: Number(flags.limit),
          decisions: flags.decisions,
        });
        const data =
          flags.decisions === true ? page : { ...page, entries: page.entries.map(({ record }) => record) };
        return { data, lines: trailLines(page, cli.colors) };
      }),
    );
  addCommand(
    program,
    "why [request-id]",
    "why a call ended as it did, statement by statement; without an id, the last one that failed",
  ).action((requestId: string | undefined, flags: SharedFlags) =>
    cli.tell(flags, "Reading the trail", async () => {
      const operator = cli.operator(flags);
      const entry = await operator.call("why", { requestId: requestId ?? (await lastFailed(operator)) });
      return { data: entry, lines: describeEntry(entry).map(printable) };
    }),
  );
}

async function lastFailed(operator: OperatorClient): Promise<string> {
  const { entries } = await operator.call("trail", { errorsOnly: true, limit: 1 });
  const [entry] = entries;
  if (entry !== undefined) return entry.record.requestID;
  throw new CliFault("failed", "NotFound", "No call in the trail ended with an error.");
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new CliFault("usage", "InvalidInput", `${text} is not a time such as 2026-01-31T12:00:00Z.`);
}

function trailLines({ entries, more }: TrailPage, colors: Colors): string[] {
  if (entries.length === 0) return ["No such call."];
  const rows = entries.map(({ record }) =>
    [
      record.eventTime,
      record.requestID,
      `${record.eventSource.replace(".amazonaws.com", "")}:${record.eventName}`,
      record.errorCode ?? "ok",
      callerOf(record),
    ].map((cell) => printable(cell).replaceAll("\n", " ")),
  );
  const [head = "", ...lines] = tableLines([["TIME", "REQUEST", "CALL", "OUTCOME", "CALLER"], ...rows]);
  const colored = lines.map((line, at) =>
    entries[at]?.record.errorCode === undefined ? line : colors.red(line),
  );
  return [colors.bold(head), ...colored, ...(more ? ["... and more"] : [])];
}

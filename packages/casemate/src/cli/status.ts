/** `casemate status` and `casemate wait`: how a cloud is doing, and until it is ready. */
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import type { OperatorStatus } from "../operator/operator-calls.ts";
import { CliFault } from "./cli-fault.ts";
import { addCommand, type Cli, type Result, type SharedFlags } from "./command.ts";
import { tableLines } from "./table.ts";

/** Adds the commands. */
export function statusCommands(program: Command, cli: Cli): void {
  addCommand(program, "status", "how the cloud is doing").action((flags: SharedFlags) =>
    cli.tell(flags, "Asking", async () => {
      const status = await cli.operator(flags).call("status", {});
      return { data: status, lines: statusLines(status) };
    }),
  );
  addCommand(program, "wait", "wait until the cloud is ready")
    .option("--timeout <seconds>", "how long at most", "60")
    .action((flags: SharedFlags & { readonly timeout: string }) =>
      cli.tell(flags, "Waiting for the cloud", () => waitUntilReady(cli, flags)),
    );
}

async function waitUntilReady(cli: Cli, flags: SharedFlags & { readonly timeout: string }): Promise<Result> {
  const seconds = Number(flags.timeout);
  if (!(seconds >= 0)) throw new CliFault("usage", "InvalidInput", "The timeout is a number of seconds.");
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const status = await cli
      .operator(flags)
      .call("status", {})
      .catch((thrown: unknown) => thrown);
    if (isReady(status)) return { data: status, lines: [`Ready: ${status.endpoint}`] };
    if (Date.now() >= until) {
      const why = thrownText(status) ?? "The cloud answers but is not ready.";
      throw new CliFault("timedOut", "TimedOut", `Not ready after ${seconds} s. ${why}`);
    }
    await pause(100);
  }
}

function isReady(status: unknown): status is OperatorStatus {
  return typeof status === "object" && status !== null && "ready" in status && status.ready === true;
}

function thrownText(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.message : undefined;
}

/** What people read of a status. */
export function statusLines(status: OperatorStatus): string[] {
  const { machines, network, instances, reconcilers } = status;
  const counted = Object.entries(instances).map(([state, count]) => `${count} ${state}`);
  const why = (reason: string | undefined): string => (reason === undefined ? "" : ` (${reason})`);
  const rows = [
    ["endpoint", status.endpoint],
    ["ready", status.ready ? "yes" : `no, the store is ${status.store}`],
    [
      "version",
      `${status.version}, process ${status.pid}, since ${new Date(status.startedAt).toISOString()}`,
    ],
    ["accounts", String(status.accounts)],
    ["instances", counted.length === 0 ? "none" : counted.join(", ")],
    ["machines", `${machines.state}${why(machines.reason)}`],
    ["network", `${network.state}${why(network.reason)}`],
    ...reconcilers.map(({ name, passes, failures, lastFailure }) => [
      name,
      `${passes} passes, ${failures} failed${lastFailure === undefined ? "" : `; now: ${lastFailure}`}`,
    ]),
  ];
  return tableLines(rows);
}

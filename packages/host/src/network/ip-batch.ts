// Runs `ip -batch` inside a namespace, strictly or tolerantly: tolerantly, what is already there may be added
// and what is already gone may be deleted, and every other failure still counts.

import { CommandFailure } from "./command.ts";
import { runInNamespace } from "./namespaces.ts";

export interface IpBatchOptions {
  readonly family?: 4 | 6 | undefined;
  readonly tolerant?: boolean | undefined;
}

const alreadyThere = ["File exists", "Address already assigned"];
const alreadyGone = [
  "No such process",
  "No such file or directory",
  "Cannot assign requested address",
  "Address not found",
  "Cannot find device",
  "FIB table does not exist",
];

/**
 * Runs the lines in order; the first failure ends a strict batch.
 *
 * Safety: the lines come from the emitter, which prints numbers, parsed addresses and fixed words only.
 */
export async function runIpBatch(
  namespace: string,
  lines: readonly string[],
  options: IpBatchOptions = {},
): Promise<void> {
  if (lines.length === 0) return;
  const family = options.family === 6 ? ["-6"] : [];
  const force = options.tolerant === true ? ["-force"] : [];
  try {
    const stdin = `${lines.join("\n")}\n`;
    await runInNamespace(namespace, ["ip", ...family, ...force, "-batch", "-"], { stdin });
  } catch (error) {
    if (!(error instanceof CommandFailure) || error.status === undefined) throw error;
    if (options.tolerant === true && isTolerable(error.stderr, lines)) return;
    throw error;
  }
}

/** Whether every failed line only said that its work was done already. */
function isTolerable(stderr: string, lines: readonly string[]): boolean {
  let said: string[] = [];
  let failures = 0;
  for (const line of stderr.split("\n")) {
    const number = /^Command failed -:(\d+)$/.exec(line.trim())?.[1];
    if (number === undefined) {
      if (line.trim() !== "") said.push(line);
      continue;
    }
    failures++;
    const failed = lines[Number(number) - 1] ?? "";
    const allowed = /^\S+ del /.test(failed) ? alreadyGone : alreadyThere;
    if (!said.some((words) => allowed.some((each) => words.includes(each)))) return false;
    said = [];
  }
  return failures > 0 && said.length === 0;
}

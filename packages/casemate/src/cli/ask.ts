/**
 * Asks for what must not stand among the arguments: on a terminal without showing a secret, else line by line
 * from what is piped in.
 */
import { CliFault } from "./cli-fault.ts";
import type { Cli, Source } from "./command.ts";

/** Asks. */
export interface Asking {
  /** Whether somebody sits at a terminal. */
  readonly interactive: boolean;
  /** A line that is shown while it is typed. @throws CliFault when there is none */
  line(question: string): Promise<string>;
  /** A line that is not shown. @throws CliFault when there is none */
  secret(question: string): Promise<string>;
}

/** Characters of everything that is piped in. */
export const pipedLengthMax = 16_384;

/** Asks whoever runs the command. */
export function askOf(cli: Cli): Asking {
  const { stdin, stderr } = cli;
  if (stdin?.isTTY === true && stdin.setRawMode !== undefined) {
    const ask = (question: string, shown: boolean): Promise<string> => {
      stderr.write(question);
      return typedLine(stdin, (text) => void (shown && stderr.write(text))).finally(() => stderr.write("\n"));
    };
    return {
      interactive: true,
      line: (question) => ask(question, true),
      secret: (question) => ask(question, false),
    };
  }
  let lines: Promise<string[]> | undefined;
  const next = async (question: string): Promise<string> => {
    const line = (await (lines ??= pipedLines(stdin))).shift();
    if (line === undefined)
      throw new CliFault("usage", "MissingInput", `Nothing was piped in for: ${question}`);
    return line;
  };
  return { interactive: false, line: next, secret: next };
}

async function pipedLines(stdin: Source | undefined): Promise<string[]> {
  if (stdin === undefined) return [];
  const text = await new Promise<string>((resolve, reject) => {
    let read = "";
    stdin.setEncoding("utf8");
    stdin.on("data", (chunk: string) => {
      read += chunk;
      if (read.length > pipedLengthMax)
        reject(new CliFault("usage", "InvalidInput", "Too much was piped in."));
    });
    stdin.on("end", () => resolve(read));
    stdin.on("error", reject);
  });
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

const keys = { enter: "\r", newLine: "\n", interrupt: "\u0003", end: "\u0004", delete: "\u007f", back: "\b" };

/** A line as it is typed; the terminal shows nothing of it by itself. */
function typedLine(stdin: Source, show: (text: string) => void): Promise<string> {
  stdin.setRawMode?.(true);
  stdin.setEncoding("utf8");
  stdin.resume();
  let typed: string[] = [];
  return new Promise<string>((resolve, reject) => {
    const done = (settle: () => void): void => {
      stdin.off("data", onData);
      stdin.setRawMode?.(false);
      stdin.pause();
      settle();
    };
    const onData = (chunk: string): void => {
      for (const key of chunk) {
        if (key === keys.enter || key === keys.newLine || key === keys.end) {
          return done(() => resolve(typed.join("")));
        }
        if (key === keys.interrupt) {
          return done(() => reject(new CliFault("failed", "Interrupted", "Nothing was done.")));
        }
        if (key === keys.delete || key === keys.back) {
          if (typed.length > 0) show("\b \b");
          typed = typed.slice(0, -1);
        } else if (key >= " ") {
          typed.push(key);
          show(key);
        }
      }
    };
    stdin.on("data", onData);
  });
}

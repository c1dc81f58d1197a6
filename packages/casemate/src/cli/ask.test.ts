import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { readEnvironment } from "../config/environment.ts";
import { askOf, pipedLengthMax } from "./ask.ts";
import { Cli, type Source } from "./command.ts";

/** A source that a terminal stands behind, when told so; its raw mode is noted. */
function asked(terminal: boolean) {
  const stdin = new PassThrough();
  const modes: boolean[] = [];
  const source: Source = terminal
    ? Object.assign(stdin, { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) })
    : stdin;
  const said = { err: "" };
  const cli = new Cli({
    stdin: source,
    stdout: { write: () => true },
    stderr: { write: (text) => (said.err += text) },
    workingDirectory: "/nonexistent",
    environment: () => readEnvironment({}),
  });
  return { stdin, modes, said, asking: askOf(cli) };
}

test("a secret is not shown on a terminal, and the terminal is itself again afterwards", async () => {
  const { stdin, modes, said, asking } = asked(true);
  const secret = asking.secret("Password: ");
  stdin.write("First-pasX\u007fs1");
  stdin.write("\r");
  expect(await secret).toBe("First-pass1");
  expect(said.err).toBe("Password: \n");
  expect(modes).toEqual([true, false]);
  const line = asking.line("User: ");
  stdin.write("anb\u007fa\n");
  expect(await line).toBe("ana");
  expect(said.err).toBe("Password: \nUser: anb\b \ba\n");
});

test("whoever interrupts is not asked on", async () => {
  const { stdin, modes, asking } = asked(true);
  const secret = asking.secret("Password: ");
  stdin.write("First\u0003");
  await expect(secret).rejects.toMatchObject({ code: "Interrupted" });
  expect(modes).toEqual([true, false]);
});

test("what is piped in is read line by line, and nothing of it is shown", async () => {
  const { stdin, said, asking } = asked(false);
  stdin.end("First-pass1\r\n123456\nSecond-pass2");
  expect(asking.interactive).toBe(false);
  expect([await asking.secret("p"), await asking.line("m"), await asking.secret("n")]).toEqual([
    "First-pass1",
    "123456",
    "Second-pass2",
  ]);
  await expect(asking.line("more")).rejects.toMatchObject({ code: "MissingInput" });
  expect(said.err).toBe("");
});

test("an empty line is an answer, and too much is none", async () => {
  const empty = asked(false);
  empty.stdin.end("\n");
  expect(await empty.asking.line("m")).toBe("");
  await expect(empty.asking.line("m")).rejects.toMatchObject({ code: "MissingInput" });
  const flood = asked(false);
  flood.stdin.end("x".repeat(pipedLengthMax + 1));
  await expect(flood.asking.secret("p")).rejects.toMatchObject({ code: "InvalidInput" });
});

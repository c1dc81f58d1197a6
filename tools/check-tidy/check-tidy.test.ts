import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkTidy } from "./check-tidy.ts";
import type { TidyExceptions } from "./sizes.ts";

const none: TidyExceptions = { longFiles: {}, longLines: {} };
const header = "// Owns the example and refuses everything else.\n";

const messages = (files: Record<string, string>, exceptions = none) =>
  checkTidy(new Map(Object.entries(files)), exceptions).map((violation) => violation.message);

const only = (path: string, text: string) => messages({ [path]: text });
const path = "packages/host/src/vpc.ts";

test("a tidy module has no violation", () => {
  expect(only(path, `${header}export const vpc = 1;\n`)).toEqual([]);
});

test.each([
  ["a module without a header", "const a = 1;", "does not begin by saying"],
  [
    "a silenced rule without a reason",
    `${header}// oxlint-disable-next-line no-console\n`,
    "carries its reason",
  ],
  ["a silenced type checker", `${header}// @ts-ignore\n`, "is not silenced"],
  ["a task without an issue", `${header}// TODO later\n`, "names its issue"],
  ["a banned word", `${header}// FIXME\n`, "is not a word of this code"],
  ["an export of everything", `${header}export * from "./a.ts";`, "hides what a module gives"],
  ["a shell", `${header}import { exec } from "node:child_process";`, "runs a shell"],
  [
    "a shell by option",
    `${header}import a from "node:child_process"; const o = { shell: true };`,
    "no shell",
  ],
  [
    "a program without an array",
    `${header}import { spawn } from "node:child_process"; spawn("a");`,
    "as an array",
  ],
  [
    "a program with a text",
    `${header}import { spawn } from "node:child_process"; spawn("a", "b");`,
    "as an array",
  ],
  ["an empty word in an export", `${header}export class VpcManager {}`, "says nothing"],
  ["a long line", `${header}const a = [${"1, ".repeat(40)}];`, "over 110 columns"],
  ["a long comment", `${header}// ${"word ".repeat(30)}`, "over 110 columns"],
])("%s is caught", (_what, text, expected) => {
  expect(only(path, text)).toEqual([expect.stringContaining(expected)]);
});

test.each(["Vpc.ts", "vpc_view.ts", "vpc-utils.ts", "helpers.ts", "data.ts"])(
  "the file name %s is caught",
  (name) => {
    expect(only(`packages/host/src/${name}`, header)).not.toEqual([]);
  },
);

test.each(["user-data.ts", "vpc.host.test.ts", "instance-info-view.ts"])(
  "the file name %s is fine",
  (name) => {
    expect(only(`packages/host/src/${name}`, header)).toEqual([]);
  },
);

test("a message stays in one piece, however long", () => {
  expect(only(path, `${header}const a = "${"a".repeat(110)}";`)).toEqual([]);
});

test("a program with an argument array may start", () => {
  const calls = 'spawn("a", ["b"]);\nspawn("a", args, {});\n';
  const text = `${header}import { spawn } from "node:child_process";\n${calls}`;
  expect(only(path, text)).toEqual([]);
});

test("a second place that deletes recursively is caught, in tests none", () => {
  const text = `${header}rmSync(folder, { recursive: true });\n`;
  expect(messages({ [path]: text, "packages/host/src/vpc.test.ts": text })).toEqual([]);
  expect(messages({ [path]: text, "packages/host/src/eni.ts": text })).toHaveLength(1);
});

test("mocked modules and lonely tests are caught", () => {
  expect(only("packages/host/src/vpc.test.ts", 'vi.mock("./a.ts"); test.only("a", () => {});')).toHaveLength(
    2,
  );
});

test("an export of a ground package says what it promises", () => {
  const ground = "packages/wire/src/decode.ts";
  expect(only(ground, `${header}\nexport function decode() {}\n`)).toHaveLength(1);
  expect(only(ground, `${header}\n/** Decodes. */\nexport function decode() {}\n`)).toEqual([]);
  expect(only(ground, `${header}\n/** Both. */\nexport const a = 1;\nexport const b = 2;\n`)).toEqual([]);
});

test("files over their bound are caught, generated ones excepted", () => {
  const long = header + "const a = 1;\n".repeat(500);
  expect(only(path, long)).toEqual(["501 lines; 500 is the most"]);
  expect(only("packages/wire/src/generated/ec2.ts", long)).toEqual([]);
  expect(only("packages/host/src/vpc.test.ts", long)).toEqual([]);
});

test("an exception covers exactly what it says and no more", () => {
  const long = header + "const a = 1;\n".repeat(500);
  const except = (lines: number): TidyExceptions => ({ longFiles: { [path]: lines }, longLines: {} });
  expect(messages({ [path]: long }, except(501))).toEqual([]);
  expect(messages({ [path]: long }, except(500))).toHaveLength(1);
  expect(messages({ [path]: long }, except(502))).toEqual([expect.stringContaining("not exact")]);
  expect(messages({}, except(501))).toEqual([expect.stringContaining("does not exist")]);
});

test("the exceptions only shrink: nobody raises these numbers", () => {
  const exceptions = JSON.parse(readFileSync("tools/tidy.json", "utf8")) as TidyExceptions;
  expect(Object.keys(exceptions.longFiles).length).toBeLessThanOrEqual(0);
  expect(Object.keys(exceptions.longLines).length).toBeLessThanOrEqual(0);
});

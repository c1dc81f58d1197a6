import { expect, test } from "vitest";
import { parseModules } from "../source/module.ts";
import type { SourceModule } from "../source/module.ts";
import { findDifferences } from "./differences.ts";
import { findLimits } from "./limits.ts";
import { errorsPage, operationsPage } from "./operations.ts";

const parse = (text: string) => parseModules(new Map([["packages/wire/src/a.ts", text]]))[0] as SourceModule;

test.each([
  ["a line comment", "// Differs: one.\nconst a = 1;", ["one."]],
  ["a line comment of two lines", "// Differs: one\n// two.\nconst a = 1;", ["one two."]],
  ["a line of a block", "/**\n * Says.\n * Differs: one.\n * @throws Fault\n */", ["one."]],
  ["two in one block", "/*\n * Differs: one.\n * Differs: two.\n */", ["one.", "two."]],
  ["one behind a sentence", "/** Says. Differs: one. */", ["one."]],
  ["text in a string", 'const a = "Differs: one.";', []],
])("a difference is found in %s", (_where, text, expected) => {
  expect(findDifferences(parse(text)).map((difference) => difference.text)).toEqual(expected);
});

test("a limit is an exported constant with the sentence above it or above its group", () => {
  const text = [
    "/** Bytes of a body. */",
    "export const bodyBytesMax = 1024 * 1024;",
    "export const headerBytesMax = 16_384;",
    "",
    "export const otherLimit = 3;",
    "const innerMax = 4;",
    "export const pickMax = (a: number) => a;",
  ].join("\n");
  expect(findLimits(parse(text)).map(({ name, value, meaning }) => [name, value, meaning])).toEqual([
    ["bodyBytesMax", "1024 * 1024", "Bytes of a body."],
    ["headerBytesMax", "16_384", "Bytes of a body."],
    ["otherLimit", "3", ""],
  ]);
});

test("operations and errors are listed in alphabetical order, with AWS's number beside ours", () => {
  const services = [
    {
      name: "sts",
      operations: [
        { name: "GetCallerIdentity", access: "read" as const },
        { name: "AssumeRole", access: "write" as const },
      ],
      absent: { GetToken: "is of no use | here", AskAgain: "asks twice" },
      faults: [
        { code: "ExpiredToken", status: 403, pattern: "The token | {0} is expired" },
        { code: "ExpiredToken", status: 403, pattern: "The token | {0} is expired" },
      ],
      refusal: { code: "AccessDenied", status: 403 },
    },
  ];
  const shared = [{ code: "InternalFailure", status: 500, pattern: "It failed." }];
  const operations = operationsPage(services, () => 11);
  expect(operations).toContain("| [sts](#sts) | 2 | 11 |");
  expect(operations).toContain("| AssumeRole | write |\n| GetCallerIdentity | read |");
  expect(operations).toContain(
    "Left out:\n\n| operation | because it |\n|---|---|\n| AskAgain | asks twice |\n" +
      "| GetToken | is of no use \\| here |\n",
  );
  const errors = errorsPage({ services, shared });
  expect(errors).toContain(
    "## sts\n\n| code | status | message |\n|---|---|---|\n" +
      "| `AccessDenied` | 403 | User: {0} is not authorized to perform: {1} on resource: {2} because .. |\n" +
      "| `ExpiredToken` | 403 | The token \\| {0} is expired |\n",
  );
  expect(errors).toContain(
    "## Every service\n\n| code | status | message |\n|---|---|---|\n| `InternalFailure`",
  );
});

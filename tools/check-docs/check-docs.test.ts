import { expect, test } from "vitest";
import { checkDocs } from "./check-docs.ts";
import { readDocs } from "./read-docs.ts";

const messages = (text: string) =>
  checkDocs({
    pages: new Map([
      ["docs/page.md", text],
      ["docs/map.md", "# Where things are\n\n## Ids and ARNs (rules)\n"],
    ]),
    exists: (path) => ["docs/page.md", "docs/map.md", "packages", "packages/wire/src"].includes(path),
    read: (path) => (path === "a.ts" ? "const a = 1;\nconst b = 2;\nconst c = 3;\n" : undefined),
    scripts: ["start"],
  }).map((violation) => violation.message);

test.each([
  "[map](map.md) and [heading](map.md#ids-and-arns-rules)",
  "[elsewhere](https://example.com/absent)",
  "`packages/wire/src` and `packages/<name>/src` and `npm run start`",
  "```\n[in a block](absent.md)\n```",
  "```ts a.ts\nconst b = 2;\n```",
  "```ts a.ts\nconst a = 1;\n// ...\nconst c = 3;\n```",
  "```ts\nany code\n```",
])("a page may say: %s", (text) => {
  expect(messages(text)).toEqual([]);
});

test.each([
  ["[map](absent.md)", "absent.md leads nowhere"],
  ["[map](map.md#absent)", "map.md#absent has no such heading"],
  ["`packages/absent/src`", "packages/absent/src does not exist"],
  ["```ts a.ts\nconst a = 2;\n```", "the code shown from a.ts does not stand there"],
  ["```ts a.ts\nconst c = 3;\n// ...\nconst a = 1;\n```", "the code shown from a.ts does not stand there"],
  ["```ts absent.ts\na\n```", "the code shown from absent.ts does not stand there"],
  ["`npm run absent`", "there is no command `npm run absent`"],
])("a page may not say: %s", (text, expected) => {
  expect(messages(text)).toEqual([expected]);
});

test("links and named paths of the pages exist", () => {
  expect(checkDocs(readDocs("."))).toEqual([]);
});

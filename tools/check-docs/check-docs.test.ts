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
    scripts: ["start"],
  }).map((violation) => violation.message);

test.each([
  "[map](map.md) and [heading](map.md#ids-and-arns-rules)",
  "[elsewhere](https://example.com/absent)",
  "`packages/wire/src` and `packages/<name>/src` and `npm run start`",
  "```\n[in a block](absent.md)\n```",
])("a page may say: %s", (text) => {
  expect(messages(text)).toEqual([]);
});

test.each([
  ["[map](absent.md)", "absent.md leads nowhere"],
  ["[map](map.md#absent)", "map.md#absent has no such heading"],
  ["`packages/absent/src`", "packages/absent/src does not exist"],
  ["`npm run absent`", "there is no command `npm run absent`"],
])("a page may not say: %s", (text, expected) => {
  expect(messages(text)).toEqual([expected]);
});

test("links and named paths of the pages exist", () => {
  expect(checkDocs(readDocs("."))).toEqual([]);
});

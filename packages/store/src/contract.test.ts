import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { CommitLog } from "./commit-log.ts";
import { memoryLog } from "./memory-log.ts";
import { sqliteLog } from "./sqlite-log.ts";
import { commitLogContract, faultyLog } from "./testing.ts";

const directory = mkdtempSync(join(tmpdir(), "casemate-contract-"));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

/** The logs under test; each call answers how to open logs on one fresh state. */
const subjects: Readonly<Record<string, () => () => CommitLog>> = {
  memory: () => {
    const log = memoryLog();
    return () => log;
  },
  SQLite: () => {
    const path = join(directory, `${files++}.db`);
    return () => sqliteLog(path);
  },
  "a faulty fake that behaves": () => {
    const log = faultyLog(memoryLog());
    return () => log;
  },
};

for (const [name, fresh] of Object.entries(subjects)) {
  describe(`a commit log (${name})`, () => {
    it.each(commitLogContract)("$name", async ({ run }) => {
      const open = fresh();
      const opened: CommitLog[] = [];
      try {
        const subject = { open: () => (opened.push(open()), opened.at(-1)!) };
        await expect(run(subject)).resolves.toBeUndefined();
      } finally {
        await Promise.all(opened.map((log) => log.close()));
      }
    });
  });
}

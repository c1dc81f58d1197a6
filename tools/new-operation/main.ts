// `npm run new-operation -- <service> <Operation> <room>`: begins an operation and says what is left to do.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { draftOperation, nextSteps } from "./new-operation.ts";

const [service = "", name = "", room = ""] = process.argv.slice(2);
const table = `packages/wire/generated/${service}.json`;
try {
  if (room === "") throw new Error("usage: npm run new-operation -- <service> <Operation> <room>");
  if (!/^[a-z0-9-]+$/.test(service) || !existsSync(table))
    throw new Error(`there is no table for ${service}`);
  const { operations } = JSON.parse(readFileSync(table, "utf8")) as { operations: Record<string, unknown> };
  const draft = draftOperation({ service, name, room }, Object.keys(operations));
  mkdirSync(dirname(draft.path), { recursive: true });
  writeFileSync(draft.path, draft.text, { flag: "wx" });
  console.log([`wrote ${draft.path}`, ...nextSteps({ service, name, room })].join("\n- "));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
}

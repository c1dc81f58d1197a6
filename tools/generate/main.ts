// Writes packages/wire/generated and packages/wire/src/generated from the installed AWS SDK clients.
// `--check` compares instead of writing; `--constraints PATH` also rewrites the constraints from a botocore data folder.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { handlerTypes } from "./handler-types.ts";
import { readService } from "./sdk-schema.ts";
import { buildTable, type ServiceTable } from "./table.ts";
import { buildConstraints } from "./constraints.ts";

const services = ["ec2", "iam", "sts"];
const wire = join(process.cwd(), "packages", "wire");

async function run(args: readonly string[]): Promise<void> {
  const check = args.includes("--check");
  const position = args.indexOf("--constraints");
  const botocore = position < 0 ? undefined : args[position + 1];
  if (position >= 0 && botocore === undefined)
    throw new Error("--constraints needs the path of a botocore data folder");
  let stale = 0;
  for (const id of services) {
    const table = buildTable(await readService(id));
    const files: [string, string][] = [
      [join(wire, "generated", `${id}.json`), tableText(table)],
      [join(wire, "src", "generated", `${id}.ts`), handlerTypes(table)],
    ];
    if (botocore !== undefined) {
      files.push([join(wire, "generated", `${id}.constraints.json`), buildConstraints(table, botocore)]);
    }
    for (const [path, text] of files) stale += settle(path, text, check);
  }
  if (stale > 0) {
    console.error(`${stale} generated files are stale: run \`npm run generate\``);
    process.exitCode = 1;
  }
}

function settle(path: string, text: string, check: boolean): number {
  const current = currentText(path);
  if (current === text) return 0;
  if (check) console.error(`${path} differs from what the SDK says`);
  else writeFileSync(path, text);
  return check ? 1 : 0;
}

function currentText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** One line per shape, so that a change of the SDK reads as a short diff. */
function tableText(table: ServiceTable): string {
  const { shapes, operations, errors, ...head } = table;
  const rows = (record: Record<string, unknown>) =>
    Object.entries(record)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
      .join(",\n");
  const start = JSON.stringify(head).slice(0, -1);
  const body = shapes.map((shape) => JSON.stringify(shape)).join(",\n");
  return `${start},\n"operations":{\n${rows(operations)}},\n"errors":{\n${rows(errors)}},\n"shapes":[\n${body}]}\n`;
}

await run(process.argv.slice(2));

// Writes packages/wire/generated and packages/wire/src/generated from the installed AWS SDK clients.
// `--check` compares instead of writing; `--constraints PATH` also rewrites the constraints from a botocore
// data folder; `--only SERVICE` leaves the other services alone.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate, services, type GeneratedFile } from "./generate.ts";

async function run(args: readonly string[]): Promise<void> {
  const check = args.includes("--check");
  const botocore = valueOf(args, "--constraints", "the path of a botocore data folder");
  const only = valueOf(args, "--only", "the name of a service");
  let stale = 0;
  for (const id of services.filter((each) => only === undefined || each === only)) {
    for (const file of await generate(id, botocore)) stale += settle(file, check);
  }
  if (stale > 0) {
    console.error(`${stale} generated files are stale: run \`npm run generate\``);
    process.exitCode = 1;
  }
}

function valueOf(args: readonly string[], option: string, what: string): string | undefined {
  const position = args.indexOf(option);
  const value = position < 0 ? undefined : args[position + 1];
  if (position >= 0 && value === undefined) throw new Error(`${option} needs ${what}`);
  return value;
}

function settle({ path, text }: GeneratedFile, check: boolean): number {
  const absolute = join(process.cwd(), path);
  if (currentText(absolute) === text) return 0;
  if (check) console.error(`${path} differs from what the SDK says`);
  else writeFileSync(absolute, text);
  return check ? 1 : 0;
}

function currentText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

await run(process.argv.slice(2));

// What is generated for each service, as paths from the root of the workspace and their text.
import { buildConstraints } from "./constraints.ts";
import { handlerTypes } from "./handler-types.ts";
import { readService } from "./sdk-schema.ts";
import { buildTable, type ServiceTable } from "./table.ts";

export const services = ["access-analyzer", "ec2", "iam", "organizations", "sts"];

export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** The generated files of a service; with a botocore data folder, its constraints too. */
export async function generate(id: string, botocore?: string): Promise<GeneratedFile[]> {
  const table = buildTable(await readService(id));
  const files = [
    { path: `packages/wire/generated/${id}.json`, text: tableText(table) },
    { path: `packages/wire/src/generated/${id}.ts`, text: handlerTypes(table) },
  ];
  if (botocore !== undefined) {
    files.push({
      path: `packages/wire/generated/${id}.constraints.json`,
      text: buildConstraints(table, botocore),
    });
  }
  return files;
}

/**
 * One line per shape, so that a change of the SDK reads as a short diff. The head stands on the first line.
 */
function tableText(table: ServiceTable): string {
  const { shapes, operations, errors, ...head } = table;
  const rows = (record: Record<string, unknown>) =>
    Object.entries(record)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
      .join(",\n");
  const start = JSON.stringify(head).slice(0, -1);
  const body = shapes.map((shape) => JSON.stringify(shape)).join(",\n");
  const records = `"operations":{\n${rows(operations)}},\n"errors":{\n${rows(errors)}}`;
  return `${start},\n${records},\n"shapes":[\n${body}]}\n`;
}

// The pages of operations and of errors, from the list of services.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { cell, generatedNotice } from "./page.ts";
import type { DescribedService } from "./services.ts";

/** How many operations AWS's own client of a service has; undefined where that client is not installed. */
export function countAwsOperations(root: string, service: string): number | undefined {
  const folder = join(root, "node_modules/@aws-sdk", `client-${service}`, "dist-types/commands");
  try {
    return readdirSync(folder).filter((name) => name.endsWith("Command.d.ts")).length;
  } catch {
    return undefined;
  }
}

/** The text of docs/operations.md; `awsCount` says how many operations AWS has in a service. */
export function operationsPage(
  services: readonly DescribedService[],
  awsCount: (service: string) => number | undefined,
): string {
  const counted = services.map(({ name, operations }) => {
    const all = awsCount(name);
    return `| [${name}](#${name}) | ${operations.length} | ${all ?? ""} |`;
  });
  const sections = services.map(({ name, operations }) => {
    const rows = operations
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map((operation) => `| ${operation.name} | ${operation.access} |`);
    return `## ${name}\n\n| operation | access |\n|---|---|\n${rows.join("\n")}\n`;
  });
  return [
    "# Operations\n",
    generatedNotice("the services' own lists"),
    "What is listed is authorized on its resources, recorded and durable. All else is refused.\n",
    ["| service | operations | of AWS's |", "|---|---|---|", ...counted, ""].join("\n"),
    ...sections,
  ].join("\n");
}

/** The text of docs/errors.md. */
export function errorsPage(services: readonly DescribedService[]): string {
  const sections = services.map(({ name, faults }) => {
    const rows = faults
      .toSorted((one, other) => (one.code + one.pattern < other.code + other.pattern ? -1 : 1))
      .map(({ code, status, pattern }) => `| \`${code}\` | ${status} | ${cell(pattern)} |`);
    return `## ${name}\n\n| code | status | message |\n|---|---|---|\n${rows.join("\n")}\n`;
  });
  return [
    "# Errors\n",
    generatedNotice("the faults that services declare"),
    "Each refusal in its service's own words; `{0}`, `{1}` stand for what the request said.\n",
    ...sections,
  ].join("\n");
}

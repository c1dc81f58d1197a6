// The pages of operations and of errors, from the list of services.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { clientOf } from "../generate/sdk-schema.ts";
import { cell, generatedNotice } from "./page.ts";
import type { DescribedCloud, DescribedFault, DescribedService } from "./services.ts";

/** How many operations AWS's own client of a service has; undefined where that client is not installed. */
export function countAwsOperations(root: string, service: string): number | undefined {
  const folder = join(root, "node_modules/@aws-sdk", `client-${clientOf(service)}`, "dist-types/commands");
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
  const sections = services.map(({ name, operations, absent }) => {
    const rows = operations
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map((operation) => `| ${operation.name} | ${operation.access} |`);
    const served = `## ${name}\n\n| operation | access |\n|---|---|\n${rows.join("\n")}\n`;
    return absent === undefined ? served : `${served}\n${absentTable(absent)}\n`;
  });
  return [
    "# Operations\n",
    generatedNotice("the services' own lists"),
    "What is listed is authorized on its resources, recorded and durable. All else is refused.\n",
    ["| service | operations | of AWS's |", "|---|---|---|", ...counted, ""].join("\n"),
    ...sections,
  ].join("\n");
}

/** What a service leaves out of AWS's, and why. */
function absentTable(absent: Readonly<Record<string, string>>): string {
  const rows = Object.entries(absent)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, reason]) => `| ${name} | ${cell(reason)} |`);
  return ["Left out:\n", "| operation | because it |", "|---|---|", ...rows].join("\n");
}

/** The text of docs/errors.md. */
export function errorsPage({ services, shared }: DescribedCloud): string {
  const sections = services.map(({ name, faults, refusal }) => {
    const refused = {
      ...refusal,
      pattern: "User: {0} is not authorized to perform: {1} on resource: {2} because ..",
    };
    return `## ${name}\n\n${faultTable([...faults, refused])}\n`;
  });
  return [
    "# Errors\n",
    generatedNotice("the faults that services and the request path declare"),
    "Each refusal in its service's own words; `{0}`, `{1}` stand for what the request said.\n",
    `## Every service\n\n${faultTable(shared)}\n`,
    "Beside these there are AWS's answers to a request that cannot be read or whose signature is refused: they",
    "differ by protocol and stand in `packages/wire/src/dialect.ts`, `packages/wire/src/form-tree.ts` and",
    "`packages/wire/src/sigv4/signature-fault.ts`.\n",
    ...sections,
  ].join("\n");
}

/** Faults in alphabetical order; one that several resources declare alike stands there once. */
function faultTable(faults: readonly DescribedFault[]): string {
  const rows = faults
    .toSorted((one, other) => (one.code + one.pattern < other.code + other.pattern ? -1 : 1))
    .map(({ code, status, pattern }) => `| \`${code}\` | ${status} | ${cell(pattern)} |`);
  return ["| code | status | message |", "|---|---|---|", ...new Set(rows)].join("\n");
}

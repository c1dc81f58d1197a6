// Writes the beginning of an operation into its room. It refuses names that the service's table does not have
// and never overwrites.

/** What is asked for, and what the tables know. */
export interface NewOperation {
  service: string;
  /** AWS's name: `CreateSubnet`. */
  name: string;
  /** The room's folder: `subnet`. */
  room: string;
}

/** A new file. */
export interface Draft {
  path: string;
  text: string;
}

const readingVerbs = /^(Describe|Get|List|Search|Lookup|Simulate|Validate|Decode)/;

/** The file to write. @throws Error when the name is not one of the service's operations. */
export function draftOperation(asked: NewOperation, operations: readonly string[]): Draft {
  const { service, name, room } = asked;
  if (!operations.includes(name))
    throw new Error(`${service} has no operation ${name}${nearest(name, operations)}`);
  if (!/^[a-z][a-z0-9-]*$/.test(room))
    throw new Error(`${room} is not a room's name: kebab-case, as in key-pair`);
  const variable = `${name[0]?.toLowerCase()}${name.slice(1)}`;
  const access = readingVerbs.test(name) ? "read" : "write";
  const text = [
    `/** ${name}: say here what it does and what it refuses. */`,
    'import { operation } from "../operation.ts";',
    "",
    `export const ${variable} = operation("${name}", {`,
    `  access: "${access}",`,
    "  honours: [],",
    "  needs: (_input, call) => [call.need()],",
    "  handle(_tx, _input, _call) {",
    "  },",
    "});",
    "",
  ].join("\n");
  return { path: `packages/cloud/src/services/${service}/${room}/${kebab(name)}.ts`, text };
}

/** What the author does next. */
export function nextSteps(asked: NewOperation): string[] {
  return [
    "fill in honours, needs and handle: docs/adding-an-operation.md says how",
    `list it in packages/cloud/src/services/${asked.service}/index.ts, and its faults too`,
    "write its tests beside it, then run `npm run generate` and `npm test`",
  ];
}

function kebab(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
}

function nearest(name: string, operations: readonly string[]): string {
  const lower = name.toLowerCase();
  const found = operations.find((operation) => operation.toLowerCase() === lower);
  return found === undefined ? "" : `; did you mean ${found}?`;
}

// Reads what an `@aws-sdk/client-*` package publishes about its service: schemas, protocol settings and
// enum links. It looks only at exported arrays and at the declaration files, never at the SDK's internals.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export type Traits = number | Record<string, unknown> | undefined;
type Simple = number;
type Thunk = () => Schema;
/** A schema as the SDK exports it; the first element of an array says its kind. */
export type Schema = Simple | "unit" | readonly unknown[];
/** A member is a schema, a thunk of one, or either of them paired with traits. */
export type MemberSchema = Schema | Thunk | readonly [Schema | Thunk, Traits];

export interface Service {
  readonly id: string;
  readonly protocol: string;
  readonly apiVersion: string;
  readonly xmlNamespace: string;
  readonly signingName: string;
  readonly target: string;
  readonly operations: readonly (readonly unknown[])[];
  readonly errors: readonly (readonly unknown[])[];
  /** Values of the enum that a structure's member, or the items of that member, are limited to. */
  enumOf(structure: string, member: string): EnumLink | undefined;
}

export interface EnumLink {
  readonly name: string;
  readonly values: readonly string[];
}

const protocols: Record<string, string> = {
  "aws.protocols#ec2Query": "ec2",
  "aws.protocols#awsQuery": "query",
  "aws.protocols#awsJson1_0": "json1.0",
  "aws.protocols#awsJson1_1": "json1.1",
  "aws.protocols#restJson1": "rest-json",
};

interface ClientConfig {
  readonly protocol: { getShapeId(): string };
  readonly protocolSettings: Record<string, unknown>;
  httpAuthSchemeProvider(parameters: {
    region: string;
    Region: string;
  }): { signingProperties?: { name?: string } }[];
}

/** The client package of a service, where that is not called by the name that requests are signed for. */
const clients: Record<string, string> = { "access-analyzer": "accessanalyzer" };

/** What AWS's packages call a service. */
export function clientOf(id: string): string {
  return clients[id] ?? id;
}

/** Loads the client package of a service, such as "ec2", and gathers its description. */
export async function readService(id: string): Promise<Service> {
  const packageName = `@aws-sdk/client-${clientOf(id)}`;
  const sdk = (await import(packageName)) as Record<string, unknown>;
  const schemas = Object.values(sdk).filter((value) => Array.isArray(value)) as unknown[][];
  const config = clientConfig(sdk);
  const settings = config.protocolSettings;
  const protocol = protocols[config.protocol.getShapeId()];
  if (protocol === undefined) throw new Error(`${packageName} speaks ${config.protocol.getShapeId()}`);
  const signing = config.httpAuthSchemeProvider({ region: "us-east-1", Region: "us-east-1" })[0]
    ?.signingProperties?.name;
  if (signing === undefined) throw new Error(`${packageName} names no signing service`);
  const links = enumLinks(packageName, sdk);
  const byName = (a: readonly unknown[], b: readonly unknown[]) => (String(a[2]) < String(b[2]) ? -1 : 1);
  return {
    id,
    protocol,
    apiVersion: String(settings["version"]),
    xmlNamespace: namespaceOf(settings),
    signingName: signing,
    target: String(settings["serviceTarget"]),
    operations: schemas.filter((schema) => schema[0] === 9).toSorted(byName),
    errors: schemas.filter((schema) => schema[0] === -3).toSorted(byName),
    enumOf: (structure, member) => links.get(`${structure}.${member}`),
  };
}

/** Only protocols that answer in XML need one. The SDK drops the slash that the service writes after it. */
function namespaceOf(settings: Record<string, unknown>): string {
  const namespace = settings["xmlNamespace"];
  return typeof namespace === "string" ? `${namespace.replace(/\/$/, "")}/` : "";
}

function clientConfig(sdk: Record<string, unknown>): ClientConfig {
  const name = Object.keys(sdk).find((key) => /^[A-Z][A-Za-z0-9]+Client$/.test(key));
  const client = sdk[name ?? ""] as new (options: object) => { config: ClientConfig };
  return new client({ region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } }).config;
}

/** Declaration files are the only place that ties a member to its enum. */
function enumLinks(packageName: string, sdk: Record<string, unknown>): Map<string, EnumLink> {
  const root = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  const folder = join(root, "dist-types", "models");
  const links = new Map<string, EnumLink>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".d.ts")) continue;
    let structure = "";
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      const open = /^export (?:interface|declare class) (\w+)/.exec(line);
      if (open) structure = plainName(open[1] ?? "");
      const member = /^ {4}(?:readonly )?(\w+)\??: (?:Partial<)?(?:Record<\w+, )?(\w+)[^;]*;$/.exec(line);
      if (!member) continue;
      const link = enumValues(sdk, member[2] ?? "");
      if (link) links.set(`${structure}.${member[1]}`, link);
    }
  }
  return links;
}

function enumValues(sdk: Record<string, unknown>, type: string): EnumLink | undefined {
  const values = sdk[type];
  if (typeof values !== "object" || values === null || Array.isArray(values)) return undefined;
  const list = Object.values(values);
  if (!list.every((value) => typeof value === "string")) return undefined;
  return { name: plainName(type), values: list };
}

/** The SDK puts an underscore before names that clash with its own. */
function plainName(name: string): string {
  return name.replace(/^_+/, "");
}

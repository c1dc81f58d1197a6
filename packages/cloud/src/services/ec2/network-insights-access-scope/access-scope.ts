/** Network Insights access scopes: the row, what its statements mean, and its views. */
import type {
  AccessScopePath,
  NetworkInsightsAccessScope,
  NetworkInsightsAccessScopeContent,
  PacketHeaderStatement,
  PathStatement,
  ResourceStatement,
} from "@casemate/wire/ec2";
import { parseArn, resource, tagsView, type OwnedRow } from "../../../kit/index.ts";
import { blockOf, type PortSpan } from "../network-insights/traffic-classes.ts";
import {
  accessScopeMalformed,
  accessScopeNotFound,
  scopeHeaderInvalid,
  scopePrefixListsUnsupported,
  scopeResourceInvalid,
} from "./faults.ts";

/** Which resources are meant: any of these ids or types; none given means all. */
export interface ScopeResources {
  readonly ids: readonly string[];
  readonly types: readonly string[];
}

/** What a header must be. */
export interface ScopeHeader {
  readonly sourceAddresses?: readonly string[] | undefined;
  readonly destinationAddresses?: readonly string[] | undefined;
  readonly sourcePorts?: readonly PortSpan[] | undefined;
  readonly destinationPorts?: readonly PortSpan[] | undefined;
  readonly protocols?: readonly ("tcp" | "udp")[] | undefined;
}

/** One end of the paths that are meant. */
export interface ScopeEnd {
  readonly resources?: ScopeResources | undefined;
  readonly header?: ScopeHeader | undefined;
}

/** Paths that are meant: from, to, and by way of. */
export interface ScopePath {
  readonly source?: ScopeEnd | undefined;
  readonly destination?: ScopeEnd | undefined;
  readonly through: readonly ScopeResources[];
}

/** An access scope. */
export interface AccessScopeRow extends OwnedRow {
  readonly match: readonly ScopePath[];
  readonly exclude: readonly ScopePath[];
  /** As they were written. */
  readonly written: Pick<NetworkInsightsAccessScopeContent, "MatchPaths" | "ExcludePaths">;
  readonly createdAt: number;
}

/** Access scopes that an account may have in a region. */
export const accessScopesPerRegionMax = 1000;

export const accessScopes = resource<AccessScopeRow>({
  service: "ec2",
  type: "network-insights-access-scope",
  prefix: "nis",
  notFound: accessScopeNotFound,
  malformed: accessScopeMalformed,
});

/** The types that a statement may name, by the prefix of their ids. */
export const scopeTypes: Readonly<Record<string, string>> = {
  i: "AWS::EC2::Instance",
  eni: "AWS::EC2::NetworkInterface",
  igw: "AWS::EC2::InternetGateway",
  nat: "AWS::EC2::NatGateway",
  pcx: "AWS::EC2::VPCPeeringConnection",
  vpce: "AWS::EC2::VPCEndpoint",
};

const placePrefixes = new Set([...Object.keys(scopeTypes), "vpc", "subnet", "sg"]);

/** Reads a path. @throws scopeResourceInvalid, scopeHeaderInvalid, scopePrefixListsUnsupported */
export function readScopePath(path: AccessScopePath): ScopePath {
  return {
    source: readEnd(path.Source),
    destination: readEnd(path.Destination),
    through: (path.ThroughResources ?? []).map(
      ({ ResourceStatement: statement }) => readResources(statement) ?? { ids: [], types: [] },
    ),
  };
}

function readEnd(statement: PathStatement | undefined): ScopeEnd | undefined {
  if (statement === undefined) return undefined;
  return {
    resources: readResources(statement.ResourceStatement),
    header: readHeader(statement.PacketHeaderStatement),
  };
}

function readResources(statement: ResourceStatement | undefined): ScopeResources | undefined {
  if (statement === undefined) return undefined;
  const types = statement.ResourceTypes ?? [];
  const unknown = types.find((type) => !Object.values(scopeTypes).includes(type));
  if (unknown !== undefined) throw scopeResourceInvalid(unknown);
  const ids = (statement.Resources ?? []).map((text) => {
    const id = text.startsWith("arn:") ? (parseArn(text)?.resource.split("/")[1] ?? "") : text;
    if (!placePrefixes.has(id.slice(0, id.indexOf("-")))) throw scopeResourceInvalid(text);
    return id;
  });
  return { ids, types };
}

function readHeader(statement: PacketHeaderStatement | undefined): ScopeHeader | undefined {
  if (statement === undefined) return undefined;
  const { SourcePrefixLists: sources = [], DestinationPrefixLists: destinations = [] } = statement;
  if (sources.length + destinations.length > 0) throw scopePrefixListsUnsupported();
  return {
    sourceAddresses: readBlocks(statement.SourceAddresses),
    destinationAddresses: readBlocks(statement.DestinationAddresses),
    sourcePorts: readPorts(statement.SourcePorts),
    destinationPorts: readPorts(statement.DestinationPorts),
    protocols: some(statement.Protocols),
  };
}

function some<Item>(items: readonly Item[] | undefined): readonly Item[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items;
}

function readBlocks(texts: readonly string[] | undefined): readonly string[] | undefined {
  for (const text of texts ?? []) if (blockOf(text) === undefined) throw scopeHeaderInvalid(text);
  return some(texts);
}

function readPorts(texts: readonly string[] | undefined): readonly PortSpan[] | undefined {
  return some(
    (texts ?? []).map((text): PortSpan => {
      const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
      const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
      if (match === null || to > 65_535 || from > to) throw scopeHeaderInvalid(text);
      return { from, to };
    }),
  );
}

/** The scope as the API shows it. */
export function accessScopeView(row: AccessScopeRow): NetworkInsightsAccessScope {
  return {
    NetworkInsightsAccessScopeId: row.id,
    NetworkInsightsAccessScopeArn: accessScopes.arn(row),
    CreatedDate: new Date(row.createdAt),
    UpdatedDate: new Date(row.createdAt),
    Tags: tagsView(row.tags),
  };
}

/** What it says, as it was written. */
export function accessScopeContentView(row: AccessScopeRow): NetworkInsightsAccessScopeContent {
  return { NetworkInsightsAccessScopeId: row.id, ...row.written };
}

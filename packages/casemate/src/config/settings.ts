/**
 * From flags, environment and defaults, in this order, to what a daemon is started with. A value that does
 * not fit is an error.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { HostAccessMode } from "@casemate/host";
import { parseCertificateChain } from "@casemate/key-engine";
import { parseCidr } from "@casemate/net-engine";
import {
  defaultAccountId,
  defaultPort,
  defaultPublicIpPool,
  defaultRegions,
  type StartOptions,
} from "../daemon/settings.ts";
import { isIssuerHost } from "../openid/issuer-hosts.ts";
import { ConfigurationError, type Environment } from "./environment.ts";

/** Flags of `casemate up`, as typed. */
export interface UpFlags {
  readonly dataDir?: string | undefined;
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly accountId?: string | undefined;
  readonly regions?: string | undefined;
  readonly publicIpPool?: string | undefined;
  readonly machines?: string | undefined;
  readonly hostAccess?: string | undefined;
  readonly oidcHosts?: string | undefined;
  readonly oidcCaFile?: string | undefined;
}

/** What `up` starts with: everything is decided. */
export interface Settings extends StartOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly host: string;
  readonly accountId: string;
  readonly machines: "auto" | "sandbox" | "recorded";
  readonly publicIpPool: string;
  readonly hostAccess: HostAccessMode;
}

/** The folder of a cloud's state: the flag, the environment, or `.casemate` of the working directory. */
export function dataDirOf(
  flag: string | undefined,
  environment: Environment,
  workingDirectory: string,
): string {
  return resolve(workingDirectory, flag ?? environment.dataDir ?? ".casemate");
}

/** Decides every setting. @throws ConfigurationError */
export function settingsOf(flags: UpFlags, environment: Environment, workingDirectory: string): Settings {
  return {
    dataDir: dataDirOf(flags.dataDir, environment, workingDirectory),
    port: portOf(flags.port ?? environment.port),
    host: hostOf(flags.host ?? environment.host),
    accountId: matched(
      "account id",
      flags.accountId ?? environment.accountId ?? defaultAccountId,
      /^\d{12}$/,
    ),
    regions: regionsOf(flags.regions ?? environment.regions),
    publicIpPool: poolOf(flags.publicIpPool ?? environment.publicIpPool),
    machines: machinesOf(flags.machines ?? environment.machines ?? "auto"),
    hostAccess: hostAccessOf(flags.hostAccess ?? environment.hostAccess ?? "auto"),
    oidcHosts: oidcHostsOf(flags.oidcHosts ?? environment.oidcHosts),
    oidcTrustAnchorsPem: trustAnchorsOf(flags.oidcCaFile ?? environment.oidcCaFile, workingDirectory),
    rootKey: rootKeyOf(environment),
    credentialsDirectory: environment.credentialsDirectory,
  };
}

function portOf(text: string | undefined): number {
  if (text === undefined) return defaultPort;
  const port = Number(matched("port", text, /^\d{1,5}$/));
  if (port > 65_535) throw new ConfigurationError(`The port ${text} is over 65535.`);
  return port;
}

function hostOf(text: string | undefined): string {
  return matched("host", text ?? "127.0.0.1", /^[0-9A-Za-z.:_-]{1,253}$/);
}

function regionsOf(text: string | undefined): readonly string[] {
  if (text === undefined) return defaultRegions;
  const regions = text.split(",").map((each) => each.trim());
  for (const region of regions) matched("region", region, /^[a-z]{2}(-[a-z]+)+-\d$/);
  return regions;
}

/** The pool of public addresses. @throws ConfigurationError */
export function poolOf(text: string | undefined): string {
  const pool = text ?? defaultPublicIpPool;
  if (parseCidr(pool) === undefined)
    throw new ConfigurationError(`The public IP pool ${pool} is not a CIDR.`);
  return pool;
}

function machinesOf(text: string): Settings["machines"] {
  if (text === "auto" || text === "sandbox" || text === "recorded") return text;
  throw new ConfigurationError(`Machines are auto, sandbox or recorded, not ${text}.`);
}

/** When the host is given a route. @throws ConfigurationError */
export function hostAccessOf(text: string): HostAccessMode {
  if (text === "auto" || text === "on" || text === "off") return text;
  throw new ConfigurationError(`Host access is auto, on or off, not ${text}.`);
}

function oidcHostsOf(text: string | undefined): readonly string[] {
  const hosts = text === undefined ? [] : text.split(",").map((each) => each.trim());
  const wrong = hosts.find((host) => !isIssuerHost(host));
  if (wrong === undefined) return hosts;
  throw new ConfigurationError(
    `The issuer host ${JSON.stringify(wrong)} is not valid: it is a host, a host with its port, *.domain or *.`,
  );
}

function trustAnchorsOf(file: string | undefined, workingDirectory: string): string | undefined {
  if (file === undefined) return undefined;
  const path = resolve(workingDirectory, file);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigurationError(`The CA file ${path} cannot be read.`, { cause });
  }
  if (parseCertificateChain(text) === undefined) {
    throw new ConfigurationError(`The CA file ${path} holds something other than certificates in PEM form.`);
  }
  return text;
}

function rootKeyOf({ rootKey, rootKeyFile }: Environment): string | undefined {
  if (rootKey !== undefined || rootKeyFile === undefined) return rootKey;
  try {
    return readFileSync(rootKeyFile, "utf8").trim();
  } catch (cause) {
    throw new ConfigurationError(`CASEMATE_ROOT_KEY_FILE ${rootKeyFile} cannot be read.`, { cause });
  }
}

function matched(what: string, text: string, pattern: RegExp): string {
  if (pattern.test(text)) return text;
  throw new ConfigurationError(`The ${what} ${JSON.stringify(text)} is not valid.`);
}

/**
 * The one place that reads the process's environment. What is not one of the names below is not read, a
 * `CASEMATE_` name that does not exist is an error, and so is anything that asks for less than enforcement.
 */

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** An environment that cannot be honoured. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** Credentials of a caller, as clients of AWS find them in the environment. */
export interface CallerCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What the environment says; what is absent or empty is undefined. */
export interface Environment {
  readonly dataDir: string | undefined;
  readonly port: string | undefined;
  readonly host: string | undefined;
  readonly accountId: string | undefined;
  readonly regions: string | undefined;
  readonly publicIpPool: string | undefined;
  readonly machines: string | undefined;
  readonly hostAccess: string | undefined;
  readonly oidcHosts: string | undefined;
  readonly oidcCaFile: string | undefined;
  readonly rootKey: string | undefined;
  readonly rootKeyFile: string | undefined;
  /** Where systemd puts a service's credentials. */
  readonly credentialsDirectory: string | undefined;
  readonly awsEndpoint: string | undefined;
  readonly awsRegion: string | undefined;
  readonly awsCaBundle: string | undefined;
  readonly awsCredentials: CallerCredentials | undefined;
  readonly shell: string | undefined;
  /** No colour, as https://no-color.org says. */
  readonly noColor: boolean;
  /** Names that another emulator knows, taken over with a warning each. */
  readonly aliases: readonly string[];
  /** Everything, to hand on to a program that is started. */
  readonly all: Variables;
}

const known: ReadonlySet<string> = new Set([
  "CASEMATE_DATA_DIR",
  "CASEMATE_PORT",
  "CASEMATE_HOST",
  "CASEMATE_ACCOUNT_ID",
  "CASEMATE_REGIONS",
  "CASEMATE_PUBLIC_IP_POOL",
  "CASEMATE_MACHINES",
  "CASEMATE_HOST_ACCESS",
  "CASEMATE_OIDC_HOSTS",
  "CASEMATE_OIDC_CA_FILE",
  "CASEMATE_ROOT_KEY",
  "CASEMATE_ROOT_KEY_FILE",
  // Of the tools of a clone.
  "CASEMATE_NO_APT",
  "CASEMATE_SEED",
]);
/** Names of tests and of their tools. */
const ofTests = /^CASEMATE_(TEST|WIRE|E2E|BENCH)_/;

/** Values of names, of Casemate or of other emulators, that would turn something off. */
const weakenings: readonly { readonly name: string; readonly asks: RegExp; readonly what: string }[] = [
  { name: "ENFORCE_IAM", asks: /^(0|false|no|off)$/i, what: "policies are always enforced" },
  { name: "IAM_SOFT_MODE", asks: /^(1|true|yes|on)$/i, what: "policies are always enforced" },
  { name: "DISABLE_IAM", asks: /^(1|true|yes|on)$/i, what: "policies are always enforced" },
];

/** Reads the environment. @throws ConfigurationError */
export function readEnvironment(variables: Variables = process.env): Environment {
  refuseWeakening(variables);
  refuseUnknown(variables);
  const value = (name: string): string | undefined => variables[name] || undefined;
  const listen = value("GATEWAY_LISTEN")?.split(",")[0];
  const listenPort = listen === undefined ? undefined : /:(\d+)$/.exec(listen)?.[1];
  const aliases = ["EDGE_PORT", "GATEWAY_LISTEN"].filter((name) => value(name) !== undefined);
  return {
    dataDir: value("CASEMATE_DATA_DIR"),
    port: value("CASEMATE_PORT") ?? value("EDGE_PORT") ?? listenPort,
    host: value("CASEMATE_HOST") ?? (listen?.replace(/:\d+$/, "") || undefined),
    accountId: value("CASEMATE_ACCOUNT_ID"),
    regions: value("CASEMATE_REGIONS"),
    publicIpPool: value("CASEMATE_PUBLIC_IP_POOL"),
    machines: value("CASEMATE_MACHINES"),
    hostAccess: value("CASEMATE_HOST_ACCESS"),
    oidcHosts: value("CASEMATE_OIDC_HOSTS"),
    oidcCaFile: value("CASEMATE_OIDC_CA_FILE"),
    rootKey: value("CASEMATE_ROOT_KEY"),
    rootKeyFile: value("CASEMATE_ROOT_KEY_FILE"),
    credentialsDirectory: value("CREDENTIALS_DIRECTORY"),
    awsEndpoint: value("AWS_ENDPOINT_URL"),
    awsRegion: value("AWS_REGION") ?? value("AWS_DEFAULT_REGION"),
    awsCaBundle: value("AWS_CA_BUNDLE"),
    awsCredentials: credentialsIn(value),
    shell: value("SHELL"),
    noColor: value("NO_COLOR") !== undefined,
    aliases,
    all: variables,
  };
}

function credentialsIn(value: (name: string) => string | undefined): CallerCredentials | undefined {
  const accessKeyId = value("AWS_ACCESS_KEY_ID");
  const secretAccessKey = value("AWS_SECRET_ACCESS_KEY");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: value("AWS_SESSION_TOKEN") };
}

function refuseWeakening(variables: Variables): void {
  for (const { name, asks, what } of weakenings) {
    for (const each of [name, `CASEMATE_${name}`]) {
      if (asks.test(variables[each] ?? "")) {
        throw new ConfigurationError(`${each}=${variables[each]} cannot be honoured: ${what}. Unset it.`);
      }
    }
  }
}

function refuseUnknown(variables: Variables): void {
  const unknown = Object.keys(variables).filter(
    (name) => name.startsWith("CASEMATE_") && !known.has(name) && !ofTests.test(name),
  );
  const [first] = unknown;
  if (first !== undefined) throw new ConfigurationError(`There is no setting ${first}. Unset it.`);
}

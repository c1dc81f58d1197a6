/** What a daemon is started with, and its defaults. */
import type { HostAccessMode } from "@casemate/host";
import type { IssuerHosts } from "../openid/issuer-hosts.ts";

/** Options of a daemon; every one has a default. */
export interface StartOptions {
  /** Folder for everything that outlives the daemon; without it all is kept in memory and gone at the end. */
  readonly dataDir?: string | undefined;
  /** 0 takes a free port. */
  readonly port?: number | undefined;
  /** Address to listen on; beyond loopback only TLS is spoken. */
  readonly host?: string | undefined;
  /** 12 digits; of the account made at first start. */
  readonly accountId?: string | undefined;
  /** Regions that answer. */
  readonly regions?: readonly string[] | undefined;
  /** Pool of public addresses, a CIDR. */
  readonly publicIpPool?: string | undefined;
  /** `auto` runs real machines where this host can; `recorded` never does. */
  readonly machines?: "auto" | "sandbox" | "recorded" | undefined;
  /**
   * Whether this host gets a route to the pool: `auto` where nothing on the internet could be meant by it,
   * `on` wherever the host has no other route there, `off` never, which is what a program that starts a
   * daemon gets unless it asks.
   */
  readonly hostAccess?: HostAccessMode | undefined;
  /** Hosts of OpenID Connect issuers that the daemon may reach; none unless told. */
  readonly oidcHosts?: IssuerHosts | undefined;
  /** PEM of authorities that issuers' servers are trusted by, beside those that Node.js brings. */
  readonly oidcTrustAnchorsPem?: string | undefined;
  /** Base64 of a root key, where it is not kept in the state directory. */
  readonly rootKey?: string | undefined;
  /** Where systemd puts the service's credentials; `casemate-root-key` there wins over `rootKey`. */
  readonly credentialsDirectory?: string | undefined;
  /** Told of defects and of what the operator should know. */
  readonly log?: ((line: LogLine) => void) | undefined;
}

/** One line of the log; never keys, bodies or tokens. */
export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly [field: string]: unknown;
}

/** The port that clients expect. */
export const defaultPort = 4566;
/** The account made at first start, unless told otherwise. */
export const defaultAccountId = "000000000000";

/** All commercial regions answer unless told otherwise. */
export const defaultRegions: readonly string[] = [
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "af-south-1",
  "ap-east-1",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-south-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "me-south-1",
  "sa-east-1",
];

/** Documentation addresses (RFC 5737): nothing outside this machine is ever reached by them. */
export const defaultPublicIpPool = "203.0.113.0/24";

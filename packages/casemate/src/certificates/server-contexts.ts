/**
 * Chooses the certificate for the name that a TLS client asks for. Names that the configured leaf lacks get
 * a leaf for their parent's wildcard, issued on first use, as far as the root may vouch for them; so
 * `ec2.eu-west-1.amazonaws.com` works without a list of every region and service. All else gets the
 * configured leaf, which the client then refuses.
 */
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { SecureContext } from "node:tls";
import { NamesNotPermittedError, covers, issueLeaf, leafDays } from "./authority.ts";
import type { PemPair } from "./authority.ts";

/** How many wildcard leaves are kept; a flood of names makes no more than this, and few at a time. */
export const wildcardLeavesMax = 128;
const issuingMax = 4;

/** What the contexts are made of. */
export interface ServerContextsOptions {
  readonly authority: PemPair;
  readonly leaf: PemPair;
  readonly now: () => number;
  /** Hears why a wildcard leaf could not be issued, where that is not simply a foreign name. */
  readonly failed?: ((cause: unknown) => void) | undefined;
}

/** TLS contexts by server name. */
export interface ServerContexts {
  /** The configured leaf, for clients that name no server. */
  readonly leaf: PemPair;
  /** The context for a server name; never rejects. */
  contextFor(serverName: string): Promise<SecureContext>;
  /** `contextFor` in the form that a TLS server takes as its SNICallback. */
  readonly sniCallback: (serverName: string, done: (error: null, context: SecureContext) => void) => void;
  /** Takes a renewed leaf for the connections from now on. */
  replaceLeaf(leaf: PemPair): void;
}

interface Wildcard {
  readonly renewAtMs: number;
  readonly context: SecureContext;
}

/** The options of every TLS context of Casemate. */
export const tlsFloor = { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" } as const;

/** Contexts that start from a configured leaf. */
export function createServerContexts(options: ServerContextsOptions): ServerContexts {
  let leaf = options.leaf;
  let configured = contextOf(leaf);
  let certificate = new X509Certificate(leaf.certificatePem);
  const wildcards = new Map<string, Wildcard>();
  const issuing = new Map<string, Promise<SecureContext>>();

  async function issue(wildcard: string): Promise<SecureContext> {
    try {
      const nowMs = options.now();
      const pair = await issueLeaf({ authority: options.authority, names: [wildcard], nowMs });
      const context = contextOf(pair);
      wildcards.delete(wildcard);
      wildcards.set(wildcard, { renewAtMs: nowMs + (leafDays * 86_400_000 * 2) / 3, context });
      const [oldest] = wildcards.keys();
      if (wildcards.size > wildcardLeavesMax && oldest !== undefined) wildcards.delete(oldest);
      return context;
    } catch (cause) {
      if (!(cause instanceof NamesNotPermittedError)) options.failed?.(cause);
      return configured;
    } finally {
      issuing.delete(wildcard);
    }
  }

  async function contextFor(serverName: string): Promise<SecureContext> {
    const name = serverName.toLowerCase();
    const wildcard = wildcardOf(name);
    if (wildcard === undefined || covers(certificate, name)) return configured;
    const known = wildcards.get(wildcard);
    if (known !== undefined && options.now() < known.renewAtMs) return known.context;
    const underWay = issuing.get(wildcard);
    if (underWay !== undefined) return underWay;
    if (issuing.size >= issuingMax) return known?.context ?? configured;
    const issued = issue(wildcard);
    issuing.set(wildcard, issued);
    return issued;
  }

  type Done = (error: null, context: SecureContext) => void;
  const choose = async (serverName: string, done: Done): Promise<void> => {
    done(null, await contextFor(serverName));
  };

  return {
    get leaf() {
      return leaf;
    },
    contextFor,
    sniCallback: (serverName, done) => void choose(serverName, done),
    replaceLeaf(next) {
      configured = contextOf(next);
      certificate = new X509Certificate(next.certificatePem);
      leaf = next;
    },
  };
}

/** `*.b.c` for `a.b.c`; undefined for what is no plausible host name of a service. */
function wildcardOf(name: string): string | undefined {
  if (name.length > 253 || !/^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){2,7}$/.test(name)) return undefined;
  return `*${name.slice(name.indexOf("."))}`;
}

function contextOf(pair: PemPair): SecureContext {
  return createSecureContext({ key: pair.privateKeyPem, cert: pair.certificatePem, ...tlsFloor });
}

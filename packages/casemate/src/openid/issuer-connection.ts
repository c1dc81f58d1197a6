/**
 * A TLS connection to an issuer's server: to an address that may be reached, with a certificate that a trust
 * anchor or a pinned thumbprint vouches for. Nothing is sent before both are known.
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { connect, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from "node:tls";
import type { X509Certificate } from "node:crypto";
import { isOfServer, leadsToPinned, presentedPath } from "./certificate-path.ts";
import { isReachable, reachOf, type IssuerHosts } from "./issuer-hosts.ts";
import { IssuerRefused } from "./issuer-refused.ts";

/** How long everything that is asked of an issuer at once may take; callers wait for it. */
export const defaultFetchMs = 5_000;

/** What the operator allows and trusts. */
export interface IssuerAccess {
  readonly hosts: IssuerHosts;
  /** PEM of authorities that are trusted beside those that Node.js brings. */
  readonly trustAnchorsPem?: string | undefined;
  readonly fetchMs?: number | undefined;
  readonly clock: () => number;
}

/** A verified connection. */
export interface IssuerConnection {
  readonly socket: TLSSocket;
  /** What the server presented, its own certificate first. */
  readonly path: readonly X509Certificate[];
}

/** Where to connect and what vouches for it; `any` is for asking what a server presents, no more. */
export interface IssuerServer {
  readonly url: URL;
  readonly thumbprints: readonly string[] | "any";
  /** Aborts it all. */
  readonly signal: AbortSignal;
}

/** Connects. @throws IssuerRefused */
export async function connectToIssuer(access: IssuerAccess, server: IssuerServer): Promise<IssuerConnection> {
  const { url, thumbprints, signal } = server;
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? 443 : Number(url.port);
  const address = await addressOf(access, { hostname, port, signal });
  const socket = await secured(access, { hostname, port, address, signal });
  const leaf = socket.getPeerX509Certificate();
  if (leaf !== undefined) {
    const path = presentedPath(leaf);
    const anchored = socket.authorized && isOfServer(leaf, hostname);
    if (thumbprints === "any" || anchored) return { socket, path };
    if (leadsToPinned(path, { hostname, thumbprints, now: access.clock() })) return { socket, path };
  }
  socket.destroy();
  throw new IssuerRefused("thumbprint", `${hostname} has a certificate that nothing vouches for.`);
}

interface Place {
  readonly hostname: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

async function addressOf({ hosts }: IssuerAccess, { hostname, port, signal }: Place): Promise<string> {
  const reach = reachOf(hosts, { hostname, port });
  if (reach === "none") {
    throw new IssuerRefused("forbidden", `${hostname}:${port} is not among the issuers that may be reached.`);
  }
  const found = isIP(hostname) ? [{ address: hostname }] : await resolved(hostname, signal);
  const address = found.find((each) => isReachable(each.address, reach))?.address;
  if (address === undefined) {
    throw new IssuerRefused("forbidden", `${hostname} leads to no address that may be reached.`);
  }
  return address;
}

async function resolved(hostname: string, signal: AbortSignal): Promise<readonly { address: string }[]> {
  try {
    return await unlessAborted(lookup(hostname, { all: true }), signal);
  } catch {
    throw new IssuerRefused("unreachable", `${hostname} cannot be resolved.`);
  }
}

function secured(access: IssuerAccess, place: Place & { readonly address: string }): Promise<TLSSocket> {
  const { hostname, port, address, signal } = place;
  return new Promise((settle, refuse) => {
    // Safety: the connection is checked by connectToIssuer before anything is sent over it; the name is
    // checked by Node.js as part of `authorized`, and against pinned certificates there.
    const socket = connect({
      host: address,
      port,
      ...(isIP(hostname) ? {} : { servername: hostname }),
      secureContext: contextOf(access),
      minVersion: "TLSv1.2",
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: false,
    });
    const abort = (): void => {
      socket.destroy();
      refuse(new IssuerRefused("unreachable", `${hostname} did not answer in time.`));
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("close", () => {
      signal.removeEventListener("abort", abort);
      refuse(new IssuerRefused("unreachable", `${hostname} closed the connection.`));
    });
    socket.on("error", () => {
      refuse(new IssuerRefused("unreachable", `${hostname} cannot be connected to.`));
    });
    socket.once("secureConnect", () => settle(socket));
    if (signal.aborted) abort();
  });
}

const contexts = new WeakMap<IssuerAccess, SecureContext>();

function contextOf(access: IssuerAccess): SecureContext {
  const known = contexts.get(access);
  if (known !== undefined) return known;
  const { trustAnchorsPem } = access;
  const ca = trustAnchorsPem === undefined ? {} : { ca: [...rootCertificates, trustAnchorsPem] };
  const context = createSecureContext({ minVersion: "TLSv1.2", ...ca });
  contexts.set(access, context);
  return context;
}

/** The answer of a promise, or a rejection as soon as the signal says so. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((settle, refuse) => {
    const abort = (): void => refuse(new Error("Aborted."));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(settle, refuse).finally(() => signal.removeEventListener("abort", abort));
  });
}

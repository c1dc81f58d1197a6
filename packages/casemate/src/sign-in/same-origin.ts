/**
 * Whether a request comes from a page of this very cloud, or from no page at all. Whoever else made a browser
 * send it is refused.
 */
import { isLoopback } from "../edge/connection-gate.ts";
import type { RawHttpHead } from "../edge/raw-http.ts";

/** The origin that a request is for, such as `https://console.example:4566`. */
export function originOf({ tls, host }: Pick<RawHttpHead, "tls" | "host">): string {
  return `${tls === undefined ? "http" : "https"}://${host.toLowerCase()}`;
}

/** Whether it may be answered. */
export function isOwnRequest(head: RawHttpHead): boolean {
  const values = (name: string): readonly string[] =>
    head.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  if (!isOwnHost(head)) return false;
  const own = originOf(head);
  // Browsers send it with every POST; programs do not.
  const origins = values("origin");
  if (origins.length > 1 || origins.some((origin) => origin.toLowerCase() !== own)) return false;
  return values("sec-fetch-site").every((site) => site === "same-origin");
}

/**
 * Over TLS the certificate has proved the name. Without, a name that is not loopback's is somebody's who made
 * it point here.
 */
function isOwnHost({ tls, host }: Pick<RawHttpHead, "tls" | "host">): boolean {
  if (!URL.canParse(`http://${host}`) || /[/?#@\\\s]/.test(host)) return false;
  if (tls !== undefined) return host !== "";
  const { hostname } = new URL(`http://${host}`);
  const name = hostname.replace(/^\[|\]$/g, "");
  return name === "localhost" || name.endsWith(".localhost") || isLoopback(name);
}

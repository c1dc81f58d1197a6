/** What is asked of an issuer: its keys by OpenID Connect Discovery 1.0, and the certificate to pin. */
import type { OpenIdKeysQuestion } from "@casemate/cloud";
import { parseKeySet, parseStrictObject, type KeySet } from "@casemate/key-engine";
import { topThumbprint } from "./certificate-path.ts";
import { connectToIssuer, defaultFetchMs, type IssuerAccess } from "./issuer-connection.ts";
import { issuerDocument } from "./issuer-document.ts";
import { IssuerRefused } from "./issuer-refused.ts";

/** The keys that the issuer's discovery document leads to. @throws IssuerRefused */
export async function fetchIssuerKeys(
  access: IssuerAccess,
  { issuer, thumbprints }: Pick<OpenIdKeysQuestion, "issuer" | "thumbprints">,
): Promise<KeySet> {
  const signal = AbortSignal.timeout(access.fetchMs ?? defaultFetchMs);
  const get = (url: URL): Promise<string> => issuerDocument(access, { url, thumbprints, signal });
  const discovered = parseStrictObject(await get(discoveryUrl(issuer)));
  // Section 4.3: what another issuer says of itself is not this one's.
  if (discovered?.["issuer"] !== issuer) {
    throw new IssuerRefused("invalid", `The discovery document of ${issuer} is none of its own.`);
  }
  const keys = parseKeySet(await get(httpsUrl(discovered["jwks_uri"], issuer)));
  if (keys === undefined) throw new IssuerRefused("invalid", `${issuer} publishes no key set.`);
  return keys;
}

/** The thumbprint of the topmost authority that the issuer's server presents. @throws IssuerRefused */
export async function fetchIssuerThumbprint(access: IssuerAccess, issuer: string): Promise<string> {
  const signal = AbortSignal.timeout(access.fetchMs ?? defaultFetchMs);
  const server = { url: discoveryUrl(issuer), thumbprints: "any", signal } as const;
  const { socket, path } = await connectToIssuer(access, server);
  socket.destroy();
  const thumbprint = topThumbprint(path);
  if (thumbprint === undefined) throw new IssuerRefused("invalid", `${issuer} presents no certificate.`);
  return thumbprint;
}

function discoveryUrl(issuer: string): URL {
  return httpsUrl(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, issuer);
}

function httpsUrl(text: unknown, issuer: string): URL {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") {
    throw new IssuerRefused("invalid", `${issuer} names a place that is not reached by HTTPS.`);
  }
  return url;
}

// An OpenID Connect issuer on loopback, as a company would run one: its discovery document and keys over
// HTTPS with a certificate of its own authority, and tokens it signs.
import { generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A running issuer. */
export interface OidcIssuer {
  /** Its URL. */
  url: string;
  /** Its URL without the scheme, as ARNs and condition keys have it. */
  name: string;
  /** Host and port. */
  host: string;
  /** PEM file of the authority that its certificate is from. */
  caFile: string;
  /** SHA-1 of that authority. */
  thumbprint: string;
  /** What was asked of it, by path. */
  requests: string[];
  /** A token, good for ten minutes unless the claims say otherwise. */
  token: (claims?: object) => string;
  /** Signs with a new key from now on, and publishes no other. */
  rotate: () => void;
  stop: () => void;
}

/** Starts one. */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  const folder = mkdtempSync(join(tmpdir(), "casemate-issuer-"));
  makeCertificates(folder);
  let key = newKey("one");
  const requests: string[] = [];
  const server = createServer(
    { key: readFileSync(join(folder, "leaf.key")), cert: readFileSync(join(folder, "chain.pem")) },
    (request, response) => {
      requests.push(request.url ?? "");
      const document = documents()[request.url ?? ""];
      response.writeHead(document === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(document === undefined ? "" : JSON.stringify(document));
    },
  );
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  const name = `${host}/realms/e2e`;
  const url = `https://${name}`;
  const documents = (): Record<string, object> => ({
    "/realms/e2e/.well-known/openid-configuration": { issuer: url, jwks_uri: `https://${host}/keys` },
    "/keys": { keys: [key.published] },
  });
  const caFile = join(folder, "ca.pem");
  return {
    url,
    name,
    host,
    caFile,
    thumbprint: new X509Certificate(readFileSync(caFile)).fingerprint.replaceAll(":", "").toLowerCase(),
    requests,
    token: (claims = {}) => {
      const now = Math.floor(Date.now() / 1000);
      return signed(key, { iss: url, sub: "alice", aud: "e2e", iat: now, exp: now + 600, ...claims });
    },
    rotate: () => {
      key = newKey("two");
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface SigningKey {
  id: string;
  secret: KeyObject;
  published: object;
}

function newKey(id: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const published = { ...publicKey.export({ format: "jwk" }), kid: id, alg: "RS256", use: "sig" };
  return { id, secret: privateKey, published };
}

function signed({ id, secret }: SigningKey, claims: object): string {
  const text = [{ alg: "RS256", kid: id, typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${sign("sha256", Buffer.from(text), secret).toString("base64url")}`;
}

/** An authority and a certificate of it for localhost, by OpenSSL. */
function makeCertificates(folder: string): void {
  const openssl = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync("openssl", args, { cwd: folder });
    if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr.toString()}`);
  };
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=e2e authority");
  openssl("req", ...curve, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=issuer");
  writeFileSync(join(folder, "leaf.ext"), "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n");
  const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
  openssl("x509", "-req", "-in", "leaf.csr", ...by, "-out", "leaf.pem", "-extfile", "leaf.ext");
  const chain = ["leaf.pem", "ca.pem"].map((file) => readFileSync(join(folder, file), "utf8")).join("");
  writeFileSync(join(folder, "chain.pem"), chain);
}

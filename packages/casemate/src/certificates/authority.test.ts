import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  NamesNotPermittedError,
  createAuthority,
  defaultPermittedNames,
  issueLeaf,
  leafDays,
  needsRenewal,
  trustBundle,
} from "./authority.ts";
import type { PemPair } from "./authority.ts";
import { createServerContexts } from "./server-contexts.ts";

const day = 86_400_000;
const names = ["localhost", "127.0.0.1", "::1", "*.us-east-1.amazonaws.com", "*.amazonaws.com"];
let authority: PemPair;
let leaf: PemPair;

beforeAll(async () => {
  authority = await createAuthority({
    commonName: "Casemate test root",
    permitted: defaultPermittedNames,
    nowMs: Date.now(),
  });
  leaf = await issueLeaf({ authority, names, nowMs: Date.now() });
});

/** A TLS handshake that verifies the server's certificate: the error code, or what was agreed. */
async function handshake(options: {
  servername: string;
  ca?: string;
  maxVersion?: "TLSv1.1" | "TLSv1.2";
}): Promise<string> {
  const contexts = createServerContexts({ authority, leaf, now: Date.now });
  const server = createServer({
    key: leaf.privateKeyPem,
    cert: leaf.certificatePem,
    minVersion: "TLSv1.2",
    SNICallback: contexts.sniCallback,
  }).listen(0, "127.0.0.1");
  server.on("tlsClientError", () => undefined);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const minVersion = options.maxVersion === "TLSv1.1" ? "TLSv1.1" : "TLSv1.2";
  const socket = connect({ port, host: "127.0.0.1", ca: authority.certificatePem, minVersion, ...options });
  const outcome = await new Promise<string>((resolve) => {
    socket.once("secureConnect", () => resolve(String(socket.getProtocol())));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  socket.destroy();
  server.close();
  return outcome;
}

describe("the root authority", () => {
  it("is a P-256 root of ten years that may issue leaves only", () => {
    const root = new X509Certificate(authority.certificatePem);
    expect(root.ca).toBe(true);
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect(Date.parse(root.validTo) - Date.now()).toBeGreaterThan(3649 * day);
  });

  it("issues leaves of ninety days with other keys and serial numbers each time", async () => {
    const other = await issueLeaf({ authority, names, nowMs: Date.now() });
    const [a, b] = [new X509Certificate(leaf.certificatePem), new X509Certificate(other.certificatePem)];
    expect(a.serialNumber).not.toBe(b.serialNumber);
    expect(leaf.privateKeyPem).not.toBe(other.privateKeyPem);
    expect(a.ca).toBe(false);
    expect(Math.round((Date.parse(a.validTo) - Date.now()) / day)).toBe(leafDays);
  });

  it("refuses a leaf for names outside its constraints", async () => {
    const asked = issueLeaf({
      authority,
      names: ["localhost", "www.example.org", "8.8.8.8"],
      nowMs: Date.now(),
    });
    await expect(asked).rejects.toThrow(NamesNotPermittedError);
    await expect(asked).rejects.toMatchObject({ names: ["www.example.org", "8.8.8.8"] });
    await expect(issueLeaf({ authority, names: [], nowMs: Date.now() })).rejects.toThrow(
      NamesNotPermittedError,
    );
  });
});

describe("renewal", () => {
  const check = (): { authorityPem: string; names: string[]; nowMs: number } => ({
    authorityPem: authority.certificatePem,
    names,
    nowMs: Date.now(),
  });

  it("waits until a third of the life is left", () => {
    expect(needsRenewal(leaf.certificatePem, check())).toBe(false);
    expect(needsRenewal(leaf.certificatePem, { ...check(), nowMs: Date.now() + 59 * day })).toBe(false);
    expect(needsRenewal(leaf.certificatePem, { ...check(), nowMs: Date.now() + 61 * day })).toBe(true);
    expect(needsRenewal(leaf.certificatePem, { ...check(), nowMs: Date.now() - day })).toBe(true);
  });

  it("comes at once for a new name, a new root, or a file that is no certificate", async () => {
    expect(needsRenewal(leaf.certificatePem, { ...check(), names: [...names, "cloud.test"] })).toBe(true);
    expect(needsRenewal(leaf.certificatePem, { ...check(), names: ["10.0.0.1"] })).toBe(true);
    expect(needsRenewal("garbage", check())).toBe(true);
    const stranger = await createAuthority({
      commonName: "Casemate test root",
      permitted: defaultPermittedNames,
      nowMs: Date.now(),
    });
    expect(needsRenewal(leaf.certificatePem, { ...check(), authorityPem: stranger.certificatePem })).toBe(
      true,
    );
  });
});

describe("a TLS client that trusts the root", () => {
  it.each([
    "localhost",
    "sts.amazonaws.com",
    "ec2.us-east-1.amazonaws.com",
    "ec2.eu-west-1.amazonaws.com",
    "bucket.s3.ap-southeast-2.amazonaws.com",
    "ec2.us-east-1.api.aws",
  ])("accepts Casemate as %s", async (servername) => {
    expect(await handshake({ servername })).toBe("TLSv1.3");
  });

  it("refuses Casemate as anybody else, and without the root", async () => {
    expect(await handshake({ servername: "www.example.org" })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await handshake({ servername: "localhost", ca: "" })).toMatch(/UNABLE_TO|SELF_SIGNED/);
  });

  it("may speak TLS 1.2 and nothing older", async () => {
    expect(await handshake({ servername: "localhost", maxVersion: "TLSv1.2" })).toBe("TLSv1.2");
    expect(await handshake({ servername: "localhost", maxVersion: "TLSv1.1" })).toMatch(
      /TLSV1|PROTOCOL|RESET/i,
    );
  });
});

const openssl = ((): boolean => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!openssl)("openssl", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "casemate-certificates-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function verify(pem: string, name: string): string {
    writeFileSync(join(folder, "root.pem"), trustBundle([authority.certificatePem]));
    writeFileSync(join(folder, "leaf.pem"), pem);
    const args = ["verify", "-x509_strict", "-CAfile", "root.pem", "-purpose", "sslserver"];
    try {
      return execFileSync("openssl", [...args, "-verify_hostname", name, "leaf.pem"], {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    } catch (error) {
      return String((error as { stderr: string }).stderr);
    }
  }

  it("verifies a leaf strictly, for its names only", () => {
    expect(verify(leaf.certificatePem, "ec2.us-east-1.amazonaws.com")).toContain("leaf.pem: OK");
    expect(verify(leaf.certificatePem, "www.example.org")).toContain("hostname mismatch");
  });

  it("refuses what the root issues outside its constraints", async () => {
    // The same key under a certificate without constraints: what a thief of the key would sign with.
    const {
      X509CertificateGenerator,
      X509Certificate: Parsed,
      SubjectAlternativeNameExtension,
      ...rest
    } = await import("@peculiar/x509");
    const { webcrypto, createPrivateKey } = await import("node:crypto");
    const root = new Parsed(authority.certificatePem);
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const der = createPrivateKey(authority.privateKeyPem).export({ type: "pkcs8", format: "der" });
    const signingKey = await webcrypto.subtle.importKey("pkcs8", Uint8Array.from(der), algorithm, false, [
      "sign",
    ]);
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const stolen = await X509CertificateGenerator.create({
      subject: "CN=www.example.org",
      issuer: root.subjectName,
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey,
      notAfter: new Date(Date.now() + day),
      extensions: [
        new rest.BasicConstraintsExtension(false, undefined, true),
        new SubjectAlternativeNameExtension([{ type: "dns", value: "www.example.org" }]),
        await rest.AuthorityKeyIdentifierExtension.create(root),
        await rest.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    expect(verify(stolen.toString("pem"), "www.example.org")).toContain("permitted subtree violation");
  });
});

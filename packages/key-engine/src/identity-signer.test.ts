import { execFileSync } from "node:child_process";
import { randomBytes, verify, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestContext } from "vitest";
import { createIdentityKey, identitySigner, rootKeyFromBytes, SealFault, sealer } from "./index.ts";
import type { IdentityKey } from "./index.ts";

const now = Date.UTC(2026, 10, 24);
const by = sealer(rootKeyFromBytes(Uint8Array.from({ length: 32 }, (_, at) => at)), randomBytes);
const document = JSON.stringify({ instanceId: "i-0123456789abcdef0", region: "eu-west-1" }, null, 2);

const directory = mkdtempSync(join(tmpdir(), "casemate-identity-"));
afterAll(() => rmSync(directory, { recursive: true }));
let key: IdentityKey;
beforeAll(async () => {
  key = await createIdentityKey({ region: "eu-west-1", sealer: by, random: randomBytes, now });
});

function file(name: string, text: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** Runs openssl; the test is skipped, with the reason, where it is not installed. */
function openssl(context: TestContext, ...args: readonly string[]): string {
  try {
    return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") context.skip("openssl is not installed");
    throw cause;
  }
}

/** What the page of AWS tells users to do with `pkcs7` and `rsa2048`. */
function verified(context: TestContext, signed: string, certificate: string): string {
  const path = file("pkcs7", `-----BEGIN PKCS7-----\n${signed}\n-----END PKCS7-----\n`);
  const args = ["-in", path, "-inform", "PEM", "-certfile", file("certificate", certificate), "-noverify"];
  return openssl(context, "smime", "-verify", ...args);
}

describe("an identity key", () => {
  it("has a certificate that signs for itself and for data, but issues no other", (context) => {
    const certificate = new X509Certificate(key.certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.subject).toBe("O=Casemate\nCN=Casemate instance identity eu-west-1");
    expect(certificate.subject).toBe(certificate.issuer);
    expect(new Date(certificate.validFrom).getTime()).toBe(now - 24 * 60 * 60 * 1000);
    expect(certificate.serialNumber).toHaveLength(32);
    const text = openssl(context, "x509", "-text", "-noout", "-in", file("certificate", key.certificate));
    expect(text).toContain("Digital Signature");
    expect(text).toContain("RSA Public-Key: (2048 bit)".slice(-11));
  });

  it("shows no private key, and signs only under the sealer it was made with", () => {
    expect(JSON.stringify(key)).not.toContain("PRIVATE");
    const stranger = sealer(rootKeyFromBytes(randomBytes(32)), randomBytes);
    expect(() => identitySigner(key, stranger)).toThrow(SealFault);
    expect(() => identitySigner({ ...key, region: "us-east-1" }, by)).toThrow(SealFault);
  });

  it("does not sign with the certificate of another", async () => {
    const other = await createIdentityKey({ region: "eu-west-1", sealer: by, random: randomBytes, now });
    expect(() => identitySigner({ ...key, certificate: other.certificate }, by)).toThrow(SealFault);
  });
});

describe("a signed identity document", () => {
  it("verifies by `signature` under the public key, and not when it is another document", () => {
    const signature = Buffer.from(identitySigner(key, by).signature(document), "base64");
    const { publicKey } = new X509Certificate(key.certificate);
    expect(verify("sha256", Buffer.from(document), publicKey, signature)).toBe(true);
    expect(verify("sha256", Buffer.from(`${document} `), publicKey, signature)).toBe(false);
  });

  it("verifies by `pkcs7` and `rsa2048` as AWS tells users to, and comes out unchanged", (context) => {
    const signer = identitySigner(key, by);
    for (const form of ["pkcs7", "rsa2048"] as const) {
      const signed = signer[form](document, now);
      expect(signed.split("\n").every((line) => line.length <= 64)).toBe(true);
      expect(verified(context, signed, key.certificate)).toBe(document);
    }
  });

  it("does not verify when a byte of it changed, or under another certificate", async (context) => {
    const signed = identitySigner(key, by).rsa2048(document, now);
    expect(verified(context, signed, key.certificate)).toBe(document);
    const bytes = Buffer.from(signed, "base64");
    const at = bytes.indexOf("i-0123");
    bytes.write("i-9", at);
    const changed = (bytes.toString("base64").match(/.{1,64}/g) ?? []).join("\n");
    expect(() => verified(context, changed, key.certificate)).toThrow("Verification failure");
    const other = await createIdentityKey({ region: "eu-west-1", sealer: by, random: randomBytes, now });
    expect(() => verified(context, signed, other.certificate)).toThrow("Verification failure");
  });

  it("keeps any text, and says when it was signed", (context) => {
    const odd = `{"text": "schlüssel \u{1F512}",\r\n"long": "${"x".repeat(70_000)}"}`;
    const signed = identitySigner(key, by).pkcs7(odd, Date.UTC(2051, 0, 2, 3, 4, 5));
    expect(verified(context, signed, key.certificate)).toBe(odd);
    const parsed = openssl(context, "asn1parse", "-in", join(directory, "pkcs7"), "-inform", "PEM");
    expect(parsed).toContain("GENERALIZEDTIME   :20510102030405Z");
  });
});

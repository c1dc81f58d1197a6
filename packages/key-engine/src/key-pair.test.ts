import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TestContext } from "vitest";
import {
  generateKeyPairMaterial,
  generateKeyPairMaterialSync,
  KeyPairFault,
  parsePublicKey,
} from "./index.ts";
import { keyPairMaterial } from "./key-pair.ts";
import { sshInteger, sshString, sshStrings } from "./ssh-wire.ts";

const directory = mkdtempSync(join(tmpdir(), "casemate-keys-"));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

function fileOf(text: string): string {
  const path = join(directory, `key-${files++}`);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** Runs a witness; the test is skipped, with the reason, where it is not installed. */
function witness(context: TestContext, program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") context.skip(`${program} is not installed`);
    throw cause;
  }
}

/** The first key of RFC 8032, section 7.1. */
const rfc8032Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const rfc8032Public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const ed25519Of = (seed: string) =>
  createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${seed}`, "hex"),
    format: "der",
    type: "pkcs8",
  });

describe("the SSH wire", () => {
  it("writes mpints as RFC 4251 shows them", () => {
    const hex = (text: string) => sshInteger(Buffer.from(text, "hex")).toString("hex");
    expect(hex("00")).toBe("00000000");
    expect(hex("09a378f9b2e332a7")).toBe("0000000809a378f9b2e332a7");
    expect(hex("0080")).toBe("000000020080");
  });
});

describe("a created key pair", () => {
  it("of a known ED25519 key has its known public key, in all texts", () => {
    const material = keyPairMaterial(ed25519Of(rfc8032Seed));
    const blob = Buffer.concat([sshString("ssh-ed25519"), sshString(Buffer.from(rfc8032Public, "hex"))]);
    expect(material.openSshLine("my key")).toBe(`ssh-ed25519 ${blob.toString("base64")} my key`);
    const pem = Buffer.from(material.privateText("pem", "my key").replace(/-----.*-----|\n/g, ""), "base64");
    expect(pem.includes(Buffer.from(rfc8032Seed + rfc8032Public, "hex"))).toBe(true);
    const lines = material.privateText("ppk", "my key\r\n").split("\r\n");
    expect(lines.slice(0, 3)).toEqual([
      "PuTTY-User-Key-File-2: ssh-ed25519",
      "Encryption: none",
      "Comment: my key  ",
    ]);
    expect(lines).toContain(sshString(Buffer.from(rfc8032Seed, "hex")).toString("base64"));
    // The text of this key was read by puttygen, which checks the code.
    expect(material.privateText("ppk", "my key")).toContain(
      "Private-MAC: 86847c735e85ac7ec88a77cfd14153999ea87d47\r\n",
    );
  });

  it("is read by ssh-keygen, which finds the same public key and fingerprint", async (context) => {
    for (const type of ["rsa", "ed25519"] as const) {
      const material = await generateKeyPairMaterial(type);
      const path = fileOf(material.privateText("pem", "my-key"));
      const line = witness(context, "ssh-keygen", ["-y", "-f", path]);
      expect(material.openSshLine("")).toBe(line.split(" ").slice(0, 2).join(" "));
      const [bits, digest] = witness(context, "ssh-keygen", ["-l", "-f", path]).split(" ");
      expect(bits).toBe(type === "rsa" ? "2048" : "256");
      const sshDigest = createHash("sha256").update(material.openSshLine("").split(" ")[1]!, "base64");
      expect(digest).toBe(`SHA256:${sshDigest.digest("base64").replace(/=+$/, "")}`);
    }
  });

  it("of RSA has the fingerprint that AWS tells users to compute with openssl", (context) => {
    const material = generateKeyPairMaterialSync("rsa");
    const text = material.privateText("pem", "my-key");
    expect(text).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    const path = fileOf(text);
    const der = join(directory, `der-${files++}`);
    witness(context, "openssl", ["pkcs8", "-in", path, "-topk8", "-nocrypt", "-outform", "DER", "-out", der]);
    expect(witness(context, "openssl", ["sha1", "-c", der]).split("= ")[1]).toBe(material.fingerprint);
  });

  it("is read by puttygen, which finds the same private key", (context) => {
    // The last key ends in a zero byte, which PuTTY does not write.
    const keys = [
      generateKeyPairMaterialSync("rsa"),
      generateKeyPairMaterialSync("ed25519"),
      keyPairMaterial(ed25519Of(`${rfc8032Seed.slice(0, -2)}00`)),
    ];
    for (const material of keys) {
      const path = fileOf(material.privateText("ppk", "my key"));
      const line = witness(context, "puttygen", [path, "-L"]);
      expect(line).toBe(material.openSshLine("my key"));
      const out = join(directory, `openssh-${files++}`);
      witness(context, "puttygen", [path, "-O", "private-openssh-new", "-o", out]);
      expect(witness(context, "ssh-keygen", ["-y", "-f", out])).toBe(material.openSshLine("my key"));
    }
  });
});

describe("an imported public key", () => {
  const rsa = generateKeyPairMaterialSync("rsa");
  const ed25519 = generateKeyPairMaterialSync("ed25519");

  it("is the same in every form", (context) => {
    for (const material of [rsa, ed25519]) {
      const line = material.openSshLine("comment with words");
      const path = fileOf(`${line}\n`);
      const pkcs8 = ["-e", "-m", "pkcs8", "-f", path];
      const forms = [
        line,
        `${line}\r\n`,
        witness(context, "ssh-keygen", ["-e", "-m", "RFC4716", "-f", path]),
      ];
      if (material.type === "rsa") {
        const pem = witness(context, "ssh-keygen", pkcs8);
        forms.push(
          pem,
          pem.replace(/-----.*-----/g, "").trim(),
          witness(context, "ssh-keygen", ["-e", "-m", "pem", "-f", path]),
        );
      }
      for (const form of forms) {
        const parsed = parsePublicKey(form);
        expect(parsed.type).toBe(material.type);
        expect(parsed.openSshLine("comment with words")).toBe(line);
      }
    }
  });

  it("has the fingerprint of AWS: MD5 of the DER for RSA, padded SHA-256 for ED25519", (context) => {
    const path = fileOf(rsa.privateText("pem", ""));
    const der = join(directory, `der-${files++}`);
    witness(context, "openssl", ["rsa", "-in", path, "-pubout", "-outform", "DER", "-out", der]);
    expect(parsePublicKey(rsa.openSshLine("")).fingerprint).toBe(
      witness(context, "openssl", ["md5", "-c", der]).split("= ")[1],
    );
    expect(parsePublicKey(ed25519.openSshLine("")).fingerprint).toBe(ed25519.fingerprint);
    const blob = Buffer.from(ed25519.openSshLine("").split(" ")[1]!, "base64");
    expect(ed25519.fingerprint).toBe(createHash("sha256").update(blob).digest("base64"));
    expect(ed25519.fingerprint).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });

  it("in the form of RFC 4716 may have headers, folded ones too", () => {
    const body = ed25519.openSshLine("").split(" ")[1];
    const text = [
      "---- BEGIN SSH2 PUBLIC KEY ----",
      'Comment: "a long comment that is folded \\',
      'into a second line"',
      "x-command: /home/me/bin/lock-in-guest.sh",
      body,
      "---- END SSH2 PUBLIC KEY ----",
    ].join("\n");
    expect(parsePublicKey(text).openSshLine("")).toBe(ed25519.openSshLine(""));
  });

  it("is refused when it is private, of another algorithm or size, malformed or more than one", () => {
    const bits = (modulusLength: number) =>
      generateKeyPairSync("rsa", { modulusLength })
        .publicKey.export({ format: "pem", type: "spki" })
        .toString();
    const curve = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
    const blob = Buffer.from(ed25519.openSshLine("").split(" ")[1]!, "base64");
    const rsaBlob = Buffer.from(rsa.openSshLine("").split(" ")[1]!, "base64");
    const cases: [string, KeyPairFault["reason"]][] = [
      ["", "format"],
      ["ssh-rsa", "format"],
      ["ssh-rsa AAAA", "format"],
      [rsa.privateText("pem", ""), "format"],
      [ed25519.privateText("pem", ""), "format"],
      [ed25519.privateText("ppk", ""), "format"],
      [`${rsa.openSshLine("")}\n${rsa.openSshLine("")}`, "format"],
      [`command="id" ${rsa.openSshLine("")}`, "format"],
      [rsa.openSshLine("").replace("ssh-rsa", "ssh-ed25519"), "format"],
      [`ssh-ed25519 ${blob.subarray(0, -1).toString("base64")}`, "format"],
      [`ssh-ed25519 ${Buffer.concat([blob, Buffer.of(0)]).toString("base64")}`, "format"],
      [`ssh-ed25519 ${Buffer.concat([blob, sshString("more")]).toString("base64")}`, "format"],
      [`ssh-rsa ${rsaBlob.toString("base64").slice(0, -8)}`, "format"],
      [`ssh-ecdsa ${Buffer.concat([sshString("ssh-ecdsa"), sshString("x")]).toString("base64")}`, "type"],
      [curve.export({ format: "pem", type: "spki" }).toString(), "type"],
      [bits(2056), "length"],
      [bits(512), "length"],
      [`ssh-rsa ${"A".repeat(20_000)}`, "length"],
    ];
    const reasonOf = (text: string): string => {
      try {
        return parsePublicKey(text).openSshLine("taken");
      } catch (cause) {
        return cause instanceof KeyPairFault ? cause.reason : String(cause);
      }
    };
    const beginnings = cases.map(([text]) => text.slice(0, 80));
    expect(cases.map(([text], at) => [beginnings[at], reasonOf(text)])).toEqual(
      cases.map(([, reason], at) => [beginnings[at], reason]),
    );
  });

  it("with numbers that are not in their shortest form is refused", () => {
    const blob = Buffer.from(rsa.openSshLine("").split(" ")[1]!, "base64");
    const [name = "", exponent = "", modulus = ""] = sshStrings(blob);
    const longer = Buffer.concat([Buffer.of(0), Buffer.from(exponent)]);
    const odd = Buffer.concat([sshString(name), sshString(longer), sshString(modulus)]);
    expect(() => parsePublicKey(`ssh-rsa ${odd.toString("base64")}`)).toThrow(KeyPairFault);
  });
});

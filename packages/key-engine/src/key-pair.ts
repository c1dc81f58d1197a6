/**
 * Key pairs that CreateKeyPair hands out: the private key as text in the form asked for, once, and what
 * stays of it. Node draws the keys; nothing here stores them.
 */
import { createHash, createHmac, createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { generatePrivateKey, generatePrivateKeySync } from "./private-key.ts";
import type { KeyPairType } from "./public-key.ts";
import { colonHex, part, publicKeyMaterial, sshBlobOf } from "./public-key.ts";
import { sshInteger, sshString } from "./ssh-wire.ts";

/** The forms in which a private key is given out. */
export type PrivateKeyFormat = "pem" | "ppk";

/** A key pair just made. */
export interface KeyPairMaterial {
  readonly type: KeyPairType;
  /**
   * The fingerprint of a created pair: SHA-1 of the PKCS #8 private key for RSA, SHA-256 of the SSH form
   * for ED25519.
   */
  readonly fingerprint: string;
  /** The public key as a line of `authorized_keys`. */
  openSshLine(comment: string): string;
  /** The private key: PKCS #1 (RSA) or OpenSSH (ED25519) for "pem", PuTTY's own form for "ppk". */
  privateText(format: PrivateKeyFormat, comment: string): string;
}

/** Makes a key pair without holding up the event loop. */
export async function generateKeyPairMaterial(type: KeyPairType): Promise<KeyPairMaterial> {
  return keyPairMaterial(await generatePrivateKey(type));
}

/** Makes a key pair at once; an RSA key takes some tens of milliseconds, in which nothing else runs. */
export function generateKeyPairMaterialSync(type: KeyPairType): KeyPairMaterial {
  return keyPairMaterial(generatePrivateKeySync(type));
}

/** The material of a private key of Node, which must be RSA or ED25519. */
export function keyPairMaterial(privateKey: KeyObject): KeyPairMaterial {
  const key = publicKeyMaterial(createPublicKey(privateKey));
  return Object.freeze({
    type: key.type,
    fingerprint:
      key.type === "rsa"
        ? colonHex("sha1", privateKey.export({ format: "der", type: "pkcs8" }))
        : key.fingerprint,
    openSshLine: (comment: string) => key.openSshLine(comment),
    privateText: (format: PrivateKeyFormat, comment: string) => {
      if (format === "ppk") return puttyText(privateKey, comment);
      return key.type === "rsa"
        ? privateKey.export({ format: "pem", type: "pkcs1" }).toString()
        : openSshText(privateKey);
    },
  });
}

/** The unencrypted private key file of OpenSSH (PROTOCOL.key). */
function openSshText(privateKey: KeyObject): string {
  const { blob } = sshBlobOf(createPublicKey(privateKey));
  const { x, d } = privateKey.export({ format: "jwk" });
  // Two equal numbers tell a reader that decryption worked; without encryption they need not be random.
  const check = createHash("sha256").update(blob).digest().subarray(0, 4);
  const secret = [check, check, sshString("ssh-ed25519"), sshString(part(x))];
  const section = Buffer.concat([...secret, sshString(Buffer.concat([part(d), part(x)])), sshString("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (section.length % 8)) % 8 }, (_, at) => at + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0", "latin1"),
    sshString("none"),
    sshString("none"),
    sshString(""),
    Buffer.of(0, 0, 0, 1),
    sshString(blob),
    sshString(Buffer.concat([section, padding])),
  ]);
  const body = wrapped(file, 70).join("\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** The unencrypted private key file of PuTTY, version 2, which every PuTTY since 0.52 reads. */
function puttyText(privateKey: KeyObject, comment: string): string {
  const { type, blob } = sshBlobOf(createPublicKey(privateKey));
  const algorithm = type === "rsa" ? "ssh-rsa" : "ssh-ed25519";
  const label = comment.replace(/[\r\n]/g, " ");
  const { d, p, q, qi } = privateKey.export({ format: "jwk" });
  const secret =
    type === "rsa"
      ? Buffer.concat([part(d), part(p), part(q), part(qi)].map((number) => sshInteger(number)))
      : sshString(withoutTrailingZeros(part(d)));
  const macKey = createHash("sha1").update("putty-private-key-file-mac-key").digest();
  const mac = createHmac("sha1", macKey)
    .update(Buffer.concat([algorithm, "none", label, blob, secret].map((text) => sshString(text))))
    .digest("hex");
  const [publicLines, privateLines] = [wrapped(blob, 64), wrapped(secret, 64)];
  return [
    `PuTTY-User-Key-File-2: ${algorithm}`,
    "Encryption: none",
    `Comment: ${label}`,
    `Public-Lines: ${publicLines.length}`,
    ...publicLines,
    `Private-Lines: ${privateLines.length}`,
    ...privateLines,
    `Private-MAC: ${mac}`,
    "",
  ].join("\r\n");
}

/** PuTTY holds the ED25519 secret as a little-endian number, so zeros at its end are not written. */
function withoutTrailingZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}

function wrapped(bytes: Buffer, width: number): string[] {
  return bytes.toString("base64").match(new RegExp(`.{1,${width}}`, "g")) ?? [];
}

/**
 * SSH public keys of IAM users: RSA alone, shown as an SSH line or in PEM, told by the MD5 of their SSH form.
 */
import { createPublicKey } from "node:crypto";
import { KeyPairFault } from "./key-pair-fault.ts";
import { colonHex, parsePublicKey } from "./public-key.ts";
import { sshStrings } from "./ssh-wire.ts";

/** Bits that an RSA key has at the least. */
export const userSshKeyBitsMin = 2048;

/** A key of a user. */
export interface UserSshKey {
  /** MD5 of the SSH form, in hex with colons. */
  readonly fingerprint: string;
  /** `ssh-rsa` and the key, without a comment. */
  readonly sshLine: string;
  readonly pem: string;
}

/** Reads a key in OpenSSH's form or in PEM. @throws KeyPairFault */
export function parseUserSshKey(text: string): UserSshKey {
  const material = parsePublicKey(text);
  if (material.type !== "rsa") throw new KeyPairFault("type", "The key is not RSA.");
  const sshLine = material.openSshLine("");
  const blob = Buffer.from(sshLine.split(" ")[1] ?? "", "base64");
  const [, e, n] = sshStrings(blob).map((bytes) => bytes.toString("base64url"));
  const key = createPublicKey({ key: { kty: "RSA", e: e ?? "", n: n ?? "" }, format: "jwk" });
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < userSshKeyBitsMin) {
    throw new KeyPairFault("length", `The key has less than ${userSshKeyBitsMin} bits.`);
  }
  const pem = String(key.export({ format: "pem", type: "spki" })).trim();
  return { fingerprint: colonHex("md5", blob), sshLine, pem };
}

/** Private keys that decrypt assertions, given in PEM. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { samlKeyBitsMin } from "./saml-metadata.ts";

/** Reads an unencrypted RSA key in PEM; undefined when it is anything else. */
export function parseSamlPrivateKey(pem: string): KeyObject | undefined {
  if (!/^-----BEGIN (?:RSA )?PRIVATE KEY-----/.test(pem.trim())) return undefined;
  try {
    const key = createPrivateKey({ key: pem, format: "pem" });
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === "rsa" && bits >= samlKeyBitsMin ? key : undefined;
  } catch {
    return undefined;
  }
}

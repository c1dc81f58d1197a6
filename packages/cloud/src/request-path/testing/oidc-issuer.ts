/** Test support: an OpenID Connect issuer in memory, the tokens it signs, and the port to its keys. */
import { generateKeyPairSync, sign } from "node:crypto";
import { parseKeySet, type KeySet } from "@casemate/key-engine";
import type { OpenIdKeysPort, OpenIdKeysQuestion, OpenIdRefusal } from "../../kit/index.ts";
import { testNow } from "../testing.ts";

/** The issuer without its scheme, as ARNs and condition keys have it. */
export const issuerHost = "idp.example.com/tenant";
/** The audience that tokens are for. */
export const audience = "casemate-app";
/** Seconds since the epoch at which tests begin. */
export const nowSeconds = testNow / 1000;

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const keys = parsed({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one" }] });

/** Claims by name; one that is undefined is left out. */
export type Claims = Readonly<Record<string, unknown>>;

/** A token of the issuer, good for an hour. */
export function tokenOf(claims: Claims = {}, header: object = {}): string {
  const whole = {
    iss: `https://${issuerHost}`,
    sub: "alice",
    aud: audience,
    iat: nowSeconds,
    exp: nowSeconds + 3600,
    ...claims,
  };
  const signed = [{ alg: "ES256", kid: "one", typ: "JWT", ...header }, whole].map(encoded).join(".");
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

/** The port to this issuer alone, which is told how to answer and tells what it was asked. */
export interface TestIssuerKeys extends OpenIdKeysPort {
  /** What it answers instead of the keys. */
  answer: KeySet | OpenIdRefusal | Promise<void> | undefined;
  readonly asked: OpenIdKeysQuestion[];
}

/** Makes the port. */
export function issuerKeys(): TestIssuerKeys {
  const port: TestIssuerKeys = {
    answer: undefined,
    asked: [],
    keysOf(question) {
      port.asked.push(question);
      if (port.answer !== undefined) return port.answer;
      return question.issuer === `https://${issuerHost}` ? keys : "forbidden";
    },
    thumbprintOf: () => "forbidden",
  };
  return port;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function parsed(document: object): KeySet {
  const set = parseKeySet(JSON.stringify(document));
  if (set === undefined) throw new Error("The issuer has no keys.");
  return set;
}

import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseToken, tokenCharactersMax, verifyToken, type JsonWebToken } from "./json-web-token.ts";
import { keysPerKindMax, parseKeySet, type KeySet } from "./key-set.ts";

const rfcClaims =
  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const rfcRsa = {
  kty: "RSA",
  n:
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql" +
    "L-yRT-SFd2lZ" +
    "S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS" +
    "-UTo7WTBEMa2" +
    "R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkM" +
    "Ls91kzk2PAcD" +
    "TW9gb54h4FRWyuXpoQ",
  e: "AQAB",
};
const rfcRsaToken =
  `eyJhbGciOiJSUzI1NiJ9.${rfcClaims}.` +
  "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG" +
  "bds9uJdbF9CU" +
  "Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN" +
  "9383LcOLn6_d" +
  "O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy" +
  "wlVmtVrBp0ig" +
  "cN_IoypGlUPQGe77Rw";
const rfcP256 = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
};
const rfcP256Token =
  `eyJhbGciOiJFUzI1NiJ9.${rfcClaims}.` +
  "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const rfcP521 = {
  kty: "EC",
  crv: "P-521",
  x: "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
  y: "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
};

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const p521 = generateKeyPairSync("ec", { namedCurve: "P-521" });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });

function base64Url(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return Buffer.from(text).toString("base64url");
}

/** A token as an issuer makes it; header and claims may be raw text. */
function issued(header: unknown, claims: unknown, key: KeyObject = rsa.privateKey): string {
  const signed = `${base64Url(header)}.${base64Url(claims)}`;
  const hash = /"alg":"..(\d{3})"/.exec(typeof header === "string" ? header : JSON.stringify(header))?.[1];
  const bytes = sign(`sha${hash ?? "256"}`, Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${bytes.toString("base64url")}`;
}

function setOf(...jwks: readonly object[]): KeySet {
  const set = parseKeySet(JSON.stringify({ keys: jwks }));
  if (set === undefined) throw new Error("No key set.");
  return set;
}

function jwk(key: KeyObject, members: object = {}): object {
  return { ...key.export({ format: "jwk" }), ...members };
}

function verdict(token: string, set: KeySet): string {
  const parsed = parseToken(token);
  return parsed === undefined ? "no token" : verifyToken(parsed, set);
}

describe("tokens", () => {
  it("verify as those of RFC 7515, appendix A.2 and A.3", () => {
    expect(verdict(rfcRsaToken, setOf(rfcRsa))).toBe("verified");
    expect(verdict(rfcP256Token, setOf(rfcP256))).toBe("verified");
    expect(parseToken(rfcRsaToken)?.claims).toEqual({
      iss: "joe",
      exp: 1_300_819_380,
      "http://example.com/is_root": true,
    });
  });

  it("verify as the one of RFC 7515, appendix A.4, whose payload is no JSON", () => {
    const signature =
      "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwF" +
      "KdCAPZgoXD2Y" +
      "BJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
    const token: JsonWebToken = {
      algorithm: "ES512",
      keyId: undefined,
      claims: {},
      signed: "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA",
      signature: Buffer.from(signature, "base64url"),
    };
    expect(verifyToken(token, setOf(rfcP521))).toBe("verified");
    expect(parseToken(`${token.signed}.${signature}`)).toBeUndefined();
  });

  it.each([
    ["RS256", rsa],
    ["RS384", rsa],
    ["RS512", rsa],
    ["ES256", p256],
    ["ES384", p384],
    ["ES512", p521],
  ])("verify when signed by %s", (alg, pair) => {
    const token = issued({ alg, kid: "a" }, { sub: "x" }, pair.privateKey);
    expect(verdict(token, setOf(jwk(pair.publicKey, { kid: "a" })))).toBe("verified");
  });

  it.each([
    ["RS256", rsa, p256],
    ["ES256", p256, p384],
    ["ES384", p384, p521],
    ["ES512", p521, rsa],
  ])("of %s are not verified by a key that the algorithm does not fit", (alg, pair, other) => {
    const token = issued({ alg, kid: "a" }, {}, pair.privateKey);
    expect(verdict(token, setOf(jwk(other.publicKey, { kid: "a" })))).toBe("unknown-key");
  });

  it("are not verified by a key that is for another algorithm", () => {
    const set = setOf(jwk(rsa.publicKey, { kid: "a", alg: "RS512" }));
    expect(verdict(issued({ alg: "RS256", kid: "a" }, {}), set)).toBe("unknown-key");
  });

  it("are verified by the key they name, and by no other", () => {
    const set = setOf(jwk(rsa.publicKey, { kid: "a" }), jwk(stranger.publicKey, { kid: "b" }));
    expect(verdict(issued({ alg: "RS256", kid: "a" }, {}), set)).toBe("verified");
    expect(verdict(issued({ alg: "RS256", kid: "b" }, {}), set)).toBe("bad-signature");
    expect(verdict(issued({ alg: "RS256", kid: "c" }, {}), set)).toBe("unknown-key");
    expect(verdict(issued({ alg: "RS256", kid: "" }, {}), set)).toBe("unknown-key");
  });

  it("that name no key are verified only where there is no choice", () => {
    const one = jwk(rsa.publicKey, { kid: "a" });
    const token = issued({ alg: "RS256" }, {});
    expect(verdict(token, setOf(one))).toBe("verified");
    expect(verdict(token, setOf(one, jwk(p256.publicKey)))).toBe("verified");
    expect(verdict(token, setOf(one, jwk(stranger.publicKey)))).toBe("unknown-key");
    expect(verdict(token, setOf())).toBe("unknown-key");
  });

  it("signed by a stranger are refused, whatever key they bring with them", () => {
    const set = setOf(jwk(rsa.publicKey, { kid: "a" }));
    for (const brought of [
      { jwk: jwk(stranger.publicKey) },
      { jku: "https://evil.example.com/keys" },
      { x5u: "https://evil.example.com/chain" },
      { x5c: ["MIIB"] },
    ]) {
      const token = issued({ alg: "RS256", kid: "a", ...brought }, {}, stranger.privateKey);
      expect(verdict(token, set)).toBe("bad-signature");
    }
  });

  it("without a signature, or with one by a shared secret, are none", () => {
    const claims = base64Url({ sub: "x" });
    const pem = rsa.publicKey.export({ type: "spki", format: "pem" });
    for (const alg of ["none", "None", "NONE", "", "HS256", "HS384", "HS512", "PS256", "EdDSA", "rs256"]) {
      const signed = `${base64Url({ alg, kid: "a" })}.${claims}`;
      // The confusion of old: the public key taken as the secret.
      const forged = createHmac("sha256", pem).update(signed).digest("base64url");
      expect({ alg, token: parseToken(`${signed}.${forged}`) }).toEqual({ alg, token: undefined });
      expect({ alg, token: parseToken(`${signed}.`) }).toEqual({ alg, token: undefined });
    }
    expect(parseToken(`${base64Url({ kid: "a" })}.${claims}.AAAA`)).toBeUndefined();
  });

  it("whose RSA signature is presented as another algorithm's are refused", () => {
    const [, claims = "", signature = ""] = issued({ alg: "RS256", kid: "a" }, {}).split(".");
    const set = setOf(jwk(rsa.publicKey, { kid: "a" }), jwk(p256.publicKey, { kid: "a" }));
    for (const alg of ["RS384", "RS512", "ES256"]) {
      expect(verdict(`${base64Url({ alg, kid: "a" })}.${claims}.${signature}`, set)).toBe("bad-signature");
    }
  });

  it.each([
    ["a critical extension", { alg: "RS256", crit: ["exp"] }],
    ["an empty list of critical extensions", { alg: "RS256", crit: [] }],
    ["an unencoded payload", { alg: "RS256", b64: false }],
    ["a kind of token that is no proof of identity", { alg: "RS256", typ: "at+jwt" }],
    ["a key id that is no text", { alg: "RS256", kid: 7 }],
    ["a list of algorithms", { alg: ["RS256"] }],
    ["an algorithm twice", '{"alg":"none","alg":"RS256"}'],
    ["an algorithm twice, once escaped", '{"alg":"none","\\u0061lg":"RS256"}'],
    ["no object", "[1]"],
  ])("with %s in the header are none", (_, header) => {
    expect(parseToken(issued(header, {}))).toBeUndefined();
  });

  it.each([
    ["a claim twice", '{"sub":"victim","sub":"mallory"}'],
    ["a claim twice further in", '{"a":{"b":1,"b":2}}'],
    ["a list", "[]"],
    ["text after the object", "{}{}"],
    ["a comma too many", '{"a":1,}'],
    ["a number that is none", '{"a":01}'],
    ["a number beyond all", '{"a":1e999}'],
    ["a control character", '{"a":"\n"}'],
    ["a bad escape", '{"a":"\\x"}'],
    ["a mark of byte order", "\ufeff{}"],
    ["depth", `{"a":${"[".repeat(40)}${"]".repeat(40)}}`],
    ["nothing", ""],
  ])("with %s for claims are none", (_, claims) => {
    const encoded = Buffer.from(claims).toString("base64url");
    expect(parseToken(`${base64Url({ alg: "RS256" })}.${encoded}.AAAA`)).toBeUndefined();
  });

  it("that are not text as UTF-8 writes it are none", () => {
    const encoded = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString("base64url");
    expect(parseToken(`${base64Url({ alg: "RS256" })}.${encoded}.AAAA`)).toBeUndefined();
  });

  it("are written in one way only", () => {
    const token = issued({ alg: "RS256" }, {});
    const [header, claims, signature] = token.split(".");
    expect(parseToken(token)).toBeDefined();
    const tail = signature?.at(-1) === "A" ? "B" : "A";
    for (const other of [
      `${token}=`,
      `${token}.`,
      `${token}.AAAA`,
      ` ${token}`,
      `${token}\n`,
      `${header}.${claims}`,
      `${header}..${signature}`,
      `.${claims}.${signature}`,
      token.replace(".", "=."),
      token.replace(/[-_]|.$/, "+"),
      `${token}+`,
    ]) {
      expect({ other, token: parseToken(other) }).toEqual({ other, token: undefined });
    }
    // 256 bytes leave four bits over in the last digit; only one of its forms is the signature's.
    const twisted = parseToken(`${token.slice(0, -1)}${tail}`);
    expect(twisted === undefined || verifyToken(twisted, setOf(jwk(rsa.publicKey)))).not.toBe("verified");
  });

  it("that are longer than any token are none", () => {
    expect(parseToken(issued({ alg: "RS256" }, { a: "x".repeat(tokenCharactersMax) }))).toBeUndefined();
  });

  it("keep a claim of the name of a prototype a claim", () => {
    const claims = parseToken(issued({ alg: "RS256" }, '{"__proto__":{"sub":"x"}}'))?.claims ?? {};
    expect(claims["sub"]).toBeUndefined();
    expect(Object.keys(claims)).toEqual(["__proto__"]);
  });

  it("changed in any one character are not verified", () => {
    const token = issued({ alg: "ES256", kid: "a" }, { sub: "x", exp: 1 }, p256.privateKey);
    const set = setOf(jwk(p256.publicKey, { kid: "a" }));
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...alphabet.split("")), (at, char) => {
        fc.pre(token[at] !== char);
        expect(verdict(`${token.slice(0, at)}${char}${token.slice(at + 1)}`, set)).not.toBe("verified");
      }),
      { numRuns: 400 },
    );
  });

  it("read any text without a throw", () => {
    const set = setOf(rfcRsa, rfcP256, rfcP521);
    fc.assert(
      fc.property(
        fc.string(),
        fc.json(),
        fc.uint8Array({ minLength: 1, maxLength: 140 }),
        (text, json, bytes) => {
          parseToken(text);
          parseKeySet(json);
          for (const alg of ["RS256", "ES256", "ES512"]) {
            const signature = Buffer.from(bytes).toString("base64url");
            expect(verdict(`${base64Url({ alg })}.${base64Url(json)}.${signature}`, set)).not.toBe(
              "verified",
            );
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("key sets", () => {
  const usable = (...jwks: readonly object[]): number => setOf(...jwks).keys.length;

  it("leave out keys that cannot verify a token", () => {
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
    const whole = rsa.publicKey.export({ format: "jwk" });
    expect(usable({ ...whole, use: "sig", key_ops: ["verify"], alg: "RS256", kid: "a", x: 1 })).toBe(1);
    for (const other of [
      jwk(weak),
      { ...whole, use: "enc" },
      { ...whole, key_ops: ["sign"] },
      { ...whole, alg: "HS256" },
      { ...whole, alg: "PS256" },
      { ...whole, kid: 7 },
      { ...whole, e: "AQ" },
      { ...whole, e: "AAAAAAAAAAE" },
      { ...whole, n: 1 },
      { ...whole, kty: "EC" },
      { ...rfcP256, crv: "secp256k1" },
      { ...rfcP256, crv: "P-384" },
      { ...rfcP256, y: rfcP256.x },
      { kty: "oct", k: "c2VjcmV0" },
      jwk(generateKeyPairSync("ed25519").publicKey),
      [],
    ]) {
      expect({ other, usable: usable(other) }).toEqual({ other, usable: 0 });
    }
  });

  it("take nothing private from a key that brings it", () => {
    const [key] = setOf(jwk(rsa.privateKey)).keys;
    expect(key?.key.type).toBe("public");
  });

  it("are refused when they are none or hold too many keys", () => {
    for (const text of ["", "[]", "{}", '{"keys":{}}', '{"keys":[],"keys":[]}', "{"]) {
      expect({ text, set: parseKeySet(text) }).toEqual({ text, set: undefined });
    }
    const many = (count: number) => JSON.stringify({ keys: Array.from({ length: count }, () => rfcP256) });
    expect(parseKeySet(many(keysPerKindMax))?.keys).toHaveLength(keysPerKindMax);
    expect(parseKeySet(many(keysPerKindMax + 1))).toBeUndefined();
  });
});

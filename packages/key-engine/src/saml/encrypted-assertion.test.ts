import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { parseSamlPrivateKey, SamlFault, verifySamlResponse } from "../index.ts";
import { samlTestProvider, type SamlTestProvider, type TestEncryption } from "../testing.ts";

const says = { issuedAt: Date.UTC(2026, 0, 15, 12), nameId: "ana" };

let idp: SamlTestProvider;
let receiver: KeyObject;
let other: KeyObject;
beforeAll(() => {
  idp = samlTestProvider();
  [receiver, other] = [0, 1].map(() => {
    const key = parseSamlPrivateKey(
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
        format: "pem",
        type: "pkcs8",
      }) as string,
    );
    if (key === undefined) throw new Error("The key is none.");
    return key;
  }) as [KeyObject, KeyObject];
});

const encrypted = (assertion: string, how?: TestEncryption): string =>
  idp.response(idp.encrypt(assertion, createPublicKey(receiver), how));
const assertionSigned = (how?: TestEncryption): string => encrypted(idp.sign(idp.assertion(says)), how);
const responseSigned = (how?: TestEncryption): string => idp.sign(encrypted(idp.assertion(says), how));

function outcomeOf(xml: string, decryptionKeys: readonly KeyObject[] = [receiver]): string {
  try {
    const trust = { signingKeys: [createPublicKey(idp.privateKey)], decryptionKeys };
    const { assertion, encrypted: was } = verifySamlResponse(Buffer.from(xml).toString("base64"), trust);
    return was ? (assertion.nameId?.value ?? "") : "not encrypted";
  } catch (thrown) {
    if (thrown instanceof SamlFault) return thrown.reason;
    throw thrown;
  }
}

describe("an encrypted assertion", () => {
  it.each<readonly [string, TestEncryption]>([
    ["AES-128-GCM", { cipher: "aes-128-gcm" }],
    ["AES-256-GCM", { cipher: "aes-256-gcm" }],
    ["OAEP over SHA-256", { oaep: "sha256" }],
    ["OAEP over SHA-512", { oaep: "sha512" }],
  ])("is read with %s, signed inside or outside", (_name, how) => {
    expect(outcomeOf(assertionSigned(how))).toBe("ana");
    expect(outcomeOf(responseSigned(how))).toBe("ana");
  });

  it("is read with either of two keys", () => {
    expect(outcomeOf(assertionSigned(), [other, receiver])).toBe("ana");
    expect(outcomeOf(assertionSigned(), [other])).toBe("decryption");
    expect(outcomeOf(assertionSigned(), [])).toBe("decryption");
  });

  it.each(["aes-128-cbc", "aes-256-cbc"] as const)(
    "with %s is read only under a signature of the response",
    (cipher) => {
      expect(outcomeOf(responseSigned({ cipher }))).toBe("ana");
      expect(outcomeOf(idp.sign(assertionSigned({ cipher })))).toBe("ana");
      expect(outcomeOf(assertionSigned({ cipher }))).toBe("decryption");
    },
  );

  it("is not read when its key is wrapped with PKCS #1 v1.5, or its cipher is another one", () => {
    expect(outcomeOf(assertionSigned({ pkcs1: true }))).toBe("decryption");
    expect(outcomeOf(assertionSigned().replace("aes256-gcm", "tripledes-cbc"))).toBe("decryption");
    expect(outcomeOf(assertionSigned().replace("aes256-gcm", "aes128-gcm"))).toBe("decryption");
  });

  it("must be signed, inside or outside", () => {
    expect(outcomeOf(encrypted(idp.assertion(says)))).toBe("signature");
    expect(outcomeOf(encrypted(samlTestProvider().sign(idp.assertion(says))))).toBe("signature");
  });

  it("holds one assertion and nothing else", () => {
    const assertion = idp.sign(idp.assertion(says));
    expect(outcomeOf(encrypted(`<x>${assertion}</x>`))).toBe("document");
    expect(outcomeOf(encrypted(assertion + assertion))).toBe("document");
    const wrapped = idp
      .assertion({ ...says, id: "_forged" })
      .replace("<saml:Subject>", () => `${assertion}$&`);
    expect(outcomeOf(encrypted(wrapped))).toBe("document");
  });

  it("stands alone in its response", () => {
    const plain = idp.sign(idp.assertion({ ...says, id: "_plain" }));
    const both = assertionSigned().replace("</samlp:Response>", () => `${plain}</samlp:Response>`);
    expect(outcomeOf(both)).toBe("document");
  });

  it("cannot be changed", () => {
    const xml = assertionSigned();
    const found = [...xml.matchAll(/<xenc:CipherValue>([^<]+)/g)];
    for (const { index, 1: value = "" } of found) {
      const at = index + "<xenc:CipherValue>".length + Math.floor(value.length / 2);
      const letter = xml[at] === "A" ? "B" : "A";
      expect(outcomeOf(xml.slice(0, at) + letter + xml.slice(at + 1))).toBe("decryption");
    }
    expect(found).toHaveLength(2);
  });
});

describe("a private key", () => {
  it("is of RSA, in PEM and not encrypted", () => {
    const pem = receiver.export({ format: "pem", type: "pkcs8" }) as string;
    const rsaPem = receiver.export({ format: "pem", type: "pkcs1" }) as string;
    for (const text of [pem, rsaPem, `\n${pem}`]) {
      expect(parseSamlPrivateKey(text)?.equals(createPrivateKey(pem))).toBe(true);
    }
    const secret = receiver.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" });
    const edwards = generateKeyPairSync("ed25519").privateKey.export({
      format: "pem",
      type: "pkcs8",
    }) as string;
    const publicPem = createPublicKey(receiver).export({ format: "pem", type: "spki" }) as string;
    for (const text of [secret as string, edwards, publicPem, "", pem.slice(0, 200)]) {
      expect(parseSamlPrivateKey(text)).toBeUndefined();
    }
  });
});

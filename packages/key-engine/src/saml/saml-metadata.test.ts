import { beforeAll, describe, expect, it } from "vitest";
import { generateKeyPairSync } from "node:crypto";
import { parseSamlMetadata, SamlFault } from "../index.ts";
import { samlTestProvider, type SamlTestProvider } from "../testing.ts";
import { selfSignedCertificate } from "../identity-certificate.ts";

let idp: SamlTestProvider;
let metadata: string;
beforeAll(() => {
  idp = samlTestProvider("https://idp.example.com/a");
  metadata = idp.metadata();
});

function refusalOf(text: string): string {
  try {
    parseSamlMetadata(text);
  } catch (thrown) {
    if (thrown instanceof SamlFault && thrown.reason === "document") return thrown.message;
    throw thrown;
  }
  return "taken";
}

describe("metadata of a provider", () => {
  it("tells its name, its keys and until when it holds", () => {
    const read = parseSamlMetadata(metadata);
    expect(read).toMatchObject({ entityId: "https://idp.example.com/a", validUntil: undefined });
    expect(read.signingKeys).toHaveLength(1);
    const validUntil = Date.UTC(2030, 0, 1);
    expect(parseSamlMetadata(idp.metadata({ validUntil })).validUntil).toBe(validUntil);
  });

  it("counts a key once, however often it stands there, and any key that is not for encryption alone", () => {
    const twice = idp.metadata({ certificates: [idp.certificate, idp.certificate] });
    expect(parseSamlMetadata(twice).signingKeys).toHaveLength(1);
    expect(parseSamlMetadata(metadata.replace(' use="signing"', "")).signingKeys).toHaveLength(1);
    expect(refusalOf(metadata.replace('"signing"', '"encryption"'))).toMatch("no key");
  });

  it("may have its certificates broken into lines, and extensions beside what is read", () => {
    const lines = idp.certificate.replace(/.{64}/g, "$&\n    ");
    const more = metadata
      .replace(idp.certificate, `\n${lines}\n`)
      .replace("<IDPSSODescriptor", '<Extensions><x xmlns="urn:x">y</x></Extensions><IDPSSODescriptor');
    expect(parseSamlMetadata(more).signingKeys).toHaveLength(1);
  });

  it.each<readonly [string, () => string, RegExp]>([
    ["no XML", () => "not metadata", /something/],
    ["a byte order mark", () => `\ufeff${metadata}`, /byte order mark/],
    ["a document type", () => metadata.replace("<EntityDescriptor", "<!DOCTYPE x>$&"), /no element/],
    ["another root", () => metadata.replaceAll("EntityDescriptor", "Entity"), /one entity/],
    ["another namespace", () => metadata.replace(":metadata", ":protocol"), /one entity/],
    ["several entities", () => metadata.replaceAll("EntityDescriptor", "EntitiesDescriptor"), /one entity/],
    ["no name", () => metadata.replace("entityID", "id"), /names no entity/],
    ["no role of a provider", () => metadata.replaceAll("IDPSSO", "SPSSO"), /no key/],
    ["another protocol", () => metadata.replace("SAML:2.0:protocol", "SAML:1.1:protocol"), /no key/],
    [
      "a certificate that is none",
      () => metadata.replace(idp.certificate, "AAAA"),
      /certificate that is none/,
    ],
    ["a time that is none", () => metadata.replace("entityID", 'validUntil="soon" $&'), /time soon/],
    ["too many keys", () => idp.metadata({ certificates: manyCertificates() }), /more than 20 keys/],
    ["a short key", () => idp.metadata({ certificates: [certificateOf(1016)] }), /less than 1024 bits/],
    ["the end missing", () => metadata.slice(0, -5), /too early|not well-formed|closed|no element/],
  ])("is refused with %s", (_name, make, message) => {
    expect(refusalOf(make())).toMatch(message);
  });

  it("is read in time that grows with its length, up to the longest that IAM takes", () => {
    for (const filler of [" ".repeat(9_000_000), "x".repeat(9_000_000), `<!--${"-x".repeat(4_000_000)}-->`]) {
      expect(parseSamlMetadata(metadata.replace("<IDPSSO", () => `${filler}<IDPSSO`)).entityId).toBe(
        idp.entityId,
      );
    }
    const wide = metadata.replace("<IDPSSODescriptor", () => `<IDPSSODescriptor${" ".repeat(5_000_000)}`);
    expect(parseSamlMetadata(wide).entityId).toBe(idp.entityId);
  });
});

function certificateOf(modulusLength: number): string {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  const subject = { commonName: "idp", organization: "Example" };
  const dates = { notBefore: 0, notAfter: 1 };
  const serial = Uint8Array.of(1);
  return selfSignedCertificate({ subject, privateKey, publicKey, serial, ...dates }).toString("base64");
}

function manyCertificates(): readonly string[] {
  return Array.from({ length: 21 }, () => certificateOf(1024));
}

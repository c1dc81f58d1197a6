import fc from "fast-check";
import { SignedXml } from "xml-crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { parseSamlMetadata, SamlFault, verifySamlResponse, type SamlTrust } from "../index.ts";
import { samlTestProvider, type SamlTestProvider, type TestAssertion } from "../testing.ts";

const issuedAt = Date.UTC(2026, 0, 15, 12);
const says: TestAssertion = {
  issuedAt,
  nameId: "ana@example.com",
  attributes: { "https://aws.amazon.com/SAML/Attributes/RoleSessionName": ["ana"], groups: ["a", "b & c"] },
};

let idp: SamlTestProvider;
let stranger: SamlTestProvider;
let trust: SamlTrust;
beforeAll(() => {
  idp = samlTestProvider();
  stranger = samlTestProvider();
  trust = { signingKeys: parseSamlMetadata(idp.metadata()).signingKeys, decryptionKeys: [] };
});

const base64 = (xml: string | Uint8Array): string => Buffer.from(xml).toString("base64");
const verify = (xml: string | Uint8Array) => verifySamlResponse(base64(xml), trust);
function refusalOf(xml: string | Uint8Array): string {
  try {
    verify(xml);
  } catch (thrown) {
    if (thrown instanceof SamlFault) return thrown.reason;
    throw thrown;
  }
  return "taken";
}
/** What a response says, or that it is refused. */
const outcomeOf = (xml: string | Uint8Array) => (refusalOf(xml) === "taken" ? verify(xml) : "refused");
const assertionOf = (xml: string) => (refusalOf(xml) === "taken" ? verify(xml).assertion : undefined);
const signedAssertion = (more: Partial<TestAssertion> = {}): string =>
  idp.sign(idp.assertion({ ...says, ...more }));
const assertionSigned = (): string => idp.response(signedAssertion());
const responseSigned = (): string => idp.sign(idp.response(idp.assertion(says)));
const bothSigned = (): string => idp.sign(idp.response(signedAssertion()));

describe("a response that is the provider's", () => {
  it.each([
    ["its assertion signed", assertionSigned],
    ["itself signed", responseSigned],
    ["both signed", bothSigned],
  ])("is taken with %s", (_name, make) => {
    expect(verify(make())).toEqual({
      encrypted: false,
      destination: "https://signin.aws.amazon.com/saml",
      assertion: {
        id: "_assertion",
        issuer: "https://idp.example.com/saml",
        issuedAt,
        nameId: {
          value: "ana@example.com",
          format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        },
        confirmations: [
          {
            method: "urn:oasis:names:tc:SAML:2.0:cm:bearer",
            recipient: "https://signin.aws.amazon.com/saml",
            notBefore: undefined,
            notOnOrAfter: issuedAt + 300_000,
          },
        ],
        notBefore: issuedAt - 60_000,
        notOnOrAfter: issuedAt + 300_000,
        audienceRestrictions: [["urn:amazon:webservices"]],
        attributes: [
          {
            name: "https://aws.amazon.com/SAML/Attributes/RoleSessionName",
            friendlyName: undefined,
            values: ["ana"],
          },
          { name: "groups", friendlyName: undefined, values: ["a", "b & c"] },
        ],
        sessionNotOnOrAfter: undefined,
      },
    });
  });

  it.each([
    ["sha384", "rsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384"],
    ["sha512", "rsa-sha512", "http://www.w3.org/2001/04/xmlenc#sha512"],
  ])("may be signed over %s", (hash, method, digest) => {
    const how = { hash, digest, method: `http://www.w3.org/2001/04/xmldsig-more#${method}` };
    expect(refusalOf(idp.response(idp.sign(idp.assertion(says), how)))).toBe("taken");
  });

  it("may be signed by any key of the provider, whatever the dates of its certificate", () => {
    const metadata = idp.metadata({ certificates: [stranger.certificate, idp.certificate] });
    const { signingKeys } = parseSamlMetadata(metadata);
    expect(signingKeys).toHaveLength(2);
    for (const by of [idp, stranger]) {
      const response = by.respond(says);
      expect(verifySamlResponse(response, { signingKeys, decryptionKeys: [] }).assertion.id).toBe(
        "_assertion",
      );
    }
  });

  it("may be laid out in any way that canonicalizes to the same, and broken into lines of Base64", () => {
    const pretty =
      `<?xml version="1.0" encoding="UTF-8"?>\n<!-- from the provider -->\n${assertionSigned()}\n`
        .replace(
          /<samlp:Response xmlns:samlp="([^"]*)"/,
          "<samlp:Response\n   xmlns:samlp='$1'\txmlns:x='urn:x' ",
        )
        .replace("<saml:Assertion ", "\n  <saml:Assertion  \n xmlns:xs='http://www.w3.org/2001/XMLSchema' ");
    const lines = base64(pretty).replace(/.{76}/g, "$&\r\n");
    expect(verifySamlResponse(lines, trust).assertion.nameId?.value).toBe("ana@example.com");
  });

  it("may be signed by another implementation, with inclusive namespaces and a KeyInfo", () => {
    const signer = new SignedXml({
      privateKey: idp.privateKey,
      publicCert: `-----BEGIN CERTIFICATE-----\n${idp.certificate}\n-----END CERTIFICATE-----`,
      signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
      canonicalizationAlgorithm: "http://www.w3.org/2001/10/xml-exc-c14n#",
    });
    signer.addReference({
      xpath: "//*[local-name(.)='Assertion']",
      digestAlgorithm: "http://www.w3.org/2001/04/xmlenc#sha256",
      transforms: [
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
      ],
      inclusiveNamespacesPrefixList: ["xs"],
    });
    const typed = idp
      .assertion(says)
      .replace("<saml:Assertion ", '<saml:Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" ')
      .replace(
        "<saml:AttributeValue>ana",
        '<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">ana',
      );
    signer.computeSignature(idp.response(typed), {
      prefix: "ds",
      location: { reference: "//*[local-name(.)='Assertion']/*[local-name(.)='Issuer']", action: "after" },
    });
    expect(verify(signer.getSignedXml()).assertion.attributes[0]?.values).toEqual(["ana"]);
  });
});

describe("what was signed is what counts", () => {
  it("where comments cut a name in two, the name is the whole of it", () => {
    const xml = idp.response(signedAssertion({ nameId: "root@example.com.evil.example" }));
    const cut = xml.replace("root@example.com.evil", "root@example.com<!-- -->.evil");
    expect(verify(cut).assertion.nameId?.value).toBe("root@example.com.evil.example");
  });

  it("where CDATA stands for text, the text is what it was", () => {
    const xml = assertionSigned().replace("ana@example.com", "<![CDATA[ana@example.com]]>");
    expect(verify(xml).assertion.nameId?.value).toBe("ana@example.com");
  });

  it("not what stands beside it in a response whose assertion alone is signed", () => {
    const xml = assertionSigned().replace(
      "<samlp:Status>",
      "<saml:Issuer xmlns:saml='urn:x'>x</saml:Issuer>$&",
    );
    expect(verify(xml).assertion.issuer).toBe("https://idp.example.com/saml");
  });
});

const forged = (): string => idp.assertion({ ...says, id: "_forged", nameId: "root@example.com" });
const inside = (xml: string, before: string, added: string): string =>
  xml.replace(before, () => added + before);
const signatureOf = (xml: string): string => /<ds:Signature .*<\/ds:Signature>/.exec(xml)?.[0] ?? "";
const changed = (from: string, to: string): string => {
  const xml = assertionSigned();
  if (!xml.includes(from)) throw new Error(`Nothing to change: ${from}`);
  return xml.replace(from, () => to);
};

/** Attacks, each with the reason that it is refused for. */
const attacks: readonly (readonly [string, () => string, string])[] = [
  ["no signature at all", () => idp.response(idp.assertion(says)), "signature"],
  ["a signature of another key", () => idp.response(stranger.sign(idp.assertion(says))), "signature"],
  [
    "a signature of another key with its certificate in it",
    () =>
      idp
        .response(stranger.sign(idp.assertion(says)))
        .replace(
          "</ds:SignatureValue>",
          `$&<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${stranger.certificate}</ds:X509Certificate>` +
            "</ds:X509Data></ds:KeyInfo>",
        ),
    "signature",
  ],
  ["another name", () => changed("ana@example.com", "bob@example.com"), "signature"],
  [
    "an attribute more",
    () =>
      changed(
        "<saml:AttributeStatement>",
        '<saml:AttributeStatement><saml:Attribute Name="x"></saml:Attribute>',
      ),
    "signature",
  ],
  ["another value in the digest", () => changed("<ds:DigestValue>", "<ds:DigestValue>AAAA"), "signature"],
  [
    "an empty signature value",
    () => assertionSigned().replace(/<ds:SignatureValue>[^<]*/, "<ds:SignatureValue>"),
    "signature",
  ],
  // Signature wrapping: the signed assertion is kept somewhere, and another one stands where it is read.
  [
    "a second assertion before the signed one",
    () => inside(assertionSigned(), "<saml:Assertion ", forged()),
    "document",
  ],
  [
    "a second assertion behind the signed one",
    () => inside(assertionSigned(), "</samlp:Response>", forged()),
    "document",
  ],
  [
    "the signed assertion inside a forged one",
    () => idp.response(inside(forged(), "<saml:Subject>", signedAssertion())),
    "document",
  ],
  [
    "the signed assertion in the signature of a forged one",
    () => {
      const signature = signatureOf(signedAssertion());
      const hidden = signature.replace("</ds:Signature>", `<ds:Object>${idp.assertion(says)}</ds:Object>$&`);
      return idp.response(forged().replace("</saml:Issuer>", () => `</saml:Issuer>${hidden}`));
    },
    "document",
  ],
  [
    "the signed assertion in an extension of the response",
    () => {
      const kept = `<samlp:Extensions>${signedAssertion()}</samlp:Extensions>`;
      return inside(idp.response(forged()), "<samlp:Status>", kept);
    },
    "document",
  ],
  [
    "the signed assertion under another name",
    () => {
      const kept = signedAssertion().replaceAll("saml:Assertion", "saml:Kept");
      return inside(idp.response(forged()), "<samlp:Status>", `<samlp:Extensions>${kept}</samlp:Extensions>`);
    },
    "document",
  ],
  [
    "the signature of the signed assertion in a forged one",
    () =>
      idp.response(
        forged().replace("</saml:Issuer>", () => `</saml:Issuer>${signatureOf(signedAssertion())}`),
      ),
    "signature",
  ],
  [
    "another element that has the ID of the signed one",
    () => inside(assertionSigned(), "<samlp:Status>", `<x ID="_assertion"></x>`),
    "document",
  ],
  [
    "an ID twice in other letters",
    () => inside(assertionSigned(), "<samlp:Status>", `<x id="_assertion"></x>`),
    "document",
  ],
  [
    "the signed response inside a forged one",
    () => inside(idp.response(forged()).replace("_response", "_other"), "<samlp:Status>", responseSigned()),
    "document",
  ],
  [
    "a signed response whose assertion is signed by another",
    () => idp.sign(idp.response(stranger.sign(idp.assertion(says)))),
    "signature",
  ],
  [
    "a response signed by another around a signed assertion",
    () => stranger.sign(assertionSigned()),
    "signature",
  ],
  [
    "a status other than success",
    () => idp.sign(idp.response(signedAssertion(), { status: "Requester" })),
    "status",
  ],
  [
    "an issuer of the response that is not that of the assertion",
    () => idp.response(signedAssertion({ issuer: "https://other.example.com" })),
    "document",
  ],
  ["two signatures of one assertion", () => idp.response(idp.sign(signedAssertion())), "document"],
  // What is signed and how.
  [
    "SHA-1",
    () =>
      idp.response(
        idp.sign(idp.assertion(says), {
          hash: "sha1",
          method: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
          digest: "http://www.w3.org/2000/09/xmldsig#sha1",
        }),
      ),
    "signature",
  ],
  [
    "an HMAC with the public key",
    () =>
      changed(
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
      ),
    "signature",
  ],
  [
    "a digest of SHA-1",
    () => changed("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
    "signature",
  ],
  ["a reference to the whole document", () => changed('URI="#_assertion"', 'URI=""'), "signature"],
  ["a reference to a file", () => changed('URI="#_assertion"', 'URI="file:///etc/passwd"'), "signature"],
  ["a reference to a page", () => changed('URI="#_assertion"', 'URI="https://evil.example/"'), "signature"],
  ["an XPointer", () => changed('URI="#_assertion"', "URI=\"#xpointer(id('_assertion'))\""), "signature"],
  ["a reference elsewhere", () => changed('URI="#_assertion"', 'URI="#_response"'), "signature"],
  [
    "a second reference",
    () => {
      const xml = assertionSigned();
      const reference = /<ds:Reference .*<\/ds:Reference>/.exec(xml)?.[0] ?? "";
      return xml.replace(reference, reference + reference);
    },
    "signature",
  ],
  [
    "no transforms",
    () => assertionSigned().replace(/<ds:Transforms>.*<\/ds:Transforms>/, "<ds:Transforms></ds:Transforms>"),
    "signature",
  ],
  [
    "a transform by stylesheet",
    () =>
      changed(
        'Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"',
        'Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"',
      ),
    "signature",
  ],
  [
    "a transform by XPath",
    () =>
      changed(
        'Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"',
        'Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"',
      ),
    "signature",
  ],
  [
    "a canonicalization with comments",
    () =>
      changed(
        '"http://www.w3.org/2001/10/xml-exc-c14n#"',
        '"http://www.w3.org/2001/10/xml-exc-c14n#WithComments"',
      ),
    "signature",
  ],
  [
    "namespaces that its SignedInfo is to include",
    () =>
      changed(
        "</ds:CanonicalizationMethod>",
        '<InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="saml">' +
          "</InclusiveNamespaces></ds:CanonicalizationMethod>",
      ),
    "signature",
  ],
  [
    "an object in the signature",
    () => changed("</ds:Signature>", "<ds:Object></ds:Object></ds:Signature>"),
    "signature",
  ],
  // XML itself.
  [
    "a document type",
    () => `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${assertionSigned()}`,
    "document",
  ],
  ["an entity", () => changed("ana@example.com", "&e;"), "document"],
  [
    "entities that grow",
    () => `<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>${assertionSigned()}`,
    "document",
  ],
  ["a processing instruction", () => changed("ana@example.com", "<?x ana@example.com?>"), "document"],
  ["something behind the root", () => `${assertionSigned()}<x></x>`, "document"],
  ["another root element", () => signedAssertion(), "document"],
  [
    "elements that are too deep",
    () => inside(assertionSigned(), "<samlp:Status>", "<x>".repeat(70) + "</x>".repeat(70)),
    "document",
  ],
  [
    "elements that are too many",
    () => inside(assertionSigned(), "<samlp:Status>", `<x>${"<y></y>".repeat(3000)}</x>`),
    "document",
  ],
  [
    "a condition that is not known",
    () =>
      idp.response(
        idp.sign(
          idp.assertion(says).replace("</saml:Conditions>", '<x:Condition xmlns:x="urn:x"></x:Condition>$&'),
        ),
      ),
    "document",
  ],
  [
    "another version",
    () => idp.response(idp.sign(idp.assertion(says).replace('"2.0"', '"1.1"'))),
    "document",
  ],
  [
    "an encrypted assertion without a key",
    () =>
      idp.response(
        '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"></saml:EncryptedAssertion>',
      ),
    "decryption",
  ],
];

describe("a response is refused with", () => {
  it.each(attacks)("%s", (_name, make, reason) => {
    expect(refusalOf(make())).toBe(reason);
  });

  it.each([
    ["nothing", ""],
    ["what is no Base64", "<samlp:Response>"],
    ["Base64 with more behind it", "PHg+PC94Pg==AA"],
    ["what is no UTF-8", Buffer.of(0x3c, 0x78, 0xff, 0x3e).toString("base64")],
    ["more than is ever looked at", "A".repeat(100_004)],
  ])("%s", (_name, text) => {
    expect(() => verifySamlResponse(text, trust)).toThrow(expect.objectContaining({ reason: "encoding" }));
  });

  it("no key to trust", () => {
    const nobody: SamlTrust = { signingKeys: [], decryptionKeys: [] };
    expect(() => verifySamlResponse(base64(bothSigned()), nobody)).toThrow(SamlFault);
  });
});

/** Whether a character is space between attributes, or of a signature or digest. */
function isLoose(xml: string, at: number): boolean {
  const before = xml.slice(0, at);
  const inBase64 = /<ds:(?:SignatureValue|DigestValue)>[^<]*$/.test(before);
  return inBase64 || (xml[at] === " " && before.lastIndexOf("<") > before.lastIndexOf(">"));
}

describe("any byte of what is signed", () => {
  it.each([
    ["assertion", assertionSigned, "<saml:Assertion ", "</saml:Assertion>"],
    ["response", responseSigned, "<samlp:Response ", "</samlp:Response>"],
  ])("can be changed in no way: %s", (_name, make, first, last) => {
    const xml = make();
    const bytes = Buffer.from(xml);
    const [from, to] = [xml.indexOf(first), xml.indexOf(last) + last.length];
    const whole = verify(bytes);
    fc.assert(
      fc.property(fc.integer({ min: from, max: to - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const other = Buffer.from(bytes);
        other[at] = (bytes[at] ?? 0) ^ mask;
        const value = outcomeOf(other);
        // Space in a tag and the last bits of Base64 may be written in other ways, which say the same.
        const loose = isLoose(xml, at);
        expect(value).toEqual(loose && typeof value !== "string" ? whole : "refused");
      }),
      { numRuns: 400 },
    );
  });

  it("cannot be left out or come twice", () => {
    const xml = responseSigned();
    const whole = verify(xml);
    fc.assert(
      fc.property(fc.nat({ max: xml.length - 1 }), fc.boolean(), (at, twice) => {
        const other = xml.slice(0, at) + (twice ? xml.slice(at, at + 1).repeat(2) : "") + xml.slice(at + 1);
        expect([whole, "refused"]).toContainEqual(outcomeOf(other));
      }),
      { numRuns: 300 },
    );
  });
});

describe("garbage", () => {
  it("is refused as such, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 300 })), (junk) => {
        expect(refusalOf(junk)).not.toBe("taken");
      }),
    );
  });

  it("changes nothing of what is read where it is put into a response", () => {
    const xml = assertionSigned();
    const { assertion } = verify(xml);
    fc.assert(
      fc.property(fc.nat({ max: xml.length }), fc.string(), (at, junk) => {
        const other = xml.slice(0, at) + junk + xml.slice(at);
        expect([assertion, undefined]).toContainEqual(assertionOf(other));
      }),
      { numRuns: 300 },
    );
  });
});

/**
 * Test support: an identity provider that signs. It writes its XML in canonical form itself, so that it is a
 * second witness of what the verifier canonicalizes.
 */
import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  publicEncrypt,
  randomBytes,
  sign,
  type KeyObject,
} from "node:crypto";
import { selfSignedCertificate } from "../identity-certificate.ts";
import { generatePrivateKeySync } from "../private-key.ts";
import { samlAssertion, samlMetadata, samlProtocol, xmlSignature } from "./saml-names.ts";

/** What an assertion of the test provider says. Times are epoch milliseconds; null leaves a part out. */
export interface TestAssertion {
  readonly id?: string;
  readonly issuer?: string;
  readonly issuedAt: number;
  readonly nameId?: string | null;
  readonly nameIdFormat?: string | null;
  readonly recipient?: string | null;
  readonly confirmedUntil?: number | null;
  readonly notBefore?: number | null;
  readonly notOnOrAfter?: number | null;
  readonly audiences?: readonly string[] | null;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  readonly sessionNotOnOrAfter?: number;
}

/** How something is signed. */
export interface TestSigning {
  readonly method?: string;
  readonly digest?: string;
  readonly hash?: string;
}

/** How something is encrypted; AES-256-GCM under RSA-OAEP unless it says otherwise. */
export interface TestEncryption {
  readonly cipher?: "aes-128-gcm" | "aes-256-gcm" | "aes-128-cbc" | "aes-256-cbc";
  /** The hash of OAEP, digest and mask. */
  readonly oaep?: "sha1" | "sha256" | "sha512";
  /** PKCS #1 v1.5 in place of OAEP. */
  readonly pkcs1?: boolean;
}

/** A provider for tests. */
export interface SamlTestProvider {
  readonly entityId: string;
  readonly privateKey: KeyObject;
  /** Base64 of DER. */
  readonly certificate: string;
  /** The metadata, long enough to be uploaded. */
  metadata(more?: { readonly validUntil?: number; readonly certificates?: readonly string[] }): string;
  /** An assertion without signature. */
  assertion(says: TestAssertion): string;
  /** A response around an assertion, without signature. */
  response(assertion: string, more?: { readonly destination?: string; readonly status?: string }): string;
  /** The element with a signature behind its issuer. */
  sign(element: string, how?: TestSigning): string;
  /** An assertion encrypted for a receiver. */
  encrypt(assertion: string, receiver: KeyObject, how?: TestEncryption): string;
  /** A response in Base64 whose assertion is signed. */
  respond(says: TestAssertion): string;
}

/** Where AWS takes responses. */
const signInUrl = "https://signin.aws.amazon.com/saml";

/** Makes a provider with a key of its own. */
export function samlTestProvider(entityId = "https://idp.example.com/saml"): SamlTestProvider {
  const privateKey = generatePrivateKeySync("rsa");
  const certificate = selfSignedCertificate({
    subject: { commonName: "idp", organization: "Example" },
    privateKey,
    publicKey: createPublicKey(privateKey),
    serial: Uint8Array.of(1),
    notBefore: Date.UTC(2020, 0, 1),
    notAfter: Date.UTC(2021, 0, 1),
  }).toString("base64");
  const issuer = (name: string): string => element("saml:Issuer", { "xmlns:saml": samlAssertion }, name);
  const signed = (xml: string, how?: TestSigning): string => withSignature(xml, privateKey, how);
  const assertion = (says: TestAssertion): string => assertionXml({ issuer: entityId, ...says });
  const response: SamlTestProvider["response"] = (inner, more = {}) =>
    element(
      "samlp:Response",
      {
        "xmlns:samlp": samlProtocol,
        Destination: more.destination ?? signInUrl,
        ID: "_response",
        IssueInstant: "2026-01-15T12:00:00Z",
        Version: "2.0",
      },
      issuer(entityId) +
        element(
          "samlp:Status",
          {},
          element("samlp:StatusCode", {
            Value: `urn:oasis:names:tc:SAML:2.0:status:${more.status ?? "Success"}`,
          }),
        ) +
        inner,
    );
  return {
    entityId,
    privateKey,
    certificate,
    metadata: (more = {}) => metadataXml({ entityId, certificates: [certificate], ...more }),
    assertion,
    response,
    sign: signed,
    encrypt: encryptedXml,
    respond: (says) => Buffer.from(response(signed(assertion(says)))).toString("base64"),
  };
}

/** An element in canonical form; attributes are to be given in canonical order. */
function element(name: string, attributes: Readonly<Record<string, string>>, inner = ""): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
  return `<${name}${written.join("")}>${inner}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function optionalTimes(times: Readonly<Record<string, number | null>>): Record<string, string> {
  const given = Object.entries(times).filter((pair): pair is [string, number] => pair[1] !== null);
  return Object.fromEntries(given.map(([name, ms]) => [name, timeText(ms)]));
}

function assertionXml(says: TestAssertion): string {
  const { issuedAt, notBefore = issuedAt - 60_000, notOnOrAfter = issuedAt + 300_000 } = says;
  const audiences = says.audiences === undefined ? ["urn:amazon:webservices"] : says.audiences;
  const restriction = (audiences ?? []).map((each) => element("saml:Audience", {}, escaped(each))).join("");
  const conditions = element(
    "saml:Conditions",
    optionalTimes({ NotBefore: notBefore, NotOnOrAfter: notOnOrAfter }),
    audiences === null ? "" : element("saml:AudienceRestriction", {}, restriction),
  );
  const authenticated = element("saml:AuthnStatement", {
    AuthnInstant: timeText(issuedAt),
    ...(says.sessionNotOnOrAfter === undefined
      ? {}
      : { SessionNotOnOrAfter: timeText(says.sessionNotOnOrAfter) }),
  });
  return element(
    "saml:Assertion",
    {
      "xmlns:saml": samlAssertion,
      ID: says.id ?? "_assertion",
      IssueInstant: timeText(issuedAt),
      Version: "2.0",
    },
    element("saml:Issuer", {}, escaped(says.issuer ?? "")) +
      subjectXml(says) +
      conditions +
      authenticated +
      attributesXml(says.attributes ?? {}),
  );
}

function subjectXml(says: TestAssertion): string {
  const { issuedAt, confirmedUntil = issuedAt + 300_000, recipient = signInUrl } = says;
  const { nameId = "_subject", nameIdFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" } = says;
  const name =
    nameId === null
      ? ""
      : element("saml:NameID", nameIdFormat === null ? {} : { Format: nameIdFormat }, escaped(nameId));
  const data = element("saml:SubjectConfirmationData", {
    ...optionalTimes({ NotOnOrAfter: confirmedUntil }),
    ...(recipient === null ? {} : { Recipient: recipient }),
  });
  const method = { Method: "urn:oasis:names:tc:SAML:2.0:cm:bearer" };
  return element("saml:Subject", {}, name + element("saml:SubjectConfirmation", method, data));
}

function attributesXml(attributes: Readonly<Record<string, readonly string[]>>): string {
  const written = Object.entries(attributes).map(([name, values]) =>
    element(
      "saml:Attribute",
      { Name: name },
      values.map((value) => element("saml:AttributeValue", {}, escaped(value))).join(""),
    ),
  );
  return written.length === 0 ? "" : element("saml:AttributeStatement", {}, written.join(""));
}

function withSignature(xml: string, key: KeyObject, how: TestSigning = {}): string {
  const hash = how.hash ?? "sha256";
  const id = / ID="([^"]*)"/.exec(xml)?.[1] ?? "";
  const digest = createHash(hash).update(xml).digest("base64");
  const info = (declared: Readonly<Record<string, string>>): string =>
    element(
      "ds:SignedInfo",
      declared,
      element("ds:CanonicalizationMethod", { Algorithm: "http://www.w3.org/2001/10/xml-exc-c14n#" }) +
        element("ds:SignatureMethod", {
          Algorithm: how.method ?? "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        }) +
        element(
          "ds:Reference",
          { URI: `#${id}` },
          element(
            "ds:Transforms",
            {},
            element("ds:Transform", { Algorithm: "http://www.w3.org/2000/09/xmldsig#enveloped-signature" }) +
              element("ds:Transform", { Algorithm: "http://www.w3.org/2001/10/xml-exc-c14n#" }),
          ) +
            element("ds:DigestMethod", {
              Algorithm: how.digest ?? "http://www.w3.org/2001/04/xmlenc#sha256",
            }) +
            element("ds:DigestValue", {}, digest),
        ),
    );
  const value = sign(hash, Buffer.from(info({ "xmlns:ds": xmlSignature })), key).toString("base64");
  const signature = element(
    "ds:Signature",
    { "xmlns:ds": xmlSignature },
    info({}) + element("ds:SignatureValue", {}, value),
  );
  return xml.replace("</saml:Issuer>", () => `</saml:Issuer>${signature}`);
}

function metadataXml(said: {
  readonly entityId: string;
  readonly certificates: readonly string[];
  readonly validUntil?: number;
}): string {
  const keys = said.certificates.map((certificate) =>
    element(
      "KeyDescriptor",
      { use: "signing" },
      element(
        "KeyInfo",
        { xmlns: xmlSignature },
        element("X509Data", {}, element("X509Certificate", {}, certificate)),
      ),
    ),
  );
  const service = element("SingleSignOnService", {
    Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
    Location: "https://idp.example.com/sso",
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(
    "EntityDescriptor",
    {
      xmlns: samlMetadata,
      entityID: said.entityId,
      ...(said.validUntil === undefined ? {} : { validUntil: timeText(said.validUntil) }),
    },
    element("IDPSSODescriptor", { protocolSupportEnumeration: samlProtocol }, keys.join("") + service),
  )}`;
}

const encryption = "http://www.w3.org/2001/04/xmlenc#";
const encryption11 = "http://www.w3.org/2009/xmlenc11#";

function encryptedXml(assertion: string, receiver: KeyObject, how: TestEncryption = {}): string {
  const { cipher = "aes-256-gcm", oaep = "sha1" } = how;
  const key = randomBytes(cipher.startsWith("aes-128") ? 16 : 32);
  const padding = how.pkcs1 ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING;
  const wrapped = publicEncrypt({ key: receiver, padding, oaepHash: oaep }, key);
  const [, bits = "", mode = ""] = cipher.split("-");
  const namespace = mode === "gcm" ? encryption11 : encryption;
  const digest = oaep === "sha1" ? `${xmlSignature}sha1` : `${encryption}${oaep}`;
  const transport = how.pkcs1
    ? element("xenc:EncryptionMethod", { Algorithm: `${encryption}rsa-1_5` })
    : element(
        "xenc:EncryptionMethod",
        { Algorithm: oaep === "sha1" ? `${encryption}rsa-oaep-mgf1p` : `${encryption11}rsa-oaep` },
        element("ds:DigestMethod", { Algorithm: digest }) +
          (oaep === "sha1"
            ? ""
            : element("mgf:MGF", { "xmlns:mgf": encryption11, Algorithm: `${encryption11}mgf1${oaep}` })),
      );
  const keyInfo = element(
    "ds:KeyInfo",
    { "xmlns:ds": xmlSignature },
    element("xenc:EncryptedKey", {}, transport + cipherData(wrapped)),
  );
  const data = element(
    "xenc:EncryptedData",
    { "xmlns:xenc": encryption, Type: `${encryption}Element` },
    element("xenc:EncryptionMethod", { Algorithm: `${namespace}aes${bits}-${mode}` }) +
      keyInfo +
      cipherData(ciphertext(cipher, key, Buffer.from(assertion))),
  );
  return element("saml:EncryptedAssertion", { "xmlns:saml": samlAssertion }, data);
}

function cipherData(bytes: Buffer): string {
  return element("xenc:CipherData", {}, element("xenc:CipherValue", {}, bytes.toString("base64")));
}

function ciphertext(name: NonNullable<TestEncryption["cipher"]>, key: Buffer, plain: Buffer): Buffer {
  if (name === "aes-128-gcm" || name === "aes-256-gcm") {
    const nonce = randomBytes(12);
    const cipher = createCipheriv(name, key, nonce, { authTagLength: 16 });
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
  const vector = randomBytes(16);
  const cipher = createCipheriv(name, key, vector);
  return Buffer.concat([vector, cipher.update(plain), cipher.final()]);
}

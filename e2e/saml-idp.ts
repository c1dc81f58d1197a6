// An identity provider that vouches for people by SAML: its key and certificate are made by openssl, and it
// writes and signs its responses itself, in canonical form, with nothing of Casemate.
import { execFileSync } from "node:child_process";
import { createHash, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a response says; what is left out is right. */
export interface Vouching {
  roleArn: string;
  providerArn: string;
  sessionName?: string;
  issuedAt?: number;
  audience?: string;
  /** More attributes: values by name. */
  attributes?: Record<string, readonly string[]>;
}

/** The provider. */
export interface SamlIdp {
  entityId: string;
  metadata: string;
  /** A response in Base64, its assertion signed. */
  respond: (vouching: Vouching) => string;
}

const attributePrefix = "https://aws.amazon.com/SAML/Attributes/";
const signInUrl = "https://signin.aws.amazon.com/saml";
const sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
const rsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
const xmldsig = "http://www.w3.org/2000/09/xmldsig#";

/** Makes a provider. */
export function samlIdp(entityId: string): SamlIdp {
  const { privateKey, certificate } = keyAndCertificate();
  const location = `${entityId}/sso`;
  const metadata =
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">\n` +
    `  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\n` +
    `    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="${xmldsig}"><ds:X509Data><ds:X509Certificate>` +
    `${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\n` +
    `    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" ` +
    `Location="${location}"/>\n` +
    `  </md:IDPSSODescriptor>\n</md:EntityDescriptor>\n`;
  return {
    entityId,
    metadata,
    respond: (vouching) => response(entityId, signed(assertion(entityId, vouching), privateKey)),
  };
}

function keyAndCertificate(): { privateKey: string; certificate: string } {
  const folder = mkdtempSync(join(tmpdir(), "casemate-idp-"));
  try {
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=idp"];
    execFileSync("openssl", [...request, "-keyout", key, "-out", certificate], { stdio: "ignore" });
    const lines = readFileSync(certificate, "utf8").split("\n");
    return {
      privateKey: readFileSync(key, "utf8"),
      certificate: lines.filter((line) => line !== "" && !line.startsWith("-----")).join("\n"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function assertion(entityId: string, vouching: Vouching): string {
  const issuedAt = vouching.issuedAt ?? Date.now();
  const time = (offsetMs: number) => new Date(issuedAt + offsetMs).toISOString();
  const attributes = Object.entries({
    [`${attributePrefix}Role`]: [`${vouching.roleArn},${vouching.providerArn}`],
    [`${attributePrefix}RoleSessionName`]: [vouching.sessionName ?? "ana@example.com"],
    ...vouching.attributes,
  }).map(([name, values]) => {
    const written = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`);
    return `<saml:Attribute Name="${name}">${written.join("")}</saml:Attribute>`;
  });
  return (
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" IssueInstant="${time(0)}" ` +
    `Version="2.0"><saml:Issuer>${entityId}</saml:Issuer><saml:Subject>` +
    `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ana</saml:NameID>` +
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
    `<saml:SubjectConfirmationData NotOnOrAfter="${time(300_000)}" Recipient="${signInUrl}">` +
    `</saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${time(-60_000)}" NotOnOrAfter="${time(300_000)}">` +
    `<saml:AudienceRestriction><saml:Audience>` +
    `${vouching.audience ?? "urn:amazon:webservices"}</saml:Audience>` +
    `</saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AttributeStatement>${attributes.join("")}</saml:AttributeStatement></saml:Assertion>`
  );
}

function signed(element: string, privateKey: string): string {
  const digest = createHash("sha256").update(element).digest("base64");
  const info =
    `<ds:CanonicalizationMethod Algorithm="${exclusive}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${rsaSha256}"></ds:SignatureMethod><ds:Reference URI="#_a">` +
    `<ds:Transforms><ds:Transform Algorithm="${xmldsig}enveloped-signature"></ds:Transform>` +
    `<ds:Transform Algorithm="${exclusive}"></ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="${sha256}"></ds:DigestMethod>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const canonical = Buffer.from(`<ds:SignedInfo xmlns:ds="${xmldsig}">${info}`);
  const value = sign("sha256", canonical, privateKey).toString("base64");
  const signature =
    `<ds:Signature xmlns:ds="${xmldsig}"><ds:SignedInfo>${info}` +
    `<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
  return element.replace("</saml:Issuer>", () => `</saml:Issuer>${signature}`);
}

function response(entityId: string, inner: string): string {
  const xml =
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="${signInUrl}" ID="_r" ` +
    `IssueInstant="${new Date().toISOString()}" Version="2.0">` +
    `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${entityId}</saml:Issuer>` +
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` +
    `${inner}</samlp:Response>`;
  return Buffer.from(xml).toString("base64");
}
